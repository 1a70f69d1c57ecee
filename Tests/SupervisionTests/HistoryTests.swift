import Accounts
import Basics
import Bulletins
import Editions
import Faults
import Figures
import Foundation
import Operations
import Records
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web
import Wire

/// A random history of one city, told to the program and to the plain model at once.
private struct History {
    let city: String
    let database: Database
    let press: EditionPress
    var random: SeededGenerator
    /// Of what test plays say; apart, so that they change nothing in a history of before.
    var luck: SeededGenerator
    var model = PlainHistory()
    var today = Day("2011-01-05") ?? .forever
    var sent: [[Fact]] = []
    var voids: [String] = []
    var closed: [Month] = []
    /// The areas as they were at first, by code.
    var areas: [String] = []
    /// Decisions on the tree, each with where everything lay before and after it.
    var decisions: [(id: String, before: PlainHistory.Tree, after: PlainHistory.Tree)] = []
    /// Each edition with what the model said at its moment.
    var editions: [(edition: Edition, page: Data, plain: [Int])] = []
    /// What happened, for the trace: the same seed makes the same.
    var trace: [String]

    var now: Instant { NetworkZone.shanghai.start(of: today).adding(seconds: 12 * 3600) }
    var act: Act { Act(by: Actor(id: "officer"), at: now, ids: .system) }

    init(seed: UInt64, city: String, _ database: Database, _ press: EditionPress) async throws {
        (self.city, self.database, self.press) = (city, database, press)
        random = SeededGenerator(seed: seed &* 7919)
        luck = SeededGenerator(seed: seed &* 104_729)
        trace = ["seed \(seed)"]
        var areas = "code,name,from_on\n\(city),史市\(city),2009-01-01\n"
        for county in 1...3 {
            areas += "\(city)0\(county),县\(county),2009-01-01\n"
            for town in 1...2 { areas += "\(city)0\(county)00\(town),镇\(county)\(town),2009-01-01\n" }
        }
        var sites = "code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on\n"
        for number in 0..<9 {
            let (code, county, town) = ("H\(city)-\(number)", 1 + number % 3, 1 + random.below(2))
            let from = ["2010-06-01", "2010-06-01", "2011-02-10"][random.below(3)]
            let terminals = (0..<[0, 1, 1, 2][random.below(4)]).map { "T\(code)-\($0)" }
            let place = random.chance(perMille: 200) ? "\(city)0\(county)" : "\(city)0\(county)00\(town)"
            // The boxes stand there before the site is accepted.
            sites += "\(code),站\(number),\(place),village,iptv,awaiting_acceptance,2010-01-01,,,\(terminals.joined(separator: " ")),\n"
            sites += "\(code),站\(number),\(place),village,iptv,in_service,\(from),,,,\n"
            model.places[code] = [.init(day: Day(number: 0), value: place)]
            model.states[code] = [
                .init(day: Day("2010-01-01") ?? .forever, value: .awaitingAcceptance), .init(day: Day(from) ?? .forever, value: .inService),
            ]
            model.terminals[code] = terminals
        }
        let (areaFile, siteFile, act) = (areas, sites, Act(by: .commandLine, at: Instant(milliseconds: 1_262_304_000_000), ids: .system))
        let day = today
        let ids = try await database.write { statements -> [(id: String, code: String, parent: String?)] in
            let refused =
                try statements.importAreas(Array(areaFile.utf8), apply: true, in: .everything, today: .forever, by: act).refused
                + statements.importSites(Array(siteFile.utf8), apply: true, in: .everything, today: .forever, by: act).refused
            guard refused.isEmpty else { throw Refusal.conflict("history.refused") }
            return try statements.all(
                "SELECT area_id, code, parent_id FROM area_version WHERE code >= \(city) AND code < \(city + "~") AND from_day <= \(day)"
            ) {
                (try $0.text(0), try $0.text(1), try $0.optionalText(2))
            }
        }
        let byCode = Dictionary(uniqueKeysWithValues: ids.map { ($0.code, $0.id) })
        self.areas = ids.sorted { $0.code < $1.code }.map(\.id)
        for area in ids { model.parents[area.id] = [.init(day: Day(number: 0), value: area.parent)] }
        model.places = model.places.mapValues { [.init(day: Day(number: 0), value: byCode[$0[0].value] ?? "")] }
    }

