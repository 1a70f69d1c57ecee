import Crypto
import Foundation

/// An Ed25519 private key (RFC 8032). It never shows in text.
package struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private let key: Curve25519.Signing.PrivateKey

    /// A fresh key from the random source of the system. For programs only: a rule or a test passes a seed.
    package init() {
        key = Curve25519.Signing.PrivateKey()
    }

    /// The key of this seed. Throws `trust.key` unless it has 32 bytes.
    package init(seed: [UInt8]) throws(TrustError) {
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch {
            throw TrustError(.key, "A signing key has \(seed.count) bytes instead of 32; restore the key file from its backup.")
        }
    }

    /// The 32 bytes to keep secret on disk; ``init(seed:)`` takes them back.
    package var seed: [UInt8] { Array(key.rawRepresentation) }

    package var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }

    /// 64 bytes of signature over the message. Throws `trust.signing` if the library refuses.
    package func signature(of message: [UInt8]) throws(TrustError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw TrustError(.signing, "The key \(verifyingKey.keyID) did not sign; check the key file.")
        }
    }

    package var description: String { "SigningKey(\(verifyingKey.hex))" }
    package var debugDescription: String { description }
}
