/// What a signature over a request, or over its answer, is about.
package struct SignedRequest: Hashable, Sendable {
    /// As sent, upper case.
    package let method: String
    /// As in the request line.
    package let pathAndQuery: String
    /// Who asks: an enrolled node; a newcomer is named by its public key.
    package let node: String
    /// The hash of the body, of no bytes when there is none.
    package let body: SHA256Hex

    package init(_ method: String, _ pathAndQuery: String, node: String, body: SHA256Hex) {
        self.method = method
        self.pathAndQuery = pathAndQuery
        self.node = node
        self.body = body
    }

    /// Method, path and query, node and body hash, joined by line feeds. Throws `trust.request_form` for what could not stand on one line.
    var lines: String {
        get throws(TrustError) {
            guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
                throw TrustError(.requestForm, "The method of a signed request is not a word of capital letters.")
            }
            guard pathAndQuery.utf8.first == UInt8(ascii: "/"), pathAndQuery.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw TrustError(.requestForm, "The path of a signed request is not one line of visible ASCII that starts with a slash.")
            }
            guard Self.isNode(node) else { throw TrustError(.requestForm, "A node id has 1 to 64 letters, digits or hyphens.") }
            return "\(method)\n\(pathAndQuery)\n\(node)\n\(body.hex)"
        }
    }

    static func isNode(_ text: String) -> Bool {
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

/// The parameters of one of our headers: `name=value, name=value`.
enum HeaderParameters {
    /// Nil unless exactly these names stand there, each once.
    static func read(_ text: some StringProtocol, _ names: Set<String>) -> [String: String]? {
        guard text.utf8.count <= 512 else { return nil }
        var parameters: [String: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, parameters.updateValue(String(pair[1]), forKey: String(pair[0].drop { $0 == " " })) == nil else {
                return nil
            }
        }
        return Set(parameters.keys) == names ? parameters : nil
    }

    /// The 64 bytes of an Ed25519 signature in base64url.
    static func signature(_ text: String?) -> [UInt8]? {
        guard let bytes = text.flatMap(Base64URL.bytes), bytes.count == 64 else { return nil }
        return bytes
    }
}
