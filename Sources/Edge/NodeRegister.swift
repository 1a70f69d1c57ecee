import Basics
import Foundation
import Hummingbird
import Logging
import Relay
import Storage
import Synchronization
import Trust
import Wire

/// The nodes whose word this edge believes: what the centre said last, kept on disk, so that terminals are known while the line to the centre is cut.
final class NodeRegister: Sendable {
    private let database: Database
    private let parent: ParentClient
    private let clock: Clock
    private let log: LineLog
    private let known = Mutex<[String: KnownNode]>([:])
    private let lastAsked = Mutex<Instant?>(nil)

    init(database: Database, parent: ParentClient, clock: Clock, logger: Logger) async throws {
        self.database = database
        self.parent = parent
        self.clock = clock
        log = LineLog(logger, "The list of nodes cannot be fetched", "The list of nodes is fetched again")
        let stored = try await database.read { try $0.knownNodes() }
        known.withLock { $0 = stored }
    }

    /// Asks the centre for the list.
    func refresh() async {
        do {
            let nodes = try await parent.nodes()
            let list = Dictionary(nodes.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
            log.succeeded()
            guard known.withLock({ $0 != list }) else { return }
            try await database.write { try $0.replaceKnownNodes(nodes) }
            known.withLock { $0 = list }
        } catch {
            log.failed(error)
        }
    }

    /// Who signed the request. Throws 401 for a request that is not signed well, 403 for a node that is unknown or revoked.
    func sender(of request: Request, body: [UInt8]) async throws -> String {
        guard let header = request.headers[.authorization] else {
            throw Problem(code: "trust.request_form", status: 401, title: "The request is not signed", detail: "Send the header `Authorization: Yuanjiao node=..., signature=...`.")
        }
        do {
            let signature = try RequestSignature(header: header)
            if known.withLock({ $0[signature.node] }) == nil, mayAsk() { await refresh() }
            guard let node = known.withLock({ $0[signature.node] }) else {
                throw Problem(
                    code: "node.unknown", status: 403, title: "This edge does not know the node \(signature.node)",
                    detail: "It may be enrolled, and the line to the centre cut; try again later.")
            }
            guard !node.revoked else {
                throw Problem(code: "node.revoked", status: 403, title: "The node \(signature.node) was revoked", detail: "Enrol it again with a new claim.")
            }
            try signature.verify(
                method: request.method.rawValue, pathAndQuery: request.head.path ?? "/", body: SHA256Hex(of: body), with: try VerifyingKey(hex: node.publicKey))
            return signature.node
        } catch let refusal as TrustError {
            throw Problem(code: refusal.code.rawValue, status: 401, title: "The signature is not valid", detail: refusal.sentence)
        }
    }

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
