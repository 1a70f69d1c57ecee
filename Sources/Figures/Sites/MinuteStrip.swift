package import Basics
import Mustache
package import Web

/// A month as one picture: a row a day, a column a minute; shown with the partial `minute_strip`. The picture is stretched to the width of
/// the page and keeps its row height, so that it can be read on a phone and on paper; the words beside it are text.
package struct MinuteStrip: Sendable, MustacheParent {
    /// What a minute can be. Each has a colour, a pattern and a height of its own in the style sheet; later ones lie above earlier ones.
    package enum Layer: String, CaseIterable, Sendable {
        /// The site was not in service.
        case outside
        /// Nobody has reported about the minute.
        case unheard
        case on
        /// On, which only a play says.
        case byplay
        case play, effective
        /// Taken out of the figures.
        case voided
        /// Arrived after the close of the day.
        case late

        /// Upper edge within the row, and height, in pixels.
        var band: (top: Int, height: Int) {
            switch self {
            case .outside, .unheard, .on, .byplay, .voided: (3, 18)
            case .play, .effective: (7, 10)
            case .late: (19, 4)
            }
        }
    }

    /// One day of the strip.
    package struct Day: Sendable {
        package let label: String
        package let url: Location
        /// The day's figures in one sentence.
        package let summary: String
        package let layers: [(layer: Layer, minutes: MinuteSet)]

        package init(label: String, url: Location, summary: String, layers: [(layer: Layer, minutes: MinuteSet)]) {
            self.label = label
            self.url = url
            self.summary = summary
            self.layers = layers
        }
    }

    /// The drawn form of a day's layer: one path of rectangles.
    package struct Shape: Hashable, Sendable, MustacheParent {
        package let mark: String
        package let path: String

        package func child(named name: String) -> Any? {
            switch name {
            case "mark": mark
            case "path": path
            default: nil
            }
        }
    }

    private struct Row: Sendable, MustacheParent {
        let day: Day
        let y: Int
        let shapes: [Shape]

        func child(named name: String) -> Any? {
            switch name {
            case "dayLabel": day.label
            case "dayURL": day.url
            case "summary": day.summary
            case "y": y
            case "shapes": shapes
            default: nil
            }
        }
    }

    /// Height of a row in pixels: as much as a finger needs.
    package static let rowHeight = 24
    package let caption: String
    /// Minutes of the longest day.
    package let width: Int
    private let rows: [Row]
    private let legend: [ChartLegend]

    /// The picture of some days; `width` is the greatest number of minutes that one of them has.
    package init(caption: String, days: [Day], width: Int = 1440, legend: [ChartLegend]) {
        self.caption = caption
        self.width = width
        self.legend = legend
        rows = days.enumerated().map { number, day in Row(day: day, y: number * Self.rowHeight, shapes: Self.shapes(of: day, row: number)) }
    }

    /// The rectangles of a day in the given row, a path for each layer that has minutes.
    package static func shapes(of day: Day, row: Int) -> [Shape] {
        Layer.allCases.compactMap { layer in
            let minutes = day.layers.filter { $0.layer == layer }.reduce(into: MinuteSet()) { $0.formUnion($1.minutes) }
            return minutes.isEmpty
                ? nil : Shape(mark: layer.rawValue, path: path(minutes, top: row * rowHeight + layer.band.top, height: layer.band.height))
        }
    }

    /// A rectangle for each run of minutes, one user unit a minute.
    static func path(_ minutes: MinuteSet, top: Int, height: Int) -> String {
        minutes.runs.map { "M\($0.lowerBound) \(top)h\($0.count)v\(height)h-\($0.count)z" }.joined()
    }

    package func child(named name: String) -> Any? {
        switch name {
        case "stripCaption": caption
        case "width": width
        case "height": rows.count * Self.rowHeight
        case "days": rows
        case "hours": Array(stride(from: 60, to: width, by: 60)).filter { $0 % 360 != 0 }
        case "quarters": Array(stride(from: 360, to: width, by: 360))
        case "legend": legend
        default: nil
        }
    }
}
