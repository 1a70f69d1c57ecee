import CXLSXWriter
import Foundation

/// A workbook while libxlsxwriter writes it. Used by one thread, inside `written`.
final class SheetFile {
    /// A line of the sheet of texts.
    struct Line {
        let text: String
        let isBold: Bool
    }

    /// How a cell looks.
    private struct Look: Hashable {
        var number = ""
        var isBold = false
        var isHead = false
        var wraps = false
        var right = false
    }

    private let book: UnsafeMutablePointer<lxw_workbook>
    private var names = SheetNames()
    private var looks: [Look: UnsafeMutablePointer<lxw_format>] = [:]

    private init(_ book: UnsafeMutablePointer<lxw_workbook>) { self.book = book }

    /// The bytes of the workbook that `fill` makes. libxlsxwriter 1.1.4 writes only to files, so one is made and taken away again.
    static func written(_ fill: (SheetFile) throws -> Void) throws -> Data {
        var template = Array(FileManager.default.temporaryDirectory.appending(path: "sheets-XXXXXX").path.utf8CString)
        guard mkdtemp(&template) != nil else { throw failure(LXW_ERROR_CREATING_TMPFILE) }
        let folder = URL(
            fileURLWithPath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self), isDirectory: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "book.xlsx").path
        guard let book = workbook_new(path) else { throw failure(LXW_ERROR_MEMORY_MALLOC_FAILED) }
        // A fixed time, so that the same tables give the same bytes.
        var properties = lxw_doc_properties()
        properties.created = 315_532_800
        _ = workbook_set_properties(book, &properties)
        do {
            try fill(SheetFile(book))
        } catch {
            // Only the close frees the book.
            _ = workbook_close(book)
            throw error
        }
        let status = workbook_close(book)
        guard status == LXW_NO_ERROR else { throw failure(status) }
        return try Data(contentsOf: folder.appending(path: "book.xlsx"))
    }

    /// A sheet of texts, one a row, as wide as a page.
    func addText(_ lines: [Line], name: String) throws {
        let sheet = try sheet(name)
        worksheet_set_column(sheet, 0, 0, 90, nil)
        for (row, line) in lines.enumerated() { try write(.text(line.text), to: sheet, row, 0, Look(isBold: line.isBold, wraps: true)) }
        worksheet_set_paper(sheet, UInt8(9))
        worksheet_fit_to_pages(sheet, 1, 0)
    }

    /// A table on a sheet of its own: header frozen and bold, total bold, prepared for A4 across.
    func add(_ table: PrintedTable) throws {
        guard table.rows.count < Int(LXW_ROW_MAX), table.columns.count <= Int(LXW_COL_MAX) else {
            throw DocumentProblem.tooLarge(caption: table.caption)
        }
        let sheet = try sheet(table.caption)
        let rows = table.cells
        for (place, column) in table.columns.enumerated() {
            try write(.text(column.label), to: sheet, 0, place, Look(isBold: true, isHead: true, wraps: true))
            worksheet_set_column(sheet, lxw_col_t(place), lxw_col_t(place), Self.width(of: column.label, rows.map { $0[place] }), nil)
        }
        for (row, cells) in rows.enumerated() {
            let isTotal = table.hasTotal && row == rows.count - 1
            for (place, text) in cells.enumerated() where !text.isEmpty {
                let isNumber = table.columns[place].isNumber
                let cell = SheetCell(text, isNumber: isNumber)
                var look = Look(isBold: isTotal, right: isNumber)
                if case .number(_, let format) = cell { look.number = format }
                try write(cell, to: sheet, row + 1, place, look)
            }
        }
        prepareForPaper(sheet)
    }

    private func prepareForPaper(_ sheet: UnsafeMutablePointer<lxw_worksheet>) {
        worksheet_freeze_panes(sheet, 1, 0)
        worksheet_repeat_rows(sheet, 0, 0)
        worksheet_set_landscape(sheet)
        worksheet_set_paper(sheet, UInt8(9))  // A4
        worksheet_fit_to_pages(sheet, 1, 0)
    }

    private func sheet(_ caption: String) throws -> UnsafeMutablePointer<lxw_worksheet> {
        guard let sheet = workbook_add_worksheet(book, names.name(for: caption)) else {
            throw Self.failure(LXW_ERROR_SHEETNAME_ALREADY_USED)
        }
        return sheet
    }

    private func write(_ cell: SheetCell, to sheet: UnsafeMutablePointer<lxw_worksheet>, _ row: Int, _ column: Int, _ look: Look) throws {
        let (row, column) = (lxw_row_t(row), lxw_col_t(column))
        let status =
            switch cell {
            case .text(let text): worksheet_write_string(sheet, row, column, Self.fitting(text), format(look))
            case .number(let value, _): worksheet_write_number(sheet, row, column, value, format(look))
            }
        guard status == LXW_NO_ERROR else { throw Self.failure(status) }
    }

    private func format(_ look: Look) -> UnsafeMutablePointer<lxw_format>? {
        if let known = looks[look] { return known }
        guard let format = workbook_add_format(book) else { return nil }
        if look.isBold { format_set_bold(format) }
        if look.right { format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue)) }
        if !look.number.isEmpty { format_set_num_format(format, look.number) }
        if look.wraps { format_set_text_wrap(format) }
        format_set_align(format, UInt8((look.isHead ? LXW_ALIGN_VERTICAL_CENTER : LXW_ALIGN_VERTICAL_TOP).rawValue))
        if look.isHead {
            format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
            format_set_bottom(format, UInt8(LXW_BORDER_THIN.rawValue))
        }
        looks[look] = format
        return format
    }

    /// In characters of the spreadsheet, of which a Chinese one takes two. A long label breaks into two lines rather than make its column
    /// wide.
    private static func width(of label: String, _ cells: [String]) -> Double {
        let widest = max(cells.lazy.map(halves).max() ?? 0, (halves(label) + 1) / 2, min(12, halves(label)))
        return Double(min(60, max(6, widest)) + 2)
    }

    /// A cell takes 32,767 UTF-16 units.
    private static func fitting(_ text: String) -> String {
        let clean = printable(text)
        if clean.utf16.count <= 32_767 { return clean }
        var (cut, units) = (String.UnicodeScalarView(), 0)
        for scalar in clean.unicodeScalars {
            units += UTF16.width(scalar)
            if units > 32_766 { break }
            cut.append(scalar)
        }
        return String(cut) + "…"
    }

    private static func failure(_ status: lxw_error) -> DocumentProblem {
        .failed(library: "libxlsxwriter", said: String(cString: lxw_strerror(status)))
    }
}
