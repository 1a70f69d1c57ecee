import Accounts
import Basics
import Content
import Foundation
import HTTPTypes
import Hummingbird
import Listener
import Logging
import NIOCore
import Operations
import Registry
import Storage
import Trust
import Web
import Wire

/// What nodes ask the centre for (Wire.Endpoint). Every answer to a program is JSON or problem+json.
struct NodeAPI: Sendable {
    let house: House
    let intake: FactIntake
    let settings: NetworkSettings
    let blobs: BlobStore
    let voice: CentreVoice
    let metrics: Metrics
    let contacts: ContactWatch
    let clones = CloneWatch()
    let doors = NodeDoors()

    func addRoutes(to routes: inout Routes) {
        routes.open(.post, FixedAddress(Endpoint.facts)) { request, context in
            try await answer { try await doors.bodies.admit(request.origin(context)) { try await facts(request, context) } }
        }
        routes.open(.post, FixedAddress(Endpoint.envelopes)) { request, context in
            try await answer { try await doors.bodies.admit(request.origin(context)) { try await envelopes(request, context) } }
        }
        routes.open(.post, FixedAddress(Endpoint.receipts)) { request, context in
            try await answer { try await doors.bodies.admit(request.origin(context)) { try await receipts(request, context) } }
        }
        routes.open(.get, FixedAddress(Endpoint.enrolments)) { request, _ in try await answer { try enrolmentKey(request) } }
        routes.open(.post, FixedAddress(Endpoint.enrolments)) { request, context in
            try await answer { try await doors.claims.admit(request.origin(context)) { try await enrol(request, context) } }
        }
        routes.open(.get, FixedAddress(Endpoint.nodes)) { request, context in try await answer { try await nodes(request) } }
        routes.open(.get, Address<String>(Endpoint.metadata + ":name")) { request, context in
            try await answer { try await metadata(context.parameters.require("name"), request) }
        }
        for method in [HTTPRequest.Method.get, .head] {
            routes.open(method, Address<String>(Endpoint.blobs + ":hash")) { request, context in
                try await answer { try await blob(context.parameters.require("hash"), request, context) }
            }
        }
    }

    private func answer(_ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch let problem as Problem {
            return try problemResponse(problem, HTTPResponse.Status(code: problem.status))
        }
    }

    /// Durable before it is answered.
    private func facts(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await request.whole(upTo: Batch.maximumBytes, orRefuse: "batch.too_large")
        let at = house.clock.now
        let node = try await known(request, body)
        let batch = try House.batch(Data(body.readableBytesView))
        let sender: Sender = node.kind == .edge ? .edge(node.record.id) : .terminal(node.record.id)
        let receipt = try await doors.batches.admit(node.record.id) { try await intake.accept(ReceivedBatch(sender: sender, batch: batch)) }
        count(receipt.verdicts, of: node.record.id)
        clones.see(batch.id, of: node.record.id, house)
        let tests = try await house.database.read { try $0.testRequests([node.record.id], at: at) }
        return try signed(receipt.answered(at: at, to: node.placed?.told, testAsked: tests[node.record.id]), to: node.request)
    }

    /// Who signed the request; it was heard with it.
    private func known(_ request: Request, _ body: ByteBuffer) async throws -> AuthenticatedNode {
        let node = try await house.authenticatedNode(request, body: body)
        contacts.hear(node.record.id, at: house.clock.now)
        return node
    }

    private func count(_ verdicts: [Verdict], of sender: String) {
        if verdicts.contains(where: { $0.reason == "fact.no_room" }) { house.notice(.noRoom, about: sender) }
        for (outcome, verdicts) in Dictionary(grouping: verdicts, by: \.outcome) {
            metrics.count("yuanjiao_facts_total{verdict=\"\(outcome.rawValue)\"}", verdicts.count)
        }
    }

