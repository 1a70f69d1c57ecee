import Accounts
package import Basics
import Content
import Crypto
import Foundation
import Registry
package import Storage
package import Wire

/// A batch as it reached the centre.
package struct ReceivedBatch: Sendable {
    package let sender: Sender
    package let batch: Batch
    /// The edge that carried it closed.
    package let relay: String?
    /// The file that it was read from.
    package let file: String?
    /// For facts that are judged again, in the order of the batch: the rows in which they wait.
    let waiting: [QuarantinedFact]?

    package init(sender: Sender, batch: Batch, relay: String? = nil, file: String? = nil) {
        self.init(sender: sender, batch: batch, relay: relay, file: file, waiting: nil)
    }

    init(sender: Sender, batch: Batch, relay: String?, file: String?, waiting: [QuarantinedFact]?) {
        self.sender = sender
        self.batch = batch
        self.relay = relay
        self.file = file
        self.waiting = waiting
    }
}

/// What a terminal reports complete speaks for the days from a moment on: its enrolment, or 0 where somebody else speaks for it.
package struct WatermarkKey: Hashable, Comparable, Sendable {
    package let terminal: Int
    package let since: Instant

    package init(terminal: Int, since: Instant) {
        self.terminal = terminal
        self.since = since
    }

    package static func < (left: WatermarkKey, right: WatermarkKey) -> Bool { (left.terminal, left.since) < (right.terminal, right.since) }
}

/// A terminal's day.
struct TerminalDay: Hashable {
    let day: Day
    let terminal: Int
}

/// A play's natural key.
struct PlayKey: Hashable {
    let terminal: Int
    let boot: Int64
    let sequence: Int64
}

extension Statements {
    /// Merges batches into the base facts and derives the touched site-days, all in this transaction. Merging is union by natural key: what
    /// comes again, late, in another order or by another way changes nothing. Answers a verdict per entry, batch by batch, in order.
    package func mergeFacts(_ batches: [ReceivedBatch], rules: FactRules, at now: Instant, ids: IDs) throws -> [[Verdict]] {
        var merge = FactMerge(knowledge: try knowledge(for: batches, rules: rules, at: now))
        let sources = try sourceNumbers(batches)
        var verdicts: [[Verdict]] = []
        var accepted: [AcceptedFact] = []
        var ward = QuarantineWard()
        func waiting(_ fact: Fact, _ reason: String, _ number: Int, _ place: Int) throws -> Verdict {
            if let row = batches[number].waiting?[place] {
                try keepWaiting(row, fact, reason: reason)
            } else if try !quarantine(fact, reason: reason, batches[number], source: sources[number], ward: &ward, at: now, ids: ids) {
                return Verdict(
                    id: fact.id, .refused, reason: "fact.no_room",
                    sentence:
                        "Of this sender \(QuarantineWard.most(of: batches[number].sender)) facts wait for a person already (\(reason))")
            }
            return Verdict(id: fact.id, .quarantined, reason: reason, sentence: "Kept for a person to decide on")
        }
        for (number, received) in batches.enumerated() {
            verdicts.append([])
            for (place, entry) in received.batch.entries.enumerated() {
                switch entry {
                case .malformed(let id, let problem):
                    verdicts[number].append(Verdict(id: id, .refused, reason: problem.code, sentence: problem.sentence))
                case .fact(let fact):
                    let row = received.waiting?[place]
                    switch merge.knowledge.judge(fact, from: received.sender, heardAt: row?.receivedAt ?? now) {
                    case .refused(let code, let sentence):
                        verdicts[number].append(Verdict(id: fact.id, .refused, reason: code, sentence: sentence))
                    case .quarantined(let code): verdicts[number].append(try waiting(fact, code, number, place))
                    case .accepted:
                        verdicts[number].append(Verdict(id: fact.id, .duplicate))
                        accepted.append(
                            AcceptedFact(
                                fact: fact, batch: received.batch.id, sender: received.sender, source: sources[number], number: number,
                                place: place))
                    }
                }
            }
        }
        (merge.presence, merge.presenceSources) = try storedPresenceAndSources(merge.presenceKeys(accepted))
        merge.plays = try storedPlays(merge.playKeys(accepted))
        merge.watermarks = try storedWatermarks(merge.watermarkKeys(accepted))
        var conditions = try conditionMerge(accepted, terminals: merge.knowledge.terminals)
        merge.dayPlays = PlayDays(try storedPlays(touching: merge.playedDays(accepted)), rules.zone)
        for fact in accepted {
            if let reason = merge.contradiction(fact.fact) {
                verdicts[fact.number][fact.place] = try waiting(fact.fact, reason, fact.number, fact.place)
                continue
            }
            let isNew: Bool
            switch fact.fact.body {
            case .holding(let holding): isNew = try mergeHolding(holding, at: now)
            case .incident(let incident):
                isNew = try mergeIncident(
                    IncidentReport(
                        reporter: incident.node, kind: incident.kind, about: incident.about, firstAt: incident.firstAt,
                        lastAt: incident.lastAt, count: incident.count), at: now)
            case .presence, .play, .watermark: isNew = merge.take(fact)
            case .test, .stop, .contact: isNew = conditions.take(fact.fact.body, source: fact.source)
            }
            if isNew { verdicts[fact.number][fact.place] = Verdict(id: fact.fact.id, .stored) }
        }
        try store(merge, at: now)
        try store(conditions, zone: rules.zone)
        try noteClockErrors(accepted, merge.knowledge)
        return verdicts
    }

