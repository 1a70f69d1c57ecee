import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Listener
import Node
import Relay
import Trust
import Wire

/// What an edge answers to terminals: the same paths as the centre, out of what it has verified itself.
struct EdgeRoutes: Sendable {
    let keeper: NodeKeeper<EdgeNode>
    let doors = NodeDoors()
    let register: NodeRegister
    /// For what is passed on.
    let passage: ParentClient
    let blobs: BlobFolder
    let clock: Clock
    let node: String

    func add(to router: Router<NodeContext>) {
        router.get(RouterPath(Endpoint.metadata + ":name"), use: metadata)
        router.get(RouterPath(Endpoint.blobs + ":hash"), use: blob)
        router.head(RouterPath(Endpoint.blobs + ":hash"), use: blob)
        router.post(RouterPath(Endpoint.facts), use: facts)
        router.post(RouterPath(Endpoint.receipts), use: receipts)
        router.post(RouterPath(Endpoint.envelopes), use: carried)
        router.get(RouterPath(Endpoint.nodes), use: nodes)
        router.get(RouterPath(Endpoint.enrolments), use: enrolments)
        router.post(RouterPath(Endpoint.enrolments), use: enrolments)
        router.get("/health", use: health)
        router.get("/metrics") { _, _ in try await metrics() }
    }

    @Sendable private func metadata(_ request: Request, _ context: NodeContext) async throws -> Response {
        let name = try context.parameters.require("name")
        // Open to all; who signs it all the same is heard.
        if name == "timestamp.json", request.headers[.authorization] != nil { _ = try? await known(request, []) }
        let (file, orders) = try await keeper.read { ($0.files[name], $0.stopOrders) }
        if name == StopOrder.fileName, let orders { return Answers.bytes(orders, type: "application/json", cache: "no-cache") }
        guard let file else { return Answers.missing(name) }
        guard name == "timestamp.json" else {
            return Answers.bytes(file, type: "application/json", cache: "public, max-age=31536000, immutable")
        }
        var answer = Answers.tagged(file, type: "application/json", request)
        if let orders, let field = HTTPField.Name(StopOrder.header) { answer.headers[field] = StopOrder.tag(of: orders) }
        return answer
    }

    /// Who signed the request; a terminal below was heard with it.
    private func known(_ request: Request, _ body: [UInt8]) async throws -> RequestSignature {
        let signature = try await register.signature(of: request, body: body)
        if register.isTerminal(signature.node) { keeper.ask { [clock] in $0.heard(signature.node, at: clock.now) } }
        return signature
    }

    /// To enrolled nodes only, as at the centre.
    @Sendable private func blob(_ request: Request, _ context: NodeContext) async throws -> Response {
        let node = try await known(request, []).node
        return try await doors.ranges.admit(node) { try await range(request, context) }
    }

    private func range(_ request: Request, _ context: NodeContext) async throws -> Response {
        guard let hash = SHA256Hex(rawValue: try context.parameters.require("hash")), let (_, length) = blobs.verified(hash) else {
            return Answers.missing("This blob")
        }
        let answer: Response
        do {
            let blob = Blob(sha256: hash, length: length)
            answer = try await Answers.blobs(
                [blob], in: blobs, type: "application/octet-stream", cache: "public, max-age=31536000, immutable", request
            ) { [keeper, clock] in
                keeper.ask { $0.doubt(at: clock.now) }
            }
        } catch is LostBlob {
            // It is thrown away; the next look misses it, and it is fetched again.
            keeper.ask { [clock] in $0.doubt(at: clock.now) }
            return Answers.missing("This blob")
        }
        // Whoever asks beyond the end knows of more bytes than lie here.
        if answer.status == .rangeNotSatisfiable || length == 0 { keeper.ask { [clock] in $0.doubt(at: clock.now) } }
        return answer
    }

    @Sendable private func facts(_ request: Request, _ context: NodeContext) async throws -> Response {
        try await doors.bodies.admit(Connections.origin(context.remoteAddress)) { try await take(request) }
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.whole(upTo: Batch.maximumBytes)
        let signature = try await known(request, body)
        // Carried on under the path alone.
        guard request.head.path == Endpoint.facts else {
            throw Problem(code: "envelopes.path", status: 400, title: "Facts go to \(Endpoint.facts), without a query")
        }
        let batch = try Batch(json: Data(body))
        let envelope = Envelope(node: signature.node, signature: signature.text, body: Data(body))
        return try await doors.batches.admit(signature.node) {
            try Answers.json(
                try await keeper.change { node in
                    let (changes, receipt) = try node.accept(envelope, batch)
                    return (changes, receipt)
                })
        }
    }