    /// Other nodes' batches, as these signed them. What cannot be opened spoils nothing else.
    private func envelopes(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await request.whole(upTo: Envelope.maximumBytes, orRefuse: "batch.too_large")
        // Before it is looked where anybody stands, so that of two answers the later one knows the newer place.
        let at = house.clock.now
        let edge = try await known(request, body)
        guard edge.kind == .edge else { throw Problem(code: "edge.only", status: 403, title: "Only an edge may carry batches of others") }
        let envelopes: [Envelope]
        do { envelopes = try Envelope.unload(Data(body.readableBytesView)) } catch {
            throw Problem(code: error.code, status: error.code.hasSuffix(".too_many") ? 413 : 400, title: error.sentence)
        }
        let opened = try await house.opened(envelopes, carriedBy: edge.record)
        var outcomes = try await doors.batches.admit(edge.record.id) { await intake.accept(opened.compactMap { try? $0.get().received }) }[
            ...]
        // A centre that can take nothing now says so to the edge and not of each batch.
        if let first = outcomes.first, case .failure(let error) = first, outcomes.allSatisfy({ (try? $0.get()) == nil }) { throw error }
        let senders = opened.compactMap { try? $0.get().request.node }
        let tests = try await house.database.read { try $0.testRequests(Set(senders).sorted(), at: at) }
        var closed: [String: Int] = [:]
        let answers = try opened.map { batch -> CarriedReceipt in
            switch batch {
            case .failure(let problem):
                closed[problem.type, default: 0] += 1
                return CarriedReceipt(problem)
            case .success(let opened):
                guard let receipt = try? outcomes.popFirst()?.get() else {
                    return CarriedReceipt(
                        Problem(code: "busy", status: 503, title: "The batch could not be taken now", detail: "Carry it again later."))
                }
                count(receipt.verdicts, of: opened.request.node)
                clones.see(receipt.batch, of: opened.request.node, house)
                contacts.hear(opened.request.node, at: at)
                let body = try encoded(receipt.answered(at: at, to: opened.place, testAsked: tests[opened.request.node]))
                let signature = try voice.sign(opened.request, status: 200, body: SHA256Hex(of: body))
                return CarriedReceipt(
                    ClosedAnswer(digest: opened.request.body.hex, body: String(decoding: body, as: UTF8.self), signature: signature.text))
            }
        }
        for (code, count) in closed {
            metrics.count("yuanjiao_envelopes_closed_total{code=\"\(code)\"}", count)
            context.logger.warning("envelopes not opened", metadata: ["edge": "\(edge.record.id)", "code": "\(code)", "count": "\(count)"])
        }
        return try signed(LoadReceipt(epoch: settings.epoch, envelopes: answers, at: at, place: edge.placed?.told), to: edge.request)
    }

    /// The centre keeps no list of verdicts: what it knows is the fact itself, so a node that asks here is told to offer it again.
    private func receipts(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await request.whole(upTo: 1 << 20, orRefuse: "batch.too_large")
        let at = house.clock.now
        let node = try await known(request, body)
        return try signed(Receipt(batch: "", epoch: settings.epoch, verdicts: [], at: at, place: node.placed?.told), to: node.request)
    }

    /// To which key a newcomer seals its code; signed, so that nobody on the line gives another.
    private func enrolmentKey(_ request: Request) throws -> Response {
        let newcomer = try house.newcomer(request, body: ByteBuffer())
        return try signed(EnrolmentKey(sealingKey: voice.sealing.publicHex), to: newcomer.request)
    }

    /// The code, and for whom the answer is signed. A sealed code is good only under a signature of the key for which it was sealed; a code
    /// in clear comes from boxes that cannot seal, and they prove nothing.
    private func claimed(_ asked: EnrolmentRequest, _ request: Request, _ body: ByteBuffer) throws -> (
        code: ClaimCode, key: VerifyingKey, request: SignedRequest
    ) {
        let malformed = Problem(
            code: "enrolment.malformed", status: 400, title: "The body is not an enrolment: sealed, public_key and version are needed")
        guard let key = try? VerifyingKey(hex: asked.publicKey) else { throw malformed }
        if let sealed = asked.sealed {
            let newcomer = try house.newcomer(request, body: body)
            guard newcomer.key == key else {
                throw Problem(code: "enrolment.unsigned", status: 401, title: "The request is not signed by the key that is to be enrolled")
            }
            do { return (try voice.sealing.open(sealed, of: key), key, newcomer.request) } catch {
                throw Problem(code: "enrolment.sealed", status: 400, title: "The one-time code cannot be opened", detail: error.sentence)
            }
        }
        guard let code = try? ClaimCode(typed: asked.code ?? "") else { throw malformed }
        return (code, key, SignedRequest("POST", request.uri.string, node: key.hex, body: SHA256Hex(of: body.readableBytesView)))
    }

    private func enrol(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await request.whole(upTo: 64 << 10, orRefuse: "batch.too_large")
        guard let asked = try? JSONDecoder().decode(EnrolmentRequest.self, from: Data(body.readableBytesView)) else {
            throw Problem(
                code: "enrolment.malformed", status: 400, title: "The body is not an enrolment: sealed, public_key and version are needed")
        }
        let (code, key, signedRequest) = try claimed(asked, request, body)
        let today = house.today
        let act = Act(by: .system, at: house.clock.now, ids: house.ids)
        let settings = settings
        let answer = try await noticing {
            try await house.database.write { statements in
                let node = try statements.enrolNode(
                    codeDigest: code.digest.hex, publicKey: key.hex, version: String(asked.version.prefix(60)), on: today, by: act)
                try statements.beginHoldingsAnew(of: node.id)
                let site = try statements.presentSite(ofTerminal: node.id, on: today)
                let area = try statements.area(id: site?.areaID ?? node.areaID, on: today)
                return EnrolmentAnswer(
                    node: node.id, kind: NodeKind(rawValue: node.kind) ?? .terminal, site: site?.code ?? "",
                    siteName: site?.name ?? node.name, area: area?.code ?? "",
                    siteKind: site?.kind.rawValue ?? "", zone: settings.zone.identifier, epoch: settings.epoch)
            }
        }
        return try signed(answer, to: signedRequest)
    }

