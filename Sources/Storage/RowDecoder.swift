import Basics
import Foundation

/// Reads a `Decodable` record from a row: one column a field, `siteID` from `site_id`.
struct RowDecoder: Decoder {
    let row: Row
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> { KeyedDecodingContainer(Columns<Key>(row: row)) }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw StorageError.column("A row has no list") }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { Cell(value: try row.value(0), name: "the first column") }
}

/// `siteID` to `site_id`, `openedAt` to `opened_at`; a run of capitals is one word.
func columnName(_ field: String) -> String {
    var name: [UInt8] = []
    var previousWasCapital = true
    for unit in field.utf8 {
        let isCapital = (0x41...0x5A).contains(unit)
        if isCapital, !previousWasCapital { name.append(0x5F) }
        previousWasCapital = isCapital
        name.append(isCapital ? unit | 0x20 : unit)
    }
    return String(decoding: name, as: UTF8.self)
}

private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: Row
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    private func cell(_ key: Key) throws -> Cell {
        let name = columnName(key.stringValue)
        guard let position = row.position(of: name) else { throw StorageError.column("The result has no column \(name)") }
        return Cell(value: try row.value(position), name: name)
    }

    func contains(_ key: Key) -> Bool { row.position(of: columnName(key.stringValue)) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try cell(key).decodeNil() }
    func decode<Field: Decodable>(_ type: Field.Type, forKey key: Key) throws -> Field { try cell(key).decode(type) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        throw StorageError.column("A row is flat")
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw StorageError.column("A row is flat") }
    func superDecoder() throws -> any Decoder { throw StorageError.column("A row is flat") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw StorageError.column("A row is flat") }
}

private struct Cell: SingleValueDecodingContainer, Decoder {
    let value: Value
    let name: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw mismatch("an object") }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw mismatch("a list") }
    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    private func mismatch(_ wanted: String) -> StorageError { .column("Column \(name) is not \(wanted)") }

    func decodeNil() -> Bool { if case .null = value { true } else { false } }

    private func integer() throws -> Int64 {
        guard case .integer(let number) = value else { throw mismatch("a whole number") }
        return number
    }

    func decode(_ type: Bool.Type) throws -> Bool { try integer() != 0 }
    func decode(_ type: String.Type) throws -> String {
        guard case .text(let text) = value else { throw mismatch("a text") }
        return text
    }
    func decode(_ type: Double.Type) throws -> Double {
        switch value {
        case .real(let number): return number
        case .integer(let number): return Double(number)
        default: throw mismatch("a number")
        }
    }
    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { Int(try integer()) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try narrowed() }
    func decode(_ type: Int16.Type) throws -> Int16 { try narrowed() }
    func decode(_ type: Int32.Type) throws -> Int32 { try narrowed() }
    func decode(_ type: UInt.Type) throws -> UInt { try narrowed() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try narrowed() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try narrowed() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try narrowed() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try narrowed() }

    private func narrowed<Number: FixedWidthInteger>() throws -> Number {
        guard let number = Number(exactly: try integer()) else { throw mismatch("within the range of \(Number.self)") }
        return number
    }

    func decode<Field: Decodable>(_ type: Field.Type) throws -> Field {
        if type == [UInt8].self {
            guard case .blob(let bytes) = value, let field = bytes as? Field else { throw mismatch("a binary value") }
            return field
        }
        if type == Day.self, case .integer(let number) = value, let field = Day(number: Int(number)) as? Field { return field }
        return try Field(from: self)
    }
}
