package import Basics
package import Wire

/// What the base facts say about one site on one day. Derived; see metrics.md, "Presence" and "Viewing".
package struct SiteDay: Hashable, Sendable {
    package var onMinutes = 0
    package var effectiveSeconds = 0
    package var plays = 0
    /// Courseware of which at least the threshold was watched.
    package var effectivePlays = 0
    package var effectiveDemandPlays = 0

    package init() {}

    /// True when there is nothing to store.
    package var isEmpty: Bool { self == SiteDay() }
}

/// A play as the derivation needs it.
package struct StoredPlay: Hashable, Sendable {
    package let terminal: Int
    package let boot: Int64
    package let sequence: Int64
    package let courseware: String
    package let mode: PlayMode
    package let coverage: PlayCoverage

    package init(terminal: Int, boot: Int64, sequence: Int64, courseware: String, mode: PlayMode, coverage: PlayCoverage) {
        self.terminal = terminal
        self.boot = boot
        self.sequence = sequence
        self.courseware = courseware
        self.mode = mode
        self.coverage = coverage
    }
}

extension SiteDay {
    /// Takes in the plays of all terminals of the site. Effective seconds are distinct media seconds, at most the courseware's length; live has no length: wall-clock seconds.
    package mutating func derive(plays stored: [StoredPlay], on day: Day, lengths: [String: Int64], rules: FactRules) {
        struct Watched {
            var all = IntervalSet()
            var onDemand = IntervalSet()
        }
        var byCourseware: [String: Watched] = [:]
        plays = 0
        for play in stored {
            let (media, wall) = play.coverage.watched(on: day, rules.zone)
            guard wall.total > 0 else { continue }
            plays += 1
            let watched = play.mode == .live ? wall : media
            var sum = byCourseware[play.courseware] ?? Watched()
            sum.all = sum.all.union(watched)
            if play.mode == .demand { sum.onDemand = sum.onDemand.union(watched) }
            byCourseware[play.courseware] = sum
        }
        var milliseconds: Int64 = 0
        effectivePlays = 0
        effectiveDemandPlays = 0
        for (courseware, watched) in byCourseware {
            milliseconds += min(watched.all.total, lengths[courseware].flatMap { $0 > 0 ? $0 : nil } ?? .max)
            if watched.all.total >= rules.effectiveMilliseconds(on: day) { effectivePlays += 1 }
            if watched.onDemand.total >= rules.effectiveMilliseconds(on: day) { effectiveDemandPlays += 1 }
        }
        effectiveSeconds = Int(milliseconds / 1000)
    }
}
