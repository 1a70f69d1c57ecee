import Basics
import Foundation
import Trust
import Wire

/// The stop orders that a node knows, over restarts: all that the root's keys signed and no newer one says anew, wherever they came from.
struct StopBook: Sendable {
    static let key = "stop"
    private(set) var orders: [StopOrder] = []

    /// What lies on the disk was verified when it was taken.
    init(records: [String: Record]) {
        if case .text(let stored)? = records[Self.key] { orders = (try? StopOrder.orders(in: Array(stored.utf8))) ?? [] }
    }

    /// The orders as one file, to be handed on; nil for none.
    var bundle: [UInt8]? { orders.isEmpty ? nil : StopOrder.bundle(orders) }
    var tag: String { bundle.map(StopOrder.tag) ?? "" }

    /// The order that stands for a place, by whatever code it was known when the order was prepared: the newest that is for it.
    func order(for place: NodePlace) -> StopOrder? {
        orders.filter { $0.areas.contains { AreaCode($0).map { place.allCodes.contains(where: $0.covers) } == true } }.max {
            $0.version < $1.version
        }
    }

    /// Takes up the orders of a file; no action when there is nothing new. What is known, said anew by a newer one, or at its end is no
    /// news and no harm. One that is not signed is left out and spoils no other: the root's keys may have changed since. Throws for a file
    /// that is none.
    mutating func take(_ file: [UInt8], root: Root, at instant: Int64) throws(TrustError) -> (kept: Action?, refusal: TrustError?) {
        var (changed, refusal): (Bool, TrustError?) = (false, nil)
        for order in try StopOrder.orders(in: file) {
            guard !orders.contains(order), !orders.contains(where: { $0.supersedes(order) }) else { continue }
            do { try order.verify(by: root, at: instant) } catch {
                if error.code != .expired { refusal = refusal ?? error }
                continue
            }
            orders = orders.filter { !order.supersedes($0) } + [order]
            changed = true
        }
        guard changed else { return (nil, refusal) }
        orders = Array(orders.sorted { ($0.version, $0.areas.joined()) < ($1.version, $1.areas.joined()) }.suffix(StopOrder.most))
        return (.store(Self.key, .text(String(decoding: StopOrder.bundle(orders), as: UTF8.self))), refusal)
    }
}
