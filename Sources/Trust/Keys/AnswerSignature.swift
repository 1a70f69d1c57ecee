package import Foundation

/// The centre's Ed25519 signature over its answer to one request, carried as `Yuanjiao-Answer: key=<key id>, signature=<base64url>`.
///
/// Signed is the text `yuanjiao-answer-1`, the request (method, path and query, node, SHA-256 of its body), the status, and SHA-256 of the
/// answer's body, joined by line feeds. So an answer is to this request of this node and to no other; what has no body of its own says
/// something new in its query. The key is one that the root gives to the timestamp: it is online, and dies with the catalogue's when it is
/// stolen.
package struct AnswerSignature: Hashable, Sendable {
    /// The header that carries it.
    package static let header = "Yuanjiao-Answer"

    private let keyID: String
    private let signature: [UInt8]

    init(signing request: SignedRequest, status: Int, body: SHA256Hex, with key: SigningKey, keyID: String) throws(TrustError) {
        self.keyID = keyID
        signature = try key.signature(of: try Self.message(request, status, body))
    }

    /// Reads what ``text`` wrote. Throws `trust.answer_signature`.
    package init(text: String) throws(TrustError) {
        guard let parameters = HeaderParameters.read(text, ["key", "signature"]), let keyID = parameters["key"],
            let signature = HeaderParameters.signature(parameters["signature"])
        else { throw TrustError(.answerSignature, "The answer's signature is not `key=<key id>, signature=<base64url>`.") }
        self.keyID = keyID
        self.signature = signature
    }

    /// The value of the header.
    package var text: String { "key=\(keyID), signature=\(Base64URL.text(signature))" }

    /// Throws `trust.answer_signature` unless one of the keys (by key id) gave this answer to this request.
    package func verify(_ request: SignedRequest, status: Int, body: SHA256Hex, by keys: [String: VerifyingKey]) throws(TrustError) {
        guard let key = keys[keyID] else {
            throw TrustError(
                .answerSignature,
                "The answer to \(request.pathAndQuery) is signed by a key that the network's root does not name; fetch the newest root.")
        }
        guard key.isValid(signature, of: try Self.message(request, status, body)) else {
            throw TrustError(
                .answerSignature, "The answer to \(request.pathAndQuery) is not the centre's; somebody on the line changed it.")
        }
    }

    private static func message(_ request: SignedRequest, _ status: Int, _ body: SHA256Hex) throws(TrustError) -> [UInt8] {
        Array("yuanjiao-answer-1\n\(try request.lines)\n\(status)\n\(body.hex)".utf8)
    }
}

/// An answer as it came over the line, with what it answers. Nothing in it is to be believed before it is verified.
package struct SignedAnswer: Hashable, Sendable {
    package let request: SignedRequest
    package let status: Int
    package let body: Data
    /// The value of the header; nil when there was none.
    package let signature: String?

    package init(to request: SignedRequest, status: Int, body: Data, signature: String?) {
        self.request = request
        self.status = status
        self.body = body
        self.signature = signature
    }

    /// The body, if the centre gave it. Throws `trust.answer_signature`.
    package func verified(by keys: [String: VerifyingKey]) throws(TrustError) -> Data {
        guard let signature else {
            throw TrustError(.answerSignature, "The answer to \(request.pathAndQuery) is not signed by the centre.")
        }
        try AnswerSignature(text: signature).verify(request, status: status, body: SHA256Hex(of: body), by: keys)
        return body
    }
}
