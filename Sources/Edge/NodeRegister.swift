import Basics
import Foundation
import Hummingbird
import Logging
import Node
import Relay
import Storage
import Synchronization
import Trust
import Wire

/// The nodes of this edge's area, whose word it believes: what the centre said last, kept on disk, so that terminals are known while the
/// line to the centre is cut.
final class NodeRegister: Sendable {
    private let database: Database
    private let parent: ParentClient
    private let keeper: NodeKeeper<EdgeNode>
    private let findings: Findings
    private let clock: Clock
    private let log: LineLog
    private let known = Mutex(Known())
    private let lastAsked = Mutex<Instant?>(nil)
    /// More nodes than any area has.
    private static let most = 1_000_000

    init(database: Database, parent: ParentClient, keeper: NodeKeeper<EdgeNode>, findings: Findings, clock: Clock, logger: Logger)
        async throws
    {
        self.database = database
        self.parent = parent
        self.keeper = keeper
        self.findings = findings
        self.clock = clock
        log = LineLog(logger, "The list of nodes cannot be fetched", "The list of nodes is fetched again")
        let stored = try await database.read { Known(nodes: try $0.knownNodes(), version: try $0.knownVersion()) }
        known.withLock { $0 = stored }
    }

    /// Asks the centre what changed. A long list comes in parts and is believed when it is all there.
    func refresh() async {
        do {
            var parts: [NodeNews] = []
            let keys = try await keeper.read { $0.sync.centreKeys }
            let start = known.withLock { $0.version }
            var version = start
            while let part = try await parent.nodes(since: version, nonce: String(Entropy.system.safeInteger(), radix: 36), keys: keys) {
                parts.append(part)
                guard part.more, part.version != version else { break }
                guard parts.count * NodeNews.most < Self.most else {
                    throw ParentError.unreadable("The list of nodes is longer than \(Self.most)")
                }
                version = part.version
            }
            log.succeeded()
            let news = parts
            guard !news.isEmpty else { return }
            // Of two that asked at once the first is believed; the other may have heard less. What the disk did not take is not known
            // either, so that no part is ever skipped.
            let isNews = try await database.write { statements -> Bool in
                guard try statements.knownVersion() == start else { return false }
                for part in news { try statements.learn(part) }
                return true
            }
            if isNews { known.withLock { known in for part in news { known.learn(part) } } }
        } catch {
            if let refusal = error as? TrustError { findings.note(Noticed(.answer, about: refusal.code.rawValue)) }
            log.failed(error)
        }
    }

    /// Who signed the request, and how. Throws 401 for a request that is not signed well, 403 for a node that is unknown or revoked.
    @discardableResult func signature(of request: Request, body: [UInt8]) async throws -> RequestSignature {
        guard let header = request.headers[.authorization] else {
            throw Problem(
                code: "trust.request_form", status: 401, title: "The request is not signed",
                detail: "Send the header `Authorization: Yuanjiao node=..., signature=...`.")
        }
        do {
            let signature = try RequestSignature(header: header)
            if known.withLock({ $0.nodes[signature.node] }) == nil, mayAsk() { await refresh() }
            guard let node = known.withLock({ $0.nodes[signature.node] }) else {
                throw Problem(
                    code: "node.unknown", status: 403, title: "This edge does not know the node \(signature.node)",
                    detail:
                        """
                        It may be enrolled, and the line to the centre cut; or it stands in another area, whose edge it must use. Try \
                        again later.
                        """
                )
            }
            guard !node.revoked else {
                findings.note(Noticed(.revokedNode, about: signature.node))
                throw Problem(
                    code: "node.revoked", status: 403, title: "The node \(signature.node) was revoked",
                    detail: "Enrol it again with a new claim.")
            }
            let asked = SignedRequest(request.method.rawValue, request.head.path ?? "/", node: signature.node, body: SHA256Hex(of: body))
            do { try signature.verify(asked, with: try VerifyingKey(hex: node.publicKey)) } catch {
                findings.note(Noticed(.signature, about: signature.node))
                throw error
            }
            return signature
        } catch let refusal as TrustError {
            throw Problem(code: refusal.code.rawValue, status: 401, title: "The signature is not valid", detail: refusal.sentence)
        }
    }

    /// Which edge signed the request. Throws as ``signature(of:body:)``, and 403 for a terminal.
    func edge(of request: Request, body: [UInt8]) async throws -> String {
        let node = try await signature(of: request, body: body).node
        guard known.withLock({ $0.nodes[node]?.kind }) != "terminal" else {
            throw Problem(code: "edge.only", status: 403, title: "Only an edge may ask this")
        }
        return node
    }

    /// Whether a node that is known is a terminal, and not an edge below.
    func isTerminal(_ node: String) -> Bool { known.withLock { $0.nodes[node].map { $0.kind != "edge" } ?? false } }

    /// A stranger must not make the edge ask more than every ten seconds.
    private func mayAsk() -> Bool {
        let now = clock.now
        return lastAsked.withLock { last in
            if let before = last, now >= before, now.milliseconds(since: before) < 10_000 { return false }
            last = now
            return true
        }
    }
}

private struct Known: Sendable {
    var nodes: [String: KnownNode] = [:]
    var version: String?

    mutating func learn(_ news: NodeNews) {
        if news.whole { nodes = [:] }
        for id in news.gone { nodes[id] = nil }
        for node in news.nodes { nodes[node.node] = node }
        version = news.version
    }
}
