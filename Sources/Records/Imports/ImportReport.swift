package import Basics

/// What an import did, or would do. The same file a second time is all `unchanged`.
package struct ImportReport: Sendable, Codable, Hashable {
    package var rows = 0
    package var added = 0
    package var changed = 0
    package var unchanged = 0
    package var refused: [RefusedRow] = []
    /// The first of the rows that add something.
    package private(set) var additions: [ImportAddition] = []
    /// What changes, row by row, with the old and the new value.
    package var changes: [ImportChange] = []
    /// The first day on which a terminal stands at another site than was known; the figures from that day on are to be derived again. Nil
    /// when none does, and in a dry run.
    package var movedSince: Day?
    /// What the register keeps as the cause of what the file brought in, by which that can be taken back; nil where it brought nothing.
    package var fileID: String?
    /// The header of the file, in its own order and words.
    package let header: [String]
    /// How the file was understood, where it is not plain: encoding, separator, line of the header, rows passed over.
    package let recognised: [String]

    /// How many cells a row may have.
    private let width: Int

    package init(_ table: ImportTable) {
        (header, recognised, width) = (table.header, table.recognised.map(\.description), table.width)
    }

    /// Counts a row that adds something.
    package mutating func add(_ record: CSV.Record, code: String, name: String) {
        added += 1
        if additions.count < Self.mostShown { additions.append(ImportAddition(line: record.line, code: code, name: name)) }
    }

    /// So many rows of a kind are shown.
    static let mostShown = 200

    /// Counts a refused row.
    package mutating func refuse(_ record: CSV.Record, column: String, code: String, value: String = "") {
        let fields = record.fields.count > width ? record.fields : Array(record.fields.prefix(header.count))
        refused.append(RefusedRow(line: record.line, column: column, code: code, value: String(value.prefix(120)), fields: fields))
    }

    /// Asks of each row that was refused for its rounded code which one it was: `find` names those that it may have been, by the column
    /// and what stands there.
    package mutating func ask(_ find: (String, String) throws -> [String]) rethrows {
        for place in refused.indices where refused[place].code == "import.scientific" {
            let found = try find(refused[place].column, refused[place].value)
            guard !found.isEmpty else { continue }
            let list = found.prefix(5).joined(separator: "、") + (found.count > 5 ? "…" : "")
            refused[place] = refused[place].asking(list)
        }
    }

    /// The refused rows as a file to mend and import again: the columns of the file, and behind them what is wrong.
    package var refusedCSV: String { refusedCSV { ($0.column, $0.code) } }

    /// The same, with what `says` says of a row: its column, and why.
    func refusedCSV(_ says: (RefusedRow) -> (column: String, reason: String)) -> String {
        CSV.line(header + ImportTable.added)
            + refused.map { row in
                let fields = Array((row.fields + Array(repeating: "", count: header.count)).prefix(max(header.count, row.fields.count)))
                let said = says(row)
                return CSV.line(fields + [String(row.line), said.column, said.reason])
            }.joined()
    }
}

/// One row that adds something.
package struct ImportAddition: Sendable, Codable, Hashable {
    package let line: Int
    package let code: String
    package let name: String
}

/// One refused row: where, and the stable code of why.
package struct RefusedRow: Sendable, Codable, Hashable {
    package let line: Int
    package let column: String
    package let code: String
    package let value: String
    package let fields: [String]
    /// What may have been meant.
    package private(set) var guesses: String?

    package init(line: Int, column: String, code: String, value: String, fields: [String]) {
        (self.line, self.column, self.code, self.value, self.fields) = (line, column, code, value, fields)
    }

    fileprivate func asking(_ guesses: String) -> RefusedRow {
        var row = RefusedRow(line: line, column: column, code: "import.rounded", value: value, fields: fields)
        row.guesses = guesses
        return row
    }
}

/// One change that a row makes to what is there.
package struct ImportChange: Sendable, Codable, Hashable {
    package let line: Int
    /// Code of the area or site, or a terminal's id.
    package let subject: String
    package let column: String
    package let from: String
    package let to: String
    /// The first day of the change.
    package let on: Day

    package init(line: Int, subject: String, column: String, from: String, to: String, on: Day) {
        (self.line, self.subject, self.column, self.from, self.to, self.on) = (line, subject, column, from, to, on)
    }
}
