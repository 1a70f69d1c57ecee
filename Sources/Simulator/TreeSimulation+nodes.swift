import Basics
import Node
import Trust
import Wire

extension TreeSimulation {
    /// What the machine's clock says.
    func clock(_ index: Int) -> Instant {
        switch hosts[index].clock {
        case .right: now
        case .off(let milliseconds): now.adding(milliseconds: milliseconds)
        case .epoch: Instant(milliseconds: time - hosts[index].bootedAt)
        }
    }

    /// What the terminal takes the time to be. What it corrects must be right, as well as it says that it knows.
    private mutating func corrected(_ index: Int) -> Instant {
        let shown = clock(index)
        let taken = hosts[index].terminal?.watch.corrected(shown) ?? shown
        if taken != shown {
            count("beats corrected")
            if abs(taken.milliseconds(since: now)) > hosts[index].terminal?.watch.uncertainty ?? 0 {
                outcome.violations.append("\(hosts[index].name) corrects its clock to \(taken) at \(now)")
            }
        }
        return taken
    }

    mutating func power(_ index: Int) {
        guard !hosts[index].isPowered else { return }
        hosts[index].isPowered = true
        events.add(.boot(index), at: time)
    }

    /// Two of three televisions are switched off in good order, the others at the wall.
    mutating func shutDown(_ index: Int) {
        guard hosts[index].isPowered, !isQuiet else { return }
        hosts[index].isPowered = false
        guard hosts[index].isRunning else { return }
        let instant = clock(index)
        if generator.below(3) > 0, let changes = hosts[index].terminal?.stop(at: instant) {
            count("stopped")
            guard carryOut(changes, index) == changes.count else { return }
        }
        kill(index)
    }

    mutating func boot(_ index: Int) throws {
        hosts[index].bootedAt = time
        guard try make(index) else { return }
        if index > 0 {
            events.add(.beat(index, life: hosts[index].life), at: time)
            planPlays(index)
        }
        pump(index)
    }

    /// Makes a machine's logic of its records, as at a start and when the centre has moved it; false when it died of that.
    mutating func make(_ index: Int) throws -> Bool {
        let host = hosts[index]
        var nodeSettings = NodeSettings(notBefore: centre.enrolledAt)
        nodeSettings.sync = SyncSettings(pollEvery: 10 * Self.minute, chunk: TreeCourseware.chunk, longestRetry: 5 * Self.minute)
        nodeSettings.sync.scrubEvery = 5 * Self.minute
        nodeSettings.sync.scrubBytes = 65_536
        nodeSettings.outbox.longestRetry = 5 * Self.minute
        nodeSettings.relay.longestRetry = 5 * Self.minute
        let identity = NodeIdentity(
            node: host.name, place: host.enrolledAt, root: centre.root, fingerprint: SHA256Hex(of: centre.root), epoch: "epoch-1")
        let boot = Int64(generator.next() >> 11)
        if index == 0 {
            hosts[0].edge = try EdgeNode(
                identity: identity, zone: .shanghai, settings: nodeSettings, boot: boot, records: host.disk.records)
        } else {
            hosts[index].terminal = try TerminalNode(
                identity: identity, zone: .shanghai, appetite: Self.appetite, settings: nodeSettings, boot: boot, records: host.disk.records
            )
        }
        let instant = clock(index)
        let changes = index == 0 ? hosts[0].edge?.start(at: instant) : hosts[index].terminal?.start(at: instant)
        return carryOut(changes ?? [], index) == changes?.count
    }

    /// The program dies: memory goes, the disk stays. A powered machine starts again.
    mutating func kill(_ index: Int) {
        hosts[index].terminal = nil
        hosts[index].edge = nil
        hosts[index].life += 1
        for way in TreeWay.allCases { hosts[index][way] = TreeLane() }
        if hosts[index].isPowered { events.add(.boot(index), at: time + Self.second * Int64(5 + generator.below(600))) }
    }

    /// Carries changes out; the program may die among them. Answers how many were carried out.
    mutating func carryOut(_ changes: [Change], _ index: Int) -> Int {
        guard !changes.isEmpty else { return 0 }
        var upTo = changes.count
        if !isQuiet, generator.chance(perMille: settings.faults.killed) { upTo = generator.below(changes.count + 1) - 1 }
        trace.note(time, 10, Int64(index), Int64(upTo))
        for change in changes.prefix(max(upTo, 0)) { hosts[index].disk.carryOut(change) }
        guard upTo < changes.count else { return upTo }
        count("killed")
        kill(index)
        return max(upTo, 0)
    }

    // MARK: People

    mutating func beat(_ index: Int) {
        let instant = clock(index)
        guard let changes = hosts[index].terminal?.beat(at: instant) else { return }
        let stood = corrected(index)
        let done = carryOut(changes, index)
        let isNoted = changes.prefix(done).contains { if case .store(let key, _) = $0 { key.hasPrefix("presence/") } else { false } }
        if isNoted {
            let (day, minute) = NetworkZone.shanghai.minute(of: stood)
            lived[hosts[index].name, default: [:]][day, default: MinuteSet()].insert(minute)
        }
        guard hosts[index].isRunning else { return }
        events.add(.beat(index, life: hosts[index].life), at: time + Self.minute)
        pump(index)
    }

    private mutating func planPlays(_ index: Int) {
        guard !isQuiet else { return }
        for number in 0..<generator.below(3) {
            let token = "\(index)-\(hosts[index].life)-\(number)"
            let play = TreePlay(token: token, courseware: "c\(generator.below(settings.courseware))", steps: 1 + generator.below(20))
            events.add(.page(index, life: hosts[index].life, play), at: time + Self.minute * Int64(2 + number * 12))
        }
    }

    /// Half a minute of watching, told cumulatively; sometimes a seek before it.
    mutating func page(_ index: Int, _ before: TreePlay) {
        var play = before
        let instant = corrected(index)
        if let last = play.intervals.last, last.endedAt == instant.adding(milliseconds: 0), generator.below(5) > 0 {
            play.intervals[play.intervals.count - 1] = PlayInterval(
                startedAt: last.startedAt, mediaFrom: last.mediaFrom, mediaUntil: last.mediaUntil + 30_000)
        } else {
            let from = Int64(generator.below(600)) * 1000
            play.intervals.append(PlayInterval(startedAt: instant, mediaFrom: from, mediaUntil: from + 30_000))
        }
        play.steps -= 1
        // The report comes at the end of the half minute; now and then an old copy of one comes after it.
        tell(play, index, at: instant.adding(milliseconds: 30_000))
        if generator.below(10) == 0 { tell(before, index, at: instant.adding(milliseconds: 30_000)) }
        guard hosts[index].isRunning, play.steps > 0 else { return }
        events.add(.page(index, life: hosts[index].life, play), at: time + 30 * Self.second)
    }

    private mutating func tell(_ play: TreePlay, _ index: Int, at instant: Instant) {
        let report = PlayReport(
            play: play.token, courseware: play.courseware, mode: .demand, intervals: play.intervals, ended: play.steps <= 0)
        guard let changes = try? hosts[index].terminal?.play(report, at: instant) else { return }
        let done = carryOut(changes, index)
        let isNoted = changes.prefix(done).contains { if case .store(let key, _) = $0 { key.hasPrefix("play/") } else { false } }
        if isNoted {
            played[play.token] = .init(terminal: hosts[index].name, courseware: play.courseware, mode: .demand, intervals: play.intervals)
        }
    }
}
