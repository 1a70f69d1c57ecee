package import Accounts
package import Basics
package import Storage
package import Trust

extension Statements {
    /// The stop orders that stand, in order, and when each was given to this centre.
    package func stopOrders() throws -> [(order: StopOrder, givenAt: Instant)] {
        try all("SELECT body, given_at FROM stop_order ORDER BY version, areas") {
            (try StopOrder(parsing: $0.bytes(0)), try $0.instant(1))
        }
    }

    /// Takes an order that was prepared before, for nodes to fetch, in the place of those that it says anew. Refuses one that the root's
    /// keys did not sign, that has ended, that is for areas outside the scope, or that a newer one says anew.
    package func giveStopOrder(_ bytes: [UInt8], in scope: Scope, by act: Act) throws {
        guard let body = try latestMetadata(role: .root)?.bytes else { throw Refusal.conflict("stop.no_root") }
        let order: StopOrder
        do {
            order = try StopOrder(parsing: bytes)
            try order.verify(by: try SignedMetadata<Root>(parsing: body).content, at: act.at.milliseconds)
        } catch { throw Refusal.invalid(["order": error.code == .expired ? "stop.expired" : "stop.not_signed"]) }
        guard order.areas.allSatisfy({ AreaCode($0).map(scope.covers) ?? false }) else { throw Refusal.forbidden("stop.not_yours") }
        let standing = try stopOrders().map(\.order)
        guard !standing.contains(where: { $0 == order || $0.supersedes(order) }) else { throw Refusal.conflict("stop.older") }
        let gone = standing.filter { order.supersedes($0) }
        guard standing.count - gone.count < StopOrder.most else { throw Refusal.conflict("stop.too_many") }
        for old in gone { try run("DELETE FROM stop_order WHERE version = \(old.version) AND areas = \(old.areas.joined(separator: " "))") }
        let areas = order.areas.joined(separator: " ")
        try run("INSERT INTO stop_order (version, areas, body, given_at) VALUES (\(order.version), \(areas), \(order.bytes), \(act.at))")
        try record(order.stops ? "stop.given" : "stop.lifted", String(order.version), ["areas": areas], by: act)
    }
}
