import CLibpq

/// What stands for one `$n`: a value, or a column of values as an array.
enum PostgresParameter {
    case value(Value)
    case column([Value])

    /// PostgreSQL's number for the type (`pg_type.oid`).
    var type: Oid {
        switch self {
        case .value(let value): Self.type(of: value.kind).value
        case .column(let values): Self.type(of: values.first?.kind ?? .integer).array
        }
    }

    private static func type(of kind: Value.Kind) -> (value: Oid, array: Oid) {
        switch kind {
        case .integer: (20, 1016)
        case .real: (701, 1022)
        case .text: (25, 1009)
        case .blob: (17, 1001)
        }
    }

    /// Appends the binary form; false for a null, which has none.
    func append(to buffer: inout [UInt8]) -> Bool {
        switch self {
        case .value(let value): return Self.append(value, to: &buffer)
        case .column(let values):
            // The form of `array_send`: dimensions, whether there are nulls, element type, length, first index; then each element behind
            // its length.
            let hasNulls = values.contains { if case .null = $0 { true } else { false } }
            for number in [
                1, hasNulls ? 1 : 0, Int32(bitPattern: Self.type(of: values.first?.kind ?? .integer).value), Int32(values.count), 1,
            ] { Self.append(number, to: &buffer) }
            for value in values {
                let place = buffer.count
                Self.append(Int32(-1), to: &buffer)
                guard Self.append(value, to: &buffer) else { continue }
                let length = UInt32(buffer.count - place - 4)
                for index in 0..<4 { buffer[place + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
            }
            return true
        }
    }

    private static func append(_ value: Value, to buffer: inout [UInt8]) -> Bool {
        switch value {
        case .integer(let number): append(number, to: &buffer)
        case .real(let number): append(number.bitPattern, to: &buffer)
        case .text(let text): buffer.append(contentsOf: text.utf8)
        case .blob(let bytes): buffer.append(contentsOf: bytes)
        case .null: return false
        }
        return true
    }

    private static func append(_ number: some FixedWidthInteger, to buffer: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { (bytes: UnsafeRawBufferPointer) in buffer.append(contentsOf: bytes) }
    }
}
