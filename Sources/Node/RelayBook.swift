package import Basics
package import Wire

/// What an edge promised its terminals to bring to the centre, and the centre's word about it.
///
/// A fact is `held` once it is on the edge's disk. It is known by its sender and its content, never by the id that the sender gave it: boxes count their ids anew after each
/// start. It travels on under an identity of the edge's own. Forgetting a verdict is always safe: the terminal offers the fact again and the centre finds it counted.
package struct RelayBook: Sendable {
    private struct Origin: Hashable {
        let sender: String
        /// Digest of what the fact says.
        let content: String

        var verdictKey: String { "verdict/\(sender)/\(content)" }
    }
    private struct Name: Hashable {
        let sender: String
        let id: String
    }

    private let capacity: Int
    private let keepFor: Int64
    private var outbox: Outbox
    private var origins: [Int64: Origin] = [:]
    private var serials: [Origin: Int64] = [:]
    private var verdicts: [Origin: SpokenVerdict] = [:]
    /// The facts to which a sender gave an id, oldest first: mostly one.
    private var named: [Name: [Origin]] = [:]
    /// The ids that a sender gave to a fact.
    private var names: [Origin: [String]] = [:]
    /// The centre's epoch as last heard; empty before the first word.
    package private(set) var epoch: String

    /// Takes up what `records` hold. `capacity` bounds the facts on their way; `keepFor` in milliseconds.
    package init(
        settings: OutboxSettings = OutboxSettings(maximumFacts: 2000, maximumBytes: 1 << 20), capacity: Int = 100_000, keepFor: Int64 = 90 * 86_400_000,
        epoch: String, boot: Int64, generator: SeededGenerator, records: [String: Record]
    ) {
        self.capacity = capacity
        self.keepFor = keepFor
        self.epoch = epoch
        outbox = Outbox(settings: settings, boot: boot, generator: generator)
        if case .text(let stored)? = records["relay-epoch"] { self.epoch = stored }
        for (key, record) in records {
            if case .relayed(let relayed) = record, let serial = Int64(key.dropFirst("relay/".count)) {
                outbox.restore(relayed.fact, serial: serial)
                let origin = Origin(sender: relayed.sender, content: relayed.fact.body.digest)
                link(serial, to: origin)
                name(origin, relayed.id)
            }
        }
        // Records of an earlier program do not say of which content they are; the terminal offers the fact again.
        for case .spoken(let spoken) in records.values {
            guard let content = spoken.content else { continue }
            let origin = Origin(sender: spoken.sender, content: content)
            verdicts[origin] = spoken
            name(origin, spoken.verdict.id)
        }
    }

    /// Facts on their way to the centre, and verdicts remembered.
    package var pendingCount: Int { outbox.count }
    package var verdictCount: Int { verdicts.count }

    /// Notes that a sender called a fact so; of many names for one fact the last few are kept.
    private mutating func name(_ origin: Origin, _ id: String) {
        let key = Name(sender: origin.sender, id: id)
        guard named[key]?.contains(origin) != true else { return }
        named[key, default: []].append(origin)
        names[origin, default: []].append(id)
        if let all = names[origin], all.count > 4 { unname(origin, all[0]) }
    }

    private mutating func unname(_ origin: Origin, _ id: String) {
        let key = Name(sender: origin.sender, id: id)
        named[key]?.removeAll { $0 == origin }
        if named[key]?.isEmpty == true { named[key] = nil }
        names[origin]?.removeAll { $0 == id }
        if names[origin]?.isEmpty == true { names[origin] = nil }
    }

    /// Lets go of a verdict and of the names of its fact.
    private mutating func forget(_ origin: Origin) {
        verdicts[origin] = nil
        for id in names[origin] ?? [] { unname(origin, id) }
    }

    private mutating func link(_ serial: Int64, to origin: Origin) {
        origins[serial] = origin
        serials[origin] = serial
    }

    /// Takes a batch of one sender. The receipt is to be sent after the changes are on disk. Throws 503 when the edge already carries all it can; the sender keeps its facts.
    package mutating func accept(_ batch: Batch, from sender: String) throws(Problem) -> (changes: [Change], receipt: Receipt) {
        guard outbox.count + batch.entries.count <= capacity else {
            throw Problem(code: "edge.full", status: 503, title: "The edge carries all the facts it can", detail: "Keep the batch and send it again later.")
        }
        var changes: [Change] = []
        var answers: [Verdict] = []
        for entry in batch.entries {
            switch entry {
            case .malformed(let id, let fault): answers.append(Verdict(id: id, .refused, reason: fault.code, sentence: fault.sentence))
            case .fact(let fact) where fact.subject != sender:
                answers.append(
                    Verdict(id: fact.id, .refused, reason: "fact.not_yours", sentence: "The fact is about \(fact.subject), but \(sender) sent it; each node reports for itself"))
            case .fact(let fact):
                let origin = Origin(sender: sender, content: fact.body.digest)
                if let spoken = verdicts[origin] {
                    answers.append(spoken.verdict.named(fact.id))
                    continue
                }
                if serials[origin] == nil {
                    let own = outbox.append(fact.body)
                    link(own.serial, to: origin)
                    changes.append(.store(key: numbered("relay/", own.serial), .relayed(RelayedFact(fact: own.fact, sender: sender, id: fact.id))))
                }
                name(origin, fact.id)
                answers.append(Verdict(id: fact.id, .held))
            }
        }
        return (changes, Receipt(batch: batch.id, epoch: epoch, verdicts: answers))
    }

    /// What became of facts that a sender gave before; says nothing about ids that it does not know. An id that was given to several facts is held until the centre has spoken
    /// about all of them.
    package func answer(_ question: ReceiptQuestion, from sender: String) -> Receipt {
        let answers = question.ids.compactMap { id -> Verdict? in
            guard let origins = named[Name(sender: sender, id: id)], let last = origins.last else { return nil }
            return origins.contains { serials[$0] != nil } ? Verdict(id: id, .held) : verdicts[last]?.verdict.named(id)
        }
        return Receipt(batch: "question", epoch: epoch, verdicts: answers)
    }

    /// What to do now; see ``received(_:at:)`` and ``failed(at:)``.
    package mutating func next(at now: Instant) -> UpStep { outbox.next(at: now) }

    /// Takes the centre's answer to a batch or a question.
    package mutating func received(_ receipt: Receipt, at now: Instant) -> [Change] {
        var changes = learn(epoch: receipt.epoch)
        for (entry, verdict) in outbox.take(receipt, at: now) {
            guard let origin = origins.removeValue(forKey: entry.serial) else { continue }
            serials[origin] = nil
            let spoken = SpokenVerdict(sender: origin.sender, content: origin.content, verdict: verdict.named(names[origin]?.last ?? ""), heardAt: now)
            verdicts[origin] = spoken
            changes += [.store(key: origin.verdictKey, .spoken(spoken)), .remove(key: numbered("relay/", entry.serial))]
        }
        return changes
    }

    /// Takes the centre's epoch. Verdicts of an earlier epoch are void: what they were about may be gone from the centre.
    package mutating func learn(epoch heard: String) -> [Change] {
        guard !heard.isEmpty, heard != epoch else { return [] }
        let void = verdicts.keys.map(\.verdictKey).sorted()
        for origin in Array(verdicts.keys) { forget(origin) }
        epoch = heard
        return void.map { .remove(key: $0) } + [.store(key: "relay-epoch", .text(heard))]
    }

    /// The last step had no answer.
    package mutating func failed(at now: Instant) { outbox.fail(at: now) }

    /// The centre answered 413.
    package mutating func refusedAsTooLarge(at now: Instant) { outbox.shrink(at: now) }

    /// Lets go of old verdicts.
    package mutating func forget(at now: Instant) -> [Change] {
        let old = verdicts.filter { now.milliseconds(since: $0.value.heardAt) > keepFor }.keys.sorted { $0.verdictKey < $1.verdictKey }
        for origin in old { forget(origin) }
        return old.map { .remove(key: $0.verdictKey) }
    }
}
