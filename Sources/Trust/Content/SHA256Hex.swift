import Crypto
package import Foundation

/// The address of content: its SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
package struct SHA256Hex: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Nil unless the text is 64 lower-case hexadecimal digits.
    package init?(rawValue: String) {
        guard rawValue.utf8.count == 64, Hex.bytes(rawValue) != nil else { return nil }
        self.rawValue = rawValue
    }

    /// The address of these bytes.
    package init(of bytes: some DataProtocol) {
        self.init(SHA256.hash(data: bytes))
    }

    init(_ digest: SHA256.Digest) {
        rawValue = Hex.text(digest)
    }

    /// The 64 digits.
    package var hex: String { rawValue }
    package var description: String { rawValue }

    /// The entity tag of these bytes (RFC 9110, 8.8.3). Sixteen digits are enough to tell two answers of one address apart; nothing is
    /// believed for it.
    package var tag: String { "\"\(rawValue.prefix(16))\"" }

    package static func < (first: SHA256Hex, second: SHA256Hex) -> Bool { first.rawValue < second.rawValue }
}
