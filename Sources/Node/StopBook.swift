import Basics
import Foundation
import Trust
import Wire

/// The stop order that a node knows, over restarts: the newest that was signed by the root's keys, wherever it came from.
struct StopBook: Sendable {
    static let key = "stop"
    private(set) var order: StopOrder?

    /// What lies on the disk was verified when it was taken.
    init(records: [String: Record]) {
        if case .text(let stored)? = records[Self.key] { order = try? StopOrder(parsing: Array(stored.utf8)) }
    }

    /// Takes an order up; nil when it is the one that is known. Throws for one that nobody may give, that has ended, or that an earlier one stands above.
    mutating func take(_ bytes: [UInt8], root: Root, at instant: Int64) throws(TrustError) -> Action? {
        if bytes == order?.bytes { return nil }
        let new = try StopOrder(parsing: bytes)
        try new.verify(by: root, at: instant)
        guard new.version > order?.version ?? 0 else { throw TrustError(.version, "The stop order \(new.version) is older than the one that is known.") }
        order = new
        return .store(Self.key, .text(String(decoding: bytes, as: UTF8.self)))
    }

    /// Whether an order is for a place.
    static func covers(_ order: StopOrder, _ place: Place) -> Bool { order.areas.contains { AreaCode($0)?.covers(place.area) == true } }
}
