/// A table over the full width: its head repeats on every page, its rows do not break.
struct WordTable {
    let table: PrintedTable
    /// Twentieths of a point.
    let room: Int

    var xml: String {
        let columns = WordColumns(table: table, room: room)
        let grid = columns.widths.map { "<w:gridCol w:w=\"\($0)\"/>" }.joined()
        let rows = table.cells
        let head = row(table.columns.map(\.label), columns, isHead: true)
        let lines = rows.enumerated().map { place, cells in row(cells, columns, isTotal: table.hasTotal && place == rows.count - 1) }
        return "<w:tbl>\(properties(columns))<w:tblGrid>\(grid)</w:tblGrid>\(head)\(lines.joined())</w:tbl>"
    }

    private func properties(_ columns: WordColumns) -> String {
        let lines = ["top", "left", "bottom", "right", "insideH", "insideV"].map {
            "<w:\($0) w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>"
        }.joined()
        let inside = ["left", "right"].map { "<w:\($0) w:w=\"\(columns.margin)\" w:type=\"dxa\"/>" }.joined()
        return
            """
            <w:tblPr><w:tblW w:w="\(columns.widths.reduce(0, +))" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>\(lines)</w:tblBorders>
            """
                + "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar>\(inside)</w:tblCellMar></w:tblPr>"
    }

    private func row(_ texts: [String], _ columns: WordColumns, isHead: Bool = false, isTotal: Bool = false) -> String {
        let cells = zip(texts.indices, texts).map { place, text in
            let side = isHead ? "" : table.columns[place].isNumber ? "<w:jc w:val=\"right\"/>" : ""
            let shade = isHead ? "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F2F2\"/>" : ""
            let size = "<w:sz w:val=\"\(columns.halfPoints)\"/><w:szCs w:val=\"\(columns.halfPoints)\"/>"
            let run = WordBody.run(text, "<w:rPr>\(isTotal ? "<w:b/><w:bCs/>" : "")\(size)</w:rPr>")
            return "<w:tc><w:tcPr><w:tcW w:w=\"\(columns.widths[place])\" w:type=\"dxa\"/>\(shade)<w:vAlign w:val=\"center\"/></w:tcPr>"
                + "<w:p><w:pPr><w:pStyle w:val=\"\(isHead ? "TableHead" : "TableText")\"/>\(side)</w:pPr>\(run)</w:p></w:tc>"
        }
        return "<w:tr><w:trPr><w:cantSplit/>\(isHead ? "<w:tblHeader/>" : "")</w:trPr>\(cells.joined())</w:tr>"
    }
}
