import Basics

/// Why the bytes of a file are no spreadsheet that can be read.
package enum SheetProblem: Error, Hashable, Sendable {
    /// No workbook of Office Open XML (ECMA-376), or a damaged one.
    case notASheet
    /// A workbook of the time before, or one under a password.
    case oldOrLocked
    /// It unpacks to more than a list of an office is.
    case tooLarge
}

/// The first sheet that shows of a workbook (.xlsx), row by row, as what its cells say.
package enum SheetReading {
    package struct Row: Hashable, Sendable {
        /// As the spreadsheet counts it, from 1.
        package let number: Int
        package let cells: [String]
    }

    /// Whether bytes begin as a workbook does, now or of the time before.
    package static func looksLikeOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: zip) || bytes.starts(with: compound) }

    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]
    private static let compound: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0]
    private static let (mostPart, mostSheet) = (48 << 20, 128 << 20)
    static let (mostRows, mostColumns, mostCells) = (200_000, 1000, 3_000_000)

    /// The rows that are not empty. Numbers that are dates by their format are written as days; others as they are, where a spreadsheet
    /// kept all of their digits, and else as `9.90101001001001E+17`, whose digits are lost. A cell that spans several rows says the same
    /// in each of them. Of a formula it is the last result.
    package static func rows(_ bytes: [UInt8]) throws(SheetProblem) -> [Row] {
        guard !bytes.starts(with: compound) else { throw .oldOrLocked }
        let archive = try ZipReading(bytes)
        let book = BookParts()
        guard try parse(archive, "xl/workbook.xml", mostPart, book.take) else { throw .notASheet }
        _ = try parse(archive, "xl/_rels/workbook.xml.rels", mostPart, book.takeLink)
        guard let name = book.firstSheet else { throw .notASheet }
        let (strings, styles) = (SharedTexts(), CellStyles())
        _ = try parse(archive, "xl/sharedStrings.xml", mostPart, strings.take)
        _ = try parse(archive, "xl/styles.xml", mostPart, styles.take)
        let sheet = SheetCells(strings.texts, styles.dates, isOf1904: book.isOf1904)
        guard try parse(archive, name, mostSheet, sheet.take) else { throw .notASheet }
        guard !sheet.isTooLarge, strings.texts.count <= mostCells else { throw .tooLarge }
        return sheet.finished
    }

    private static func parse(_ archive: ZipReading, _ name: String, _ most: Int, _ take: (XMLReading) -> Void) throws(SheetProblem)
        -> Bool
    {
        guard let reading = XMLReading() else { throw .notASheet }
        take(reading)
        let isThere = try archive.read(name, upTo: most) { piece throws(SheetProblem) in
            guard reading.take(piece) else { throw .notASheet }
        }
        guard !isThere || reading.take([], isLast: true) else { throw .notASheet }
        return isThere
    }
}

/// Which part of the file is the first sheet that shows.
private final class BookParts {
    private var sheet: String?
    private var links: [String: String] = [:]
    private(set) var isOf1904 = false

    func take(_ reading: XMLReading) {
        reading.begins = { [self] name, values in
            if name == "workbookPr" { isOf1904 = ["1", "true"].contains(values["date1904"]) }
            if name == "sheet", sheet == nil, ["", "visible"].contains(values["state"] ?? "") { sheet = values["id"] }
        }
    }

    func takeLink(_ reading: XMLReading) {
        reading.begins = { [self] name, values in
            if name == "Relationship", let id = values["Id"] { links[id] = values["Target"] }
        }
    }

    var firstSheet: String? {
        guard let sheet, let target = links[sheet] else { return nil }
        return target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
}

/// The texts that cells share.
private final class SharedTexts {
    private(set) var texts: [String] = []
    private var (isText, isReading, text) = (false, false, "")

    func take(_ reading: XMLReading) {
        reading.begins = { [self] name, _ in
            switch name {
            case "si": text = ""
            // How a word is read aloud is no part of it.
            case "rPh": isReading = true
            case "t": isText = !isReading
            default: break
            }
        }
        reading.text = { [self] in if isText { text += $0 } }
        reading.ends = { [self] name in
            switch name {
            // One more than may be says that there are too many.
            case "si": if texts.count <= SheetReading.mostCells { texts.append(text) }
            case "rPh": isReading = false
            case "t": isText = false
            default: break
            }
        }
    }
}

/// Which styles of cells show a number as a day.
private final class CellStyles {
    private var codes: [Int: String] = [:]
    private var isCells = false
    private(set) var dates: [Bool] = []

    func take(_ reading: XMLReading) {
        reading.begins = { [self] name, values in
            switch name {
            case "numFmt": if let id = values["numFmtId"].flatMap({ Int($0) }) { codes[id] = values["formatCode"] }
            case "cellXfs": isCells = true
            case "xf": if isCells { dates.append(isDate(values["numFmtId"].flatMap { Int($0) } ?? 0)) }
            default: break
            }
        }
        reading.ends = { [self] name in if name == "cellXfs" { isCells = false } }
    }

