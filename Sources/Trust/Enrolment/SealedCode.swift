import Crypto
import Foundation

/// Opens one-time codes that newcomers sealed for the centre (HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
/// ChaCha20-Poly1305).
///
/// The key is derived from the one that signs the centre's answers, so that it is made, kept and changed with it.
package struct SealingKey: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey?

    init(of key: SigningKey) {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.seed), info: Data("yuanjiao-sealing-1".utf8), outputByteCount: 32)
        self.key = derived.withUnsafeBytes { try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data($0)) }
    }

    /// What codes are sealed to: 64 hexadecimal digits.
    package var publicHex: String { key.map { Hex.text(Array($0.publicKey.rawRepresentation)) } ?? "" }

    /// The code that was sealed for a newcomer with that key. Throws `trust.sealed` for anything else.
    package func open(_ sealed: String, of newcomer: VerifyingKey) throws(TrustError) -> ClaimCode {
        let refusal = TrustError(.sealed, "The one-time code is not sealed to the key that the centre has now; ask for the key again.")
        guard let key, let bytes = Base64URL.bytes(sealed), bytes.count > 32, bytes.count <= 256 else { throw refusal }
        let text: Data
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: SealedCode.suite, info: SealedCode.info, encapsulatedKey: Data(bytes.prefix(32)))
            text = try recipient.open(Data(bytes.dropFirst(32)), authenticating: Data(newcomer.bytes))
        } catch { throw refusal }
        return try ClaimCode(typed: String(decoding: text, as: UTF8.self))
    }
}

/// A one-time code that only the centre reads, and only for the key of the newcomer that sealed it.
package enum SealedCode {
    static let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    static let info = Data("yuanjiao-enrolment-1".utf8)

    /// Encapsulated key and ciphertext, base64url. Throws `trust.key` for a sealing key that is none.
    package static func seal(_ code: ClaimCode, to sealingKey: String, for newcomer: VerifyingKey) throws(TrustError) -> String {
        do {
            let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: try VerifyingKey(hex: sealingKey).bytes)
            var sender = try HPKE.Sender(recipientKey: recipient, ciphersuite: suite, info: info)
            let text = try sender.seal(Data(code.text.utf8), authenticating: Data(newcomer.bytes))
            return Base64URL.text(Array(sender.encapsulatedKey) + Array(text))
        } catch { throw TrustError(.key, "The key to which codes are sealed is not an X25519 key; update this program or the centre.") }
    }
}
