package import Basics
package import Trust
package import Wire

/// An edge without its disk, its lines and its clock; as ``TerminalNode``.
package struct EdgeNode: Sendable {
    package private(set) var queue: FactQueue
    package private(set) var relay: RelayBook
    package private(set) var sync: Sync
    private var forgotten: Pause?
    private var incidents: IncidentBook
    private var stop: StopBook
    private var contacts: ContactBook
    package private(set) var standing: PlaceBook
    private var isRelaying = false
    /// The last load did not arrive: what the edge itself has to say has its turn before the next.
    private var ownTurn = false
    /// The metadata files to hand on to terminals, by name; all of one catalogue, complete and verified.
    package private(set) var files: [String: [UInt8]]

    /// Takes up what `records` hold. `boot` is drawn anew at each start, from 0 to 2^53 − 1. Throws when the first root is not the one of
    /// the claim. `kinds` are what somebody below can ask for.
    package init(
        identity: NodeIdentity, zone: NetworkZone, settings: NodeSettings, kinds: [Manifest.Kind] = [.pieces], boot: Int64,
        records: [String: Record]
    ) throws(TrustError) {
        var generator = SeededGenerator(seed: UInt64(bitPattern: boot))
        queue = FactQueue(
            settings: settings.outbox, keepFor: settings.keepFor, notBefore: settings.notBefore, epoch: identity.epoch, boot: boot,
            generator: SeededGenerator(seed: generator.next()), records: records)
        incidents = IncidentBook(node: identity.node)
        stop = StopBook(records: records)
        contacts = ContactBook(edge: identity.node, zone: zone)
        standing = PlaceBook(identity, records: records)
        relay = RelayBook(
            settings: settings.relay, keepFor: settings.keepFor, epoch: identity.epoch, generator: SeededGenerator(seed: generator.next()),
            records: records)
        sync = try Sync(
            node: identity.node, place: standing.place, appetite: .all(kinds: kinds), settings: settings.sync, root: identity.root,
            fingerprint: identity.fingerprint,
            generator: SeededGenerator(seed: generator.next()), records: records)
        files = sync.files
    }

    /// Once after each start.
    package mutating func start(at now: Instant) -> [Change] { queue.carryOut(sync.start(at: now)) }

    /// Lets go of what is old; call it now and then.
    package mutating func tick(at now: Instant) -> [Change] {
        var actions = sync.takeNoticed().flatMap { incidents.note($0, at: now) }
        if sync.freshness.frozenSince != nil { actions += incidents.lasts(Noticed(.freeze), at: now) }
        let changes = queue.carryOut(actions + incidents.due(at: now) + contacts.report(at: now))
        guard forgotten?.end(at: now) == nil else { return changes }
        forgotten = Pause(from: now, milliseconds: 3_600_000)
        return changes + queue.forget(at: now) + relay.forget(at: now)
    }

    /// The program is about to end in good order.
    package mutating func stop(at now: Instant) -> [Change] { queue.carryOut(contacts.report(at: now, isLast: true)) }

    /// A request of a terminal below was verified.
    package mutating func heard(_ terminal: String, at now: Instant) { contacts.hear(terminal, at: now) }

    /// Somebody around the node noticed something that an honest network would not cause.
    package mutating func note(_ noticed: [Noticed], at now: Instant) -> [Change] {
        queue.carryOut(noticed.flatMap { incidents.note($0, at: now) })
    }

    /// Takes a terminal's batch; the receipt goes out after the changes. Throws 503 when the edge is full.
    package mutating func accept(_ envelope: Envelope, _ batch: Batch) throws(Problem) -> (changes: [Change], receipt: Receipt) {
        try relay.accept(envelope, batch)
    }

    /// Answers a terminal's question.
    package func answer(_ question: ReceiptQuestion, from sender: String) -> Receipt { relay.answer(question, from: sender) }

    /// The stop orders to hand on, as one file; nil for none.
    package var stopOrders: [UInt8]? { stop.bundle }
    package var stopTag: String { stop.tag }

    /// As ``TerminalNode/order(_:at:)``; an edge has no screen, it hands the orders on.
    package mutating func order(_ file: [UInt8], at now: Instant) -> [Change] {
        do {
            let (kept, refusal) = try stop.take(file, root: sync.trusted.root, at: now.milliseconds)
            if let refusal { sync.notice(Noticed(.metadata, about: "stop.\(refusal.code.rawValue)")) }
            guard let kept else { return [] }
            return queue.carryOut([kept])
        } catch {
            return note([Noticed(.metadata, about: "stop.\(error.code.rawValue)")], at: now)
        }
    }

    /// A terminal asked for bytes beyond the end of a blob.
    package mutating func doubt(at now: Instant) { sync.doubt(at: now) }

    /// The upward line: terminals' facts first, then the edge's own.
    package mutating func nextUp(at now: Instant) -> UpStep {
        if ownTurn {
            ownTurn = false
            let own = queue.next(at: now)
            switch own {
            case .send, .ask:
                isRelaying = false
                return own
            case .carry, .wait: break
            }
        }
        let relayed = relay.next(at: now)
        isRelaying = true
        if case .carry = relayed { return relayed }
        let own = queue.next(at: now)
        switch (relayed, own) {
        case (_, .send), (_, .ask):
            isRelaying = false
            return own
        case (.wait(let first), .wait(let second)):
            return .wait(until: [first, second].compactMap { $0 }.min())
        default: return relayed
        }
    }

    /// Both throw for an answer that is not the centre's; nothing is changed by it.
    package mutating func upReceived(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change] {
        let keys = sync.centreKeys
        let heard = try believed { () throws(TrustError) in try Heard(answer, keys: keys) }
        if let refusal = heard.refusal { sync.notice(Noticed(.answer, about: refusal.code.rawValue)) }
        let placed = heard.words.flatMap { standing.hear($0.place, at: $0.at, now: now) }
        let changes = queue.received(heard, at: now) + queue.carryOut(placed)
        return changes + relay.learn(epoch: queue.epoch)
    }

    package mutating func upCarried(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change] {
        let keys = sync.centreKeys
        let load = try believed { () throws(TrustError) in try LoadReceipt(answer, keys: keys) }
        // What was said before the present epoch is no answer.
        guard let learned = queue.learn(epoch: load.epoch, at: load.at) else {
            throw TrustError(.answerSignature, "The answer to a load of envelopes is from an earlier epoch.")
        }
        return learned + queue.carryOut(standing.hear(load.place, at: load.at, now: now)) + relay.received(load, at: now)
    }

    /// What is read in an answer of the centre. One that claims to be that and is not is noticed.
    private mutating func believed<Word>(_ read: () throws(TrustError) -> Word) throws(TrustError) -> Word {
        do { return try read() } catch {
            sync.notice(Noticed(.answer, about: error.code.rawValue))
            throw error
        }
    }

    package mutating func upFailed(at now: Instant) {
        ownTurn = isRelaying
        if isRelaying { relay.failed(at: now) } else { queue.failed(at: now) }
    }
    package mutating func upTooLarge(at now: Instant) -> [Change] {
        if isRelaying { return relay.refusedAsTooLarge(at: now) }
        queue.refusedAsTooLarge(at: now)
        return []
    }

    /// The downward line: what to do, and what came of it.
    package mutating func nextDown(_ way: DownWay, at now: Instant) -> DownStep { sync.next(way, at: now) }
    package mutating func downFinished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Change] {
        let changes = queue.carryOut(sync.finished(errand, outcome, at: now))
        if changes.contains(where: { if case .store(Sync.trustedKey, _) = $0 { true } else { false } }) { files = sync.files }
        return changes
    }
}