    mutating func run() async throws {
        while today < Day("2011-06-20") ?? .forever {
            today = today.advanced(by: 1 + random.below(5))
            for _ in 0...random.below(3) { try await step() }
        }
    }

    private mutating func step() async throws {
        switch random.below(20) {
        case 0...7: try await report()
        case 8: if !sent.isEmpty { try await send(sent[random.below(sent.count)], again: true) }
        case 9...10: try await void()
        case 11: try await exclude()
        case 12...14: try await changeState()
        case 15: try await decide()
        case 16: random.chance(perMille: 600) ? try await moveSite() : try await takeBack()
        case 17: random.chance(perMille: 400) ? try await closeArea() : try await void()
        default: try await close()
        }
    }

    private mutating func report() async throws {
        let all = model.terminals.values.joined().sorted()
        guard !all.isEmpty else { return }
        var facts: [Fact] = []
        for _ in 0...random.below(4) {
            let terminal = all[random.below(all.count)]
            // Mostly of the last days; some of weeks ago, from a line that was cut.
            let day = today.advanced(by: -random.below(random.chance(perMille: 700) ? 4 : 50))
            let start = random.below(600)
            switch random.below(4) {
            case 0...1:
                facts.append(
                    Fact(
                        id: "p", .presence(Presence(terminal: terminal, day: day, minutes: MinuteSet(start..<start + 1 + random.below(60))))
                    ))
            case 2:
                let from = random.below(300)
                let length = 40 + random.below(160)
                facts.append(
                    Fact(
                        id: "y",
                        .play(
                            Play(
                                terminal: terminal, boot: Int64(day.number), sequence: Int64(random.below(1_000_000)),
                                courseware: "lesson-\(1 + random.below(2))",
                                mode: random.chance(perMille: 500) ? .demand : .channel,
                                intervals: [
                                    PlayInterval(
                                        startedAt: NetworkZone.shanghai.start(of: day).adding(seconds: Int64(start * 60)),
                                        mediaFrom: Int64(from * 1000),
                                        mediaUntil: Int64((from + length) * 1000))
                                ]))))
            default: facts.append(Fact(id: "w", .watermark(Watermark(terminal: terminal, throughAt: NetworkZone.shanghai.start(of: day)))))
            }
        }
        facts += (0..<luck.below(3)).map { _ in testPlay(of: all[luck.below(all.count)]) }
        sent.append(facts)
        try await send(facts, again: false)
    }

    /// Mostly of the last nights; what it said fails often, so that two run one behind the other.
    private mutating func testPlay(of terminal: String) -> Fact {
        let day = today.advanced(by: -1 - luck.below(luck.chance(perMille: 700) ? 5 : 40))
        let outcomes: [TestPlay.Outcome] = [.played, .played, .disk, .noPage, .notDecoded, .nothingComplete, .clock]
        let at = NetworkZone.shanghai.start(of: day).adding(seconds: Int64(luck.below(86_400)))
        return Fact(
            id: "t",
            .test(
                TestPlay(
                    terminal: terminal, boot: Int64(luck.below(1_000_000_000)), sequence: 1, at: at,
                    outcome: outcomes[luck.below(outcomes.count)], courseware: "lesson-1")))
    }

