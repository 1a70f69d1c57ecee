/// The one-time code of a claim: ten characters of Crockford's base 32 (https://www.crockford.com/base32.html), 50 bits.
package struct ClaimCode: Hashable, Sendable, CustomStringConvertible {
    /// The random bytes that one code is made of.
    package static let bytesNeeded = 7
    private static let length = 10
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Ten capital letters and digits, without hyphen.
    package let text: String

    /// The code of the first 50 bits. Throws `trust.claim_code` unless there are seven bytes, which have to come from a random source that
    /// cannot be guessed.
    package init(bytes: [UInt8]) throws(TrustError) {
        guard bytes.count == Self.bytesNeeded else {
            throw TrustError(.claimCode, "A one-time code is made of \(Self.bytesNeeded) random bytes, not \(bytes.count).")
        }
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 6
        text = String(decoding: (0..<Self.length).map { Self.alphabet[Int(bits >> (45 - 5 * $0) & 31)] }, as: UTF8.self)
    }

    /// Reads what a person typed: case, spaces, hyphens, full-width characters, O for 0, I and L for 1 do not matter. Throws
    /// `trust.claim_code`.
    package init(typed: String) throws(TrustError) {
        var units: [UInt8] = []
        for unit in TypedText.narrowed(typed).uppercased().utf8 where unit != UInt8(ascii: "-") {
            let meant: UInt8 =
                switch unit {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: unit
                }
            guard Self.alphabet.contains(meant), units.count < Self.length else { throw Self.refusal }
            units.append(meant)
        }
        guard units.count == Self.length else { throw Self.refusal }
        text = String(decoding: units, as: UTF8.self)
    }

    private static var refusal: TrustError {
        TrustError(.claimCode, "The one-time code is not ten letters and digits without U; copy it again from the claim.")
    }

    /// In two halves, as it is printed: `ABCDE-FGHJK`.
    package var description: String { "\(text.prefix(5))-\(text.suffix(5))" }

    /// SHA-256 of ``text``: what the centre stores and looks up instead of the code.
    package var digest: SHA256Hex { SHA256Hex(of: Array(text.utf8)) }
}

/// What a person typed or a camera read, made comparable.
enum TypedText {
    /// Without white space, and with the full-width forms that a Chinese keyboard makes (U+FF01 to U+FF5E) as ASCII.
    static func narrowed(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
            scalars.append((0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar)
        }
        return String(scalars)
    }
}
