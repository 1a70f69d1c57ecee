/// Hexadecimal text of bytes, strict: one spelling for one value.
enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var units: [UInt8] = []
        units.reserveCapacity(bytes.underestimatedCount * 2)
        for byte in bytes {
            units.append(digits[Int(byte >> 4)])
            units.append(digits[Int(byte & 15)])
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// Nil unless the text is an even number of lower-case digits.
    static func bytes(_ text: String) -> [UInt8]? {
        let units = Array(text.utf8)
        guard units.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count / 2)
        for position in stride(from: 0, to: units.count, by: 2) {
            guard let high = digit(units[position]), let low = digit(units[position + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ unit: UInt8) -> UInt8? {
        switch unit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): unit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): unit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
