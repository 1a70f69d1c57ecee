import HTTPTypes
package import Hummingbird
package import Logging

/// Who reads `/metrics`: this machine alone, or whoever reaches the listener that was made for it. Counters tell a stranger how busy a node
/// is and whether his attack works.
package struct MetricsDoor<Context: RemoteAddressRequestContext>: RouterMiddleware {
    private let isElsewhere: Bool

    /// `isElsewhere` when the metrics have a listener of their own.
    package init(isElsewhere: Bool) { self.isElsewhere = isElsewhere }

    package func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        if request.uri.path == "/metrics", isElsewhere || !isFromThisMachine(request, context) { throw HTTPError(.notFound) }
        return try await next(request, context)
    }

    /// A proxy on this machine says for whom it asks.
    private func isFromThisMachine(_ request: Request, _ context: Context) -> Bool {
        let told = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"].compactMap { HTTPField.Name($0) }.contains {
            request.headers[$0] != nil
        }
        return !told && Connections.origin(context.remoteAddress).isEmpty
    }
}

/// Where metrics are served alone.
package struct MetricsAddress: Hashable, Sendable {
    package let host: String
    package let port: Int

    /// `host:port`, an IPv6 address in brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// A server that knows `/metrics` and nothing else.
    package func server(_ logger: Logger, _ metrics: @escaping @Sendable () async throws -> Response) -> some ApplicationProtocol {
        let router = Router()
        router.get("/metrics") { _, _ in try await metrics() }
        return Application(
            router: router, server: .limited(logger: logger),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "yuanjiao"), logger: logger)
    }
}
