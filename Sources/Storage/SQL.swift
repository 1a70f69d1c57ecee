package import Basics

/// A value as it goes into a statement or comes out of a row. Nulls keep their type, because PostgreSQL cannot guess it.
package enum Value: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case null(Kind)

    package enum Kind: UInt8, Hashable, Sendable { case integer, real, text, blob }

    /// The type of the value.
    package var kind: Kind {
        switch self {
        case .integer: .integer
        case .real: .real
        case .text: .text
        case .blob: .blob
        case .null(let kind): kind
        }
    }
}

/// A type that may be written into SQL as a bound value.
package protocol Bindable {
    static var kind: Value.Kind { get }
    var bound: Value { get }
}

extension Int: Bindable {
    package static var kind: Value.Kind { .integer }
    package var bound: Value { .integer(Int64(self)) }
}
extension Int64: Bindable {
    package static var kind: Value.Kind { .integer }
    package var bound: Value { .integer(self) }
}
extension Bool: Bindable {
    package static var kind: Value.Kind { .integer }
    package var bound: Value { .integer(self ? 1 : 0) }
}
extension Double: Bindable {
    package static var kind: Value.Kind { .real }
    package var bound: Value { .real(self) }
}
extension String: Bindable {
    package static var kind: Value.Kind { .text }
    /// U+0000 is left out: PostgreSQL refuses it.
    package var bound: Value { .text(utf8.contains(0) ? String(decoding: utf8.filter { $0 != 0 }, as: UTF8.self) : self) }
}
extension [UInt8]: Bindable {
    package static var kind: Value.Kind { .blob }
    package var bound: Value { .blob(self) }
}
extension Instant: Bindable {
    package static var kind: Value.Kind { .integer }
    package var bound: Value { .integer(milliseconds) }
}
extension Optional: Bindable where Wrapped: Bindable {
    package static var kind: Value.Kind { Wrapped.kind }
    package var bound: Value { map(\.bound) ?? .null(Wrapped.kind) }
}

/// SQL text in which every interpolated value is bound. A `String` made at run time cannot become text: only literals and other `SQL` can.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    enum Part: Sendable {
        case text(String)
        case value(Value)
        case rows([[Value]])
    }
    var parts: [Part]

    package init(stringLiteral value: String) { parts = [.text(value)] }
    package init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    package struct StringInterpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) { parts.reserveCapacity(interpolationCount * 2 + 1) }
        package mutating func appendLiteral(_ literal: String) { parts.append(.text(literal)) }
        /// Binds a value.
        package mutating func appendInterpolation(_ value: some Bindable) { parts.append(.value(value.bound)) }
        /// Binds a value or a typed null.
        package mutating func appendInterpolation<Wrapped: Bindable>(_ value: Wrapped?) { parts.append(.value(value.bound)) }
        /// Binds a day as its number.
        package mutating func appendInterpolation(_ day: Day) { parts.append(.value(.integer(Int64(day.number)))) }
        /// Binds a day as `YYYY-MM-DD`.
        package mutating func appendInterpolation(on day: Day) { parts.append(.value(.text(day.description))) }
        /// Binds the raw value of an enumeration.
        package mutating func appendInterpolation<Raw: RawRepresentable<String>>(_ value: Raw) {
            parts.append(.value(.text(value.rawValue)))
        }
        /// Splices other SQL in.
        package mutating func appendInterpolation(sql: SQL) { parts += sql.parts }
        /// Writes an IN list; an empty list becomes NULL, which nothing is in.
        package mutating func appendInterpolation(list values: some Collection<some Bindable>) {
            if values.isEmpty { parts.append(.text("NULL")) }
            for (index, value) in values.enumerated() {
                if index > 0 { parts.append(.text(", ")) }
                parts.append(.value(value.bound))
            }
        }
        /// Writes a VALUES clause; at least one row, at most 500 are wise, and the values of a column are of one type or null. PostgreSQL
        /// gets each column as one array, so that its statement is the same for any number of rows and planned once.
        package mutating func appendInterpolation(values rows: [[Value]]) { parts.append(.rows(rows)) }
    }

    /// The text with a bare `?` for each value, in their order: numbered ones are looked up one by one.
    var forSQLite: (text: String, values: [Value]) {
        var text = ""
        var values: [Value] = []
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .value(let value):
                values.append(value)
                text += "?"
            case .rows(let rows):
                let row = "(" + String(repeating: "?, ", count: max(0, (rows.first?.count ?? 0) - 1)) + "?)"
                text += "VALUES " + row + String(repeating: ", " + row, count: max(0, rows.count - 1))
                values.append(contentsOf: rows.joined())
            }
        }
        return (text, values)
    }

    /// The text with `$1`, `$2` … and what stands for them.
    var forPostgres: (text: String, parameters: [PostgresParameter]) {
        var text = ""
        var parameters: [PostgresParameter] = []
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .value(let value):
                parameters.append(.value(value))
                text += "$\(parameters.count)"
            case .rows(let rows):
                text += "SELECT * FROM unnest("
                for column in 0..<(rows.first?.count ?? 0) {
                    parameters.append(.column(rows.map { $0[column] }))
                    text += column > 0 ? ", $\(parameters.count)" : "$\(parameters.count)"
                }
                text += ")"
            }
        }
        return (text, parameters)
    }
}
