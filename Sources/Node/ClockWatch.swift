package import Basics

/// How far this machine's clock is from the centre's, by what receipts say. A clock that leaps is another clock: what was known of it is forgotten until the next receipt.
package struct ClockWatch: Sendable {
    /// From how many milliseconds on a clock is called wrong. The centre believes facts up to five minutes ahead, and a receipt takes its time.
    package static let tolerance: Int64 = 300_000
    /// A gap between two looks at the clock that is no leap.
    private static let longestGap: Int64 = 600_000
    /// 2000 to 2200: a centre's time beyond is none, whoever says so.
    private static let plausible: Range<Int64> = 946_684_800_000..<7_258_118_400_000
    private var measured: Int64?
    private var lastSeen: Instant?

    package init() {}

    /// Notes what the clock shows; at least every ten minutes.
    package mutating func see(_ now: Instant) {
        if !isContinuous(now) { measured = nil }
        lastSeen = now
    }

    /// Takes the centre's time out of a receipt.
    package mutating func hear(_ centre: Instant?, at now: Instant) {
        see(now)
        if let centre, Self.plausible.contains(centre.milliseconds) { measured = now.milliseconds(since: centre) }
    }

    private func isContinuous(_ now: Instant) -> Bool {
        guard let lastSeen else { return true }
        // A correction by a second or two, as time servers make them, is no leap.
        return (-60_000...Self.longestGap).contains(now.milliseconds(since: lastSeen))
    }

    /// By how many milliseconds the clock is known to be ahead of the centre's (less than 0: behind); nil when it is right, or nothing is known.
    package func error(at now: Instant) -> Int64? {
        guard let measured, isContinuous(now), abs(measured) >= Self.tolerance else { return nil }
        return measured
    }

    /// The moment as the centre would call it: corrected when the clock is known to be wrong.
    package func corrected(_ now: Instant) -> Instant { now.adding(milliseconds: -(error(at: now) ?? 0)) }

    /// The centre's time, if it is known.
    package func centreTime(at now: Instant) -> Instant? {
        guard let measured, isContinuous(now) else { return nil }
        return now.adding(milliseconds: -measured)
    }
}
