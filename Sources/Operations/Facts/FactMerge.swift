import Basics
import Wire

/// A fact that nothing stands against, and where its verdict goes.
struct AcceptedFact {
    let fact: Fact
    let batch: String
    let sender: Sender
    let source: Int
    let number: Int
    let place: Int
}

extension TerminalDay: Comparable {
    static func < (left: TerminalDay, right: TerminalDay) -> Bool { (left.day, left.terminal) < (right.day, right.terminal) }
}

extension PlayKey: Comparable {
    static func < (left: PlayKey, right: PlayKey) -> Bool {
        (left.terminal, left.boot, left.sequence) < (right.terminal, right.boot, right.sequence)
    }
}

/// The union of stored and new facts, in memory. Pure: the stored ones are put in before, the changed ones are read out after.
struct FactMerge {
    struct LateKey: Hashable {
        let key: TerminalDay
        let batch: String
    }

    /// What a source wrote of a row that several did.
    struct Share<Row: Hashable>: Hashable {
        let row: Row
        let source: Int
    }

    var knowledge: FactKnowledge
    var presence: [TerminalDay: MinuteSet] = [:]
    /// Who wrote a stored row; several for `FactSource.several`, unknown for none.
    var presenceSources: [TerminalDay: Int] = [:]
    var plays: [PlayKey: StoredPlay] = [:]
    var watermarks: [WatermarkKey: Instant] = [:]
    /// Everything that was played on the days of the new plays.
    var dayPlays: PlayDays?

    private(set) var watermarkSources: [WatermarkKey: Int] = [:]
    /// Of rows that several wrote, the minutes that each added now.
    private(set) var presenceShares: [Share<TerminalDay>: Int] = [:]
    private(set) var playShares: Set<Share<PlayKey>> = []
    private(set) var changedPresence: Set<TerminalDay> = []
    private(set) var changedPlays: Set<PlayKey> = []
    private(set) var changedWatermarks: Set<WatermarkKey> = []
    /// The days that a changed play touches or touched.
    private(set) var playDays: Set<TerminalDay> = []
    private(set) var late: [LateKey: MinuteSet] = [:]
    /// Plays that came or grew after the close of their first day, with what was known of them before.
    private(set) var latePlays: [PlayKey: (firstDay: Day, batch: String, known: PlayCoverage)] = [:]
    private var closes: [Day: Instant] = [:]

    init(knowledge: FactKnowledge) { self.knowledge = knowledge }

    func presenceKeys(_ facts: [AcceptedFact]) -> Set<TerminalDay> {
        facts.reduce(into: []) { keys, fact in
            if case .presence(let presence) = fact.fact.body, let terminal = knowledge.terminals[presence.terminal] {
                keys.insert(TerminalDay(day: presence.day, terminal: terminal))
            }
        }
    }

    func playKeys(_ facts: [AcceptedFact]) -> Set<PlayKey> {
        facts.reduce(into: []) { keys, fact in if case .play(let play) = fact.fact.body, let key = key(play) { keys.insert(key) } }
    }

    func watermarkKeys(_ facts: [AcceptedFact]) -> Set<WatermarkKey> {
        facts.reduce(into: []) { keys, fact in
            if case .watermark(let watermark) = fact.fact.body, let key = knowledge.claim(watermark, from: fact.sender) { keys.insert(key) }
        }
    }

    private func key(_ play: Play) -> PlayKey? {
        knowledge.terminals[play.terminal].map { PlayKey(terminal: $0, boot: play.boot, sequence: play.sequence) }
    }

    /// The days that plays among the facts touch.
    func playedDays(_ facts: [AcceptedFact]) -> Set<TerminalDay> {
        facts.reduce(into: []) { keys, fact in
            guard case .play(let play) = fact.fact.body, let terminal = knowledge.terminals[play.terminal] else { return }
            for day in PlayCoverage(play.intervals).days(knowledge.rules.zone) { keys.insert(TerminalDay(day: day, terminal: terminal)) }
        }
    }

