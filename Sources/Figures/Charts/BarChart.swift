import Basics
import Mustache
package import Web

/// Horizontal bars, each divided into parts of a whole; shown with the partial `chart_bars`. Words stand beside the picture as text, so
/// that they stay readable on a narrow screen while the picture shrinks.
package struct BarChart: Sendable, MustacheParent {
    /// A part of a bar. `mark` is its class in the style sheet: colour and pattern.
    package struct Part: Hashable, Sendable, MustacheParent {
        package let mark: String
        /// Left edge and width in ten-thousandths of the whole.
        package let x: Int
        package let width: Int

        package func child(named name: String) -> Any? {
            switch name {
            case "mark": mark
            case "x": x
            case "width": width
            default: nil
            }
        }
    }

    /// One bar.
    package struct Bar: Sendable, MustacheParent {
        package let label: String
        package let url: Location
        /// The rate, and what it is made of.
        package let value: String
        package let made: String
        package let parts: [Part]

        /// A bar of the shares (class and count) of a whole; nothing is drawn for a whole of 0.
        package init(label: String, url: Location, value: String, made: String, shares: [(mark: String, count: Int)], of whole: Int) {
            self.label = label
            self.url = url
            self.value = value
            self.made = made
            var parts: [Part] = []
            var sum = 0
            for share in shares where whole > 0 && share.count > 0 {
                let from = sum * 10_000 / whole
                sum += share.count
                parts.append(Part(mark: share.mark, x: from, width: sum * 10_000 / whole - from))
            }
            self.parts = parts
        }

        package func child(named name: String) -> Any? {
            switch name {
            case "barLabel": label
            case "barURL": url
            case "value": value
            case "made": made
            case "parts": parts
            default: nil
            }
        }
    }

    package let caption: String
    package let bars: [Bar]
    /// What the parts mean, in the order of the bar.
    package let legend: [ChartLegend]

    package init(caption: String, bars: [Bar], legend: [ChartLegend]) {
        self.caption = caption
        self.bars = bars
        self.legend = legend
    }

    package func child(named name: String) -> Any? {
        switch name {
        case "chartCaption": caption
        case "bars": bars
        case "legend": legend
        default: nil
        }
    }
}

/// A sign of a picture and what it means.
package struct ChartLegend: Hashable, Sendable, MustacheParent {
    package let mark: String
    package let label: String

    package init(mark: String, label: String) {
        self.mark = mark
        self.label = label
    }

    package func child(named name: String) -> Any? {
        switch name {
        case "legendMark": mark
        case "legendLabel": label
        default: nil
        }
    }
}
