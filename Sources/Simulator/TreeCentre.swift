import Basics
import Foundation
import Node
import Trust
import Wire

/// A slow and obvious centre: facts merge into plain sets by natural key, the catalogue is signed by the real repository.
struct TreeCentre {
    struct PlayKey: Hashable {
        let terminal: String
        let boot: Int64
        let sequence: Int64
    }

    struct PlayValue: Hashable {
        let terminal: String
        let courseware: String
        let mode: PlayMode
        var intervals: [PlayInterval]
    }

    /// What a backup holds.
    struct Facts {
        var minutes: [String: [Day: MinuteSet]] = [:]
        var plays: [PlayKey: PlayValue] = [:]
        var watermarks: [String: Instant] = [:]
        var holdings: [String: Holding] = [:]
        var incidents: [String: Incident] = [:]
        /// Tests, stops and contacts, by their natural keys.
        var conditions: [String: Fact.Body] = [:]
        var quarantined: [Fact.Body] = []
    }

    var facts = Facts()
    var epoch = "epoch-1"
    private let repository: Repository
    private let publisherKeys: PublisherKeys
    private let voice: CentreVoice
    private var publication: Publication?
    let root: [UInt8]
    let enrolledAt: Instant
    private let enrolmentDay: Day
    private(set) var files: [String: [UInt8]] = [:]
    var blobs: [SHA256Hex: [UInt8]] = [:]
    var offers: [String: Offer] = [:]
    /// Where boxes stand that were moved.
    var places: [String: ToldPlace] = [:]

