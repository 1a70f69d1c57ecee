package import Foundation

extension PrintedDocument {
    /// The workbook (XLSX): first a sheet with title, number and texts, then every table on a sheet of its own. The same document gives the
    /// same bytes.
    ///
    /// Numbers are numbers with the format that they were printed in; codes, and whatever stands in a column that is not of numbers, stay
    /// text. No cell is a formula. Blocks while it writes.
    /// - Throws: `DocumentProblem.tooLarge`, `DocumentProblem.failed`.
    package func workbook() throws -> Data {
        try SheetFile.written { file in
            try file.addText(lines, name: title)
            for table in blocks.compactMap(\.table) { try file.add(table) }
        }
    }

    /// The document without its tables, line by line.
    private var lines: [SheetFile.Line] {
        var lines: [SheetFile.Line] = []
        func add(_ text: String?, bold: Bool = false) {
            if let text, !text.isEmpty { lines.append(SheetFile.Line(text: text, isBold: bold)) }
        }
        add(mark, bold: true)
        add(issuer)
        add(title, bold: true)
        add(documentNumber)
        add(recipients.isEmpty ? nil : recipients + colon)
        for block in blocks { add(block.text ?? block.table?.caption, bold: block.kind == .heading || block.kind == .annex) }
        for line in signature { add(line) }
        for pair in imprint { add(pair.name + colon + pair.text) }
        return lines
    }
}

/// A workbook of plain tables, one sheet each, by the same rules as `PrintedDocument.workbook`. Without any table it has one empty sheet.
///
/// Blocks while it writes.
/// - Throws: `DocumentProblem.tooLarge`, `DocumentProblem.failed`.
package func workbook(of tables: [PrintedTable]) throws -> Data {
    try SheetFile.written { file in
        if tables.isEmpty { try file.addText([], name: "") }
        for table in tables { try file.add(table) }
    }
}