    private func knowledge(for batches: [ReceivedBatch], rules: FactRules, at now: Instant) throws -> FactKnowledge {
        var subjects: Set<String> = []
        var courseware: Set<String> = []
        var held: Set<String> = []
        for entry in batches.lazy.flatMap(\.batch.entries) {
            guard case .fact(let fact) = entry else { continue }
            if case .holding(let holding) = fact.body {
                held.insert(holding.courseware)
                continue
            }
            if case .incident = fact.body { continue }
            subjects.insert(fact.subject)
            switch fact.body {
            case .play(let play): courseware.insert(play.courseware)
            case .test(let test): if !test.courseware.isEmpty { courseware.insert(test.courseware) }
            case .contact(let contact): subjects.insert(contact.terminal)
            case .presence, .watermark, .holding, .incident, .stop: break
            }
        }
        let names = subjects.sorted()
        return FactKnowledge(
            rules: rules, now: now, assignments: try assignments(around: names), terminals: try terminalNumbers(names),
            enrolled: try enrolmentInstants(names),
            lengths: try coursewareLengths(courseware.sorted()), versions: try coursewareVersions(held.sorted()),
            speech: try edgeSpeech(batches),
            ahead: try quarantinedAhead(names, in: batches))
    }

    /// Those facts of the batches that were ahead of the clock when they came before, by their digests. Few terminals have any, so only the
    /// facts of these are looked at closely.
    private func quarantinedAhead(_ terminals: [String], in batches: [ReceivedBatch]) throws -> Set<String> {
        var suspects: Set<String> = []
        try inParts(terminals) { part in
            try each("SELECT DISTINCT subject FROM quarantine WHERE reason = 'fact.future' AND subject IN (\(list: part))") {
                suspects.insert(try $0.text(0))
            }
        }
        guard !suspects.isEmpty else { return [] }
        let asked = batches.flatMap(\.batch.entries).compactMap { entry -> String? in
            guard case .fact(let fact) = entry, suspects.contains(fact.subject) else { return nil }
            return fact.digest(waitingFor: "fact.future")
        }
        var digests: Set<String> = []
        try inParts(asked) { part in
            try each("SELECT digest FROM quarantine WHERE digest IN (\(list: part))") { digests.insert(try $0.text(0)) }
        }
        return digests
    }

