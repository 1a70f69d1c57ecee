package import Basics
package import Trust
package import Wire

/// A terminal without its disk, its line and its clock: all parts, and the order in which their changes reach the disk.
///
/// Every method answers the changes to be carried out in order before anything is told to anybody. A program that stops between any two of
/// them and starts again from the disk has lost nothing that it answered for.
package struct TerminalNode: Sendable {
    package private(set) var queue: FactQueue
    private var presence: PresenceBook
    package private(set) var plays: PlayBook
    package private(set) var sync: Sync
    /// What is known of this machine's clock; minutes and plays stand under the corrected time.
    package private(set) var watch = ClockWatch()
    /// Answers that claimed to be the centre's and were not, since the start.
    package private(set) var forgedAnswers = 0
    private var forgotten: Pause?
    private var incidents: IncidentBook
    private var stop: StopBook
    private var run: RunBook
    private var test: TestBook
    package private(set) var standing: PlaceBook
    private let node: String

    /// Takes up what `records` hold. `boot` is drawn anew whenever this is made, from 0 to 2^53 − 1, `run` at each start of the program;
    /// nil for the same. Throws when the first root is not the one of the claim.
    package init(
        identity: NodeIdentity, zone: NetworkZone, appetite: Appetite, settings: NodeSettings, boot: Int64, run: Int64? = nil,
        records: [String: Record]
    ) throws(TrustError) {
        var generator = SeededGenerator(seed: UInt64(bitPattern: boot))
        queue = FactQueue(
            settings: settings.outbox, keepFor: settings.keepFor, notBefore: settings.notBefore, epoch: identity.epoch, boot: boot,
            generator: SeededGenerator(seed: generator.next()), records: records)
        presence = PresenceBook(terminal: identity.node, zone: zone, reportEvery: settings.presenceEvery, records: records)
        incidents = IncidentBook(node: identity.node)
        stop = StopBook(records: records)
        self.run = RunBook(terminal: identity.node, boot: run ?? boot, records: records)
        test = TestBook(terminal: identity.node, boot: boot, zone: zone, notBefore: settings.notBefore, records: records)
        standing = PlaceBook(identity, records: records)
        node = identity.node
        plays = PlayBook(terminal: identity.node, boot: boot, reportEvery: settings.playEvery, keepFor: settings.keepFor, records: records)
        sync = try Sync(
            node: identity.node, place: standing.place, appetite: appetite, settings: settings.sync, root: identity.root,
            fingerprint: identity.fingerprint,
            generator: SeededGenerator(seed: generator.next()), records: records)
    }

    /// What one that was made anew from the same records knows besides them.
    package mutating func takeOver(from before: TerminalNode) { watch = before.watch }

    /// Once after each start.
    package mutating func start(at now: Instant) -> [Change] { carryOut(run.start(at: now) + sync.start(at: now)) }

    /// The terminal is on. At least once a minute, as often as you like.
    package mutating func beat(at now: Instant) -> [Change] {
        watch.see(now)
        let time = watch.corrected(now)
        var actions = presence.beat(at: time) + run.beat(at: time)
        if presence.isDue(at: time) { actions += presence.report(at: time, clockError: watch.error(at: now)) }
        actions += plays.tick(at: now)
        actions += sync.takeNoticed().flatMap { incidents.note($0, at: time) }
        if sync.freshness.frozenSince != nil { actions += incidents.lasts(Noticed(.freeze), at: time) }
        if watch.error(at: now) != nil { actions += incidents.lasts(Noticed(.clock), at: time) }
        return carryOut(actions + incidents.due(at: time)) + forget(at: now)
    }

    /// Somebody around the node noticed something that an honest network would not cause.
    package mutating func note(_ noticed: [Noticed], at now: Instant) -> [Change] {
        carryOut(noticed.flatMap { incidents.note($0, at: watch.corrected(now)) })
    }

    private mutating func forget(at now: Instant) -> [Change] {
        guard forgotten?.end(at: now) == nil else { return [] }
        forgotten = Pause(from: now, milliseconds: 3_600_000)
        return queue.forget(at: now) + plays.forget(at: now)
    }

    /// The television page tells about a play. Answer it after the changes. Throws 422 for what cannot be a play.
    package mutating func play(_ report: PlayReport, at now: Instant) throws(Problem) -> [Change] {
        carryOut(try plays.take(report, at: now))
    }

    /// The program is about to end in good order.
    package mutating func stop(at now: Instant) -> [Change] {
        let noticed = sync.takeNoticed().flatMap { incidents.note($0, at: watch.corrected(now)) }
        let said = presence.report(at: watch.corrected(now), clockError: watch.error(at: now)) + plays.report(at: now)
        return carryOut(noticed + said + run.stop(at: watch.corrected(now)))
    }

    /// As ``TestBook/next(_:isPlaying:at:)``: what is to be checked for a test play now. Nothing while a stop order stands.
    package mutating func nextTest(at now: Instant) -> (changes: [Change], check: StoredHolding?) {
        guard !isStopped else { return ([], nil) }
        let complete = sync.complete
        let (check, actions) = test.next(
            complete.map(\.courseware), isPlaying: plays.isPlaying(at: now), at: watch.corrected(now))
        return (carryOut(actions), complete.first { $0.courseware == check })
    }
    /// What came of the check; nil when it is the television page's turn.
    package mutating func testChecked(_ outcome: TestPlay.Outcome?, at now: Instant) -> [Change] {
        carryOut(test.checked(outcome, at: watch.corrected(now)))
    }
    /// What the television page is to play for a test, if anything.
    package mutating func testTurn(at now: Instant) -> TestBook.Turn? { isStopped ? nil : test.turn(at: watch.corrected(now)) }
    /// The television page tells how much of it was seen to move, in milliseconds; nil when somebody is watching.
    package mutating func testPlayed(_ id: String, moved: Int64?, at now: Instant) -> [Change] {
        carryOut(test.played(id, moved: moved, at: watch.corrected(now)))
    }

    /// Whether an order says that nothing is to be shown here.
    package var isStopped: Bool { stop.order(for: standing.place)?.stops ?? false }
    /// What tells the orders that are known from others; empty for none.
    package var stopTag: String { stop.tag }

    /// Somebody gave stop orders: the parent, or a stick. What is not signed is noticed; what is obeyed is told, whatever else was noticed
    /// before.
    package mutating func order(_ file: [UInt8], at now: Instant) -> [Change] {
        let (time, before) = (watch.corrected(now), stop.order(for: standing.place))
        do {
            let (kept, refusal) = try stop.take(file, root: sync.trusted.root, at: time.milliseconds)
            if let refusal { sync.notice(Noticed(.metadata, about: "stop.\(refusal.code.rawValue)")) }
            guard let kept else { return [] }
            guard let order = stop.order(for: standing.place), order != before else { return carryOut([kept]) }
            let kind = order.stops ? IncidentKind.stopped : .resumed
            let receipt = Incident(node: node, kind: kind.rawValue, about: String(order.version), firstAt: time, lastAt: time, count: 1)
            return carryOut([kept, .report(.incident(receipt))])
        } catch {
            return note([Noticed(.metadata, about: "stop.\(error.code.rawValue)")], at: now)
        }
    }

    /// A file of a complete courseware is missing from the disk.
    package mutating func recheck(courseware: String, at now: Instant) -> [Change] {
        carryOut(sync.recheck(courseware: courseware, at: now))
    }

    /// The upward line: what to do, and what came of it. Throws for an answer that is nobody's; nothing is changed by it.
    package mutating func nextUp(at now: Instant) -> UpStep {
        let step = queue.next(at: now)
        if case .send(let batch) = step { watch.send(batch.id, at: now) }
        return step
    }
    package mutating func upReceived(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change] {
        let heard = try hear(answer)
        if let refusal = heard.refusal { sync.notice(Noticed(.answer, about: refusal.code.rawValue)) }
        for word in heard.words { watch.hear(word.at, about: word.batch, at: now) }
        for word in heard.words { test.ask(word.testAsked) }
        let placed = heard.words.flatMap { standing.hear($0.place, at: $0.at, now: watch.corrected(now)) }
        return queue.received(heard, at: now) + carryOut(placed)
    }
    private mutating func hear(_ answer: SignedAnswer) throws(TrustError) -> Heard {
        do {
            let heard = try Heard(answer, keys: sync.centreKeys)
            if heard.refusal != nil { forgedAnswers += 1 }
            return heard
        } catch {
            forgedAnswers += 1
            sync.notice(Noticed(.answer, about: error.code.rawValue))
            throw error
        }
    }
    package mutating func upFailed(at now: Instant) { queue.failed(at: now) }
    package mutating func upTooLarge(at now: Instant) -> [Change] {
        queue.refusedAsTooLarge(at: now)
        return []
    }

    /// The downward line: what to do, and what came of it.
    package mutating func nextDown(_ way: DownWay, at now: Instant) -> DownStep { sync.next(way, at: now) }
    package mutating func downFinished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Change] {
        sync.clockError = watch.error(at: now) ?? 0
        return carryOut(sync.finished(errand, outcome, at: now))
    }

    private mutating func carryOut(_ actions: [Action]) -> [Change] { queue.carryOut(actions) }
}

extension FactQueue {
    /// Turns actions into changes, the facts among them queued.
    mutating func carryOut(_ actions: [Action]) -> [Change] {
        actions.flatMap { action -> [Change] in
            switch action {
            case .change(let change): return [change]
            case .report(let body): return add(body)
            case .divide:
                divide()
                return []
            }
        }
    }
}
