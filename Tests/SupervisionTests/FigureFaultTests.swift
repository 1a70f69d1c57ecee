import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Operations
import Registry
import Returns
import Storage
import Testing
import TestKit
import Wire

/// Figures that once lost a site, contradicted themselves or changed without a fact.
@Suite struct FigureFaultTests {
    private let city = Scope(areas: [AreaCode("9901")].compactMap { $0 })
    private let now = SampleWorld.moment("2011-05-20", 9)
    private var act: Act { Act(by: Actor(id: "officer"), at: now, ids: .system) }

    private func month(_ text: String, _ world: SampleWorld, area: String = "9901", network: NetworkView = .then) async throws -> AreaMonth
    {
        let month = try #require(Month(text))
        let now = now
        return try #require(
            try await world.database.read {
                try $0.areaMonth(code: area, month: month, network: network, in: .everything, zone: .shanghai, at: now)
            })
    }

    private func decide(_ decision: AreaDecision, _ day: String, _ world: SampleWorld) async throws {
        let (day, today, act) = (try #require(Day(day)), Day("2011-05-20") ?? .forever, act)
        try await world.database.write {
            _ = try $0.decideArea(decision, on: day, today: today, reason: "撤并", document: "", in: .everything, by: act)
        }
    }

    private func state(_ site: String, _ state: SiteState, _ day: String, _ world: SampleWorld) async throws {
        let (day, today, act) = (try #require(Day(day)), Day("2011-05-20") ?? .forever, act)
        try await world.database.write { statements in
            guard let site = try statements.site(code: site, on: today, in: .everything) else { throw Refusal.notFound("site") }
            try statements.setSiteState(state, site: site, from: day, today: today, reason: "撤站", document: "", by: act)
        }
    }

    private func presence(_ terminal: String, _ day: String, _ minutes: Range<Int>) throws -> Fact {
        Fact(id: "\(terminal) \(day)", .presence(Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(minutes))))
    }

    private func mark(_ terminal: String, _ day: String) -> Fact {
        Fact(id: "w \(terminal)", .watermark(Watermark(terminal: terminal, throughAt: SampleWorld.moment(day, 0))))
    }

    /// A village, its township and its county are closed in the month in which its site was still in service: the site and its minutes
    /// stay, in the line above or under 其他, and so they do in months before on the network of today.
    @Test(arguments: Database.Engine.required)
    func aClosedAreaTakesNoSiteOutOfTheFigures(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await world.send(
                [try presence("T3", "2011-02-05", 0..<10), try presence("T5", "2011-04-05", 0..<20)],
                at: SampleWorld.moment("2011-04-06", 9))
            let before = try await (month("2011-02", world), month("2011-04", world))
            #expect(before.0.bulletin.total.onMinutes == 10 && before.1.bulletin.total.onMinutes == 20)
            for site in ["S3", "S4", "S5"] { try await state(site, .closed, "2011-04-20", world) }
            for code in ["990102001001", "990102001002", "990102001", "990102"] {
                try await decide(.close(try #require(AreaCode(code))), "2011-04-25", world)
            }
            for (text, old) in [("2011-02", before.0), ("2011-04", before.1)] {
                for network in [NetworkView.then, .today] {
                    let record = try await month(text, world, network: network)
                    let (total, was) = (record.bulletin.total, old.bulletin.total)
                    #expect(
                        total.registered == was.registered && total.onMinutes == was.onMinutes && total.switchedOn == was.switchedOn,
                        "\(text) \(network)")
                    #expect(record.bulletin.lines.reduce(0) { $0 + $1.registered } == total.registered)
                    if text == "2011-04" || network == .today {
                        #expect(record.bulletin.lines.map(\.code) == ["990101", BulletinArea.rest], "\(text) \(network)")
                        #expect(record.bulletin.lines.last?.onMinutes == was.onMinutes)
                    }
                }
            }
            let found = try await world.database.read { try $0.site(code: "S5", on: Day("2011-05-20") ?? .forever, in: .everything) }
            #expect(found?.areaCode == "9901")
            let lost = try await world.database.read { try $0.lostPlaces() }
            #expect(lost.sites == 0 && lost.facts == 0)
        }
    }

    /// Sites of a database of before, of which nobody took care: older than their area, or left behind in a closed one.
    @Test(arguments: Database.Engine.required)
    func sitesWithoutAnAreaAreCountedByTheDoctor(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await world.database.write {
                try $0.run("UPDATE area_version SET from_day = \(Day("2011-03-05") ?? .forever) WHERE code = '990101001001'")
            }
            let lost = try await world.database.read { try $0.lostPlaces() }
            #expect(lost.sites == 1 && lost.facts == 0)
        }
    }

    /// A site that turns out to be older than was known lies in its place from that day on; not before its area was there.
    @Test(arguments: Database.Engine.required)
    func aSiteThatIsOlderThanWasKnownHasAPlaceFromItsFirstDay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (today, act) = (Day("2011-05-20") ?? .forever, act)
            func earlier(_ first: String, _ last: String) async throws {
                let (from, through) = (try #require(Day(first)), try #require(Day(last)))
                try await world.database.write { statements in
                    guard let site = try statements.site(code: "S5", on: today, in: .everything) else { throw Refusal.notFound("site") }
                    try statements.setSiteState(
                        .inService, site: site, from: from, through: through, today: today, reason: "补登", document: "", by: act)
                }
            }
            try await earlier("2011-02-01", "2011-03-09")
            let record = try await month("2011-02", world)
            #expect(record.bulletin.total.registered == 4 && record.figures.sites.contains { $0.code == "S5" })
            await #expect(throws: Refusal.invalid(["from": "site.before_area"])) { try await earlier("2008-12-01", "2008-12-31") }
        }
    }

    /// A site that watched was on, whether or not a beat said so; no viewing rate stands above a boot rate.
    @Test(arguments: Database.Engine.required)
    func aSiteWithAPlayWasOn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let play = Play(
                terminal: "T1", boot: 1, sequence: 1, courseware: "lesson-1", mode: .demand,
                intervals: [PlayInterval(startedAt: SampleWorld.moment("2011-02-05", 19, 0, 30), mediaFrom: 0, mediaUntil: 600_000)])
            _ = try await world.send([Fact(id: "p", .play(play)), mark("T1", "2011-03-01")], at: SampleWorld.moment("2011-03-01", 9))
            let total = try await month("2011-02", world).bulletin.total
            // Ten minutes that begin in the middle of one touch eleven.
            #expect(total.switchedOn == 1 && total.viewing == 1 && total.off == 0 && total.onMinutes == 11)
            #expect(total.viewing <= total.switchedOn)
            let (february, day, now) = (try #require(Month("2011-02")), try #require(Day("2011-02-05")), now)
            let facts = try await world.database.read {
                try $0.siteFacts(code: "S1", month: february, only: day, in: .everything, zone: .shanghai, at: now)
            }
            let minutes = SiteMinutes(day, try #require(facts), rules: SampleWorld.rules)
            #expect(minutes.on.count == 11 && minutes.onByPlay.count == 11 && minutes.figures.onMinutes == 11 && minutes.isHeard)
            // Beats of some of these minutes: they are counted once, and only the others are known from the play.
            _ = try await world.send([try presence("T1", "2011-02-05", 1140..<1145)], at: SampleWorld.moment("2011-03-01", 10))
            let again = try await month("2011-02", world).bulletin.total
            #expect(again.onMinutes == 11)
            // A void takes out both.
            let (days, act) = (day...day, act)
            _ = try await world.database.write {
                try $0.voidFacts(terminalID: "T1", days: days, reason: "试机", rules: SampleWorld.rules, by: act)
            }
            let voided = try await month("2011-02", world).bulletin.total
            #expect(voided.onMinutes == 0 && voided.viewing == 0 && voided.off == 0)
        }
    }

    /// A lesson shorter than the threshold counts when nine tenths of it were watched.
    @Test(arguments: [
        (60_000, 53_999, 0), (60_000, 54_000, 1), (600_000, 119_999, 0), (600_000, 120_000, 1), (0, 119_999, 0), (0, 120_000, 1),
        (121_000, 120_000, 1),
    ])
    func aShortLessonCountsWhenItWasWatchedWhole(_ length: Int64, _ watched: Int64, _ expected: Int) {
        let start = SampleWorld.moment("2011-02-05", 19)
        let coverage = PlayCoverage([PlayInterval(startedAt: start, mediaFrom: 0, mediaUntil: watched)])
        let play = StoredPlay(terminal: 1, boot: 1, sequence: 1, courseware: "c", mode: .demand, coverage: coverage)
        let day = SiteDay(
            Day("2011-02-05") ?? .forever, minutes: MinuteSet(), plays: [play], lengths: ["c": length], rules: SampleWorld.rules)
        #expect(day.effectivePlays == expected && day.effectiveDemandPlays == expected)
    }

    /// A wrong claim to be complete is taken back by a void of its days, or by one of the claim itself; what is reported later counts, and
    /// the decision can be withdrawn.
    @Test(arguments: Database.Engine.required)
    func aWrongWatermarkCanBeTakenBack(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await world.send([mark("T1", "2011-05-19")], at: now)
            func off(_ text: String) async throws -> [Int] {
                let total = try await month(text, world).bulletin.total
                return [total.off, total.notHeard]
            }
            var (february, march) = try await (off("2011-02"), off("2011-03"))
            #expect(february == [1, 2] && march == [1, 3])
            let (act, days) = (act, (Day("2011-02-01") ?? .forever)...(Day("2011-02-28") ?? .forever))
            let void = try await world.database.write {
                try $0.voidFacts(terminalID: "T1", days: days, reason: "钟错", rules: SampleWorld.rules, by: act)
            }
            (february, march) = try await (off("2011-02"), off("2011-03"))
            #expect(february == [0, 3] && march == [1, 3])
            try await world.database.write { try $0.withdrawVoid(id: void, rules: SampleWorld.rules, by: act) }
            february = try await off("2011-02")
            #expect(february == [1, 2])

            // Only the claim: the minutes that were reported count on.
            _ = try await world.send([try presence("T1", "2011-03-02", 0..<5)], at: now)
            let rest = (Day("2011-03-01") ?? .forever)...(Day("2011-04-30") ?? .forever)
            let claim = try await world.database.write {
                try $0.voidFacts(terminalID: "T1", days: rest, .completeness, reason: "多报", rules: SampleWorld.rules, by: act)
            }
            var total = try await month("2011-03", world).bulletin.total
            #expect(total.switchedOn == 1 && total.onMinutes == 5 && total.heardDays == 1)
            let april = try await off("2011-04")
            #expect(april == [0, 3])
            // The same claim again changes nothing.
            _ = try await world.send([mark("T1", "2011-05-19")], at: now)
            total = try await month("2011-03", world).bulletin.total
            #expect(total.heardDays == 1)
            try await world.database.write { try $0.withdrawVoid(id: claim, rules: SampleWorld.rules, by: act) }
            total = try await month("2011-03", world).bulletin.total
            #expect(total.heardDays == 31 && total.onMinutes == 5)
        }
    }

    /// A box that joins, today or again, changes no month of before: what a file or the older box reported complete stays, and what the new
    /// box reports speaks for its own days.
    @Test(arguments: Database.Engine.required)
    func enrollingABoxChangesNoDayBefore(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await world.send([mark("T1", "2011-03-01")], from: .commandLine, at: now)
            func enrol(_ day: String) async throws {
                let at = SampleWorld.moment(day, 10)
                try await world.database.write { statements in
                    let area = try statements.area(code: "990101", on: Day("2011-01-01") ?? .forever, in: .everything)?.areaID ?? ""
                    try statements.run(
                        """
                        INSERT INTO node (id, kind, name, area_id, claim_expires_at, enrolled_at, version, made_at)
                            VALUES ('T1', 'terminal', 'T1', \(area), 0, \(at), '', 0)
                        ON CONFLICT (id) DO UPDATE SET enrolled_at = excluded.enrolled_at
                        """)
                }
            }
            func off(_ text: String) async throws -> Int { try await month(text, world).bulletin.total.off }
            try await enrol("2011-03-20")
            let kept = try await off("2011-02")
            #expect(kept == 1)
            // Its own watermark speaks for no day before it joined: 1 to 19 March stay unheard.
            _ = try await world.send([mark("T1", "2011-04-15")], from: .terminal("T1"), at: now)
            var (february, march, april) = try await (off("2011-02"), off("2011-03"), off("2011-04"))
            #expect(february == 1 && march == 0 && april == 0)
            let s1 = try await month("2011-03", world).figures.sites.first { $0.code == "S1" }
            #expect(s1?.heardDays == 12)
            // It joins again with an empty disk in May: April stays as it was known.
            try await enrol("2011-05-02")
            _ = try await world.send([mark("T1", "2011-05-19")], from: .terminal("T1"), at: now)
            (february, march, april) = try await (off("2011-02"), off("2011-03"), off("2011-04"))
            #expect(february == 1 && march == 0 && april == 0)
            let heard = try await month("2011-04", world).figures.sites.first { $0.code == "S1" }?.heardDays
            #expect(heard == 14)
        }
    }

    /// Exclusions of adjacent days add up, one of a month's rest takes out a site that began in it, and one that does nothing stands in
    /// nobody's way.
    @Test(arguments: Database.Engine.required)
    func exclusionsTogetherCoverTheDaysInService(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (act, today) = (act, Day("2011-05-20") ?? .forever)
            func exclude(_ code: String, _ first: String, _ last: String) async throws -> [ExclusionEffect] {
                let days = try #require(Day(first))...(try #require(Day(last)))
                return try await world.database.write { statements in
                    guard let site = try statements.site(code: code, on: today, in: .everything) else { throw Refusal.notFound("site") }
                    let effect = try statements.exclusionEffect(sites: [site.num], days: days)
                    try statements.excludeSite(site, days: days, reason: "洪涝 \(first)", document: "", by: act)
                    return effect
                }
            }
            let march = try #require(Month("2011-03"))
            var effect = try await exclude("S1", "2011-03-05", "2011-03-31")
            #expect(effect.isEmpty)
            var record = try await month("2011-03", world)
            #expect(record.bulletin.total.registered == 4 && record.bulletin.excluded.isEmpty)
            effect = try await exclude("S1", "2011-03-01", "2011-03-04")
            #expect(effect.map(\.month) == [march] && effect.map(\.sites) == [1])
            record = try await month("2011-03", world)
            #expect(record.bulletin.total.registered == 3 && record.bulletin.excluded.map(\.code) == ["S1"])
            #expect(record.bulletin.excluded[0].reason == "洪涝 2011-03-01；洪涝 2011-03-05")
            await #expect(throws: Refusal.conflict("site.already_excluded")) { _ = try await exclude("S1", "2011-03-03", "2011-03-20") }
            // S5 is in service from the 10th, S3 until the 15th.
            effect = try await exclude("S5", "2011-03-10", "2011-03-31")
            #expect(effect.map(\.month) == [march] && effect.map(\.sites) == [1])
            effect = try await exclude("S3", "2011-03-01", "2011-03-15")
            #expect(effect.map(\.month) == [march] && effect.map(\.sites) == [1])
            record = try await month("2011-03", world)
            #expect(record.bulletin.total.registered == 1 && record.bulletin.excluded.map(\.code) == ["S1", "S3", "S5"])
            let id = record.area.areaID
            let account = try await world.database.read { try $0.denominator(area: id, month: march) }
            #expect(account.sum == 1)
            #expect(account.count(.excluded) == 3)
        }
    }
}
