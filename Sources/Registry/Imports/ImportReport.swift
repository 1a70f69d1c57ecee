package import Basics

/// What an import did, or would do. The same file a second time is all `unchanged`.
package struct ImportReport: Sendable, Codable, Hashable {
    package var rows = 0
    package var added = 0
    package var changed = 0
    package var unchanged = 0
    package var refused: [RefusedRow] = []
    /// The header of the file, in its own order.
    package let header: [String]

    package init(header: [String]) { self.header = header }

    /// Counts a refused row.
    package mutating func refuse(_ record: CSV.Record, column: String, code: String, value: String = "") {
        refused.append(RefusedRow(line: record.line, column: column, code: code, value: String(value.prefix(120)), fields: record.fields))
    }

    /// The refused rows as a file to mend and import again: the columns of the file, and behind them what is wrong.
    package var refusedCSV: String {
        CSV.line(header + ["line", "column", "reason"])
            + refused.map { row in
                let fields = Array((row.fields + Array(repeating: "", count: header.count)).prefix(header.count))
                return CSV.line(fields + [String(row.line), row.column, row.code])
            }.joined()
    }
}

/// One refused row: where, and the stable code of why.
package struct RefusedRow: Sendable, Codable, Hashable {
    package let line: Int
    package let column: String
    package let code: String
    package let value: String
    package let fields: [String]
}

/// Reads the cells of a record by the names of the header.
struct ImportTable {
    let header: [String]
    let columns: [String: Int]
    let records: [CSV.Record]

    /// Throws when a needed column is missing or the text is no CSV.
    init(_ bytes: some Collection<UInt8>, needs: [String]) throws {
        let csv: CSV
        do { csv = try CSV(bytes) } catch { throw Refusal.invalid(["line \(error.line)": error.code]) }
        header = csv.header
        columns = Dictionary(csv.header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        records = csv.records
        let missing = needs.filter { columns[$0] == nil }
        guard missing.isEmpty else { throw Refusal.invalid(Dictionary(uniqueKeysWithValues: missing.map { ($0, "csv.column_missing") })) }
    }

    func cell(_ name: String, _ record: CSV.Record) -> String {
        guard let index = columns[name], index < record.fields.count else { return "" }
        return record.fields[index].trimmedBlanks
    }
}
