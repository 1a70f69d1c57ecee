package import Basics

/// A span of waiting that a clock set backwards cannot make longer.
struct Pause: Hashable, Sendable {
    let from: Instant
    let until: Instant

    init(from: Instant, milliseconds: Int64) {
        self.from = from
        until = from.adding(milliseconds: milliseconds)
    }

    /// Until when to wait; nil when the wait is over or the clock stands before its beginning.
    func end(at now: Instant) -> Instant? { now >= from && now < until ? until : nil }
}

/// Exponential back-off with full jitter: after the n-th failure in a row a wait drawn evenly from 1 ms to `first` × 2^(n−1), at most
/// `longest`. (Marc Brooker, "Exponential Backoff And Jitter", 2015.)
package struct Backoff: Sendable {
    private let first: Int64
    private let longest: Int64
    private var pause: Pause?
    /// Failures since the last success.
    package private(set) var failures = 0

    /// Both in milliseconds, at least 1.
    package init(first: Int64, longest: Int64) {
        self.first = first
        self.longest = longest
    }

    /// Until when to wait; nil when it is time to try.
    package func end(at now: Instant) -> Instant? { pause?.end(at: now) }

    /// Notes a failure.
    package mutating func fail(at now: Instant, using generator: inout SeededGenerator) {
        let ceiling = min(longest, first << Int64(min(failures, 30)))
        failures += 1
        pause = Pause(from: now, milliseconds: 1 + Int64(generator.below(Int(max(ceiling, 1)))))
    }

    /// Notes a success: the next try may come at once.
    package mutating func succeed() {
        failures = 0
        pause = nil
    }
}
