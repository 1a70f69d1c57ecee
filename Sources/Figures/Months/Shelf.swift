package import Basics

/// Decides what is kept of values that take long to make, and when it is made again. Pure: what time it is and how long something took, it
/// is told.
///
/// A value that is made quickly is not kept, so that whoever looks sees the present. One that was slow is made again while somebody looks,
/// after twice the time that it took; now and then for an hour after the last look, so that the next one does not wait either; then it is
/// dropped.
package struct Shelf<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Kept {
        var value: Value
        var begun: Instant
        var cost: Int64
        var madeAt: Instant
        var askedAt: Instant
        var wasAsked: Bool
    }
    private let most: Int
    private let slow: Int64
    private let idle: Int64
    private var kept: [Key: Kept] = [:]

    /// - Parameters:
    ///   - most: how many values are kept; the one that was asked for longest ago makes room.
    ///   - slow: milliseconds from which making a value counts as slow.
    ///   - idle: milliseconds after the last look for which a value is kept.
    package init(most: Int = 4, slow: Int64 = 1000, idle: Int64 = 3_600_000) {
        self.most = most
        self.slow = slow
        self.idle = idle
    }

    /// Whether making a value has gone on for so long that others may wait for it too.
    package func isSlow(since begun: Instant, at now: Instant) -> Bool { now.milliseconds(since: begun) >= slow }

    /// The kept value of a key; a look at it.
    package mutating func value(of key: Key, at now: Instant) -> Value? {
        kept[key]?.askedAt = now
        kept[key]?.wasAsked = true
        return kept[key]?.value
    }

    /// Takes a value that has been made, for a look or to be made anew. One that was begun before the kept one is too late.
    package mutating func keep(_ value: Value, of key: Key, begun: Instant, at now: Instant) {
        let before = kept[key]
        if let before, begun < before.begun { return }
        guard isSlow(since: begun, at: now) else {
            kept[key] = nil
            return
        }
        kept[key] = Kept(
            value: value, begun: begun, cost: now.milliseconds(since: begun), madeAt: now, askedAt: before?.askedAt ?? now, wasAsked: false)
        if kept.count > most, let oldest = kept.filter({ $0.key != key }).min(by: { $0.value.askedAt < $1.value.askedAt }) {
            kept[oldest.key] = nil
        }
    }

    /// Forgets a key, whose value cannot be made any more.
    package mutating func drop(_ key: Key) { kept[key] = nil }

    /// The key whose value is to be made anew first, if one is. Drops what nobody has asked for in a long time.
    package mutating func due(at now: Instant) -> Key? {
        kept = kept.filter { now.milliseconds(since: $0.value.askedAt) < idle }
        return kept.filter { now.milliseconds(since: $0.value.madeAt) >= $0.value.cost * ($0.value.wasAsked ? 2 : 20) }
            .min { $0.value.madeAt < $1.value.madeAt }?.key
    }
}
