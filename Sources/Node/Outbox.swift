package import Basics
package import Wire

/// What the upward line has to do next.
package enum UpStep: Sendable {
    case send(Batch)
    /// Other nodes' batches, closed.
    case carry([Envelope])
    case ask(ReceiptQuestion)
    /// Nothing before that moment, or before something is added when there is none.
    case wait(until: Instant?)
}

/// How facts are sent.
package struct OutboxSettings: Hashable, Sendable {
    /// Bounds of a batch.
    package var maximumFacts: Int
    package var maximumBytes: Int
    /// Ids in one question.
    package var maximumQuestion = 1000
    /// Back-off after a failure, milliseconds.
    package var firstRetry: Int64
    package var longestRetry: Int64
    /// Back-off between questions about facts that the parent holds, milliseconds.
    package var firstQuestion: Int64
    package var longestQuestion: Int64

    package init(
        maximumFacts: Int = 500, maximumBytes: Int = 262_144, firstRetry: Int64 = 2000, longestRetry: Int64 = 60_000,
        firstQuestion: Int64 = 10_000,
        longestQuestion: Int64 = 300_000
    ) {
        self.maximumFacts = maximumFacts
        self.maximumBytes = maximumBytes
        self.firstRetry = firstRetry
        self.longestRetry = longestRetry
        self.firstQuestion = firstQuestion
        self.longestQuestion = longestQuestion
    }
}

/// Facts on their way to the parent, in order of making: what to send, what to ask about, when to try again. Terminal, edge and relay share
/// it; what a final verdict means to them is theirs.
struct Outbox: Sendable {
    struct Entry: Sendable {
        let serial: Int64
        let fact: Fact
    }

    private enum Flight {
        case batch(Set<Int64>)
        case question(Set<Int64>)
    }

    private let settings: OutboxSettings
    private let boot: Int64
    private var batches = 0
    private var nextSerial: Int64 = 1
    private var entries: [Int64: Entry] = [:]
    private var serials: [String: Int64] = [:]
    /// Ascending.
    private var waiting: [Int64] = []
    private var held: Set<Int64> = []
    private var askedThrough: Int64 = 0
    private var flight: Flight?
    private var sending: Backoff
    private var asking: Backoff
    private var batchLimit: Int
    private var generator: SeededGenerator

    init(settings: OutboxSettings, boot: Int64, generator: SeededGenerator) {
        self.settings = settings
        self.boot = boot
        self.generator = generator
        batchLimit = settings.maximumFacts
        sending = Backoff(first: settings.firstRetry, longest: settings.longestRetry)
        asking = Backoff(first: settings.firstQuestion, longest: settings.longestQuestion)
    }

    var waitingCount: Int { waiting.count }
    var heldCount: Int { held.count }
    var count: Int { entries.count }

    func entry(_ serial: Int64) -> Entry? { entries[serial] }

    /// An identity that no other fact of this node has: the boot and a count.
    var nextID: String { "\(String(boot, radix: 36))-\(nextSerial)" }

    /// Takes a new fact; answers its serial number.
    mutating func append(_ body: Fact.Body) -> Entry { put(Entry(serial: nextSerial, fact: Fact(id: nextID, body))) }

    /// Takes back what a disk kept.
    mutating func restore(_ fact: Fact, serial: Int64) { _ = put(Entry(serial: serial, fact: fact)) }

    private mutating func put(_ entry: Entry) -> Entry {
        nextSerial = max(nextSerial, entry.serial + 1)
        entries[entry.serial] = entry
        serials[entry.fact.id] = entry.serial
        wait(entry.serial)
        return entry
    }

    private mutating func wait(_ serial: Int64) {
        if let last = waiting.last, last >= serial {
            var (low, high) = (0, waiting.count)
            while low < high {
                let middle = (low + high) / 2
                if waiting[middle] < serial { low = middle + 1 } else { high = middle }
            }
            waiting.insert(serial, at: low)
        } else {
            waiting.append(serial)
        }
    }

