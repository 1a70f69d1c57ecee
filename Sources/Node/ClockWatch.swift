package import Basics

/// How far this machine's clock is from the centre's, by when batches were sent, when the centre says that it answered them, and when its
/// word came.
///
/// The centre answered some time between the two, so each answer says at least and at most how wrong the clock is; delay, by a slow line or
/// by somebody on it, makes the statement wider and never wrong (the intersection algorithm of K. Marzullo, 1984). A clock that leaps is
/// another clock: what was known of it is forgotten.
package struct ClockWatch: Sendable {
    /// From how many milliseconds on a clock is called wrong. The centre believes facts up to five minutes ahead.
    package static let tolerance: Int64 = 300_000
    /// A gap between two looks at the clock that is no leap.
    private static let longestGap: Int64 = 600_000
    /// 2000 to 2200: a centre's time beyond is none.
    private static let plausible: Range<Int64> = 946_684_800_000..<7_258_118_400_000
    /// Batches whose answer may still come.
    private static let mostSent = 1000
    /// How far the clock is ahead: at least, at most.
    private var bounds: ClosedRange<Int64>?
    private var sent: [String: Instant] = [:]
    private var order: [String] = []
    private var lastSeen: Instant?

    package init() {}

    /// Notes what the clock shows; at least every ten minutes.
    package mutating func see(_ now: Instant) {
        if !isContinuous(now) { (bounds, sent, order) = (nil, [:], []) }
        lastSeen = now
    }

    /// A batch goes out under a name that none had before.
    package mutating func send(_ batch: String, at now: Instant) {
        see(now)
        if sent.updateValue(now, forKey: batch) == nil { order.append(batch) }
        if order.count > Self.mostSent { sent[order.removeFirst()] = nil }
    }

    /// Takes the centre's time out of its answer to a batch.
    package mutating func hear(_ centre: Instant?, about batch: String, at now: Instant) {
        see(now)
        guard let start = sent.removeValue(forKey: batch) else { return }
        order.removeAll { $0 == batch }
        guard let centre, Self.plausible.contains(centre.milliseconds), start <= now else { return }
        let said = start.milliseconds(since: centre)...now.milliseconds(since: centre)
        bounds = bounds.flatMap { $0.overlaps(said) ? $0.clamped(to: said) : nil } ?? said
    }

    private func isContinuous(_ now: Instant) -> Bool {
        guard let lastSeen else { return true }
        // A correction by a second or two, as time servers make them, is no leap.
        return (-60_000...Self.longestGap).contains(now.milliseconds(since: lastSeen))
    }

    /// By how many milliseconds the clock is known to be ahead of the centre's (less than 0: behind), as well as it is known; nil when it
    /// may be right, or nothing is known.
    package func error(at now: Instant) -> Int64? {
        guard let bounds, isContinuous(now), bounds.lowerBound >= Self.tolerance || bounds.upperBound <= -Self.tolerance else { return nil }
        return bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) / 2
    }

    /// How far ``error(at:)`` may be beside the truth, in milliseconds: half of the time that the answer which says most took from the
    /// batch to its word. Nil when nothing is known.
    package var uncertainty: Int64? { bounds.map { ($0.upperBound - $0.lowerBound + 1) / 2 } }

    /// The moment as the centre would call it: corrected when the clock is known to be wrong.
    package func corrected(_ now: Instant) -> Instant { now.adding(milliseconds: -(error(at: now) ?? 0)) }
}
