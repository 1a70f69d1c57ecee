package import Basics
import Documents

/// A table of an office as an import reads it, cell by cell by the names of its columns: whatever the encoding, the separator, the words of
/// the header and the rows of title and total around it.
package struct ImportTable: Sendable {
    /// What an import calls a column, and what offices call it.
    package struct Column: Sendable {
        let name: String
        let aliases: [String]
        let isNeeded: Bool

        package init(_ name: String, _ aliases: [String], isNeeded: Bool = true) {
            (self.name, self.aliases, self.isNeeded) = (name, aliases, isNeeded)
        }
    }

    /// Something that was found out about a file: `name` is the end of the key of its words, which name `{value}`.
    package struct Recognition: Codable, Hashable, Sendable, CustomStringConvertible {
        package let name: String
        package let value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }

        /// For a print-out.
        package var description: String {
            switch name {
            case "encoding": value
            case "header": "header in line \(value)"
            case "totals": "\(value) rows of totals passed over"
            default: "\(name): \(value)"
            }
        }
    }

    /// The columns that a file of refused rows has behind its own.
    package static let added = ["line", "column", "reason"]
    /// The header stands within this many rows.
    private static let headerDepth = 10

    package let header: [String]
    package let records: [CSV.Record]
    /// How the file was understood, where it is not plain UTF-8 with commas and a header in its first line.
    package let recognised: [Recognition]
    /// The headings that are none of its columns.
    package let ignored: [String]
    private let columns: [String: Int]
    /// How many cells a row may have.
    package let width: Int

    /// Throws `Refusal.invalid` when the bytes are no text, when no row names the needed columns, or when one is named twice. `chosen` says
    /// what headings are that nobody would recognise.
    package init(_ bytes: some Sequence<UInt8>, _ known: [Column], chosen: ImportChoice = [:]) throws {
        let read = try Reading(Array(bytes), known, chosen)
        let (encoding, isSheet) = (read.encoding, read.isSheet)
        if read.best.map({ found in known.contains { $0.isNeeded && !found.names.contains($0.name) } }) ?? true,
            let malformed = read.malformed
        {
            throw Refusal.invalid(["line \(malformed.line)": FieldProblem(malformed.code)])
        }
        guard let best = read.best else { throw Refusal.invalid(["line 1": "csv.header_missing"]) }
        var names = best.names
        let heading = best.records[best.place].fields
        let named = isSheet ? heading.lastIndex { !$0.officeText.isEmpty }.map { $0 + 1 } ?? 0 : heading.count
        header = Array(heading.prefix(ImportTable.ownWidth(of: Array(heading.prefix(named)))))
        names = Array(names.prefix(header.count))
        // In a sheet what stands beside the table stands in no wrong column.
        width = isSheet ? .max : heading.count
        let counts = names.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        let twice = counts.filter { !$0.key.isEmpty && $0.value > 1 }.map(\.key)
        guard twice.isEmpty else { throw Refusal.invalid(Dictionary(uniqueKeysWithValues: twice.map { ($0, "csv.column_twice") })) }
        let missing = known.filter { $0.isNeeded && !names.contains($0.name) }.map(\.name)
        guard missing.isEmpty else { throw Refusal.invalid(Dictionary(uniqueKeysWithValues: missing.map { ($0, "csv.column_missing") })) }
        ignored = zip(names, header).filter { $0.isEmpty && !$1.officeText.isEmpty }.map { String($1.officeText.prefix(40)) }
        columns = Dictionary(uniqueKeysWithValues: names.enumerated().filter { !$0.element.isEmpty }.map { ($0.element, $0.offset) })
        let below = best.records.dropFirst(best.place + 1).filter { !$0.fields.allSatisfy { $0.officeText.isEmpty } }
        records = below.filter { !ImportTable.isTotal($0) }
        var found: [Recognition] = []
        if isSheet { found.append(Recognition(name: "encoding", value: "XLSX")) }
        if encoding != .utf8 { found.append(Recognition(name: "encoding", value: encoding.rawValue)) }
        if best.separator != "," {
            found.append(Recognition(name: "separator", value: best.separator == "\t" ? "tab" : "\(best.separator)"))
        }
        if best.place > 0 { found.append(Recognition(name: "header", value: String(best.records[best.place].line))) }
        if below.count > records.count { found.append(Recognition(name: "totals", value: String(below.count - records.count))) }
        recognised = found
    }

    /// The headings of a file, from the left, empty where there is none: the row that names columns, or else the fullest of the first.
    /// Throws what ``init(_:_:chosen:)`` throws of a file that is no table, or whose rows have one cell.
    static func headings(_ bytes: [UInt8], _ known: [Column], _ chosen: ImportChoice) throws -> [String] {
        let read = try Reading(bytes, known, chosen)
        let row = read.best.map { $0.records[$0.place] } ?? read.fullest
        let headings = row?.fields.map { String($0.officeText.prefix(100)) } ?? []
        guard let last = headings.lastIndex(where: { !$0.isEmpty }), headings.count(where: { !$0.isEmpty }) > 1 else {
            throw Refusal.invalid(["line 1": "csv.header_missing"])
        }
        return Array(headings[...last])
    }

    /// A file as far as it can be read before its columns are known.
    private struct Reading {
        var best: (separator: Character, records: [CSV.Record], place: Int, names: [String])?
        /// The one of the first rows with the most cells that hold something.
        var fullest: CSV.Record?
        var malformed: CSV.Malformed?
        var encoding = OfficeEncoding.utf8
        var isSheet = false

        init(_ bytes: [UInt8], _ known: [Column], _ chosen: ImportChoice) throws {
            if SheetReading.looksLikeOne(bytes) {
                isSheet = true
                consider(try ImportTable.sheet(bytes), ",", known, chosen)
                return
            }
            guard let (decoded, found) = OfficeText.decode(bytes) else { throw Refusal.invalid(["line 1": "csv.encoding"]) }
            encoding = found
            let (text, told) = ImportTable.separatorLine(decoded)
            for separator in told.map({ [$0] }) ?? [",", "\t", ";", "，", "|"] {
                do throws(CSV.Malformed) {
                    consider(try CSV.records(of: text, separator: separator), separator, known, chosen)
                } catch { malformed = malformed ?? error }
            }
        }

        private mutating func consider(
            _ records: [CSV.Record], _ separator: Character, _ known: [Column], _ chosen: ImportChoice
        ) {
            func filled(_ record: CSV.Record?) -> Int { record?.fields.count { !$0.officeText.isEmpty } ?? 0 }
            for (place, record) in records.prefix(ImportTable.headerDepth).enumerated() {
                let names = ImportTable.names(of: record.fields, known, chosen)
                if names.count(where: { !$0.isEmpty }) > best?.names.count(where: { !$0.isEmpty }) ?? 0 {
                    best = (separator, records, place, names)
                }
                if filled(record) > filled(fullest) { fullest = record }
            }
        }
    }

    /// The rows of a workbook's first sheet.
    private static func sheet(_ bytes: [UInt8]) throws -> [CSV.Record] {
        do throws(SheetProblem) {
            return try SheetReading.rows(bytes).map { CSV.Record(line: $0.number, fields: $0.cells) }
        } catch {
            let code =
                switch error {
                case .notASheet: "import.not_a_sheet"
                case .oldOrLocked: "import.old_sheet"
                case .tooLarge: "import.sheet_too_large"
                }
            throw Refusal.invalid(["line 1": FieldProblem(code)])
        }
    }

    /// Whether the file has a column.
    package func has(_ name: String) -> Bool { columns[name] != nil }

    /// A cell as it was meant; empty where the row has none.
    package func cell(_ name: String, _ record: CSV.Record) -> String {
        guard let index = columns[name], index < record.fields.count else { return "" }
        return CSV.unguarded(record.fields[index]).officeText
    }

    /// A cell that holds a code, an id or a day.
    package func code(_ name: String, _ record: CSV.Record) -> String {
        guard let index = columns[name], index < record.fields.count else { return "" }
        return record.fields[index].officeCode
    }

    /// The cells of a row under the file's own header, without what a file of refused rows has behind; all of them where it has too many.
    package func own(_ record: CSV.Record) -> [String] {
        let most = hasTooManyCells(record) ? record.fields.count : header.count
        return Array((record.fields + Array(repeating: "", count: header.count)).prefix(max(header.count, most)))
    }

    /// Whether a row has more cells than the header, so that what stands behind the surplus one stands in the wrong column. A file of
    /// refused rows has its own three behind.
    package func hasTooManyCells(_ record: CSV.Record) -> Bool { record.fields.count > width }

    /// Some programs say in the first line what stands between fields.
    private static func separatorLine(_ text: String) -> (String, Character?) {
        guard text.prefix(4).lowercased() == "sep=", let mark = text.dropFirst(4).first,
            let end = text.utf8.firstIndex(of: UInt8(ascii: "\n"))
        else { return (text, nil) }
        // An empty line in its place, so that lines are counted as the file has them.
        return (String(text[end...]), mark)
    }

    /// What the import calls each cell of a row that may be the header; empty for cells that it does not know. What somebody chose comes
    /// before what is recognised.
    static func names(of headings: [String], _ known: [Column], _ chosen: ImportChoice) -> [String] {
        let (keys, columns) = (headings.map(plain), Set(known.map(\.name)))
        let taken = Set(keys.compactMap { chosen[$0] })
        return keys.map { key in
            if let column = chosen[key] { return columns.contains(column) ? column : "" }
            let found = known.first { $0.name == key || $0.aliases.contains(key) }?.name ?? ""
            return taken.contains(found) ? "" : found
        }
    }

    /// How many fields of the header are the file's own: without those that a file of refused rows has behind.
    private static func ownWidth(of fields: [String]) -> Int {
        let words = fields.map { $0.officeCode.lowercased() }
        return Array(words.suffix(added.count)) == added ? fields.count - added.count : fields.count
    }

    /// A row that sums the others up.
    private static func isTotal(_ record: CSV.Record) -> Bool {
        let words = record.fields.lazy.map { $0.officeText.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        return words.prefix(2).contains { ["合计", "小计", "总计", "共计", "合計", "total"].contains($0.lowercased()) }
    }
}