    /// By the formats that every program knows (ECMA-376, 18.8.30, those of Chinese offices included), or by what its code shows.
    private func isDate(_ format: Int) -> Bool {
        guard let code = codes[format] else {
            return (14...17).contains(format) || format == 22 || (27...31).contains(format) || format == 36 || (50...58).contains(format)
        }
        let shown = code.replacing(/"[^"]*"|\[[^\]]*\]|\\./, with: "").lowercased()
        return shown.contains { "yd年日".contains($0) } || code.contains("年") || code.contains("日")
    }
}

/// The cells of a sheet, row by row.
private final class SheetCells {
    private let (strings, dates): ([String], [Bool])
    /// The day 1970-01-01 as the workbook counts days.
    private let epoch: Int
    private var rows: [SheetReading.Row] = []
    private var (row, column, cells) = (0, 0, [String]())
    private var (kind, isDate, isText, value) = ("", false, false, "")
    private var count = 0
    private var merged: [(column: Int, rows: ClosedRange<Int>)] = []
    private var mergedRows = 0
    private(set) var isTooLarge = false

    init(_ strings: [String], _ dates: [Bool], isOf1904: Bool) {
        (self.strings, self.dates) = (strings, dates)
        epoch = isOf1904 ? 24_107 : 25_569
    }

    func take(_ reading: XMLReading) {
        reading.begins = { [self] name, values in
            switch name {
            case "row":
                // Beyond the last row that is read one number is as good as another.
                let number = values["r"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? row + 1
                (row, column, cells) = (min(number, SheetReading.mostRows + 1), 0, [])
            case "c": begin(values)
            case "v", "t": isText = true
            case "mergeCell": if let range = values["ref"] { merge(range) }
            default: break
            }
        }
        reading.text = { [self] in
            if isText, !isTooLarge { value += $0 }
            // A cell holds 32,767 characters.
            if value.utf8.count > 131_072 { isTooLarge = true }
        }
        reading.ends = { [self] name in
            switch name {
            case "row": if !isTooLarge, cells.contains(where: { !$0.isEmpty }) { rows.append(SheetReading.Row(number: row, cells: cells)) }
            case "c": end()
            case "v", "t": isText = false
            default: break
            }
        }
    }

    private func begin(_ values: [String: String]) {
        column = values["r"].flatMap { Self.place($0)?.column } ?? column + 1
        (kind, value) = (values["t"] ?? "n", "")
        let style = values["s"].flatMap { Int($0) } ?? 0
        isDate = dates.indices.contains(style) && dates[style]
        count += 1
        if column > SheetReading.mostColumns || row > SheetReading.mostRows || count > SheetReading.mostCells { isTooLarge = true }
    }

    private func end() {
        guard !isTooLarge, !value.isEmpty, column > 0 else { return }
        if cells.count < column { cells += Array(repeating: "", count: column - cells.count) }
        cells[column - 1] = said
    }

    private var said: String {
        switch kind {
        case "s": Int(value).flatMap { strings.indices.contains($0) ? strings[$0] : nil } ?? ""
        case "n": isDate ? day : number
        default: value
        }
    }

    private var day: String {
        guard let serial = Double(value), (1..<2_958_466).contains(serial) else { return value }
        // Day 60 of the count from 1900 is a day that never was; from then on the count is one ahead.
        let days = Int(serial) - epoch + (epoch == 25_569 && serial < 60 ? 1 : 0)
        return Day(number: days).description
    }

    private var number: String {
        guard let number = Double(value), number.isFinite, number == number.rounded() else { return value }
        // A spreadsheet keeps 15 digits.
        if abs(number) < 1e15 { return String(Int64(number)) }
        guard let whole = Int64(exactly: number), whole > 0 else { return value }
        let digits = String(whole)
        return "\(digits.prefix(1)).\(digits.dropFirst().prefix(14))E+\(digits.count - 1)"
    }

    /// Of a span of one column every row says what the first one says; a title over several columns is said once.
    private func merge(_ range: String) {
        let ends = range.split(separator: ":")
        guard ends.count == 2, let from = Self.place(ends[0]), let to = Self.place(ends[1]), from.column == to.column, from.row < to.row,
            to.row <= SheetReading.mostRows
        else { return }
        mergedRows += to.row - from.row
        guard mergedRows <= SheetReading.mostCells else { return isTooLarge = true }
        merged.append((from.column, from.row...to.row))
    }

    /// `C12` is column 3, row 12.
    private static func place(_ text: some StringProtocol) -> (column: Int, row: Int)? {
        let letters = text.prefix { $0.isASCII && $0.isLetter }
        guard !letters.isEmpty, letters.count <= 3, let row = Int(text.dropFirst(letters.count)), row > 0 else { return nil }
        return (letters.uppercased().utf8.reduce(0) { $0 * 26 + Int($1) - 64 }, row)
    }

    var finished: [SheetReading.Row] {
        guard !merged.isEmpty else { return rows }
        var byNumber = Dictionary(rows.map { ($0.number, $0.cells) }) { first, _ in first }
        for (column, span) in merged {
            guard let first = byNumber[span.lowerBound], first.count >= column, !first[column - 1].isEmpty else { continue }
            for number in span.dropFirst() {
                // A row of which nothing else is said stays empty.
                guard var cells = byNumber[number] else { continue }
                if cells.count < column { cells += Array(repeating: "", count: column - cells.count) }
                cells[column - 1] = first[column - 1]
                byNumber[number] = cells
            }
        }
        return byNumber.sorted { $0.key < $1.key }.map { SheetReading.Row(number: $0.key, cells: $0.value) }
    }
}
