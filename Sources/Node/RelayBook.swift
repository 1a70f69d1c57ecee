package import Basics
import Foundation
import Trust
package import Wire

/// What an edge promised its terminals to bring to the centre, and the centre's answers for them.
///
/// A terminal's batch is carried as the terminal signed it, and the centre's answer is handed on as the centre signed it; both are opened
/// only to look what is in them. A fact is `held` once an envelope that has it is on the edge's disk. Forgetting an envelope or an answer
/// is always safe: the terminal offers the fact again and the centre finds it counted.
package struct RelayBook: Sendable {
    private struct Origin: Hashable {
        let sender: String
        /// Digest of what the fact says, or of a whole batch.
        let content: String
    }
    private struct Name: Hashable {
        let sender: String
        let id: String
    }
    private struct Carried {
        let envelope: Envelope
        let ids: [String]
        /// Of the entries that are facts.
        let origins: [Origin]
    }

    /// The most bytes of answers handed out at once.
    private static let mostHandedOut = 4 << 20

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
    private var facts = 0
    private var bytes = 0
    private var bytesOfSender: [String: Int] = [:]
    private var factsOfSender: [String: Int] = [:]
    /// What is on its way to the byte, by sender.
    private var bodies: Set<Origin> = []
    private var sending: Backoff
    private var limit: Int
    private var generator: SeededGenerator
    /// Under the number of the envelope.
    private var answered: [Int64: StoredAnswer] = [:]
    private var answeredBytes = 0
    /// The batches, carried or answered, in which a sender gave an id, oldest first: mostly one.
    private var named: [Name: [Int64]] = [:]
    /// An envelope of so many bytes was too large alone; its sender must make smaller ones.
    private var tooHeavy = Int.max
    /// Envelopes that the centre would not open since the start.
    package private(set) var returned = 0
    /// The centre's epoch as last heard; empty before the first word.
    package private(set) var epoch: String

    /// Takes up what `records` hold. `capacity` bounds the facts on their way, `capacityBytes` the envelopes around them, and half of it
    /// the answers kept; of what is on its way one sender may have a quarter. `keepFor` in milliseconds.
    package init(
        settings: OutboxSettings = OutboxSettings(maximumFacts: 2000, maximumBytes: 1 << 20), capacity: Int = 100_000,
        capacityBytes: Int = 64 << 20,
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
        for (key, record) in records.sorted(by: { $0.key < $1.key }) {
            switch record {
            case .carried(let envelope):
                guard let serial = Int64(key.dropFirst("envelope/".count)), let batch = try? Batch(json: envelope.body) else { continue }
                put(serial, envelope, batch)
            case .answered(let stored):
                guard let serial = Int64(key.dropFirst("answer/".count)), let receipt = stored.answer.receipt else { continue }
                put(serial, stored, ids: receipt.verdicts.map(\.id))
            default: continue
            }
        }
        waiting.sort()
    }

    /// Facts on their way to the centre, and answers kept for their senders.
    package var pendingCount: Int { facts }
    package var answerCount: Int { answered.count }

    private mutating func name(_ serial: Int64, _ sender: String, _ ids: [String]) {
        for id in Set(ids) { named[Name(sender: sender, id: id), default: []].append(serial) }
        nextSerial = max(nextSerial, serial + 1)
    }

    private mutating func unname(_ serial: Int64, _ sender: String, _ ids: [String]) {
        for id in Set(ids) {
            let key = Name(sender: sender, id: id)
            named[key]?.removeAll { $0 == serial }
            if named[key]?.isEmpty == true { named[key] = nil }
        }
    }

    private mutating func put(_ serial: Int64, _ envelope: Envelope, _ batch: Batch) {
        let origins = batch.entries.compactMap { entry -> Origin? in
            guard case .fact(let fact) = entry else { return nil }
            return Origin(sender: envelope.node, content: fact.body.digest)
        }
        let ids = batch.entries.map(\.id)
        for origin in origins where serials[origin] == nil { serials[origin] = serial }
        carried[serial] = Carried(envelope: envelope, ids: ids, origins: origins)
        facts += ids.count
        bytes += envelope.weight
        bytesOfSender[envelope.node, default: 0] += envelope.weight
        factsOfSender[envelope.node, default: 0] += ids.count
        bodies.insert(Self.origin(of: envelope))
        waiting.append(serial)
        name(serial, envelope.node, ids)
    }

    /// The caller takes it out of those that wait.
    private mutating func drop(_ serial: Int64) -> Change {
        if let gone = carried.removeValue(forKey: serial) {
            facts -= gone.ids.count
            bytes -= gone.envelope.weight
            let left = (bytesOfSender[gone.envelope.node] ?? 0) - gone.envelope.weight
            bytesOfSender[gone.envelope.node] = left > 0 ? left : nil
            let entries = (factsOfSender[gone.envelope.node] ?? 0) - gone.ids.count
            factsOfSender[gone.envelope.node] = entries > 0 ? entries : nil
            bodies.remove(Self.origin(of: gone.envelope))
            for origin in gone.origins where serials[origin] == serial { serials[origin] = nil }
            unname(serial, gone.envelope.node, gone.ids)
        }
        return .remove(key: numbered("envelope/", serial))
    }

    private mutating func put(_ serial: Int64, _ stored: StoredAnswer, ids: [String]) {
        answered[serial] = stored
        answeredBytes += stored.answer.weight
        name(serial, stored.sender, ids)
    }

    private mutating func forget(_ serial: Int64) -> Change {
        if let gone = answered.removeValue(forKey: serial) {
            answeredBytes -= gone.answer.weight
            unname(serial, gone.sender, gone.answer.receipt?.verdicts.map(\.id) ?? [])
        }
        return .remove(key: numbered("answer/", serial))
    }

    /// Takes a batch that its sender signed; the signature is verified already. The receipt is to be sent after the changes are on disk.
    /// Throws 503 when the edge already carries all it can, of this sender or in all; the sender keeps its facts.
    package mutating func accept(_ envelope: Envelope, _ batch: Batch) throws(Problem) -> (changes: [Change], receipt: Receipt) {
        let sender = envelope.node
        let receipt = Receipt(batch: batch.id, epoch: epoch, verdicts: batch.entries.map { Verdict(id: $0.id, .held) })
        let isNews =
            !bodies.contains(Self.origin(of: envelope))
            && batch.entries.contains { entry in
                // What cannot be read the centre refuses, under its signature; the same fact under another name is asked about by that.
                guard case .fact(let fact) = entry, let serial = serials[Origin(sender: sender, content: fact.body.digest)] else {
                    return true
                }
                return named[Name(sender: sender, id: fact.id)]?.contains(serial) != true
            }
        return (isNews ? try store(envelope, batch) : [], receipt)
    }

    private static func origin(of envelope: Envelope) -> Origin { Origin(sender: envelope.node, content: SHA256Hex(of: envelope.body).hex) }

    private mutating func store(_ envelope: Envelope, _ batch: Batch) throws(Problem) -> [Change] {
        guard facts + batch.entries.count <= capacity, bytes + envelope.weight <= capacityBytes else {
            throw Problem(
                code: "edge.full", status: 503, title: "The edge carries all the facts it can",
                detail: "Keep the batch and send it again later.")
        }
        let (own, entries) = (bytesOfSender[envelope.node] ?? 0, factsOfSender[envelope.node] ?? 0)
        guard own == 0 || own + envelope.weight <= capacityBytes / 4 && entries + batch.entries.count <= capacity / 4 else {
            throw Problem(
                code: "edge.full", status: 503, title: "The edge carries all the facts of \(envelope.node) it can",
                detail: "Keep the batch and send it again later.")
        }
        guard envelope.weight < tooHeavy else {
            throw Problem(
                code: "too_large", status: 413, title: "The batch is too large for the way to the centre", detail: "Send smaller ones.")
        }
        let serial = nextSerial
        put(serial, envelope, batch)
        return [.store(key: numbered("envelope/", serial), .carried(envelope))]
    }

    /// What became of facts that a sender gave before, with the centre's answers about them; says nothing about ids that it does not know.
    /// An id that was given to several facts is held until the centre has spoken about all of them.
    package func answer(_ question: ReceiptQuestion, from sender: String) -> Receipt {
        var verdicts: [Verdict] = []
        var answers: [ClosedAnswer] = []
        var opened: [Int64: [String: Verdict]] = [:]
        var weight = 0
        for id in question.ids.prefix(ReceiptQuestion.maximumIDs) {
            guard let all = named[Name(sender: sender, id: id)], let last = all.last else { continue }
            guard !all.contains(where: { carried[$0] != nil }), let stored = answered[last] else {
                verdicts.append(Verdict(id: id, .held))
                continue
            }
            if opened[last] == nil {
                // The rest the next time.
                guard answers.isEmpty || weight + stored.answer.weight <= Self.mostHandedOut else {
                    verdicts.append(Verdict(id: id, .held))
                    continue
                }
                weight += stored.answer.weight
                answers.append(stored.answer)
                opened[last] = Dictionary(
                    (stored.answer.receipt?.verdicts ?? []).map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
            }
            if let verdict = opened[last]?[id] { verdicts.append(verdict) }
        }
        return Receipt(batch: "question", epoch: epoch, verdicts: verdicts, answers: answers)
    }

    /// What to do now; see ``received(_:at:)`` and ``failed(at:)``.
    package mutating func next(at now: Instant) -> UpStep {
        flight = []
        if let end = sending.end(at: now) { return .wait(until: end) }
        var (facts, weight) = (0, 0)
        for serial in waiting.prefix(limit) {
            guard let carried = carried[serial] else { continue }
            facts += carried.ids.count
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
        var done: Set<Int64> = []
        for (serial, outcome) in zip(asked, load.envelopes) {
            guard let envelope = carried[serial]?.envelope else { continue }
            if let answer = outcome.answer {
                guard let receipt = answer.receipt, receipt.verdicts.count == carried[serial]?.ids.count else { continue }
                changes.append(drop(serial))
                let stored = StoredAnswer(sender: envelope.node, answer: answer, heardAt: now)
                put(serial, stored, ids: receipt.verdicts.map(\.id))
                changes.append(.store(key: numbered("answer/", serial), .answered(stored)))
            } else if let problem = outcome.problem, problem.status < 500, problem.status != 429 {
                returned += 1
                changes.append(drop(serial))
            } else {
                continue
            }
            done.insert(serial)
        }
        waiting.removeAll { done.contains($0) }
        limit = min(Envelope.maximumCount, limit * 2)
        if done.isEmpty {
            putBack(asked)
            sending.fail(at: now, using: &generator)
        } else {
            sending.succeed()
        }
        return changes + makeRoom()
    }

    /// Lets go of the oldest answers beyond the bound.
    private mutating func makeRoom() -> [Change] {
        guard answeredBytes > capacityBytes / 2 else { return [] }
        var changes: [Change] = []
        for serial in answered.keys.sorted() where answeredBytes > capacityBytes / 2 { changes.append(forget(serial)) }
        return changes
    }

    /// Takes the centre's epoch. Answers of an earlier epoch are void: what they were about may be gone from the centre.
    package mutating func learn(epoch heard: String) -> [Change] {
        guard !heard.isEmpty, heard != epoch else { return [] }
        let void = answered.keys.sorted().map { forget($0) }
        epoch = heard
        return void + [.store(key: "relay-epoch", .text(heard))]
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

    /// The centre answered 413: less at once from now on. An envelope that is too large alone is let go of; its sender is told when it
    /// sends it again.
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

    /// Lets go of old answers.
    package mutating func forget(at now: Instant) -> [Change] {
        answered.filter { now.milliseconds(since: $0.value.heardAt) > keepFor }.keys.sorted().map { forget($0) }
    }
}
