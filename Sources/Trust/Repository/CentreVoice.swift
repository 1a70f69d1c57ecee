/// What the centre says online besides the catalogue: its answers to nodes, signed with the timestamp's key.
package struct CentreVoice: Sendable {
    private let key: SigningKey
    private let keyID: String
    /// Opens what newcomers seal for the centre.
    package let sealing: SealingKey

    /// `key` is the timestamp's.
    package init(_ key: SigningKey) {
        self.key = key
        keyID = key.verifyingKey.keyID
        sealing = SealingKey(of: key)
    }

    /// Signs an answer.
    package func sign(_ request: SignedRequest, status: Int, body: SHA256Hex) throws(TrustError) -> AnswerSignature {
        try AnswerSignature(signing: request, status: status, body: body, with: key, keyID: keyID)
    }
}
