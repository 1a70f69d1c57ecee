import Accounts
import Basics
import HTTPTypes
import Hummingbird
import Jobs
import Registry
import Storage
import Web

extension House {
    /// What `/metrics` says.
    func metrics(_ metrics: Metrics) async throws -> Response {
        let (jobs, incidents) = try await database.read { (try $0.jobCounts(), try $0.openIncidents()) }
        for (state, count) in jobs { metrics.set("yuanjiao_jobs{state=\"\(state)\"}", count) }
        metrics.set("yuanjiao_incidents_open", incidents.values.reduce(0, +))
        return Response(status: .ok, headers: [.contentType: "text/plain; version=0.0.4"], body: .init(byteBuffer: ByteBuffer(string: metrics.text)))
    }
}

extension Feature {
    /// Nodes, for the system administrator; who stands somewhere else from today moves by itself.
    static func nodes(_ house: House) -> Feature {
        let places = PeriodicWork("places of nodes", every: .seconds(600)) {
            let (today, now) = (house.today, house.clock.now)
            _ = try await house.database.write { try $0.placeNodes(on: today, at: now) }
        }
        return Feature("nodes", menu: [MenuEntry(.system, "nav.nodes", "/nodes", .seeSystem)], timers: [FeatureTimer(places)]) { $0.addNodes() }
    }

    /// The log of acts, for the auditor.
    static var events: Feature { Feature("events", menu: [MenuEntry(.system, "nav.events", "/events", .seeAudit)]) { $0.addEvents() } }
}

extension Routes {
    /// `/health`: 200 while the database answers. `/metrics`: for Prometheus.
    mutating func addHealth(metrics: Metrics) {
        let house = house
        open(.get, "/health") { _, _ in
            _ = try await house.database.read { try $0.networkSetting("epoch") }
            return Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        open(.get, "/metrics") { _, _ in try await house.metrics(metrics) }
    }

    fileprivate mutating func addNodes() {
        let house = house
        get("/nodes", .seeSystem) { request, _, visit in
            let today = house.today
            let nodes = try await house.database.read { try $0.nodes(on: today, in: visit.scope) }
            return try house.page(
                "nodes", NodeListPage(nodes: nodes.map { NodeListPage.Line($0, house, visit) }, empty: nodes.isEmpty), title: house.text("nodes.title", visit), for: visit, request)
        }
    }

    fileprivate mutating func addEvents() {
        let house = house
        get("/events", .seeAudit) { request, _, visit in
            let before = request.uri.queryParameters["before"].map(String.init) ?? ""
            let today = house.today
            let (events, accounts) = try await house.database.read { statements in
                let events = try statements.events(before: before, limit: 100, where: try statements.visibleEvents(in: visit.scope, on: today))
                return (events, try statements.namedAccounts(Set(events.flatMap { [$0.actor, $0.subject] }).sorted()))
            }
            let page = EventListPage(
                events: events.map { EventListPage.Line($0, accounts, house, visit) },
                next: events.count == 100 ? "/events?before=\(events.last?.id ?? "")" : nil, empty: events.isEmpty)
            return try house.page("events", page, title: house.text("events.title", visit), for: visit, request)
        }
    }
}

/// The list of nodes.
struct NodeListPage: Sendable {
    struct Line: Sendable {
        let id: String
        let kind: String
        let name: String
        let state: String
        let enrolledAt: String
        let version: String

        init(_ node: NodeRecord, _ house: House, _ visit: Visit) {
            id = node.id
            kind = house.text("node.kind.\(node.kind)", visit)
            name = node.name
            state = house.text(node.revokedAt != nil ? "node.revoked" : node.publicKey != nil ? "node.enrolled" : "node.claimed", visit)
            enrolledAt = node.enrolledAt.map(house.zone.text) ?? ""
            version = node.version
        }
    }
    let nodes: [Line]
    let empty: Bool
}

/// The audit log, newest first.
struct EventListPage: Sendable {
    struct Line: Sendable {
        let at: String
        let actor: String
        let kind: String
        /// The stable code of the kind, for those who search.
        let code: String
        /// Why it was refused; nil when it was done.
        let refusal: String?
        let subject: String
        let address: String
        let agent: String
        let detail: String

        init(_ event: Event, _ accounts: [String: NamedAccount], _ house: House, _ visit: Visit) {
            at = house.zone.text(event.happenedAt)
            actor = house.pages.words.actor(event.actor, accounts, visit.language)
            kind = house.text("event.\(event.kind)", visit)
            code = event.kind
            refusal = event.refusal.isEmpty ? nil : house.text("refusal.\(event.refusal)", visit)
            subject = accounts[event.subject]?.login ?? event.subject
            address = event.address
            agent = event.agent
            detail = event.detail == "{}" ? "" : event.detail
        }
    }
    let events: [Line]
    let next: String?
    let empty: Bool
}
