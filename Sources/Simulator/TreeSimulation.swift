import Basics
import Node
import Trust
import Wire

/// A centre, an edge and terminals in virtual time, from a seed: the real node logic between simulated disks, lines, clocks and people.
///
/// What is believed here is believed only at the end, when ``run()`` compares what the centre and the disks hold with what really happened.
package struct TreeSimulation {
    static let second: Int64 = 1000
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let dayLength: Int64 = 86_400_000
    /// 1 March 2011, midnight in Shanghai.
    static let base = Instant(milliseconds: 1_298_908_800_000)
    static let appetite = Appetite.one(kilobitsPerSecond: 200, kind: .pieces)

    let settings: TreeSettings
    var generator: SeededGenerator
    var events = TreeEvents<TreeEvent>()
    var trace = TreeTrace()
    var outcome = TreeOutcome()
    var time: Int64 = 0
    var isQuiet = false
    var calls = 0
    var centre: TreeCentre
    var backup: TreeCentre.Facts?
    var hosts: [TreeHost] = []
    /// What really happened, by terminal: minutes that the disk had noted, plays that the page was told are stored.
    var lived: [String: [Day: MinuteSet]] = [:]
    var played: [String: TreeCentre.PlayValue] = [:]
    /// Courseware ever published, and its manifests by hash.
    var manifests: [SHA256Hex: Manifest] = [:]
    var edges = 1
    /// When the county got another code.
    var recodedAt: Instant?
    static let (oldCounty, newCounty) = ("130128", "130199")
    /// What somebody on the lines has heard so far.
    var overheard: [SignedAnswer] = []

    /// A world from a seed. Throws when the made-up catalogue cannot be signed.
    package init(_ settings: TreeSettings) throws {
        self.settings = settings
        generator = SeededGenerator(seed: settings.seed)
        centre = try TreeCentre(enrolledAt: Self.base, seed: generator.next())
        guard let county = AreaCode("130128"), let elsewhere = AreaCode("1302") else {
            throw TrustError(.shape, "The made-up areas are no area codes.")
        }
        hosts.append(TreeHost(number: 0, name: "edge-1", place: NodePlace(area: county, siteKind: nil)))
        for number in 1...settings.terminals {
            let township = "130128\(100 + number % 5)"
            let village = AreaCode(township + "\(200 + number)") ?? county
            hosts.append(
                TreeHost(
                    number: number, name: "terminal-\(number)",
                    place: NodePlace(area: village, siteKind: number % 7 == 0 ? "community" : "village")))
        }
        planLines()
        planPeople()
        planCourseware(county, elsewhere)
        planAccidents()
    }

    var end: Int64 { Int64(settings.days) * Self.dayLength }

    private mutating func moment(_ from: Int64, _ until: Int64) -> Int64 { from + Int64(generator.below(Int(max(until - from, 1)))) }

    private mutating func planLines() {
        for index in hosts.indices {
            for _ in 0..<(index == 0 ? settings.faults.edgeCuts : settings.faults.terminalCuts) {
                let start = moment(0, end)
                hosts[index].cuts.append(start..<min(end, start + moment(5 * Self.minute, 14 * Self.hour)))
            }
        }
    }

    private mutating func planPeople() {
        events.add(.power(0, on: true), at: 0)
        events.add(.quiet, at: end)
        for number in 1...settings.terminals {
            for day in 0..<Int64(settings.days) {
                var start = day * Self.dayLength + moment(6 * Self.hour, 13 * Self.hour)
                for _ in 0..<(1 + generator.below(2)) {
                    let stop = min(start + moment(20 * Self.minute, 4 * Self.hour), (day + 1) * Self.dayLength - Self.minute)
                    guard stop > start else { break }
                    events.add(.power(number, on: true), at: start)
                    events.add(.power(number, on: false), at: stop)
                    start = stop + moment(10 * Self.minute, 5 * Self.hour)
                }
                guard generator.chance(perMille: settings.faults.wrongClocks) else { continue }
                let wrong: [TreeClock] = [
                    .epoch, .off(milliseconds: Self.dayLength), .off(milliseconds: -Self.dayLength), .off(milliseconds: Self.hour),
                    .off(milliseconds: -Self.hour),
                ]
                let from = day * Self.dayLength + moment(0, 18 * Self.hour)
                events.add(.clock(number, wrong[generator.below(wrong.count)]), at: from)
                events.add(.clock(number, .right), at: moment(from, (day + 1) * Self.dayLength))
            }
            events.add(.power(number, on: true), at: end + Int64(number) * Self.second)
        }
    }

    private mutating func planCourseware(_ county: AreaCode, _ elsewhere: AreaCode) {
        for number in 0..<settings.courseware {
            let name = "c\(number)"
            let at = moment(0, end - Self.dayLength)
            events.add(.publish(name, version: 1), at: at)
            guard settings.changes else { continue }
            if number % 5 == 1 { events.add(.withdraw(name), at: moment(at + Self.hour, end)) }
            if number % 5 == 2 { events.add(.publish(name, version: 2), at: moment(at + Self.hour, end)) }
        }
    }

    private mutating func planAccidents() {
        for index in hosts.indices { for _ in 0..<settings.faults.rotten { events.add(.rot(index), at: moment(end / 4, end)) } }
        for _ in 0..<settings.faults.moved {
            let number = 1 + generator.below(settings.terminals)
            guard let village = AreaCode("130128\(100 + generator.below(5))\(300 + number)") else { continue }
            events.add(
                .move(number, NodePlace(area: village, siteKind: generator.below(4) == 0 ? "community" : "village")), at: moment(0, end))
        }
        if settings.faults.recoded { events.add(.recode, at: moment(end / 4, end * 3 / 4)) }
        if settings.faults.edgeLosesDisk {
            events.add(.edgeLosesDisk, at: moment(end / 4, end * 3 / 4))
            // At the end of a cut the edge has most to lose.
            if let cut = hosts[0].cuts.max(by: { $0.count < $1.count }) { events.add(.edgeLosesDisk, at: cut.upperBound - Self.minute) }
        }
        if settings.faults.centreIsRestored {
            let saved = moment(end / 5, end / 2)
            events.add(.backup, at: saved)
            events.add(.restore, at: moment(saved + 6 * Self.hour, end * 4 / 5))
        }
    }

    /// Runs to the end of the quiet hours and compares.
    package mutating func run() throws -> TreeOutcome {
        let last = end + Int64(settings.quietHours) * Self.hour
        while let (at, event) = events.next(), at <= last {
            time = at
            try take(event)
        }
        check()
        outcome.traceHash = trace.hash
        outcome.events = trace.count
        return outcome
    }

    mutating func count(_ what: String) { outcome.counts[what, default: 0] += 1 }

    private mutating func take(_ event: TreeEvent) throws {
        switch event {
        case .power(let index, let on):
            trace.note(time, 1, Int64(index), on ? 1 : 0)
            if on { power(index) } else { shutDown(index) }
        case .boot(let index):
            trace.note(time, 2, Int64(index))
            if hosts[index].isPowered, !hosts[index].isRunning { try boot(index) }
        case .rot(let index):
            trace.note(time, 9, Int64(index))
            if hosts[index].disk.rot(using: &generator) { count("rotten") }
        case .move(let index, let place):
            trace.note(time, 11, Int64(index))
            count("moved")
            stand(index, at: place.area, kind: place.siteKind)
        case .recode:
            trace.note(time, 12)
            count("recoded")
            recodedAt = now
            for index in hosts.indices { stand(index, at: hosts[index].place.area, kind: hosts[index].place.siteKind) }
        case .beat(let index, let life): if hosts[index].life == life { beat(index) }
        case .look(let index, let life, let way): if hosts[index].life == life { look(index, way) }
        case .serve(let index, let life, let way, let call, let request): try serve(index, life: life, way, call: call, request)
        case .reply(let index, let life, let way, let call, let answer):
            if hosts[index].life == life { try reply(index, way, call: call, answer) }
        case .clock(let index, let clock):
            trace.note(time, 3, Int64(index))
            count("clock set")
            hosts[index].clock = isQuiet ? .right : clock
            pump(index)
        case .page(let index, let life, let play): if hosts[index].life == life { page(index, play) }
        case .publish(let name, let version): try publish(name, version: version)
        case .withdraw(let name):
            trace.note(time, 5)
            count("withdrawn")
            centre.offers[name] = nil
            try centre.publish(at: now)
        case .edgeLosesDisk:
            trace.note(time, 6)
            count("edge disk lost")
            kill(0)
            edges += 1
            hosts[0].disk = TreeDisk()
            hosts[0].name = "edge-\(edges)"
            hosts[0].enrolledAt = NodePlace(area: hosts[0].place.area, siteKind: nil)
            stand(0, at: hosts[0].place.area, kind: nil)
        case .backup: backup = centre.facts
        case .restore:
            trace.note(time, 7)
            count("centre restored")
            if let backup { centre.facts = backup }
            centre.epoch = "epoch-2"
        case .quiet:
            trace.note(time, 8)
            isQuiet = true
            for index in hosts.indices { hosts[index].clock = .right }
        }
    }

    /// Puts a machine somewhere; `area` may have the code from before the county got another one.
    private mutating func stand(_ index: Int, at area: AreaCode, kind: String?) {
        let tail = area.description.dropFirst(Self.oldCounty.count)
        let present = recodedAt.flatMap { _ in AreaCode(Self.newCounty + tail) } ?? area
        let former = recodedAt.flatMap { until in AreaCode(Self.oldCounty + tail).map { [FormerCode(area: $0, until: until)] } } ?? []
        hosts[index].place = NodePlace(area: present, siteKind: kind, former: former)
        centre.places[hosts[index].name] = ToldPlace(
            area: present.description, siteKind: kind, siteName: kind.map { _ in "" },
            former: former.map { .init(area: $0.area.description, until: $0.until) })
    }

    /// True time.
    var now: Instant { Self.base.adding(milliseconds: time) }

    private mutating func publish(_ name: String, version: Int64) throws {
        guard version == 1 || centre.offers[name] != nil else { return }
        trace.note(time, 4, version)
        count("published")
        let (manifest, blobs) = try TreeCourseware.make(name, version: version, using: &generator)
        centre.blobs.merge(blobs) { first, _ in first }
        let blob = Blob(sha256: SHA256Hex(of: manifest.bytes), length: Int64(manifest.bytes.count))
        manifests[blob.sha256] = manifest
        let county = recodedAt == nil ? Self.oldCounty : Self.newCounty
        let areas: [[String]] = [[], ["1301"], [county], ["1302"], [county + "101", county + "102"]]
        var choice = SeededGenerator(seed: UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        let audience = areas[choice.below(areas.count)]
        // What a county may publish by itself it does with every other version.
        let publisher = Publisher(area: county).flatMap { version % 2 == 0 && $0.mayPublish(for: audience) ? $0 : nil }
        let kinds: [[String]] = [[], [], ["village"], ["community"]]
        centre.offers[name] = Offer(
            publisher: publisher ?? .network, courseware: name, version: version, publishedAt: now,
            audience: Audience(areas: audience.compactMap { AreaCode($0) }, kinds: kinds[choice.below(kinds.count)]), manifest: blob)
        try centre.publish(at: now)
    }
}
