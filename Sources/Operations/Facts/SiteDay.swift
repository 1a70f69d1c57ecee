package import Basics
package import Wire

/// What the base facts say about one site on one day. Derived; see metrics.md, "Presence" and "Viewing".
package struct SiteDay: Hashable, Sendable {
    /// By which version of these rules days are derived; another one has all days derived again at the next start.
    package static let derivation = "2"

    /// Distinct minutes on: those of beats, and those in which something played.
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
    /// Number of the one source that wrote it, 0 for several, nil where it is not known.
    package let source: Int?

    package init(
        terminal: Int, boot: Int64, sequence: Int64, courseware: String, mode: PlayMode, coverage: PlayCoverage, source: Int? = nil
    ) {
        self.terminal = terminal
        self.boot = boot
        self.sequence = sequence
        self.courseware = courseware
        self.mode = mode
        self.coverage = coverage
        self.source = source
    }
}

extension SiteDay {
    /// What the minutes and plays of all terminals of a site make on a day. A minute in which something played was on. Effective seconds
    /// are distinct media seconds, at most the courseware's length; live has no length: wall-clock seconds. A play is effective from the
    /// threshold on, or from nine tenths of a courseware that is shorter than it.
    package init(_ day: Day, minutes: MinuteSet, plays stored: [StoredPlay], lengths: [String: Int64], rules: FactRules) {
        struct Watched {
            var all = IntervalSet()
            var onDemand = IntervalSet()
        }
        var byCourseware: [String: Watched] = [:]
        var on = minutes
        for play in stored {
            let (media, wall) = play.coverage.watched(on: day, rules.zone)
            guard wall.total > 0 else { continue }
            plays += 1
            on.formUnion(wall.minutes(from: rules.zone.start(of: day)))
            let watched = play.mode == .live ? wall : media
            var sum = byCourseware[play.courseware] ?? Watched()
            sum.all = sum.all.union(watched)
            if play.mode == .demand { sum.onDemand = sum.onDemand.union(watched) }
            byCourseware[play.courseware] = sum
        }
        var milliseconds: Int64 = 0
        for (courseware, watched) in byCourseware {
            let length = lengths[courseware].flatMap { $0 > 0 ? $0 : nil }
            let threshold = rules.effectiveMilliseconds(on: day, length: length)
            milliseconds += min(watched.all.total, length ?? .max)
            if watched.all.total >= threshold { effectivePlays += 1 }
            if watched.onDemand.total >= threshold { effectiveDemandPlays += 1 }
        }
        effectiveSeconds = Int(milliseconds / 1000)
        onMinutes = on.count
    }
}

extension IntervalSet {
    /// The minutes that these instants, in milliseconds, touch, counted from the first instant of their day.
    package func minutes(from start: Instant) -> MinuteSet {
        var minutes = MinuteSet()
        for interval in intervals {
            minutes.insert(
                Int((interval.lowerBound - start.milliseconds) / 60_000)..<Int((interval.upperBound - 1 - start.milliseconds) / 60_000) + 1)
        }
        return minutes
    }
}
