import Web

/// A chart as SVG text that stands on its own: no style sheet, no script, so that it looks the same on a page, on paper and in a file years
/// later. 720 units wide, which is the text width of a page. Every number is written beside its mark, so that colour is never the only
/// sign; shades keep their order in grey.
package enum Picture {
    static let width = 720
    static let ink = "#1a1a1a"
    static let faint = "#8a8a8a"
    static let bar = "#2b6ca3"
    static let ground = "#e8e8e8"

    static func svg(height: Int, label: String, _ content: String) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(escaped(label))\" "
            + """
            font-family="'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',SimHei,sans-serif" font-size="13" \
            fill="\(ink)">\(content)</svg>
            """
    }

    static func text(_ words: String, x: Int, y: Int, anchor: String = "start", size: Int = 13, fill: String = ink) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\" font-size=\"\(size)\" fill=\"\(fill)\">\(escaped(words))</text>"
    }

    static func rect(x: Int, y: Int, width: Int, height: Int, fill: String) -> String {
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(max(0, width))\" height=\"\(height)\" fill=\"\(fill)\"/>"
    }

    /// A name cut to the room that it has; a Chinese character is as wide as its size.
    static func fitted(_ name: String, _ characters: Int) -> String { name.count > characters ? name.prefix(characters - 1) + "…" : name }
}

extension Picture {
    /// One line of a ranking.
    package struct Ranked: Sendable {
        let label: String
        let basisPoints: Int
        let value: String
        let note: String

        /// `basisPoints` of 10,000 is the bar's length; `value` and `note` (such as the change of rank) are written beside it.
        package init(label: String, basisPoints: Int, value: String, note: String) {
            self.label = label
            self.basisPoints = basisPoints
            self.value = value
            self.note = note
        }
    }

    /// Horizontal bars, one an area, in the order given.
    package static func ranking(_ lines: [Ranked], label: String) -> String {
        let (left, full) = (150, 380)
        var content = ""
        for (place, line) in lines.enumerated() {
            let y = place * 26 + 4
            content += text(fitted(line.label, 10), x: left - 8, y: y + 14, anchor: "end")
            content += rect(x: left, y: y, width: full, height: 18, fill: ground)
            content += rect(x: left, y: y, width: full * min(10_000, max(0, line.basisPoints)) / 10_000, height: 18, fill: bar)
            content += text(line.value, x: left + full + 8, y: y + 14)
            content += text(line.note, x: width - 4, y: y + 14, anchor: "end")
        }
        return svg(height: max(1, lines.count) * 26 + 4, label: label, content)
    }

    /// One month of a trend: this year's rate and last year's, in basis points; nil where there is none.
    package struct Step: Sendable {
        let label: String
        let now: Int?
        let before: Int?

        package init(label: String, now: Int?, before: Int?) {
            self.label = label
            self.now = now
            self.before = before
        }
    }

    /// A line through the months of this year, drawn with dots, and last year's behind it, broken; `names` say which is which. The scale
    /// ends at the next ten per cent.
    package static func trend(_ steps: [Step], names: (now: String, before: String), label: String) -> String {
        let (left, right, top, bottom) = (48, 700, 34, 214)
        let highest = steps.flatMap { [$0.now, $0.before] }.compactMap { $0 }.max() ?? 0
        let scale = min(10_000, max(1000, (highest + 999) / 1000 * 1000))
        func x(_ place: Int) -> Int { steps.count < 2 ? (left + right) / 2 : left + 24 + place * (right - left - 48) / (steps.count - 1) }
        func y(_ points: Int) -> Int { bottom - points * (bottom - top) / scale }
        var content = ""
        for part in 0...5 {
            let points = scale * part / 5
            content += "<path d=\"M\(left) \(y(points))H\(right)\" stroke=\"#cfcfcf\" fill=\"none\"/>"
            content += text("\(points / 100)%", x: left - 6, y: y(points) + 4, anchor: "end", size: 11)
        }
        for (place, step) in steps.enumerated() { content += text(step.label, x: x(place), y: bottom + 18, anchor: "middle", size: 11) }
        content += line(steps.map(\.before), x, y, stroke: faint, dashed: true, numbers: false)
        content += line(steps.map(\.now), x, y, stroke: bar, dashed: false, numbers: true)
        content +=
            "<path d=\"M\(left) 14h34\" stroke=\"\(bar)\" stroke-width=\"3\" fill=\"none\"/>"
            + text(names.now, x: left + 40, y: 18, size: 12)
        content +=
            "<path d=\"M240 14h34\" stroke=\"\(faint)\" stroke-width=\"2\" stroke-dasharray=\"6 4\" fill=\"none\"/>"
            + text(names.before, x: 280, y: 18, size: 12)
        return svg(height: bottom + 26, label: label, content)
    }

