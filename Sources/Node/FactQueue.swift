package import Basics
package import Wire

/// A node's own facts from their making to 90 days after the centre's receipt. At least once upwards; the centre counts by natural key.
///
/// A fact that was never offered takes in a later one of the same natural key, so that a cut line makes the queue longer by one fact a try,
/// not by one a minute. Released facts are kept merged by natural key. When the centre's epoch changes, it was restored from a backup, and
/// everything kept is offered again.
package struct FactQueue: Sendable {
    private static let day: Int64 = 86_400_000
    private let keepFor: Int64
    private let notBefore: Instant
    private var outbox: Outbox
    /// Natural key → serial of a fact that no parent has seen.
    private var fresh: [String: Int64] = [:]
    /// Disk key → fact.
    private var kept: [String: KeptFact] = [:]
    /// The centre's epoch as last heard; empty before the first word.
    package private(set) var epoch: String
    /// When the centre first spoke under this epoch, by its own clock: what it said before under another is over.
    private var epochSince: Instant?

    /// Takes up what `records` hold. `boot` is drawn anew at each start; `keepFor` in milliseconds; a clock before `notBefore` is wrong.
    package init(
        settings: OutboxSettings = OutboxSettings(), keepFor: Int64 = 90 * 86_400_000, notBefore: Instant, epoch: String, boot: Int64,
        generator: SeededGenerator,
        records: [String: Record]
    ) {
        self.keepFor = keepFor
        self.notBefore = notBefore
        self.epoch = epoch
        outbox = Outbox(settings: settings, boot: boot, generator: generator)
        if case .text(let stored)? = records["epoch"] { self.epoch = stored }
        if case .text(let stored)? = records["epoch-since"], let milliseconds = Int64(stored) {
            epochSince = Instant(milliseconds: milliseconds)
        }
        for (key, record) in records {
            if case .kept(let fact) = record { kept[key] = fact }
            if case .fact(let fact) = record, let serial = Int64(key.dropFirst("queue/".count)) { outbox.restore(fact, serial: serial) }
        }
    }

    /// Facts that wait to be sent, that the parent holds, and that are kept after the centre's word.
    package var waitingCount: Int { outbox.waitingCount }
    package var heldCount: Int { outbox.heldCount }
    package var keptCount: Int { kept.count }

    /// Takes a fact. It is the node's promise to the centre as soon as the changes are on disk.
    package mutating func add(_ body: Fact.Body) -> [Change] {
        let key = body.naturalKey
        if let serial = fresh[key], let entry = outbox.entry(serial), let merged = entry.fact.body.merged(with: body) {
            outbox.remove(serial)
            return [store(merged, under: key), .remove(key: numbered("queue/", serial))]
        }
        return [store(body, under: key)]
    }

    private mutating func store(_ body: Fact.Body, under key: String) -> Change {
        let entry = outbox.append(body)
        fresh[key] = entry.serial
        return .store(key: numbered("queue/", entry.serial), .fact(entry.fact))
    }

    /// What to do now; see ``received(_:at:)`` and ``failed(at:)``.
    package mutating func next(at now: Instant) -> UpStep {
        let step = outbox.next(at: now)
        if case .send(let batch) = step {
            for case .fact(let fact) in batch.entries { fresh[fact.body.naturalKey] = nil }
        }
        return step
    }

    /// Takes the parent's answer to a batch or a question. All four final verdicts of the centre release a fact.
    package mutating func received(_ heard: Heard, at now: Instant) -> [Change] {
        var changes: [Change] = []
        var words: [Verdict] = []
        for word in heard.words {
            guard let learned = learn(epoch: word.epoch, at: word.at) else { continue }
            changes += learned
            words += word.verdicts
        }
        for (entry, verdict) in outbox.take(words, held: heard.held, at: now) {
            var key = "kept/" + entry.fact.body.naturalKey
            var body = entry.fact.body
            switch verdict.outcome {
            case .stored, .duplicate: body = kept[key]?.fact.body.merged(with: body) ?? body
            // Never merged, so that the good minutes of a day do not share the fate of the bad ones.
            case .quarantined, .refused, .held: key += "/" + entry.fact.id
            }
            let fact = KeptFact(fact: Fact(id: entry.fact.id, body), releasedAt: now)
            kept[key] = fact
            changes += [.store(key: key, .kept(fact)), .remove(key: numbered("queue/", entry.serial))]
        }
        return changes
    }

    /// Takes the centre's epoch out of its word spoken at an instant; a change offers everything kept again, watermarks last. Nil for a
    /// word from before the present epoch, which is worth nothing: what it speaks of the centre may have lost. An empty epoch says nothing.
    package mutating func learn(epoch heard: String, at spoken: Instant?) -> [Change]? {
        guard !heard.isEmpty, heard != epoch else {
            // A centre whose clock was ahead when the epoch began, and is right now.
            guard heard == epoch, let spoken, let since = epochSince, spoken < since else { return [] }
            epochSince = spoken
            return [.store(key: "epoch-since", .text(String(spoken.milliseconds)))]
        }
        if let epochSince { guard let spoken, spoken > epochSince else { return nil } }
        let again = epoch.isEmpty ? [] : kept.sorted { ($0.value.isWatermark ? 1 : 0, $0.key) < ($1.value.isWatermark ? 1 : 0, $1.key) }
        epoch = heard
        fresh = [:]
        let changes: [Change] = again.map {
            let entry = outbox.append($0.value.fact.body)
            return .store(key: numbered("queue/", entry.serial), .fact(entry.fact))
        }
        guard let spoken else { return changes + [.store(key: "epoch", .text(heard))] }
        epochSince = spoken
        return changes + [.store(key: "epoch-since", .text(String(spoken.milliseconds))), .store(key: "epoch", .text(heard))]
    }

    /// The last step had no answer, or none that can be read.
    package mutating func failed(at now: Instant) { outbox.fail(at: now) }

    /// The parent answered 413.
    package mutating func refusedAsTooLarge(at now: Instant) { outbox.shrink(at: now) }

    /// Facts so far are not merged with later ones.
    package mutating func divide() { fresh = [:] }

    /// Lets go of what was released long enough ago. A release under a clock that was plainly wrong counts from now.
    package mutating func forget(at now: Instant) -> [Change] {
        guard now >= notBefore else { return [] }
        var changes: [Change] = []
        for (key, fact) in kept.sorted(by: { $0.key < $1.key }) {
            if fact.releasedAt < notBefore || fact.releasedAt > now.adding(milliseconds: Self.day) {
                kept[key] = KeptFact(fact: fact.fact, releasedAt: now)
                changes.append(.store(key: key, .kept(KeptFact(fact: fact.fact, releasedAt: now))))
            } else if now.milliseconds(since: fact.releasedAt) > keepFor {
                kept[key] = nil
                changes.append(.remove(key: key))
            }
        }
        return changes
    }
}

extension KeptFact {
    fileprivate var isWatermark: Bool { if case .watermark = fact.body { true } else { false } }
}
