/// Comma-separated values (RFC 4180), read strictly so that each refused row can be named by its line.
package struct CSV: Sendable {
    /// One record and the line of the file on which it begins, from 1.
    package struct Record: Hashable, Sendable {
        package let line: Int
        package let fields: [String]

        package init(line: Int, fields: [String]) {
            self.line = line
            self.fields = fields
        }
    }

    /// Why a text is not comma-separated values.
    package struct Malformed: Error, Hashable, Sendable {
        package let line: Int
        /// A stable code: `csv.encoding`, `csv.quote`.
        package let code: String
    }

    package let header: [String]
    package let records: [Record]

    /// Reads UTF-8 text with or without a byte-order mark, with LF or CRLF line ends. The first record is the header; empty lines are left
    /// out.
    package init(_ bytes: some Collection<UInt8>) throws(Malformed) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed(line: 1, code: "csv.encoding") }
        let all = try CSV.records(of: text, separator: ",")
        header = all.first?.fields.map { $0.trimmedBlanks.lowercased() } ?? []
        records = Array(all.dropFirst())
    }

    /// All records of a text in which fields stand apart by a character; empty lines are left out.
    package static func records(of text: String, separator: Character) throws(Malformed) -> [Record] {
        var reader = CSVReader(text.utf8, separator: Array(separator.utf8))
        var all: [Record] = []
        while let record = try reader.next() { if record.fields != [""] { all.append(record) } }
        return all
    }

    /// What spreadsheets take for the beginning of a formula, also in its wide form.
    private static let formulaMarks = Set("=+-@＝＋－＠".unicodeScalars)

    /// Whether a spreadsheet may take a field for a formula: by its first character that shows, whatever blanks, line ends and joiners
    /// stand before or behind it.
    private static func isFormula(_ field: String) -> Bool {
        let first = field.unicodeScalars.first {
            let category = $0.properties.generalCategory
            return !$0.properties.isWhitespace && category != .control && category != .format && category != .nonspacingMark
        }
        return first.map { formulaMarks.contains($0) } ?? false
            || field.unicodeScalars.first.map { "\t\r".unicodeScalars.contains($0) } ?? false
    }

    /// A field without the apostrophe that ``line(_:guardingDashes:)`` puts before what a spreadsheet would take for a formula.
    package static func unguarded(_ field: String) -> String {
        guard field.hasPrefix("'"), isFormula(String(field.dropFirst())) else { return field }
        return String(field.dropFirst())
    }

    /// One line of a file, each field quoted where needed. A field that a spreadsheet would take for a formula gets an apostrophe in front;
    /// a dash alone is none, and is guarded only where files of before must come out the same.
    package static func line(_ fields: [String], guardingDashes: Bool = false) -> String {
        fields.map { field in
            var field = field
            if isFormula(field), Double(field) == nil, field != "-" && field != "－" || guardingDashes { field = "'" + field }
            guard field.contains(where: { "\",\n\r".contains($0) || $0 == "\r\n" }) else { return field }
            return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}

private struct CSVReader {
    private var bytes: [UInt8]
    private var position = 0
    private var line = 1
    private let separator: [UInt8]

    init(_ text: some Sequence<UInt8>, separator: [UInt8]) {
        bytes = Array(text)
        self.separator = separator
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func next() throws(CSV.Malformed) -> CSV.Record? {
        guard position < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field())
            guard position < bytes.count else { break }
            if isSeparator(at: position) {
                position += separator.count
                continue
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") { position += 1 }
            line += 1
            break
        }
        return CSV.Record(line: start, fields: fields)
    }

    private func isSeparator(at place: Int) -> Bool { bytes[place] == separator[0] && bytes[place...].starts(with: separator) }

    private func isEnd(at place: Int) -> Bool {
        bytes[place] == UInt8(ascii: "\n") || bytes[place] == UInt8(ascii: "\r") || isSeparator(at: place)
    }

    private mutating func field() throws(CSV.Malformed) -> String {
        let start = line
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let begin = position
            while position < bytes.count, !isEnd(at: position) { position += 1 }
            return String(decoding: bytes[begin..<position], as: UTF8.self)
        }
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == byte else {
                    guard position == bytes.count || isEnd(at: position) else {
                        throw CSV.Malformed(line: start, code: "csv.quote")
                    }
                    return String(decoding: content, as: UTF8.self)
                }
                position += 1
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            content.append(byte)
        }
        throw CSV.Malformed(line: start, code: "csv.quote")
    }
}

extension StringProtocol {
    /// Without blanks at both ends, the ideographic space included.
    package var trimmedBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\u{3000}", "\u{A0}"]
        return String(drop(while: { blanks.contains($0) }).reversed().drop(while: { blanks.contains($0) }).reversed())
    }
}
