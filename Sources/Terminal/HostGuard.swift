import Hummingbird
import Node
import Relay
import Wire

/// Lets the television page be asked for under names only that nobody outside can point here: a page of another origin whose name is made
/// to resolve to this machine (DNS rebinding) would otherwise be this origin, and report plays.
struct HostGuard<Context: RequestContext>: RouterMiddleware {
    /// Names that the site gave this machine, besides addresses, `localhost`, names without a dot and `.local` ones (RFC 6762).
    let names: [String]
    let findings: Findings

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        // Whoever watches over terminals asks these two by any name; a page from outside learns nothing by them that it could use.
        guard ["/health", "/metrics"].contains(request.uri.path) || Self.isOurs(request.head.authority ?? "", names) else {
            findings.note(Noticed(.host))
            throw Problem(
                code: "host.unknown", status: 421, title: "This terminal is not called so",
                detail: "Use its address or http://localhost, or give it the name with --host-names.")
        }
        return try await next(request, context)
    }

    static func isOurs(_ authority: String, _ names: [String]) -> Bool {
        let lowered = authority.lowercased()
        if lowered.hasPrefix("[") { return true }
        var host = String(lowered.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first ?? "")
        if host.hasSuffix(".") { host.removeLast() }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
        return isAddress || labels.count == 1 && !host.isEmpty || host.hasSuffix(".local") || names.contains(host)
    }
}