    /// Why a play says more than can have been, beside everything that its terminal says of those days; nil for what adds nothing.
    mutating func contradiction(_ fact: Fact) -> String? {
        guard case .play(let play) = fact.body, let key = key(play) else { return nil }
        let (old, copy) = (plays[key]?.coverage, PlayCoverage(play.intervals))
        let merged = old?.union(copy) ?? copy
        return merged == old ? nil : dayPlays?.contradiction(merged, key)
    }

    /// Takes a fact in; false when it adds nothing.
    mutating func take(_ accepted: AcceptedFact) -> Bool {
        switch accepted.fact.body {
        case .presence(let fact): take(fact, batch: accepted.batch, source: accepted.source)
        case .play(let fact): take(fact, batch: accepted.batch, source: accepted.source)
        case .watermark(let fact): take(fact, from: accepted.sender, source: accepted.source)
        case .holding, .incident, .test, .stop, .contact: false
        }
    }

    private mutating func take(_ fact: Presence, batch: String, source: Int) -> Bool {
        guard let terminal = knowledge.terminals[fact.terminal] else { return false }
        let key = TerminalDay(day: fact.day, terminal: terminal)
        let stored = presence[key] ?? MinuteSet()
        let added = fact.minutes.subtracting(stored)
        guard !added.isEmpty else { return false }
        note(source, adds: added.count, to: key, of: stored)
        presence[key] = stored.union(added)
        changedPresence.insert(key)
        if knowledge.now > close(of: fact.day) { late[LateKey(key: key, batch: batch), default: MinuteSet()].formUnion(added) }
        return true
    }

    /// A row that one source wrote names it; when another adds to it, each has a share.
    private mutating func note(_ source: Int, adds count: Int, to key: TerminalDay, of stored: MinuteSet) {
        let before = presenceSources[key]
        if stored.isEmpty {
            presenceSources[key] = source
        } else if before != source {
            if let before, before != FactSource.several { presenceShares[Share(row: key, source: before), default: 0] += stored.count }
            presenceShares[Share(row: key, source: source), default: 0] += count
            presenceSources[key] = FactSource.several
        }
    }

    private mutating func close(of day: Day) -> Instant {
        if let close = closes[day] { return close }
        let close = knowledge.rules.close(of: day)
        closes[day] = close
        return close
    }

    private mutating func take(_ fact: Play, batch: String, source: Int) -> Bool {
        guard let key = key(fact) else { return false }
        let copy = PlayCoverage(fact.intervals)
        let old = plays[key]
        let merged = old?.coverage.union(copy) ?? copy
        guard merged != old?.coverage else { return false }
        var writer: Int? = source
        if let old, old.source != source {
            for one in [old.source, source].compactMap({ $0 }) where one != FactSource.several {
                playShares.insert(Share(row: key, source: one))
            }
            writer = FactSource.several
        }
        // The first copy says what was played; a later copy can only add to how long.
        plays[key] = StoredPlay(
            terminal: key.terminal, boot: key.boot, sequence: key.sequence, courseware: old?.courseware ?? fact.courseware,
            mode: old?.mode ?? fact.mode, coverage: merged,
            source: writer)
        changedPlays.insert(key)
        let days = merged.days(knowledge.rules.zone)
        if knowledge.now > close(of: days.lowerBound), latePlays[key] == nil {
            latePlays[key] = (days.lowerBound, batch, old?.coverage ?? PlayCoverage())
        }
        for day in days { playDays.insert(TerminalDay(day: day, terminal: key.terminal)) }
        return true
    }

    private mutating func take(_ fact: Watermark, from sender: Sender, source: Int) -> Bool {
        guard let key = knowledge.claim(fact, from: sender), fact.throughAt > watermarks[key] ?? Instant(milliseconds: .min) else {
            return false
        }
        watermarks[key] = fact.throughAt
        watermarkSources[key] = source
        changedWatermarks.insert(key)
        return true
    }
}