    private func noticing<Answer>(_ claim: () async throws -> Answer) async throws -> Answer {
        do { return try await claim() } catch let refusal as Refusal {
            if refusal.code.hasSuffix("node.claim_unknown") { house.notice(.claim) }
            if refusal.code.hasSuffix("node.key_taken") { house.notice(.keyTaken) }
            throw refusal
        }
    }

    /// The enrolled keys of an edge's area, for an edge that checks what terminals send it: what changed since it last asked, and 204 when
    /// nothing did.
    private func nodes(_ request: Request) async throws -> Response {
        let asker = try await known(request, ByteBuffer())
        guard asker.kind == .edge else {
            throw Problem(code: "edge.only", status: 403, title: "Only an edge may ask for the keys of terminals")
        }
        let (today, epoch) = (house.today, settings.epoch)
        let since = request.uri.queryParameters["since"].flatMap { NodeListVersion(String($0)) }
        let news = try await house.database.read { try $0.nodeNews(for: asker.record, since: since, epoch: epoch, on: today) }
        guard let news else { return try signed(Data(), .noContent, to: asker.request) }
        return try signed(news, to: asker.request)
    }

    /// `timestamp.json`, `N.snapshot.json`, `N.targets.json`, `N.root.json`, and the lists of publishers, `N.network.json`,
    /// `N.area-CODE.json`. Open to all: signed, and no secret.
    private func metadata(_ name: String, _ request: Request) async throws -> Response {
        let parts = name.split(separator: ".")
        // Who signs the look for a new one is heard with it.
        if name == "timestamp.json", request.headers[.authorization] != nil { _ = try? await known(request, ByteBuffer()) }
        let (body, orders) = try await house.database.read { statements -> ([UInt8]?, [UInt8]?) in
            let orders = name == "timestamp.json" || name == StopOrder.fileName ? try statements.stopOrders().map(\.order) : []
            return (try file(statements), orders.isEmpty ? nil : StopOrder.bundle(orders))
        }
        if name == StopOrder.fileName, let orders {
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                body: .init(byteBuffer: ByteBuffer(bytes: orders)))
        }
        guard let body else { throw Refusal.notFound("metadata") }
        var answer = tagged(body, name, request)
        if let orders, let field = HTTPField.Name(StopOrder.header) { answer.headers[field] = StopOrder.tag(of: orders) }
        return answer

        @Sendable func file(_ statements: Statements) throws -> [UInt8]? {
            if name == "timestamp.json" { return try statements.latestMetadata(role: .timestamp)?.bytes }
            guard parts.count == 3, parts[2] == "json", let version = Int64(parts[0]), version > 0 else { return nil }
            return try statements.metadata(role: String(parts[1]), version: version)
        }
    }

    /// The only file whose name stays while its content changes is asked for again and again; whoever has it already is told so in few
    /// bytes.
    private func tagged(_ body: [UInt8], _ name: String, _ request: Request) -> Response {
        guard name == "timestamp.json" else {
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "max-age=31536000, immutable"],
                body: .init(byteBuffer: ByteBuffer(bytes: body)))
        }
        let tag = SHA256Hex(of: body).tag
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: [.eTag: tag]) }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache", .eTag: tag],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Published content only, to enrolled nodes only, and to each what is meant for where it stands.
    private func blob(_ hash: String, _ request: Request, _ context: AppContext) async throws -> Response {
        let node = try await known(request, ByteBuffer())
        return try await doors.ranges.admit(node.record.id) {
            let isMeant = try await house.database.read { statements in
                try node.placed?.place.map { try statements.isPublishedBlob(hash, for: $0) } ?? false
            }
            guard isMeant, let url = blobs.url(hash), let length = blobs.length(hash) else { throw Refusal.notFound("blob") }
            return try await fileResponse(
                url, length: length, type: "application/octet-stream", cache: "max-age=31536000, immutable", request)
        }
    }

    /// Under the centre's signature: the answer to this request of this node, and to no other.
    private func signed(_ value: some Encodable, to request: SignedRequest) throws -> Response {
        try signed(try encoded(value), .ok, to: request)
    }

    private func signed(_ body: Data, _ status: HTTPResponse.Status, to request: SignedRequest) throws -> Response {
        var headers: HTTPFields = body.isEmpty ? [:] : [.contentType: "application/json"]
        if let name = HTTPField.Name(AnswerSignature.header) {
            headers[name] = try voice.sign(request, status: status.code, body: SHA256Hex(of: body)).text
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    private func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(value)
    }
}
