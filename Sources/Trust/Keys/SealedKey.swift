import Crypto
import CryptoExtras
package import Foundation

/// A private key as a file on a stick: sealed with a passphrase (scrypt, RFC 7914; ChaCha20-Poly1305, RFC 8439).
package struct SealedKey: Hashable, Sendable, Codable {
    /// Of scrypt, as the power of two: 17 takes 128 MiB and about half a second.
    package static let cost = 17
    private static let greatestCost = 20

    private let format: String
    /// The public key, so that a file is known without its passphrase.
    package let publicKey: String
    private let salt: String
    private let cost: Int
    private let sealed: String

    private enum CodingKeys: String, CodingKey {
        case format, salt, cost, sealed
        case publicKey = "public_key"
    }

    /// Seals a key; `salt` has at least 16 random bytes. Throws `trust.signing` when the machine has not the memory that it takes.
    package init(_ key: SigningKey, passphrase: String, salt: [UInt8], cost: Int = SealedKey.cost) throws(TrustError) {
        format = "yuanjiao-key-1"
        publicKey = key.verifyingKey.hex
        self.salt = Hex.text(salt)
        self.cost = cost
        do {
            let box = try ChaChaPoly.seal(Data(key.seed), using: Self.derived(passphrase, salt, cost), authenticating: Data(publicKey.utf8))
            sealed = Base64URL.text(Array(box.combined))
        } catch { throw TrustError(.signing, "The key cannot be sealed: \(error).") }
    }

    /// The bytes of the file.
    package var bytes: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        // Text and numbers can always be written.
        return ((try? encoder.encode(self)) ?? Data()) + Data("\n".utf8)
    }

    /// Reads a file. Throws `trust.key` for one that is none.
    package init(reading bytes: Data) throws(TrustError) {
        guard let key = try? JSONDecoder().decode(SealedKey.self, from: bytes), key.format == "yuanjiao-key-1",
            (10...Self.greatestCost).contains(key.cost)
        else {
            throw TrustError(.key, "The file is not a sealed key of this program.")
        }
        self = key
    }

    /// Throws `trust.key` for a wrong passphrase, and for a file that was changed.
    package func open(_ passphrase: String) throws(TrustError) -> SigningKey {
        guard let salt = Hex.bytes(salt), let sealed = Base64URL.bytes(sealed), let box = try? ChaChaPoly.SealedBox(combined: Data(sealed)),
            let key = try? Self.derived(passphrase, salt, cost),
            let seed = try? ChaChaPoly.open(box, using: key, authenticating: Data(publicKey.utf8))
        else { throw TrustError(.key, "The passphrase does not open the key \(publicKey.prefix(8))…, or its file was changed.") }
        let opened = try SigningKey(seed: Array(seed))
        guard opened.verifyingKey.hex == publicKey else {
            throw TrustError(.key, "The file of the key \(publicKey.prefix(8))… names another key.")
        }
        return opened
    }

    private static func derived(_ passphrase: String, _ salt: [UInt8], _ cost: Int) throws -> SymmetricKey {
        try KDF.Scrypt.deriveKey(
            from: Data(passphrase.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8, parallelism: 1,
            maxMemory: 2 << 30)
    }
}
