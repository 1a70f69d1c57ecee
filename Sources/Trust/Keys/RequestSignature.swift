/// A node's Ed25519 signature over one HTTP request, carried as `Authorization: Yuanjiao node=<id>, signature=<base64url>`.
///
/// Signed is the text `yuanjiao-request-1`, method, path and query as sent, node id and SHA-256 of the body in hexadecimal, joined by line
/// feeds. There is no clock and no nonce in it on purpose: a box whose clock stands at 1970 must still be able to report. A replay does
/// no harm because facts are idempotent and reading changes nothing; a request that would not be idempotent must not rely on this.
package struct RequestSignature: Hashable, Sendable {
    /// Who claims to have signed; not to be believed before ``verify(_:with:)``.
    package let node: String
    private let signature: [UInt8]

    private static let scheme = "Yuanjiao"

    /// Signs a request. Throws `trust.request_form` for a node id, method or path that could not stand on one line.
    package init(signing request: SignedRequest, with key: SigningKey) throws(TrustError) {
        self.node = request.node
        self.signature = try key.signature(of: try Self.message(request))
    }

    /// Reads the value of an `Authorization` header. Throws `trust.request_form`.
    package init(header: String) throws(TrustError) {
        let malformed = TrustError(.requestForm, "The Authorization header is not `\(Self.scheme) node=<id>, signature=<base64url>`.")
        let words = header.split(separator: " ", maxSplits: 1)
        guard header.utf8.count <= 512, words.count == 2, words[0].lowercased() == Self.scheme.lowercased(),
            let parameters = HeaderParameters.read(words[1], ["node", "signature"]), let node = parameters["node"],
            SignedRequest.isNode(node),
            let signature = HeaderParameters.signature(parameters["signature"])
        else { throw malformed }
        self.node = node
        self.signature = signature
    }

    /// Takes up what stood in a header before. Throws `trust.request_form`.
    package init(node: String, text: String) throws(TrustError) { try self.init(header: "\(Self.scheme) node=\(node), signature=\(text)") }

    /// The signature itself, base64url.
    package var text: String { Base64URL.text(signature) }

    /// The value of the `Authorization` header.
    package var header: String { "\(Self.scheme) node=\(node), signature=\(text)" }

    /// Throws `trust.request_signature` unless the key signed this request, and ``node`` is who asks in it.
    package func verify(_ request: SignedRequest, with key: VerifyingKey) throws(TrustError) {
        guard request.node == node, key.isValid(signature, of: try Self.message(request)) else {
            throw TrustError(
                .requestSignature,
                "The request is not signed by the key that node \(node) enrolled; enrol the node again if it has a new key.")
        }
    }

    private static func message(_ request: SignedRequest) throws(TrustError) -> [UInt8] {
        Array("yuanjiao-request-1\n\(try request.lines)".utf8)
    }
}
