/// One metadata file as it was received: its bytes, what they say, and who signed. Parsed, not yet believed.
package struct SignedMetadata<Content: MetadataContent>: Sendable {
    package let content: Content
    /// The whole file, to be stored and passed on unchanged.
    package let bytes: [UInt8]
    /// What the signatures are over: the canonical JSON of `signed`.
    let message: [UInt8]
    let signatures: [MetadataSignature]
    /// What a parent file says of this one.
    package let named: NamedFile

    /// Parses a file. Throws `trust.json`, `trust.shape`, `trust.key` or `trust.path`; says nothing about signatures.
    package init(parsing bytes: [UInt8]) throws(TrustError) {
        let role = Content.role.rawValue
        let file = try JSONFields(JSONValue(parsing: bytes), at: "\(role).json")
        var signatures: [MetadataSignature] = []
        for entry in try file.array("signatures") {
            let fields = try JSONFields(entry, at: "\(role).json.signatures")
            signatures.append(MetadataSignature(keyID: try fields.text("keyid"), signature: try fields.text("sig")))
        }
        let signed = try file.fields("signed")
        guard try signed.text("_type") == role else { throw signed.refusal("_type", "\"\(role)\"") }
        guard try signed.text("spec_version").hasPrefix("1.") else { throw signed.refusal("spec_version", "1.x; update this program") }
        guard let expiresAt = UTCText.instant(try signed.text("expires")) else {
            throw signed.refusal("expires", "an instant like 2030-01-01T00:00:00Z")
        }
        self.content = try Content(signed, version: signed.integer("version", in: 1...JSONValue.largestInteger), expiresAt: expiresAt)
        self.message = CanonicalJSON.signedBytes(try file.value("signed"))
        self.signatures = signatures
        self.bytes = bytes
        named = NamedFile(version: content.version, length: Int64(bytes.count), sha256: SHA256Hex(of: bytes))
    }

    /// Signs with each key and parses the outcome again, so that nothing leaves which a client would not read.
    package init(signing content: Content, with keys: [SigningKey]) throws(TrustError) {
        let signed = try content.signed
        let message = CanonicalJSON.signedBytes(signed)
        var signatures: [JSONValue] = []
        for key in keys {
            signatures.append(["keyid": .string(key.verifyingKey.keyID), "sig": .string(Hex.text(try key.signature(of: message)))])
        }
        try self.init(parsing: CanonicalJSON.fileBytes(["signatures": .array(signatures), "signed": signed]))
    }

    /// Throws `trust.threshold` unless enough distinct keys that this root gives to the role signed.
    package func verify(by root: Root) throws(TrustError) {
        let role = Content.role.rawValue
        guard let trusted = root.roles[Content.role] else { throw TrustError(.threshold, "The root names no keys for \(role).") }
        try verify(by: Signers(role: role, keys: root.keys, keyIDs: trusted.keyIDs, threshold: trusted.threshold))
    }

    /// Throws `trust.threshold` unless enough distinct keys of these signed.
    func verify(by trusted: Signers) throws(TrustError) {
        let good = trusted.count(of: signatures, over: message)
        guard good >= trusted.threshold else {
            throw TrustError(
                .threshold,
                """
                \(trusted.role).json version \(content.version) has \(good) good signatures of \(trusted.threshold) needed; fetch it from \
                another source.
                """
            )
        }
    }

    /// Throws `trust.expired` when the instant (UTC milliseconds) is not before the end date; nil asks nothing.
    func checkExpiry(at instant: Int64?) throws(TrustError) {
        guard let instant, instant >= content.expiresAt else { return }
        let end = try UTCText.text(content.expiresAt)
        throw TrustError(
            .expired,
            "\(Content.role.rawValue).json version \(content.version) ended at \(end); fetch a newer one, or set this machine's clock.")
    }
}

/// One entry of `signatures`; the signature is kept as text because a key type that we do not know may write it in another way.
struct MetadataSignature: Sendable {
    let keyID: String
    let signature: String
}
