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
    /// The newest version of the courseware that nodes say they hold.
    let versions: [String: Int64]
    /// For whom edges may speak, and when.
    let speech: EdgeSpeech
    /// The digests of what was ahead of the clock when it came first.
    let ahead: Set<String>
    private var starts: [Day: Instant] = [:]

    init(
        rules: FactRules, now: Instant, assignments: [Assignment], terminals: [String: Int], enrolled: [String: Instant] = [:],
        lengths: [String: Int64],
        versions: [String: Int64] = [:], speech: EdgeSpeech = EdgeSpeech(), ahead: Set<String> = []
    ) {
        self.rules = rules
        self.now = now
        self.assignments = Dictionary(grouping: assignments, by: \.terminalID)
        self.terminals = terminals
        self.enrolled = enrolled
        self.lengths = lengths
        self.versions = versions
        self.speech = speech
        self.ahead = ahead
    }

    /// The first instant of a day; remembered, because a batch names few days often.
    mutating func start(of day: Day) -> Instant {
        if let start = starts[day] { return start }
        let start = rules.zone.start(of: day)
        starts[day] = start
        return start
    }

    /// The claim that a watermark belongs to: a box that joined by itself speaks for no moment before; an edge for none before the box
    /// stood below its area; a file for all.
    func claim(_ watermark: Watermark, from sender: Sender) -> WatermarkKey? {
        terminals[watermark.terminal].map {
            let since: Instant?
            switch sender {
            case .commandLine: since = nil
            case .terminal: since = enrolled[watermark.terminal]
            case .edge(let edge):
                since = speech.beginning(edge, watermark.terminal, until: lastDay(watermark)).map { rules.zone.start(of: $0) }
            }
            return WatermarkKey(terminal: $0, since: since ?? Instant(milliseconds: 0))
        }
    }

    /// The last day about which a watermark says anything.
    private func lastDay(_ watermark: Watermark) -> Day { rules.zone.day(of: watermark.throughAt.adding(milliseconds: -1)) }

    /// `heardAt` is when the fact came first: the passing of time turns nothing good that was ahead of the clock then.
    mutating func judge(_ fact: Fact, from sender: Sender, heardAt: Instant) -> Judgement {
        if let refusal = mayNotSay(fact, sender) { return refusal }
        if case .holding(let holding) = fact.body { return judge(holding) }
        if case .incident(let incident) = fact.body {
            return incident.lastAt <= heardAt.adding(seconds: rules.futureSeconds) ? .accepted : .quarantined("fact.future")
        }
        let terminal = if case .contact(let contact) = fact.body { contact.terminal } else { fact.subject }
        guard terminals[terminal] != nil else { return .quarantined("fact.unknown_terminal") }
        if !ahead.isEmpty, ahead.contains(fact.digest(waitingFor: "fact.future")) { return .quarantined("fact.future") }
        let horizon = heardAt.adding(seconds: rules.futureSeconds)
        switch fact.body {
        case .holding, .incident: return .accepted
        case .presence(let presence):
            return judge(presence.minutes, of: presence.day, by: horizon)
                ?? assigned(fact.subject, presence.day...presence.day, sender)
        case .play(let play):
            let days = PlayCoverage(play.intervals).days(rules.zone)
            guard days.lowerBound >= rules.firstDay else { return .quarantined("fact.before_network") }
            guard play.intervals.allSatisfy({ $0.endedAt <= horizon }) else { return .quarantined("fact.future") }
            guard play.mode != .demand || lengths[play.courseware] != nil else { return .quarantined("fact.unknown_courseware") }
            return assigned(fact.subject, days, sender)
        case .watermark(let watermark):
            guard watermark.throughAt <= horizon else { return .quarantined("fact.future") }
            guard watermark.throughAt >= start(of: rules.firstDay) else { return .quarantined("fact.before_network") }
            if case .edge(let edge) = sender, !speech.covers(edge, watermark.terminal, lastDay(watermark)) {
                return .quarantined("fact.not_below")
            }
            return .accepted
        case .test(let test):
            guard test.at <= horizon else { return .quarantined("fact.future") }
            guard test.at >= start(of: rules.firstDay) else { return .quarantined("fact.before_network") }
            guard test.courseware.isEmpty || lengths[test.courseware] != nil else { return .quarantined("fact.unknown_courseware") }
            let day = rules.zone.day(of: test.at)
            return assigned(fact.subject, day...day, sender)
        case .stop(let stop):
            guard stop.backAt <= horizon else { return .quarantined("fact.future") }
            guard stop.lastAt >= start(of: rules.firstDay) else { return .quarantined("fact.before_network") }
            let day = rules.zone.day(of: stop.lastAt)
            if case .edge(let edge) = sender, !speech.covers(edge, stop.terminal, day) { return .quarantined("fact.not_below") }
            return .accepted
        case .contact(let contact):
            if let wrong = judge(contact.minutes, of: contact.day, by: horizon) { return wrong }
            return speech.covers(contact.edge, contact.terminal, contact.day) ? .accepted : .quarantined("fact.not_below")
        }
    }

    /// What stands against the minutes of a day, if anything.
    private mutating func judge(_ minutes: MinuteSet, of day: Day, by horizon: Instant) -> Judgement? {
        guard day >= rules.firstDay else { return .quarantined("fact.before_network") }
        let (start, last, end) = (start(of: day), minutes.last ?? 0, self.start(of: day.advanced(by: 1)))
        guard Int64(last) * 60_000 < end.milliseconds(since: start) else {
            return .refused("fact.minute_beyond_day", "The day has fewer minutes than that")
        }
        return start.adding(seconds: Int64(last) * 60) <= horizon ? nil : .quarantined("fact.future")
    }

    /// More reports about one version than any node makes: the greatest revision stands, so an absurd one would stand for ever.
    private static let greatestRevision: Int64 = 1_000_000

    private func judge(_ holding: Holding) -> Judgement {
        guard let newest = versions[holding.courseware], holding.version <= newest else { return .quarantined("fact.unknown_courseware") }
        return holding.revision <= Self.greatestRevision ? .accepted : .quarantined("fact.revision")
    }

    /// Each node speaks for itself. An edge may also for boxes that have no key.
    private func mayNotSay(_ fact: Fact, _ sender: Sender) -> Judgement? {
        switch sender {
        case .commandLine: return nil
        case .terminal(let id): return id == fact.subject ? nil : .refused("fact.not_yours", "A terminal may report only itself")
        case .edge(let id):
            if id == fact.subject { return nil }
            switch fact.body {
            case .holding, .incident, .contact:
                return .refused("fact.not_yours", "An edge may say only of itself what it holds, heard and noticed")
            case .presence, .play, .watermark, .test, .stop: break
            }
            guard enrolled[fact.subject] == nil else {
                return .refused("fact.not_yours", "\(fact.subject) signs its own facts; an edge may carry them, but not say them")
            }
            return nil
        }
    }

    private func assigned(_ terminal: String, _ days: ClosedRange<Day>, _ sender: Sender) -> Judgement {
        let all = assignments[terminal] ?? []
        guard days.allSatisfy({ day in all.contains { $0.fromDay <= day && $0.untilDay > day } }) else {
            return .quarantined("fact.not_assigned")
        }
        if case .edge(let edge) = sender, !days.allSatisfy({ speech.covers(edge, terminal, $0) }) { return .quarantined("fact.not_below") }
        return .accepted
    }
}
