import Basics
import Registry
import Wire

/// What a fact may do before the stored ones are looked at. Pure.
enum Judgement: Hashable, Sendable {
    case accepted
    case quarantined(String)
    case refused(String, String)
}

/// Everything that judging the facts of one transaction needs to know.
struct FactKnowledge {
    let rules: FactRules
    let now: Instant
    let assignments: [String: [Assignment]]
    let terminals: [String: Int]
    /// When the terminals that report themselves were enrolled, for the last time.
    let enrolled: [String: Instant]
    let lengths: [String: Int64]
    /// The digests of what was ahead of the clock when it came first.
    let ahead: Set<String>
    private var starts: [Day: Instant] = [:]

    init(
        rules: FactRules, now: Instant, assignments: [Assignment], terminals: [String: Int], enrolled: [String: Instant] = [:], lengths: [String: Int64],
        ahead: Set<String> = []
    ) {
        self.rules = rules
        self.now = now
        self.assignments = Dictionary(grouping: assignments, by: \.terminalID)
        self.terminals = terminals
        self.enrolled = enrolled
        self.lengths = lengths
        self.ahead = ahead
    }

    /// The first instant of a day; remembered, because a batch names few days often.
    mutating func start(of day: Day) -> Instant {
        if let start = starts[day] { return start }
        let start = rules.zone.start(of: day)
        starts[day] = start
        return start
    }

    /// The claim that a watermark belongs to: a box that joined by itself speaks for no moment before; a file, and whoever reports for a box that never joined, for all.
    func claim(_ watermark: Watermark, from sender: Sender) -> WatermarkKey? {
        terminals[watermark.terminal].map {
            WatermarkKey(terminal: $0, since: sender == .commandLine ? Instant(milliseconds: 0) : enrolled[watermark.terminal] ?? Instant(milliseconds: 0))
        }
    }

    /// `heardAt` is when the fact came first: the passing of time turns nothing good that was ahead of the clock then.
    mutating func judge(_ fact: Fact, from sender: Sender, heardAt: Instant) -> Judgement {
        if case .terminal(let id) = sender, id != fact.subject { return .refused("fact.not_yours", "A terminal may report only itself") }
        if case .holding = fact.body { return .accepted }
        guard terminals[fact.subject] != nil else { return .quarantined("fact.unknown_terminal") }
        if !ahead.isEmpty, ahead.contains(fact.digest(waitingFor: "fact.future")) { return .quarantined("fact.future") }
        let horizon = heardAt.adding(seconds: rules.futureSeconds)
        switch fact.body {
        case .holding: return .accepted
        case .presence(let presence):
            guard presence.day >= rules.firstDay else { return .quarantined("fact.before_network") }
            let start = start(of: presence.day)
            let last = presence.minutes.last ?? 0
            let end = self.start(of: presence.day.advanced(by: 1))
            guard Int64(last) * 60_000 < end.milliseconds(since: start) else { return .refused("fact.minute_beyond_day", "The day has fewer minutes than that") }
            guard start.adding(seconds: Int64(last) * 60) <= horizon else { return .quarantined("fact.future") }
            return assigned(fact.subject, presence.day...presence.day)
        case .play(let play):
            let days = PlayCoverage(play.intervals).days(rules.zone)
            guard days.lowerBound >= rules.firstDay else { return .quarantined("fact.before_network") }
            guard play.intervals.allSatisfy({ $0.endedAt <= horizon }) else { return .quarantined("fact.future") }
            guard play.mode != .demand || lengths[play.courseware] != nil else { return .quarantined("fact.unknown_courseware") }
            return assigned(fact.subject, days)
        case .watermark(let watermark):
            guard watermark.throughAt <= horizon else { return .quarantined("fact.future") }
            guard watermark.throughAt >= start(of: rules.firstDay) else { return .quarantined("fact.before_network") }
            return .accepted
        }
    }

    private func assigned(_ terminal: String, _ days: ClosedRange<Day>) -> Judgement {
        let all = assignments[terminal] ?? []
        let covered = days.allSatisfy { day in all.contains { $0.fromDay <= day && $0.untilDay > day } }
        return covered ? .accepted : .quarantined("fact.not_assigned")
    }
}