    /// A line through the known values; it breaks where one is missing.
    private static func line(_ values: [Int?], _ x: (Int) -> Int, _ y: (Int) -> Int, stroke: String, dashed: Bool, numbers: Bool) -> String
    {
        var (path, content, pen) = ("", "", false)
        for (place, value) in values.enumerated() {
            guard let value else {
                pen = false
                continue
            }
            path += "\(pen ? "L" : "M")\(x(place)) \(y(value))"
            pen = true
            content += "<circle cx=\"\(x(place))\" cy=\"\(y(value))\" r=\"\(numbers ? 4 : 3)\" fill=\"\(stroke)\"/>"
            if numbers { content += text("\(value / 100).\(value % 100 / 10)", x: x(place), y: y(value) - 8, anchor: "middle", size: 11) }
        }
        let dashes = dashed ? " stroke-dasharray=\"6 4\"" : ""
        return path.isEmpty
            ? "" : "<path d=\"\(path)\" stroke=\"\(stroke)\" stroke-width=\"\(dashed ? 2 : 3)\" fill=\"none\"\(dashes)/>" + content
    }

    /// One line of a heat table: a share in per cent for each day, nil where nothing is known.
    package struct Warmth: Sendable {
        let label: String
        let days: [Int?]

        package init(label: String, days: [Int?]) {
            self.label = label
            self.days = days
        }
    }

    /// Areas down, days across; a darker cell is a higher share, and the share stands in it.
    package static func heat(_ lines: [Warmth], label: String) -> String {
        let days = lines.map(\.days.count).max() ?? 0
        let (left, cell) = (100, 20)
        var content = ""
        for day in 0..<days { content += text(String(day + 1), x: left + day * cell + cell / 2, y: 12, anchor: "middle", size: 9) }
        for (row, line) in lines.enumerated() {
            let y = 18 + row * 20
            content += text(fitted(line.label, 7), x: left - 6, y: y + 14, anchor: "end", size: 12)
            for (day, share) in line.days.enumerated() {
                guard let share else { continue }
                let (fill, ink) = shade(share)
                content += rect(x: left + day * cell, y: y, width: cell - 1, height: 19, fill: fill)
                content += text(String(share), x: left + day * cell + (cell - 1) / 2, y: y + 13, anchor: "middle", size: 9, fill: ink)
            }
        }
        return svg(height: 22 + lines.count * 20, label: label, content)
    }

    /// The shade of a share of a hundred and the ink that is readable on it.
    private static func shade(_ share: Int) -> (String, String) {
        switch share {
        case ..<1: ("#f4f4f4", ink)
        case ..<20: ("#dceaf5", ink)
        case ..<40: ("#a9cde6", ink)
        case ..<60: ("#6aa9d4", ink)
        case ..<80: ("#2f73b0", "#ffffff")
        default: ("#0b3f7a", "#ffffff")
        }
    }

    /// One stage of a funnel.
    package struct Stage: Sendable {
        let label: String
        let count: Int
        let note: String

        package init(label: String, count: Int, note: String) {
            self.label = label
            self.count = count
            self.note = note
        }
    }

    /// Bars in the middle, each as wide as its share of the first.
    package static func funnel(_ stages: [Stage], label: String) -> String {
        let (centre, full) = (360, 340)
        let whole = max(1, stages.first?.count ?? 1)
        var content = ""
        for (place, stage) in stages.enumerated() {
            let (y, wide) = (place * 34 + 4, full * min(whole, stage.count) / whole)
            content += rect(x: centre - full / 2, y: y, width: full, height: 26, fill: "#f4f4f4")
            content += rect(x: centre - wide / 2, y: y, width: wide, height: 26, fill: "#a9cde6")
            content += text(fitted(stage.label, 12), x: centre - full / 2 - 8, y: y + 18, anchor: "end")
            content += text(String(stage.count), x: centre, y: y + 18, anchor: "middle")
            content += text(stage.note, x: centre + full / 2 + 8, y: y + 18)
        }
        return svg(height: max(1, stages.count) * 34 + 4, label: label, content)
    }
}
