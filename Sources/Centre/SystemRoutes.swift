import Accounts
import Basics
import HTTPTypes
import Hummingbird
import Jobs
import Listener
import Lists
import Registry
import Storage
import Web

extension House {
    /// What `/metrics` says.
    func metrics(_ metrics: Metrics) async throws -> Response {
        let (jobs, incidents) = try await database.read { (try $0.jobCounts(), try $0.openIncidents()) }
        for (state, count) in jobs { metrics.set("yuanjiao_jobs{state=\"\(state)\"}", count) }
        metrics.set("yuanjiao_incidents_open", incidents.values.reduce(0, +))
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4"], body: .init(byteBuffer: ByteBuffer(string: metrics.text)))
    }
}

/// Where the machines of the network are watched.
enum SystemAddress {
    static let nodes = FixedAddress("/nodes")
    static let events = FixedAddress("/events")
    static let incidents = FixedAddress("/incidents")
    static let health = FixedAddress("/health")
    static let metrics = FixedAddress("/metrics")
}

extension Feature {
    /// Nodes, for the system administrator; who stands somewhere else from today moves by itself.
    static func nodes(_ house: House, _ contacts: ContactWatch) -> Feature {
        let places = PeriodicWork("places of nodes", every: .seconds(600)) {
            let (today, now) = (house.today, house.clock.now)
            _ = try await house.database.write { try $0.placeNodes(on: today, at: now) }
        }
        let heard = PeriodicWork("contacts of nodes", every: .seconds(20)) { try await contacts.write(house) }
        return Feature(
            "nodes", menu: [MenuEntry(.system, "nav.nodes", SystemAddress.nodes, .seeSystem)],
            timers: [FeatureTimer(places), FeatureTimer(heard, isEverywhere: true)],
            searches: [.nodes],
            speech: [
                EventSpeech(["node."], choices: ["kind": "node.kind"]) { statements, ids, _ in try statements.nodeNames(ids) },
                EventSpeech(["incident."]) { statements, ids, _ in try statements.nodeNames(ids) },
            ]
        ) { $0.addNodes() }
    }
}

extension Routes {
    /// `/health`: 200 while the database answers. `/metrics`: for Prometheus.
    mutating func addHealth(metrics: Metrics) {
        let house = house
        open(.get, SystemAddress.health) { _, _ in
            _ = try await house.database.read { try $0.networkSetting("epoch") }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        open(.get, SystemAddress.metrics) { _, _ in try await house.metrics(metrics) }
    }

    fileprivate mutating func addNodes() { list(.nodes) }
}