    @Sendable private func receipts(_ request: Request, _ context: NodeContext) async throws -> Response {
        try await doors.bodies.admit(Connections.origin(context.remoteAddress)) { try await answer(request) }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.whole(upTo: Batch.maximumBytes)
        let sender = try await known(request, body).node
        guard let question = try? JSONDecoder().decode(ReceiptQuestion.self, from: Data(body)) else {
            throw Problem(code: "receipts.malformed", status: 400, title: "The body is not of the form {\"ids\": [...]}")
        }
        guard question.ids.count <= ReceiptQuestion.maximumIDs else {
            throw Problem(
                code: "receipts.too_many", status: 413, title: "A question has at most \(ReceiptQuestion.maximumIDs) ids",
                detail: "Ask in parts.")
        }
        return try Answers.json(try await keeper.read { $0.answer(question, from: sender) })
    }

    /// Passed on unchanged, as the answer is with the centre's signature: the centre alone decides who joins.
    @Sendable private func enrolments(_ request: Request, _ context: NodeContext) async throws -> Response {
        let body = request.method == .post ? Data(try await request.whole(upTo: 65_536)) : nil
        let response = try await doors.claims.admit(Connections.origin(context.remoteAddress)) {
            try await passed(request, body, longest: 1 << 20)
        }
        if body != nil, (200..<300).contains(response.status.code) { await register.refresh() }
        return response
    }

    /// What an edge below this one carries. The centre opens it under that edge's own signature and answers it under its own, so there is
    /// nothing to keep or to believe here: while the line is cut, the edge below keeps it.
    @Sendable private func carried(_ request: Request, _ context: NodeContext) async throws -> Response {
        let (edge, body) = try await doors.bodies.admit(Connections.origin(context.remoteAddress)) {
            let body = try await request.whole(upTo: Envelope.maximumBytes)
            return (try await register.edge(of: request, body: body), Data(body))
        }
        return try await doors.passages.admit(edge) { try await passed(request, body, longest: 16 << 20) }
    }

    /// The nodes below an edge that is below this one.
    @Sendable private func nodes(_ request: Request, _ context: NodeContext) async throws -> Response {
        let edge = try await register.edge(of: request, body: [])
        return try await doors.passages.admit(edge) { try await passed(request, nil, longest: 8 << 20) }
    }

    /// The parent's answer to a request that is passed on as it came.
    private func passed(_ request: Request, _ body: Data?, longest: Int) async throws -> Response {
        let passed: (type: String, answer: SignedAnswer)
        do {
            passed = try await passage.pass(
                body, to: request.head.path ?? "/", authorization: request.headers[.authorization], longest: longest)
        } catch {
            throw Problem(
                code: "centre.unreachable", status: 503, title: "The centre cannot be reached", detail: "Try again when the line is back.")
        }
        var response = Answers.bytes([UInt8](passed.answer.body), type: passed.type, cache: "no-store")
        response.status = .init(code: passed.answer.status)
        if let name = HTTPField.Name(AnswerSignature.header) { response.headers[name] = passed.answer.signature }
        return response
    }

    @Sendable private func health(_ request: Request, _ context: NodeContext) async throws -> Response {
        try Answers.json(["status": "ok", "kind": "edge", "node": node])
    }

    /// What `/metrics` says.
    @Sendable func metrics() async throws -> Response {
        Answers.metrics(
            try await keeper.read { node in
                [
                    ("facts_waiting", "Own facts not yet sent.", Int64(node.queue.waitingCount)),
                    ("facts_relayed_pending", "Terminals' facts on their way to the centre.", Int64(node.relay.pendingCount)),
                    (
                        "envelopes_returned", "Terminals' batches that the centre would not open since the start.",
                        Int64(node.relay.returned)
                    ),
                    ("answers_kept", "Answers of the centre kept for terminals.", Int64(node.relay.answerCount)),
                    ("courseware_complete", "Courseware complete and verified.", Int64(node.sync.complete.count)),
                    (
                        "catalogue_unchanged_seconds",
                        "For how long the parent has answered with the same catalogue; more than a day is a freeze.",
                        node.sync.freshness.unchangedFor / 1000
                    ),
                    ("content_refused", "Files and blobs that did not verify since the start.", Int64(node.sync.refused)),
                    ("content_lost", "Courseware found lacking on the own disk since the start.", Int64(node.sync.lost)),
                ]
            })
    }
}
