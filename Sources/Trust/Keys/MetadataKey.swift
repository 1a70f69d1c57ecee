import Crypto
import CryptoExtras
import Foundation

/// A public key as TUF files name it (TUF specification 1.0, section 4.2): Ed25519, as all of ours; ECDSA on P-256 and RSA with SHA-256, as
/// other repositories have them.
package struct MetadataKey: Hashable, Sendable {
    private enum Kind: Hashable, Sendable {
        case ed25519(VerifyingKey)
        case ecdsa(pem: String)
        case rsa(pem: String, isPSS: Bool)
    }

    private let kind: Kind
    /// The key as the file has it, members that we do not know included.
    let json: JSONValue

    package init(_ key: VerifyingKey) {
        kind = .ed25519(key)
        json = key.json
    }

    /// Nil for a type or scheme that we do not know; what only such keys signed is not signed for us.
    init?(_ value: JSONValue, at place: String) throws(TrustError) {
        let fields = try JSONFields(value, at: place)
        let text = try fields.fields("keyval").text("public")
        switch (try fields.text("keytype"), try fields.text("scheme")) {
        case ("ed25519", "ed25519"): kind = .ed25519(try VerifyingKey(hex: text))
        case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"): kind = .ecdsa(pem: text)
        case ("rsa", "rsassa-pss-sha256"): kind = .rsa(pem: text, isPSS: true)
        case ("rsa", "rsa-pkcs1v15-sha256"): kind = .rsa(pem: text, isPSS: false)
        default: return nil
        }
        json = value
    }

    package static func == (left: MetadataKey, right: MetadataKey) -> Bool { left.kind == right.kind }
    package func hash(into hasher: inout Hasher) { hasher.combine(kind) }

    /// The key, if it is of our own type.
    package var ed25519: VerifyingKey? { if case .ed25519(let key) = kind { key } else { nil } }

    /// Whether this key made the signature, hexadecimal as TUF writes it, over exactly this message.
    func isValid(_ signature: String, of message: [UInt8]) -> Bool {
        guard let bytes = Hex.bytes(signature) else { return false }
        switch kind {
        case .ed25519(let key): return key.isValid(bytes, of: message)
        case .ecdsa(let pem):
            guard let key = try? P256.Signing.PublicKey(pemRepresentation: pem),
                let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
            else { return false }
            return key.isValidSignature(signature, for: Data(message))
        case .rsa(let pem, let isPSS):
            guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return false }
            let signature = _RSA.Signing.RSASignature(rawRepresentation: Data(bytes))
            return key.isValidSignature(signature, for: SHA256.hash(data: message), padding: isPSS ? .PSS : .insecurePKCS1v1_5)
        }
    }

    /// Reads a table of keys by key id. Ids are names that the signer chose; that two of them name one key is seen by the key.
    static func table(_ fields: JSONFields, at place: String) throws(TrustError) -> [String: MetadataKey] {
        var keys: [String: MetadataKey] = [:]
        for keyID in fields.names { keys[keyID] = try MetadataKey(try fields.value(keyID), at: "\(place).\(keyID.prefix(64))") }
        return keys
    }
}

/// Whose signatures a file needs: the keys that were given to a role, and how many of them.
package struct Signers: Sendable {
    let role: String
    let keys: [String: MetadataKey]
    let keyIDs: Set<String>
    let threshold: Int

    /// How many distinct keys of these signed a message well. Public keys are counted, not key ids: one key must not count twice under two
    /// names.
    func count(of signatures: [MetadataSignature], over message: [UInt8]) -> Int {
        var signers: Set<MetadataKey> = []
        for entry in signatures where keyIDs.contains(entry.keyID) {
            guard let key = keys[entry.keyID], !signers.contains(key) else { continue }
            if key.isValid(entry.signature, of: message) { signers.insert(key) }
        }
        return signers.count
    }
}
