import Crypto
import Foundation

/// An Ed25519 public key (RFC 8032): 32 bytes, written as 64 lower-case hexadecimal digits.
package struct VerifyingKey: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Throws `trust.key` unless there are 32 bytes.
    package init(bytes: [UInt8]) throws(TrustError) {
        guard bytes.count == 32 else { throw TrustError(.key, "A public key has \(bytes.count) bytes instead of 32.") }
        self.bytes = bytes
    }

    /// Throws `trust.key` unless the text is 64 lower-case hexadecimal digits.
    package init(hex: String) throws(TrustError) {
        guard let bytes = Hex.bytes(hex) else { throw TrustError(.key, "A public key is not lower-case hexadecimal text.") }
        try self.init(bytes: bytes)
    }

    init(_ key: Curve25519.Signing.PublicKey) {
        bytes = Array(key.rawRepresentation)
    }

    package var hex: String { Hex.text(bytes) }
    package var description: String { hex }

    /// The key as TUF writes it (TUF specification 1.0, section 4.2).
    package var json: JSONValue {
        ["keytype": "ed25519", "keyval": ["public": .string(hex)], "scheme": "ed25519"]
    }

    /// The TUF key id: SHA-256 of the canonical JSON of ``json``.
    package var keyID: String { SHA256Hex(of: CanonicalJSON.signedBytes(json)).hex }

    /// Whether this key made the signature over exactly this message.
    package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
