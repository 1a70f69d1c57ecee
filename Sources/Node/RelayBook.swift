package import Basics
package import Wire

/// What an edge promised its terminals to bring to the centre, and the centre's word about it.
///
/// A terminal's batch is carried as the terminal signed it; it is opened only to look what is in it. A fact is `held` once an envelope that has it is on the edge's disk. It is
/// known by its sender and its content, never by the id that the sender gave it: boxes count their ids anew after each start. Forgetting an envelope or a verdict is always
/// safe: the terminal offers the fact again and the centre finds it counted.
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
    private struct Carried {
        let envelope: Envelope
        /// By place in the batch; nil for what is no fact of the sender.
        let origins: [Origin?]
    }

    private let settings: OutboxSettings
    private let capacity: Int
    private let capacityBytes: Int
    private let keepFor: Int64
    private var nextSerial: Int64 = 1
    private var carried: [Int64: Carried] = [:]
    /// In the order of their sending.
    private var waiting: [Int64] = []
    private var flight: [Int64] = []
    /// The envelope that brings a fact.
    private var serials: [Origin: Int64] = [:]
    private var bytes = 0
    private var sending: Backoff
    private var limit: Int
    private var generator: SeededGenerator
    private var verdicts: [Origin: SpokenVerdict] = [:]
    /// The facts to which a sender gave an id, oldest first: mostly one.
    private var named: [Name: [Origin]] = [:]
    /// The ids that a sender gave to a fact.
    private var names: [Origin: [String]] = [:]
    /// An envelope of so many bytes was too large alone; its sender must make smaller ones.
    private var tooHeavy = Int.max
    /// Envelopes that the centre would not open since the start.
    package private(set) var returned = 0
    /// The centre's epoch as last heard; empty before the first word.
    package private(set) var epoch: String

    /// Takes up what `records` hold. `capacity` bounds the facts on their way, `capacityBytes` the envelopes around them; `keepFor` in milliseconds.
    package init(
        settings: OutboxSettings = OutboxSettings(maximumFacts: 2000, maximumBytes: 1 << 20), capacity: Int = 100_000, capacityBytes: Int = 64 << 20,
        keepFor: Int64 = 90 * 86_400_000, epoch: String, generator: SeededGenerator, records: [String: Record]
    ) {
        self.settings = settings
        self.capacity = capacity
        self.capacityBytes = capacityBytes
        self.keepFor = keepFor
        self.epoch = epoch
        self.generator = generator
        sending = Backoff(first: settings.firstRetry, longest: settings.longestRetry)
        limit = Envelope.maximumCount
        if case .text(let stored)? = records["relay-epoch"] { self.epoch = stored }
        for (key, record) in records {
            guard case .carried(let envelope) = record, let serial = Int64(key.dropFirst("envelope/".count)), let batch = try? Batch(json: envelope.body) else { continue }
            put(serial, envelope, batch)
        }
        waiting.sort()
        // Records of an earlier program do not say of which content they are; the terminal offers the fact again.
        for case .spoken(let spoken) in records.values {
            guard let content = spoken.content else { continue }
            let origin = Origin(sender: spoken.sender, content: content)
            verdicts[origin] = spoken
            name(origin, spoken.verdict.id)
        }
    }

    /// Facts on their way to the centre, and verdicts remembered.
    package var pendingCount: Int { serials.count }
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

    private mutating func put(_ serial: Int64, _ envelope: Envelope, _ batch: Batch) {
        let origins = batch.entries.map { entry -> Origin? in
            guard case .fact(let fact) = entry, fact.subject == envelope.node else { return nil }
            let origin = Origin(sender: envelope.node, content: fact.body.digest)
            name(origin, fact.id)
            return origin
        }
        for case let origin? in origins where serials[origin] == nil && verdicts[origin] == nil { serials[origin] = serial }
        carried[serial] = Carried(envelope: envelope, origins: origins)
        bytes += envelope.weight
        waiting.append(serial)
        nextSerial = max(nextSerial, serial + 1)
    }

    /// The caller takes it out of those that wait.
    private mutating func drop(_ serial: Int64) -> Change {
        if let gone = carried.removeValue(forKey: serial) {
            bytes -= gone.envelope.weight
            for case let origin? in gone.origins where serials[origin] == serial {
                serials[origin] = nil
                if verdicts[origin] == nil { forget(origin) }
            }
        }
        return .remove(key: numbered("envelope/", serial))
    }

    /// Takes a batch that its sender signed; the signature is verified already. The receipt is to be sent after the changes are on disk. Throws 503 when the edge already carries
    /// all it can; the sender keeps its facts.
    package mutating func accept(_ envelope: Envelope, _ batch: Batch) throws(Problem) -> (changes: [Change], receipt: Receipt) {
        guard serials.count + batch.entries.count <= capacity, bytes + envelope.weight <= capacityBytes else {
            throw Problem(code: "edge.full", status: 503, title: "The edge carries all the facts it can", detail: "Keep the batch and send it again later.")
        }
        guard envelope.weight < tooHeavy else {
            throw Problem(code: "too_large", status: 413, title: "The batch is too large for the way to the centre", detail: "Send smaller ones.")
        }
        let sender = envelope.node
        var isNews = false
        let answers = batch.entries.map { entry -> Verdict in
            switch entry {
            case .malformed(let id, let fault): return Verdict(id: id, .refused, reason: fault.code, sentence: fault.sentence)
            case .fact(let fact) where fact.subject != sender:
                return Verdict(id: fact.id, .refused, reason: "fact.not_yours", sentence: "The fact is about \(fact.subject), but \(sender) sent it; each node reports for itself")
            case .fact(let fact):
                let origin = Origin(sender: sender, content: fact.body.digest)
                if let spoken = verdicts[origin] { return spoken.verdict.named(fact.id) }
                if serials[origin] == nil { isNews = true }
                name(origin, fact.id)
                return Verdict(id: fact.id, .held)
            }
        }
        var changes: [Change] = []
        if isNews {
            let serial = nextSerial
            put(serial, envelope, batch)
            changes.append(.store(key: numbered("envelope/", serial), .carried(envelope)))
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
    package mutating func next(at now: Instant) -> UpStep {
        flight = []
        if let end = sending.end(at: now) { return .wait(until: end) }
        var (facts, weight) = (0, 0)
        for serial in waiting.prefix(limit) {
            guard let carried = carried[serial] else { continue }
            facts += carried.origins.count
            weight += carried.envelope.weight
            if !flight.isEmpty, facts > settings.maximumFacts || weight > settings.maximumBytes { break }
            flight.append(serial)
        }
        return flight.isEmpty ? .wait(until: nil) : .carry(flight.compactMap { carried[$0]?.envelope })
    }

    /// Takes the centre's answer to the last load.
    package mutating func received(_ load: LoadReceipt, at now: Instant) -> [Change] {
        var changes = learn(epoch: load.epoch)
        let asked = flight
        flight = []
        guard load.envelopes.count == asked.count else {
            failed(at: now)
            return changes
        }
        var answered: Set<Int64> = []
        for (serial, answer) in zip(asked, load.envelopes) {
            guard let carried = carried[serial] else { continue }
            if let receipt = answer.receipt, receipt.verdicts.count == carried.origins.count, receipt.verdicts.allSatisfy(\.isFinal) {
                for case (let origin?, let verdict) in zip(carried.origins, receipt.verdicts) where verdicts[origin] == nil {
                    let spoken = SpokenVerdict(sender: origin.sender, content: origin.content, verdict: verdict, heardAt: now)
                    verdicts[origin] = spoken
                    serials[origin] = nil
                    changes.append(.store(key: origin.verdictKey, .spoken(spoken)))
                }
            } else if let problem = answer.problem, problem.status < 500, problem.status != 429 {
                returned += 1
            } else {
                continue
            }
            answered.insert(serial)
            changes.append(drop(serial))
        }
        waiting.removeAll { answered.contains($0) }
        limit = min(Envelope.maximumCount, limit * 2)
        if answered.isEmpty {
            putBack(asked)
            sending.fail(at: now, using: &generator)
        } else {
            sending.succeed()
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
    package mutating func failed(at now: Instant) {
        putBack(flight)
        flight = []
        sending.fail(at: now, using: &generator)
    }

    /// One that went alone and came to nothing lets others go first, so that it stands in nobody's way.
    private mutating func putBack(_ asked: [Int64]) {
        guard asked.count == 1, let index = waiting.firstIndex(of: asked[0]) else { return }
        waiting.append(waiting.remove(at: index))
    }

    /// The centre answered 413: less at once from now on. An envelope that is too large alone is let go of; its sender is told when it sends it again.
    package mutating func refusedAsTooLarge(at now: Instant) -> [Change] {
        let asked = flight
        failed(at: now)
        guard asked.count <= 1 else {
            limit = max(1, asked.count / 2)
            return []
        }
        returned += asked.count
        waiting.removeAll { asked.contains($0) }
        for serial in asked { tooHeavy = min(tooHeavy, carried[serial]?.envelope.weight ?? .max) }
        return asked.map { drop($0) }
    }

    /// Lets go of old verdicts.
    package mutating func forget(at now: Instant) -> [Change] {
        let old = verdicts.filter { now.milliseconds(since: $0.value.heardAt) > keepFor }.keys.sorted { $0.verdictKey < $1.verdictKey }
        for origin in old { forget(origin) }
        return old.map { .remove(key: $0.verdictKey) }
    }
}