    private mutating func send(_ facts: [Fact], again: Bool) async throws {
        let (batch, now) = ("\(city)-\(trace.count)", now)
        let received = ReceivedBatch(sender: .commandLine, batch: Batch(id: batch, facts: facts))
        let verdicts = try await database.write { try $0.mergeFacts([received], rules: SampleWorld.rules, at: now, ids: .system)[0] }
        trace.append("\(today) send \(facts.count) \(verdicts.map(\.outcome))")
        #expect(verdicts.allSatisfy { $0.outcome == .stored || $0.outcome == .duplicate }, "\(trace.last ?? "")")
        #expect(!again || verdicts.allSatisfy { $0.outcome == .duplicate }, "\(trace.last ?? "")")
        for fact in facts {
            switch fact.body {
            case .presence(let presence):
                model.minutes[.init(terminal: presence.terminal, day: presence.day), default: []].formUnion(presence.minutes.runs.joined())
            case .play(let play):
                let interval = play.intervals[0]
                let first = Int(
                    interval.startedAt.milliseconds(since: NetworkZone.shanghai.start(of: NetworkZone.shanghai.day(of: interval.startedAt)))
                        / 60_000)
                let seconds = Set(Int(interval.mediaFrom / 1000)..<Int(interval.mediaUntil / 1000))
                let key = PlainHistory.TerminalDay(terminal: play.terminal, day: NetworkZone.shanghai.day(of: interval.startedAt))
                model.watched[.init(key: key, courseware: play.courseware), default: .init()].all.formUnion(seconds)
                // Each play of a history begins with a minute and lasts as long as its media.
                model.played[key, default: []].formUnion(first..<first + (seconds.count + 59) / 60)
                let viewing = PlainHistory.Viewing(key: key, courseware: play.courseware)
                model.ends[viewing] = max(interval.endedAt, model.ends[viewing] ?? interval.endedAt)
                if play.mode == .demand {
                    model.watched[.init(key: key, courseware: play.courseware), default: .init()].onDemand.formUnion(seconds)
                }
            case .watermark(let mark):
                let day = NetworkZone.shanghai.day(of: mark.throughAt)
                model.complete[mark.terminal] = max(day, model.complete[mark.terminal] ?? day)
            case .test(let test): model.tests.insert(test)
            case .holding, .incident, .stop, .contact: break
            }
        }
    }

    private mutating func void() async throws {
        let (act, all) = (act, model.terminals.values.joined().sorted())
        if !voids.isEmpty, random.chance(perMille: 400) {
            let id = voids.remove(at: random.below(voids.count))
            try await database.write { try $0.withdrawVoid(id: id, rules: SampleWorld.rules, by: act) }
            model.voids[id] = nil
            trace.append("\(today) withdraw")
        } else if !all.isEmpty {
            let terminal = all[random.below(all.count)]
            let last = today.advanced(by: -random.below(40))
            let days = last.advanced(by: -random.below(8))...last
            let kind = VoidKind.allCases[random.below(2)]
            let id = try await database.write {
                try $0.voidFacts(terminalID: terminal, days: days, kind, reason: "库房试机", rules: SampleWorld.rules, by: act)
            }
            model.voids[id] = (terminal, days, kind == .facts)
            voids.append(id)
            trace.append("\(today) void \(terminal) \(days)")
        }
    }

    /// By proposal of one officer and decision of another, for whole months or parts of them.
    private mutating func exclude() async throws {
        let site = model.places.keys.sorted()[random.below(model.places.count)]
        guard (model.states[site]?.first?.day ?? .forever) <= today else { return }
        let month = random.chance(perMille: 500) ? today.month : today.month.previous
        let days = random.chance(perMille: 700) ? month.days : month.days.lowerBound...month.days.lowerBound.advanced(by: random.below(27))
        let (city, today, act, other) = (city, today, act, Act(by: Actor(id: "county"), at: now, ids: .system))
        let isCovered = days.allSatisfy { day in (model.exclusions[site] ?? []).contains { $0.contains(day) } }
        let isMade = try await database.write { statements -> Bool in
            guard let area = try statements.area(code: city, on: today, in: .everything) else { return false }
            let new = NewProposal(cause: .flood, days: days, reason: "洪水", document: "", sites: [site])
            let id = try statements.proposeExclusion(new, area: area, on: today, by: act)
            let scope = Scope(areas: [AreaCode(city)].compactMap { $0 })
            guard let proposal = try statements.exclusionProposal(id: id, in: scope) else { return false }
            guard !isCovered else {
                try statements.refuseExclusion(proposal, answer: "已剔除", in: scope, by: other)
                return false
            }
            try statements.approveExclusion(proposal, in: scope, by: other)
            return true
        }
        if isMade { model.exclusions[site, default: []].append(days) }
        trace.append("\(today) exclude \(site) \(days) \(isMade)")
    }

    private mutating func changeState() async throws {
        let code = model.places.keys.sorted()[random.below(model.places.count)]
        if random.chance(perMille: 300) { return try await correctState(of: code) }
        guard let present = model.states[code]?.last, present.day < today else { return }
        guard present.value != .closed else { return }
        let choices: [SiteState] = [.inService, .faulty, .suspended, .moving].filter { present.value.next.contains($0) }
        guard !choices.isEmpty else { return }
        let state = choices[random.below(choices.count)]
        let day = max(present.day.advanced(by: 1), today.advanced(by: -random.below(20)))
        let (today, act) = (today, act)
        try await database.write { statements in
            guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
            try statements.setSiteState(state, site: site, from: day, today: today, reason: "情况变化", document: "", by: act)
        }
        model.states[code]?.append(.init(day: day, value: state))
        trace.append("\(self.today) \(code) \(state) from \(day)")
    }

