/// Makes identifiers of business rows: UUID version 7 (RFC 9562), so that text order is order of creation.
package struct IDs: Sendable {
    private let make: @Sendable () -> String

    /// A maker that asks `make` each time.
    package init(_ make: @escaping @Sendable () -> String) { self.make = make }

    /// A new identifier.
    package func next() -> String { make() }

    /// UUIDv7 from the given clock and randomness.
    package static func uuids(clock: Clock, entropy: Entropy) -> IDs {
        IDs {
            let time = UInt64(bitPattern: clock.now.milliseconds)
            var bytes = entropy.bytes(16)
            for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: time >> UInt64(40 - index * 8)) }
            bytes[6] = 0x70 | bytes[6] & 0x0F
            bytes[8] = 0x80 | bytes[8] & 0x3F
            var text = ""
            for (index, byte) in bytes.enumerated() {
                if [4, 6, 8, 10].contains(index) { text += "-" }
                text += hexadecimal([byte])
            }
            return text
        }
    }
}

/// Lower-case hexadecimal text of `bytes`.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes of hexadecimal text in either case; nil for anything that is not pairs of digits.
package func bytes(ofHexadecimal text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.compactMap { $0 < 0x80 ? Character(UnicodeScalar($0)).hexDigitValue : nil }
    guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
