package import Accounts
package import Basics
package import Storage
package import Trust

extension Statements {
    /// The newest stop order, and when it was given to this centre.
    package func stopOrder() throws -> (order: StopOrder, givenAt: Instant)? {
        try first("SELECT body, given_at FROM stop_order") { (try StopOrder(parsing: $0.bytes(0)), try $0.instant(1)) }
    }

    /// Takes an order that was prepared before, for nodes to fetch. Refuses one that the root's keys did not sign, that has ended, or that is not newer than the one that stands.
    package func giveStopOrder(_ bytes: [UInt8], by act: Act) throws {
        guard let body = try latestMetadata(role: .root)?.bytes else { throw Refusal.conflict("stop.no_root") }
        let order: StopOrder
        do {
            order = try StopOrder(parsing: bytes)
            try order.verify(by: try SignedMetadata<Root>(parsing: body).content, at: act.at.milliseconds)
        } catch { throw Refusal.invalid(["order": error.code == .expired ? "stop.expired" : "stop.not_signed"]) }
        let taken = try run(
            """
            INSERT INTO stop_order (only_one, version, body, given_at) VALUES (1, \(order.version), \(bytes), \(act.at))
            ON CONFLICT (only_one) DO UPDATE SET version = excluded.version, body = excluded.body, given_at = excluded.given_at WHERE stop_order.version < excluded.version
            """)
        guard taken == 1 else { throw Refusal.conflict("stop.older") }
        try record(order.stops ? "stop.given" : "stop.lifted", String(order.version), ["areas": order.areas.joined(separator: " ")], by: act)
    }
}