    /// Some days of the past turn out to have been otherwise; what the life cycle does not know is refused and changes nothing.
    private mutating func correctState(of code: String) async throws {
        let (today, act) = (today, act)
        let last = today.advanced(by: -random.below(60))
        let days = last.advanced(by: -random.below(25))...last
        let state: SiteState = [.inService, .faulty, .suspended, .moving][random.below(4)]
        guard let known = model.states[code]?.first, known.day <= days.lowerBound else { return }
        let isMade = try await database.write { statements -> Bool in
            guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
            do {
                try statements.setSiteState(
                    state, site: site, from: days.lowerBound, through: days.upperBound, today: today, reason: "更正", document: "", by: act)
                return true
            } catch Refusal.invalid { return false }
        }
        if isMade { model.correct(code, state, days) }
        trace.append("\(today) \(code) was \(state) \(days) \(isMade)")
    }

    /// A township moves to another county or merges with another township; one that is refused changes nothing.
    private mutating func decide() async throws {
        let (city, today, act) = (city, today, act)
        let day = today.advanced(by: -random.below(6))
        let towns = try await database.read { statements in
            try statements.all(
                """
                SELECT area_id, code FROM area_version
                WHERE code >= \(city) AND code < \(city + "~") AND length(code) = 9 AND replaced_at IS NULL AND from_day <= \(day)
                    AND until_day > \(day) ORDER BY code
                """
            ) { (id: try $0.text(0), code: try $0.text(1)) }
        }
        guard towns.count > 1 else { return }
        let (one, other) = (towns[random.below(towns.count)], towns[random.below(towns.count)])
        let target = "\(city)0\(1 + random.below(3))\(padded(100 + random.below(800), 3))"
        let isMove = random.chance(perMille: 600)
        guard let from = AreaCode(one.code), let to = AreaCode(isMove ? target : other.code) else { return }
        let decision: AreaDecision =
            isMove ? (from.parent == to.parent ? .recode(from, to: to) : .move(from, to: to)) : .merge(from, into: to)
        let before = model.tree
        let made = try await database.write { statements -> (area: String, id: String)? in
            do {
                let known = Set(try statements.decisions(about: one.id).map(\.id))
                _ = try statements.decideArea(decision, on: day, today: today, reason: "调整", document: "", in: .everything, by: act)
                let id = try statements.decisions(about: one.id).first { !known.contains($0.id) }?.id ?? ""
                return (try statements.area(code: to.parent?.description ?? "", on: day, in: .everything)?.areaID ?? "", id)
            } catch Refusal.invalid { return nil }
        }
        trace.append("\(today) \(decision) on \(day) \(made != nil)")
        guard let made else { return }
        switch decision {
        case .move: model.parents[one.id]?.append(.init(day: day, value: made.area))
        case .merge: model.merge(one.id, into: other.id, on: day)
        default: break
        }
        decisions.append((made.id, before, model.tree))
    }

    /// A site goes elsewhere from a day on, or turns out to have lain elsewhere for some days.
    private mutating func moveSite() async throws {
        let (today, act) = (today, act)
        let sites = model.places.keys.sorted()
        let (code, area) = (sites[random.below(sites.count)], areas[random.below(areas.count)])
        let day = today.advanced(by: -random.below(40))
        let last = random.chance(perMille: 300) ? min(today, day.advanced(by: random.below(20))) : nil
        let isMade = try await database.write { statements -> Bool in
            guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
            do {
                try statements.changeSites(
                    SiteChange(areaID: area), [site], from: day, through: last, today: today, reason: "并村", document: "", by: act)
                return true
            } catch Refusal.invalid { return false }
        }
        if isMade { model.move(code, to: area, from: day, through: last, today: today) }
        trace.append(
            "\(today) \(code) lies in \(areas.firstIndex(of: area) ?? -1) from \(day) through \(last?.description ?? "now") \(isMade)")
    }

