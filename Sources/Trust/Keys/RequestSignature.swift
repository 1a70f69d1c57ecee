/// A node's Ed25519 signature over one HTTP request, carried as `Authorization: Yuanjiao node=<id>, signature=<base64url>`.
///
/// Signed is the text `yuanjiao-request-1`, method, path and query as sent, node id and SHA-256 of the body in hexadecimal, joined by line
/// feeds. There is no clock and no nonce in it on purpose: a box whose clock stands at 1970 must still be able to report. A replay does
/// no harm because facts are idempotent and reading changes nothing; a request that would not be idempotent must not rely on this.
package struct RequestSignature: Hashable, Sendable {
    /// Who claims to have signed; not to be believed before ``verify(method:pathAndQuery:body:with:)``.
    package let node: String
    private let signature: [UInt8]

    private static let scheme = "Yuanjiao"

    /// Signs a request. `method` as sent (upper case), `pathAndQuery` as in the request line, `body` the hash of the body (of no bytes
    /// when there is none). Throws `trust.request_form` for a node id, method or path that could not stand on one line.
    package init(signing method: String, pathAndQuery: String, node: String, body: SHA256Hex, with key: SigningKey) throws(TrustError) {
        let message = try Self.message(method: method, pathAndQuery: pathAndQuery, node: node, body: body)
        self.node = node
        self.signature = try key.signature(of: message)
    }

    /// Reads the value of an `Authorization` header. Throws `trust.request_form`.
    package init(header: String) throws(TrustError) {
        let malformed = TrustError(.requestForm, "The Authorization header is not `\(Self.scheme) node=<id>, signature=<base64url>`.")
        let words = header.split(separator: " ", maxSplits: 1)
        guard header.utf8.count <= 512, words.count == 2, words[0].lowercased() == Self.scheme.lowercased() else { throw malformed }
        var parameters: [String: String] = [:]
        for part in words[1].split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw malformed }
            let name = String(pair[0].drop { $0 == " " })
            guard parameters.updateValue(String(pair[1]), forKey: name) == nil else { throw malformed }
        }
        guard parameters.count == 2, let node = parameters["node"], Self.isNode(node),
            let signature = parameters["signature"].flatMap(Base64URL.bytes), signature.count == 64
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

    /// Throws `trust.request_signature` unless the key signed this request of ``node``.
    package func verify(method: String, pathAndQuery: String, body: SHA256Hex, with key: VerifyingKey) throws(TrustError) {
        let message = try Self.message(method: method, pathAndQuery: pathAndQuery, node: node, body: body)
        guard key.isValid(signature, of: message) else {
            throw TrustError(.requestSignature, "The request is not signed by the key that node \(node) enrolled; enrol the node again if it has a new key.")
        }
    }

    private static func message(method: String, pathAndQuery: String, node: String, body: SHA256Hex) throws(TrustError) -> [UInt8] {
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw TrustError(.requestForm, "The method of a signed request is not a word of capital letters.")
        }
        guard pathAndQuery.utf8.first == UInt8(ascii: "/"), pathAndQuery.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw TrustError(.requestForm, "The path of a signed request is not one line of visible ASCII that starts with a slash.")
        }
        guard isNode(node) else { throw TrustError(.requestForm, "A node id has 1 to 64 letters, digits or hyphens.") }
        return Array("yuanjiao-request-1\n\(method)\n\(pathAndQuery)\n\(node)\n\(body.hex)".utf8)
    }

    private static func isNode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { unit in
                switch unit {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
