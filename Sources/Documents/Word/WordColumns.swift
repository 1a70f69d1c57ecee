/// Widths of columns from what stands in them, since neither Word nor LibreOffice measures a fixed table. Lengths are twentieths of a
/// point.
struct WordColumns {
    let widths: [Int]
    /// The size of the text: 10.5 points, 9 from nine columns on, 8 from thirteen on; less where the numbers would not fit otherwise, never
    /// below 6.
    let halfPoints: Int
    /// Between a cell's border and its text.
    let margin: Int

    init(table: PrintedTable, room: Int) {
        let rows = table.cells
        let needs = table.columns.indices.map { place in
            let widest = rows.lazy.map { Self.breadth($0[place]) }.max() ?? 0
            // The total is bold, which is wider.
            let total = table.hasTotal ? (rows.last.map { Self.breadth($0[place]) } ?? 0) * 11 / 10 : 0
            return Need(table.columns[place], max(widest, total))
        }
        margin = needs.count > 8 ? 40 : 80
        let lost = margin * 2 * needs.count
        var size = needs.count > 12 ? 16 : needs.count > 8 ? 18 : 21
        while size > 12, needs.reduce(0, { $0 + Self.length($1.least, size) }) + lost > room { size -= 1 }
        halfPoints = size
        widths = Self.shared(needs, size, margin: margin, room: room)
    }

    /// What a column needs, in twentieths of a character: a label may break into three lines and a text into several, a number may not
    /// break.
    private struct Need {
        let least: Int
        let wished: Int

        init(_ column: PrintedTable.Column, _ widest: Int) {
            let label = breadth(column.label)
            least = max(column.isNumber ? min(widest, 300) : min(widest, 120), min(label, max(40, label / 3 + 20)))
            wished = max(least, min(widest, 400), min(label, label / 2 + 20))
        }
    }

    /// How wide a text is, in twentieths of a character. Latin letters are taken as wide as in fonts that are no 仿宋, which may have to
    /// stand in for it.
    private static func breadth(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar {
            case "%", "+", "W", "M", "m": sum + 19
            case ".", ",", " ", "i", "l": sum + 7
            case "0"..."9", "a"..."z": sum + 13
            default: sum + (scalar.isASCII ? 14 : 20)
            }
        }
    }

    /// A character is as wide as its size: `size` half points are ten times as many twentieths of a point.
    private static func length(_ breadth: Int, _ size: Int) -> Int { breadth == 0 ? 0 : breadth * size / 2 + 20 }

    /// Every column gets the least it needs; what is left goes to those that wish more, and then to all, so that the table is as wide as
    /// the text.
    private static func shared(_ needs: [Need], _ size: Int, margin: Int, room: Int) -> [Int] {
        let least = needs.map { length($0.least, size) + margin * 2 }
        let wishes = needs.map { length($0.wished, size) - length($0.least, size) }
        let left = room - least.reduce(0, +)
        if left < 0 { return least.map { $0 * room / (room - left) } }
        let wished = wishes.reduce(0, +)
        if wished > left { return zip(least, wishes).map { $0 + $1 * left / wished } }
        let full = zip(least, wishes).map { $0 + $1 }
        let sum = max(1, full.reduce(0, +))
        return full.map { $0 * room / sum }
    }
}
