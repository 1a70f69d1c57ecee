extension JSONValue {
    /// How deep arrays and objects may nest.
    package static let deepest = 32

    /// Parses strict RFC 8259 text in UTF-8.
    ///
    /// Refused besides what the RFC refuses: a byte order mark, fractions and exponents, `-0`, integers beyond ±(2^53 - 1), a name that
    /// stands twice in one object (also as another normal form of itself), lone surrogates, more than 32 levels, anything after the value.
    /// The caller bounds the size. Throws `trust.json` with the offset of the byte.
    package init(parsing bytes: [UInt8]) throws(TrustError) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(TrustError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw refusal("Unexpected text after the value") }
        return value
    }

    private func refusal(_ what: String) -> TrustError { TrustError(.json, "\(what) at byte \(position) of the JSON text.") }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let unit = next, unit == 0x20 || unit == 0x0A || unit == 0x0D || unit == 0x09 { position += 1 }
    }

    private mutating func take(_ unit: Character) -> Bool {
        guard next == unit.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(TrustError) -> JSONValue {
        guard depth <= JSONValue.deepest else { throw refusal("More than \(JSONValue.deepest) levels of nesting") }
        skipSpace()
        guard let unit = next else { throw refusal("No value") }
        switch unit {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        default: return try word()
        }
    }

    private mutating func word() throws(TrustError) -> JSONValue {
        for (text, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
        where bytes[position...].starts(with: text.utf8) {
            position += text.utf8.count
            return value
        }
        throw refusal("No value")
    }

    private mutating func object(depth: Int) throws(TrustError) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw refusal("No member name") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw refusal("No colon after a member name") }
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: name) == nil else { throw refusal("A second member of one name before") }
            skipSpace()
        } while take(",")
        guard take("}") else { throw refusal("Object not closed") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(TrustError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw refusal("Array not closed") }
        return .array(elements)
    }

    private mutating func integer() throws(TrustError) -> Int64 {
        let start = position
        let negative = take("-")
        let firstDigit = position
        while let unit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(unit) { position += 1 }
        let digits = bytes[firstDigit..<position]
        // 17 digits fit in Int64 and exceed 2^53, so nothing overflows below.
        guard !digits.isEmpty, digits.count <= 17 else { throw refusal("No number that is kept exactly") }
        guard digits.first != UInt8(ascii: "0") || (digits.count == 1 && !negative) else { throw refusal("Leading or negative zero") }
        if next == UInt8(ascii: ".") || next == UInt8(ascii: "e") || next == UInt8(ascii: "E") { throw refusal("Fraction or exponent") }
        let magnitude = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        guard magnitude <= JSONValue.largestInteger else {
            position = start
            throw refusal("Integer beyond 2^53 - 1")
        }
        return negative ? -magnitude : magnitude
    }

    private mutating func string() throws(TrustError) -> String {
        position += 1
        var units: [UInt8] = []
        while let unit = next {
            position += 1
            switch unit {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw refusal("Text that is not UTF-8 before") }
                return text
            case UInt8(ascii: "\\"): try escape(into: &units)
            case 0..<0x20: throw refusal("Bare control character before")
            default: units.append(unit)
            }
        }
        throw refusal("String not closed")
    }

    private mutating func escape(into units: inout [UInt8]) throws(TrustError) {
        guard let unit = next else { throw refusal("String not closed") }
        position += 1
        switch unit {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(unit)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"): units.append(contentsOf: String(Character(try escapedScalar())).utf8)
        default: throw refusal("Unknown escape before")
        }
    }

    private mutating func escapedScalar() throws(TrustError) -> Unicode.Scalar {
        var code = try fourDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard take("\\"), take("u") else { throw refusal("Lone surrogate before") }
            let low = try fourDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw refusal("Lone surrogate before") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw refusal("Lone surrogate before") }
        return scalar
    }

    private mutating func fourDigits() throws(TrustError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let unit = next, let digit = Character(Unicode.Scalar(unit)).hexDigitValue, unit < 0x80 else {
                throw refusal("Escape without four digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
