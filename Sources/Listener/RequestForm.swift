import HTTPTypes

/// Whether a request is one that all of ours and whatever stands before them read alike.
enum RequestForm {
    /// Nil for a good one; otherwise how it is answered, without a body and with the end of the connection.
    static func refusal(_ request: HTTPRequest) -> HTTPResponse? {
        // RFC 9112, 3.2: exactly one Host. A second one is what a proxy and a server might read differently.
        guard let host = request.authority, !host.isEmpty, !request.headerFields.contains(where: { $0.name.canonicalName == "host" }) else {
            return answer(.badRequest)
        }
        // RFC 9112, 6.1: a coding that we do not know, or a length beside it, says nothing about where the body ends.
        let codings = request.headerFields[values: .transferEncoding]
        if !codings.isEmpty {
            guard codings.count == 1, codings[0].lowercased() == "chunked" else { return answer(.notImplemented) }
            guard request.headerFields[.contentLength] == nil else { return answer(.badRequest) }
        }
        return misspelt(request)
    }

    /// One route has one path: who spells it with more slashes is led to it, so that no rule of a proxy is passed by.
    private static func misspelt(_ request: HTTPRequest) -> HTTPResponse? {
        guard let path = request.path, path != "/", path != "*" else { return nil }
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bare = parts.first, bare.hasPrefix("/") else { return answer(.badRequest) }
        guard bare.hasSuffix("/") && bare != "/" || bare.contains("//") else { return nil }
        guard request.method == .get || request.method == .head else { return answer(.notFound) }
        var moved = answer(.permanentRedirect)
        moved.headerFields[.location] = "/" + bare.split(separator: "/").joined(separator: "/") + (parts.count == 2 ? "?" + parts[1] : "")
        return moved
    }

    private static func answer(_ status: HTTPResponse.Status) -> HTTPResponse {
        HTTPResponse(status: status, headerFields: [.connection: "close", .contentLength: "0"])
    }
}