    /// A decision is taken back; one on which something later stands is not.
    private mutating func takeBack() async throws {
        guard !decisions.isEmpty else { return }
        let (today, act, place) = (today, act, random.below(decisions.count))
        let decision = decisions[place]
        let isMade = try await database.write { statements -> Bool in
            do {
                let found = try statements.decision(id: decision.id, in: .everything, on: today)
                try statements.takeBack(found, reason: "误录", uses: { _, _ in [] }, today: today, by: act)
                return true
            } catch Refusal.conflict { return false }
        }
        trace.append("\(today) take back \(place) \(isMade)")
        guard isMade else { return }
        let isFree = model.takeBack(from: decision.before, to: decision.after)
        #expect(isFree, "\(trace.joined(separator: "\n"))")
        decisions.remove(at: place)
    }

    /// A township in the middle of a month is no more; its sites were closed before. They stay in the figures of the months in which they
    /// were in service.
    private mutating func closeArea() async throws {
        let (city, today, act) = (city, today, act)
        let towns = try await database.read { statements in
            try statements.all(
                """
                SELECT area_id, code FROM area_version
                WHERE code >= \(city) AND code < \(city + "~") AND length(code) = 9 AND replaced_at IS NULL
                    AND until_day = \(Day.forever) ORDER BY code
                """
            ) { (id: try $0.text(0), code: try $0.text(1)) }
        }
        guard let town = towns.isEmpty ? nil : towns[random.below(towns.count)], let code = AreaCode(town.code) else { return }
        let sites = model.places.keys.sorted().filter { model.lies($0, in: town.id, on: today) }
        let open = sites.filter { model.states[$0]?.last?.value != .closed }
        guard open.allSatisfy({ (model.states[$0]?.last?.day ?? .forever) < today }) else { return }
        for code in open {
            try await database.write { statements in
                guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
                try statements.setSiteState(.closed, site: site, from: today, today: today, reason: "撤站", document: "", by: act)
            }
            model.states[code]?.append(.init(day: today, value: .closed))
        }
        let isMade = try await database.write { statements -> Bool in
            do {
                _ = try statements.decideArea(.close(code), on: today, today: today, reason: "撤镇", document: "", in: .everything, by: act)
                return true
            } catch Refusal.invalid { return false }
        }
        if isMade { model.closed[town.id] = today }
        trace.append("\(today) close \(town.code) with \(open) \(isMade)")
    }

    /// Closes the next month, when it may be, and publishes it.
    private mutating func close() async throws {
        let month = closed.last?.next ?? (Month("2011-01") ?? today.month)
        guard today > month.end.advanced(by: 1) else { return }
        let (city, act) = (city, act)
        try await database.write { statements in
            guard let area = try statements.area(code: city, on: month.days.upperBound, in: .everything) else {
                throw Refusal.notFound("area")
            }
            try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
        }
        let edition = try await press.publish(
            code: city, month: month, imprint: Imprint(document: "\(month)", signedOff: "方正"), language: .chinese, in: .everything, by: act)
        closed.append(month)
        let root = try #require(model.parents.keys.first { model.parent(of: $0, on: today) == nil && $0 == edition.areaID })
        let plain = model.figures(of: root, month, today: today)
        editions.append((edition, try await press.artefact(edition.htmlHash), plain))
        trace.append("\(today) publish \(month) \(plain)")
    }

