package import Basics
import GRDB

/// One row of a result. Valid only while the closure that received it runs.
package struct Row {
    enum Source {
        case sqlite(GRDB.Row)
        case postgres(PostgresResult, Int)
    }
    let source: Source

    /// The value of a column by position, from 0.
    package func value(_ column: Int) throws -> Value {
        switch source {
        case .sqlite(let row):
            switch (row[column] as DatabaseValue).storage {
            case .null: return .null(.text)
            case .int64(let value): return .integer(value)
            case .double(let value): return .real(value)
            case .string(let value): return .text(value)
            case .blob(let value): return .blob([UInt8](value))
            }
        case .postgres(let result, let index): return try result.value(row: index, column: column)
        }
    }

    /// A whole number.
    package func int(_ column: Int) throws -> Int {
        if case .sqlite(let row) = source, let value: Int64 = row[column] { return Int(value) }
        guard case .integer(let value) = try value(column) else { throw StorageError.column("Column \(column) is not a whole number") }
        return Int(value)
    }

    /// A whole number or null.
    package func optionalInt(_ column: Int) throws -> Int? {
        switch try value(column) {
        case .integer(let value): Int(value)
        case .null: nil
        default: throw StorageError.column("Column \(column) is not a whole number")
        }
    }

    /// A text.
    package func text(_ column: Int) throws -> String {
        guard case .text(let value) = try value(column) else { throw StorageError.column("Column \(column) is not a text") }
        return value
    }

    /// A text or null.
    package func optionalText(_ column: Int) throws -> String? {
        switch try value(column) {
        case .text(let value): value
        case .null: nil
        default: throw StorageError.column("Column \(column) is not a text")
        }
    }

    /// Bytes; an empty list for an empty value.
    package func bytes(_ column: Int) throws -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw StorageError.column("Column \(column) is not a binary value") }
        return value
    }

    /// A day stored as its number.
    package func day(_ column: Int) throws -> Day { Day(number: try int(column)) }

    /// A moment stored in milliseconds.
    package func instant(_ column: Int) throws -> Instant { Instant(milliseconds: Int64(try int(column))) }

    /// A set of minutes in its stored form.
    package func minutes(_ column: Int) throws -> MinuteSet {
        guard let set = MinuteSet(encoded: try bytes(column)) else { throw StorageError.column("Column \(column) holds no set of minutes") }
        return set
    }

    /// The position of a column by name.
    func position(of name: String) -> Int? {
        switch source {
        case .sqlite(let row): row.columnNames.enumerated().first { $0.element == name }?.offset
        case .postgres(let result, _): result.columns[name]
        }
    }

    /// Decodes a flat value; `siteID` is read from `site_id`.
    package func decode<Record: Decodable>(_ type: Record.Type) throws -> Record { try Record(from: RowDecoder(row: self)) }
}