    init(enrolledAt: Instant, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func key() throws -> SigningKey { try SigningKey(seed: (0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next()) }) }
        let (root, targets, snapshot, timestamp, secret) = (try key(), try key(), try key(), try key(), PublisherKeys(secret: try key()))
        let keys = RepositoryKeys(root: root, targets: targets, snapshot: snapshot, timestamp: timestamp, publishers: secret)
        publisherKeys = secret
        repository = Repository(keys: keys, lifetimes: .standard)
        voice = CentreVoice(keys.timestamp)
        self.root = try repository.firstRoot(at: enrolledAt.milliseconds)
        self.enrolledAt = enrolledAt
        enrolmentDay = NetworkZone.shanghai.day(of: enrolledAt)
        files["1.root.json"] = self.root
        try publish(at: enrolledAt)
    }

    /// Signs the offers as they stand, each in the list of its publisher.
    mutating func publish(at now: Instant) throws {
        var lists: [String: [RelativePath: TargetFile]] = [:]
        for publisher in publication?.catalogue.publishers ?? [] { lists[publisher.role] = [:] }
        var publishers: [Publisher: [VerifyingKey]] = [:]
        for publisher in Set([.network] + offers.values.map(\.publisher) + (publication?.catalogue.publishers ?? [])) {
            publishers[publisher] = try publisherKeys.made(for: publisher).map { [$0.verifyingKey] }
        }
        for offer in offers.values {
            guard let (path, file) = offer.target else { continue }
            lists[offer.publisher.role, default: [:]][path] = file
        }
        lists = lists.filter { role, files in publication?.catalogue.files(of: role) != files }
        let isNew = Set(publishers.keys) != Set(publication?.catalogue.publishers ?? [])
        let next = try repository.publish(
            lists, delegating: isNew ? .init(publishers, signers: []) : nil, after: publication, at: now.milliseconds)
        publication = next
        for file in next.signedFiles { files[file.name] = file.bytes }
    }

    /// Signs an answer to a request.
    func answer(_ value: some Encodable, to request: SignedRequest) throws -> SignedAnswer {
        let body = try JSONEncoder().encode(value)
        return SignedAnswer(
            to: request, status: 200, body: body, signature: try voice.sign(request, status: 200, body: SHA256Hex(of: body)).text)
    }

    mutating func take(_ batch: Batch, at now: Instant) -> Receipt {
        var verdicts: [Verdict] = []
        for case .fact(let fact) in batch.entries { verdicts.append(Verdict(id: fact.id, take(fact.body, at: now))) }
        return Receipt(batch: batch.id, epoch: epoch, verdicts: verdicts, at: now)
    }

    /// Opens what the edge carried; the simulation has no keys of terminals, and the real check has tests of its own.
    mutating func take(_ envelopes: [Envelope], at now: Instant) throws -> LoadReceipt {
        let answers = try envelopes.map { envelope -> CarriedReceipt in
            guard let batch = try? Batch(json: envelope.body) else {
                return CarriedReceipt(Problem(code: "batch.malformed", status: 400, title: "No batch"))
            }
            let digest = SHA256Hex(of: envelope.body)
            let answer = try answer(
                take(batch, at: now).answered(at: now, to: places[envelope.node]),
                to: SignedRequest("POST", Endpoint.facts, node: envelope.node, body: digest))
            return CarriedReceipt(
                ClosedAnswer(digest: digest.hex, body: String(decoding: answer.body, as: UTF8.self), signature: answer.signature ?? ""))
        }
        return LoadReceipt(epoch: epoch, envelopes: answers, at: now)
    }

    private mutating func take(_ body: Fact.Body, at now: Instant) -> Verdict.Outcome {
        guard isPlausible(body, at: now) else {
            if !facts.quarantined.contains(body) { facts.quarantined.append(body) }
            return .quarantined
        }
        switch body {
        case .presence(let presence):
            let before = facts.minutes[presence.terminal]?[presence.day] ?? MinuteSet()
            facts.minutes[presence.terminal, default: [:]][presence.day] = before.union(presence.minutes)
            return presence.minutes.subtracting(before).isEmpty ? .duplicate : .stored
        case .play(let play):
            let key = PlayKey(terminal: play.terminal, boot: play.boot, sequence: play.sequence)
            let before = facts.plays[key]
            var value = before ?? PlayValue(terminal: play.terminal, courseware: play.courseware, mode: play.mode, intervals: [])
            value.intervals = value.intervals.merged(with: play.intervals)
            facts.plays[key] = value
            return value == before ? .duplicate : .stored
        case .watermark(let watermark):
            let before = facts.watermarks[watermark.terminal]
            facts.watermarks[watermark.terminal] = max(before ?? watermark.throughAt, watermark.throughAt)
            return before.map { $0 >= watermark.throughAt } == true ? .duplicate : .stored
        case .holding(let holding):
            let key = body.naturalKey
            guard holding.revision > facts.holdings[key]?.revision ?? 0 else { return .duplicate }
            facts.holdings[key] = holding
            return .stored
        case .incident(let incident):
            let key = body.naturalKey
            let merged = facts.incidents[key]?.merged(with: incident) ?? incident
            defer { facts.incidents[key] = merged }
            return facts.incidents[key] == merged ? .duplicate : .stored
        case .test, .stop, .contact:
            let key = body.naturalKey
            let merged = facts.conditions[key]?.merged(with: body) ?? body
            defer { facts.conditions[key] = merged }
            return facts.conditions[key] == merged ? .duplicate : .stored
        }
    }

    /// Nothing from more than five minutes ahead, and nothing from before the enrolment.
    private func isPlausible(_ body: Fact.Body, at now: Instant) -> Bool {
        let latest = now.adding(seconds: 300)
        switch body {
        case .presence(let presence):
            let start = NetworkZone.shanghai.start(of: presence.day)
            return presence.day >= enrolmentDay && start.adding(seconds: Int64(presence.minutes.last ?? 0) * 60) <= latest
        case .play(let play): return play.intervals.allSatisfy { $0.startedAt >= enrolledAt && $0.endedAt <= latest }
        case .watermark(let watermark): return watermark.throughAt <= latest
        case .test(let test): return test.at <= latest
        case .stop(let stop): return stop.backAt <= latest
        case .contact(let contact):
            return NetworkZone.shanghai.start(of: contact.day).adding(seconds: Int64(contact.minutes.last ?? 0) * 60) <= latest
        case .holding, .incident: return true
        }
    }
}
