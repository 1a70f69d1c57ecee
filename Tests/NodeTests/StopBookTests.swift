import Basics
import Node
import Testing
import Trust
import Wire

/// Stop orders at a terminal: which stands, which are no news, and what a foreign one spoils.
@Suite struct StopBookTests {
    private func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: Array(repeating: byte, count: 32)) }

    private func order(_ version: Int64, _ area: String, stops: Bool = true, by signer: UInt8 = 1, expires: Int64 = 1_400_000_000_000)
        throws -> StopOrder
    {
        try StopOrder(version: version, expiresAt: expires, areas: [area], stops: stops, signedBy: [try key(signer)])
    }

    private let now = Instant(milliseconds: 1_300_000_000_000)

    private func terminal(_ records: [String: Record] = [:]) throws -> TerminalNode {
        let repository = Repository(
            keys: RepositoryKeys(root: try key(1), targets: try key(2), snapshot: try key(3), timestamp: try key(4)), lifetimes: .standard)
        let root = try repository.firstRoot(at: now.milliseconds)
        let identity = NodeIdentity(
            node: "T1", place: NodePlace(area: try #require(AreaCode("990101001")), siteKind: "village"), root: root,
            fingerprint: SHA256Hex(of: root), epoch: "e")
        return try TerminalNode(
            identity: identity, zone: .shanghai, appetite: .all(kinds: [.pieces]),
            settings: NodeSettings(notBefore: Instant(milliseconds: 0)), boot: 7, records: records)
    }

    /// The kinds of what is told.
    private func told(_ changes: [Change]) -> [String] {
        changes.compactMap { change in
            guard case .store(_, .fact(let fact)) = change, case .incident(let incident) = fact.body else { return nil }
            return "\(incident.kind) \(incident.about)"
        }
    }

    @Test func theNewestForThePlaceStandsAndOthersLiftNothing() throws {
        var box = try terminal()
        let steps: [(StopOrder, stopped: Bool, told: [String])] = [
            (try order(5, "990102"), false, []), (try order(6, "9901"), true, ["stop.obeyed 6"]), (try order(6, "9901"), true, []),
            (try order(8, "990102", stops: false), true, []), (try order(4, "990101", stops: false), true, []),
            (try order(9, "990101", stops: false), false, ["stop.lifted 9"]),
            (try order(10, "99"), true, ["stop.obeyed 10"]), (try order(7, "990101", stops: false), true, []),
            (try order(11, "99", stops: false, expires: 5), true, []),
            (try order(12, "99", stops: false), false, ["stop.lifted 12"]),
        ]
        var disk = Disk()
        for (order, stopped, receipts) in steps {
            let changes = box.order(order.bytes, at: now)
            disk.carryOut(changes)
            #expect(box.isStopped == stopped, "after \(order.version) for \(order.areas)")
            #expect(told(changes) == receipts)
            // Also after a start.
            #expect(try terminal(disk.records).isStopped == stopped)
        }
    }

    @Test func aForeignOrderSpoilsNoOtherAndIsTold() throws {
        var box = try terminal()
        let file = StopOrder.bundle([try order(5, "9901", by: 9), try order(6, "9901")])
        #expect(told(box.order(file, at: now)) == ["stop.obeyed 6"])
        #expect(box.isStopped)
        #expect(told(box.beat(at: now.adding(seconds: 20))) == ["metadata.refused stop.trust.threshold"])
        #expect(told(box.order([1, 2], at: now)) == ["metadata.refused stop.trust.json"])
        #expect(box.isStopped)
    }
}