    /// Takes a fact out.
    mutating func remove(_ serial: Int64) {
        guard let entry = entries.removeValue(forKey: serial) else { return }
        serials[entry.fact.id] = nil
        held.remove(serial)
        if let index = waiting.firstIndex(of: serial) { waiting.remove(at: index) }
    }

    /// What to do now. The answer, or the failure, of one step comes in before the next is asked for.
    mutating func next(at now: Instant) -> UpStep {
        flight = nil
        if let end = sending.end(at: now) { return .wait(until: end) }
        if !waiting.isEmpty { return .send(batch()) }
        guard !held.isEmpty else { return .wait(until: nil) }
        if let end = asking.end(at: now) { return .wait(until: end) }
        return .ask(question())
    }

    private mutating func batch() -> Batch {
        var serials: [Int64] = []
        var weight = 0
        for serial in waiting.prefix(batchLimit) {
            weight += entries[serial]?.fact.body.weight ?? 0
            if weight > settings.maximumBytes, !serials.isEmpty { break }
            serials.append(serial)
        }
        flight = .batch(Set(serials))
        batches += 1
        return Batch(id: "\(String(boot, radix: 36))-b\(batches)", facts: serials.compactMap { entries[$0]?.fact })
    }

    private mutating func question() -> ReceiptQuestion {
        let sorted = held.sorted()
        let later = sorted.filter { $0 > askedThrough }
        let asked = (later.isEmpty ? sorted : later).prefix(settings.maximumQuestion)
        askedThrough = asked.last ?? 0
        flight = .question(Set(asked))
        return ReceiptQuestion(ids: asked.compactMap { entries[$0]?.fact.id })
    }

    /// Takes the answer to the last step: the centre's words about any facts of this node, and the ids of those that the parent holds.
    /// Answers the facts about which the centre has spoken, which are no longer in here. That a fact is held which was not in the step is
    /// no answer to it, and is passed over.
    mutating func take(_ words: [Verdict], held ids: [String], at now: Instant) -> [(entry: Entry, verdict: Verdict)] {
        let asked: Set<Int64> =
            switch flight {
            case .batch(let serials), .question(let serials): serials
            case nil: []
            }
        var settled: [(Entry, Verdict)] = []
        var answered: Set<Int64> = []
        var gone: Set<Int64> = []
        for verdict in words where verdict.isFinal {
            guard let serial = serials.removeValue(forKey: verdict.id), let entry = entries.removeValue(forKey: serial) else { continue }
            answered.insert(serial)
            settled.append((entry, verdict))
            if held.remove(serial) == nil { gone.insert(serial) }
        }
        for id in ids {
            guard let serial = serials[id], asked.contains(serial) else { continue }
            answered.insert(serial)
            if held.insert(serial).inserted { gone.insert(serial) }
        }
        if !gone.isEmpty { waiting.removeAll { gone.contains($0) } }
        paceAfter(answered: answered, settled: settled.count, at: now)
        return settled
    }

    private mutating func paceAfter(answered: Set<Int64>, settled: Int, at now: Instant) {
        switch flight {
        case .batch:
            // A parent that answers without a word about any fact would otherwise be asked in a tight loop.
            if answered.isEmpty { sending.fail(at: now, using: &generator) } else { sending.succeed() }
            batchLimit = min(settings.maximumFacts, batchLimit * 2)
            if asking.failures == 0, !held.isEmpty { asking.fail(at: now, using: &generator) }
        case .question(let asked):
            sending.succeed()
            for serial in asked.subtracting(answered) where held.remove(serial) != nil { wait(serial) }
            if settled > 0 { asking.succeed() }
            asking.fail(at: now, using: &generator)
        case nil: break
        }
        flight = nil
    }

    /// The last step had no answer.
    mutating func fail(at now: Instant) {
        flight = nil
        sending.fail(at: now, using: &generator)
    }

    /// The parent found the last batch too large: smaller ones from now on.
    mutating func shrink(at now: Instant) {
        batchLimit = max(1, min(batchLimit, waiting.count) / 2)
        fail(at: now)
    }
}