    private func store(_ merge: FactMerge, at now: Instant) throws {
        try inParts(merge.changedPresence.sorted()) { part in
            let rows = part.map { key -> [Value] in
                let minutes = merge.presence[key] ?? MinuteSet()
                return [
                    key.day.number.bound, key.terminal.bound, minutes.count.bound, minutes.encoded.bound, merge.presenceSources[key].bound,
                ]
            }
            try run(
                """
                INSERT INTO presence (day, terminal, on_minutes, minutes, source) \(values: rows)
                ON CONFLICT (day, terminal) DO UPDATE SET on_minutes = excluded.on_minutes, minutes = excluded.minutes,
                    source = excluded.source
                """)
        }
        try inParts(merge.changedPlays.sorted()) { part in
            let rows = part.compactMap { key -> [Value]? in
                guard let play = merge.plays[key] else { return nil }
                let days = play.coverage.days(merge.knowledge.rules.zone)
                return [
                    key.terminal.bound, key.boot.bound, key.sequence.bound, play.courseware.bound, play.mode.rawValue.bound,
                    days.lowerBound.number.bound,
                    days.upperBound.number.bound, play.coverage.encoded.bound, play.source.bound,
                ]
            }
            try run(
                """
                INSERT INTO play (terminal, boot, sequence, courseware, mode, first_day, last_day, intervals, source) \(values: rows)
                ON CONFLICT (terminal, boot, sequence) DO UPDATE
                    SET first_day = excluded.first_day, last_day = excluded.last_day, intervals = excluded.intervals,
                    source = excluded.source
                """)
        }
        try inParts(merge.changedWatermarks.sorted()) { part in
            let rows = part.map {
                [
                    $0.terminal.bound, $0.since.bound, (merge.watermarks[$0] ?? Instant(milliseconds: 0)).bound, now.bound,
                    merge.watermarkSources[$0].bound,
                ]
            }
            try run(
                """
                INSERT INTO watermark_claim (terminal, since_at, through_at, received_at, source) \(values: rows)
                ON CONFLICT (terminal, since_at) DO UPDATE SET through_at = excluded.through_at, received_at = excluded.received_at,
                    source = excluded.source
                    WHERE watermark_claim.through_at < excluded.through_at
                """)
        }
        try inParts(merge.presenceShares.sorted { ($0.key.row, $0.key.source) < ($1.key.row, $1.key.source) }) { part in
            let rows = part.map { [$0.key.row.day.number.bound, $0.key.row.terminal.bound, $0.key.source.bound, $0.value.bound] }
            try run(
                """
                INSERT INTO presence_source (day, terminal, source, added_minutes) \(values: rows)
                ON CONFLICT (day, terminal, source) DO UPDATE SET added_minutes = presence_source.added_minutes + excluded.added_minutes
                """)
        }
        try inParts(merge.playShares.sorted { ($0.row, $0.source) < ($1.row, $1.source) }) { part in
            let rows = part.map { [$0.row.terminal.bound, $0.row.boot.bound, $0.row.sequence.bound, $0.source.bound] }
            try run(
                """
                INSERT INTO play_source (terminal, boot, sequence, source) \(values: rows)
                ON CONFLICT (terminal, boot, sequence, source) DO NOTHING
                """
            )
        }
        for late in merge.late.sorted(by: { ($0.key.key, $0.key.batch) < ($1.key.key, $1.key.batch) }) {
            try run(
                """
                INSERT INTO late_receipt (day, terminal, batch, received_at, added_minutes, minutes)
                VALUES (\(late.key.key.day), \(late.key.key.terminal), \("\(late.key.batch)@\(now.milliseconds)"), \(now),
                    \(late.value.count), \(late.value.encoded))
                ON CONFLICT (day, terminal, batch) DO NOTHING
                """)
        }
        for (key, late) in merge.latePlays.sorted(by: { $0.key < $1.key }) {
            try run(
                """
                INSERT INTO late_play (first_day, terminal, boot, sequence, received_at, batch, known)
                VALUES (\(late.firstDay), \(key.terminal), \(key.boot), \(key.sequence), \(now), \(late.batch), \(late.known.encoded))
                ON CONFLICT (first_day, terminal, boot, sequence, received_at) DO NOTHING
                """)
        }
        let assignments = merge.knowledge.assignments.values.joined()
        try deriveSiteDays(
            merge.changedPresence.union(merge.playDays), known: merge.presence, assignments: Array(assignments),
            lengths: merge.knowledge.lengths, rules: merge.knowledge.rules)
    }

    /// A fact that was judged again and still waits; perhaps for another reason. One that waits for that reason already is enough.
    private func keepWaiting(_ row: QuarantinedFact, _ fact: Fact, reason: String) throws {
        guard reason != row.reason else { return }
        let digest = fact.digest(waitingFor: reason)
        let changed = try run(
            """
            UPDATE quarantine SET reason = \(reason), digest = \(digest) WHERE id = \(row.id) AND NOT EXISTS (SELECT 1
            FROM quarantine q WHERE q.digest = \(digest))
            """
        )
        if changed == 0 { try run("DELETE FROM quarantine WHERE id = \(row.id)") }
    }

    /// What terminals say of their own clocks, by day; of one day the latest word stands.
    private func noteClockErrors(_ accepted: [AcceptedFact], _ knowledge: FactKnowledge) throws {
        for fact in accepted {
            guard case .watermark(let watermark) = fact.fact.body, let error = watermark.clockError,
                let terminal = knowledge.terminals[watermark.terminal]
            else { continue }
            let day = knowledge.rules.zone.day(of: watermark.throughAt)
            try run(
                """
                INSERT INTO clock_error (day, terminal, ahead_ms, told_at) VALUES (\(day), \(terminal), \(error), \(watermark.throughAt))
                ON CONFLICT (day, terminal) DO UPDATE SET ahead_ms = excluded.ahead_ms, told_at = excluded.told_at
                    WHERE clock_error.told_at < excluded.told_at
                """)
        }
    }

    /// 500 at a time.
    func inParts<Element>(_ all: [Element], _ body: ([Element]) throws -> Void) throws {
        for start in stride(from: 0, to: all.count, by: 500) { try body(Array(all[start..<min(start + 500, all.count)])) }
    }
}

extension Fact {
    /// The same fact for the same reason is the same row, whatever its batch and whatever it is called.
    func digest(waitingFor reason: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Every fact can be written.
        let bytes = (try? encoder.encode(Fact(id: "", body))) ?? Data()
        return hexadecimal(SHA256.hash(data: Data(reason.utf8) + bytes))
    }
}