    /// Compares every area's figures of every month with the model, and every edition with what it was.
    func check() async throws {
        let (city, now, today) = (city, now, today)
        for text in ["2011-01", "2011-02", "2011-03", "2011-05"] {
            let month = try #require(Month(text))
            let parts = try await database.read { statements -> [(id: String, line: BulletinLine)] in
                guard let record = try statements.areaMonth(code: city, month: month, in: .everything, zone: .shanghai, at: now) else {
                    return []
                }
                let ids = Dictionary(record.below.map { ($0.code, $0.areaID) }, uniquingKeysWith: { first, _ in first })
                var parts =
                    record.bulletin.lines.compactMap { line in ids[line.code].map { (id: $0, line: line) } } + [
                        (record.area.areaID, record.bulletin.total)
                    ]
                for county in record.below {
                    let inner = try statements.areaMonth(code: county.code, month: month, in: .everything, zone: .shanghai, at: now)
                    let towns = Dictionary((inner?.below ?? []).map { ($0.code, $0.areaID) }, uniquingKeysWith: { first, _ in first })
                    parts += (inner?.bulletin.lines ?? []).compactMap { line in towns[line.code].map { (id: $0, line: line) } }
                    let account = try statements.denominator(area: county.areaID, month: month)
                    #expect(account.sum == account.count(.registered) && account.count(.registered) == inner?.bulletin.total.registered)
                }
                return parts
            }
            #expect(parts.count >= 4)
            for part in parts {
                let plain = model.figures(of: part.id, month, today: today)
                #expect(part.line.plain == plain, "\(text) \(part.line.code), city \(city)\n\(trace.joined(separator: "\n"))")
                #expect(
                    part.line.effectiveSeconds == model.seconds(in: part.id, month),
                    "\(text) \(part.line.code), city \(city)\n\(trace.joined(separator: "\n"))")
                #expect(
                    part.line.switchedOn <= part.line.registered && part.line.viewing <= part.line.registered
                        && part.line.heardDays <= part.line.dueDays)
            }
        }
        for day in stride(from: 3, to: 170, by: 23).map({ (Day("2011-01-01") ?? .forever).advanced(by: $0) }) {
            let scope = Scope(areas: [AreaCode(city)].compactMap { $0 })
            let found = try await database.read { statements -> [String: SiteCondition] in
                let sites = try statements.siteConditions(on: day, in: scope, spans: .standard, rules: SampleWorld.rules)
                return Dictionary(sites.map { ($0.code, $0.found.condition) }) { first, _ in first }
            }
            #expect(found == model.conditions(on: day), "\(day), city \(city)\n\(trace.joined(separator: "\n"))")
        }
        for (edition, page, plain) in editions {
            let stored = try await press.artefact(edition.htmlHash)
            #expect(stored == page)
            let document = try await press.document(of: edition)
            let cells = try #require(document.lines.last)
            let printed = ["registered", "switched_on", "off", "not_heard", "on_minutes", "viewing", "on_demand", "due_days", "heard_days"]
                .map { name in
                    document.columns.firstIndex { $0.name == name }.flatMap { Int(cells[$0]) } ?? -1
                }
            #expect(printed == plain, "edition of \(edition.month), city \(city)\n\(trace.joined(separator: "\n"))")
        }
    }
}

/// How many histories are tried: 200 in all, on the two engines in turn; more by command with YUANJIAO_HISTORY_SEEDS.
private let seeds = ProcessInfo.processInfo.environment["YUANJIAO_HISTORY_SEEDS"].flatMap { Int($0) } ?? 200
/// Those alone that failed before, by command: YUANJIAO_HISTORY_ONLY=17,4711.
private let only = ProcessInfo.processInfo.environment["YUANJIAO_HISTORY_ONLY"].map { $0.split(separator: ",").compactMap { Int($0) } }
/// Several cities share a database, because making one takes longer than a history.
private let cities = 20
/// How many databases are open at a time: PostgreSQL has connections for so many.
private let lanes = 10

@Suite struct HistoryTests {
    @Test(arguments: 0..<lanes)
    func figuresAreThoseOfThePlainModelWhateverHappens(_ lane: Int) async throws {
        for group in stride(from: lane, to: (seeds + cities - 1) / cities, by: lanes)
        where only?.contains(where: { ($0 - 1) / cities == group }) ?? true {
            try await histories(group, on: group % 2 == 0 ? .sqlite : .postgres) { _ in }
        }
    }

    @Test func theSameSeedMakesTheSameHistoryOnBothEngines() async throws {
        var traces: [[String]] = []
        for engine in Database.Engine.required { try await histories(0, on: engine, count: 2) { traces.append($0) } }
        #expect(only != nil || traces.count == 4 && traces[0] == traces[2] && traces[1] == traces[3] && traces[0] != traces[1])
    }

    private func histories(_ group: Int, on engine: Database.Engine, count: Int = cities, told: ([String]) -> Void) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = try cheapPress(world.database, try BlobStore(folder: folder))
            for number in 0..<count where only?.contains(group * cities + number + 1) ?? true {
                var history = try await History(
                    seed: UInt64(group * cities + number + 1), city: String(1000 + number), world.database, press)
                try await history.run()
                try await history.check()
                told(history.trace)
            }
            let wrong = try await press.verify()
            #expect(wrong.isEmpty)
        }
    }
}
