import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Foundation
import Operations
import Registry
import Storage
import Testing
import TestKit
import Web
import Wire

/// Plays in minutes that a terminal's own complete report calls off: minutes on, and a data-quality note.
@Suite struct CalledOffTests {
    private static let march = Month("2011-03")
    private static let now = SampleWorld.moment("2011-04-07", 9)

    private func play(_ terminal: String, _ day: String, _ hour: Int, minutes: Int64 = 3) -> Fact {
        Fact(
            id: "play-\(terminal)-\(day)",
            .play(
                Play(
                    terminal: terminal, boot: 1, sequence: Int64(hour), courseware: "lesson-1", mode: .demand,
                    intervals: [PlayInterval(startedAt: SampleWorld.moment(day, hour), mediaFrom: 0, mediaUntil: minutes * 60_000)])))
    }

    private func presence(_ terminal: String, _ day: String, _ minutes: Range<Int>) throws -> Fact {
        Fact(id: "on-\(terminal)-\(day)", .presence(Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(minutes))))
    }

    private func complete(_ terminal: String, through: Instant = SampleWorld.moment("2011-04-01", 0)) -> Fact {
        Fact(id: "mark-\(terminal)", .watermark(Watermark(terminal: terminal, throughAt: through)))
    }

    private func oddities(_ world: SampleWorld) async throws -> [String: CalledOff] {
        let month = try #require(Self.march)
        return try await world.database.read { statements in
            let sites = try statements.monthFigures(month: month, in: .everything, zone: .shanghai, at: Self.now).sites
            let found = try statements.oddities(month: month, in: .everything, zone: .shanghai).calledOff
            return Dictionary(uniqueKeysWithValues: sites.compactMap { site in found[site.site].map { (site.code, $0) } })
        }
    }

    private func facts(_ world: SampleWorld, _ site: String, only day: String? = nil) async throws -> SiteFacts {
        let month = try #require(Self.march)
        return try #require(
            try await world.database.read {
                try $0.siteFacts(code: site, month: month, only: day.flatMap { Day($0) }, in: .everything, zone: .shanghai, at: Self.now)
            })
    }

    /// T1 played and beat never, T2 played within its minutes, T3 played and reported nothing complete, T5 only up to the middle of the
    /// play.
    @Test(arguments: Database.Engine.required, [false, true])
    func itCountsAndIsNotedWhicheverCameFirst(_ engine: Database.Engine, reportFirst: Bool) async throws {
        try await withWorld(engine) { world in
            let plays = [
                play("T1", "2011-03-04", 10), play("T1", "2011-03-06", 20), play("T2", "2011-03-04", 10), play("T3", "2011-03-04", 10),
                play("T5", "2011-03-14", 10),
            ]
            let reports = [
                try presence("T2", "2011-03-04", 590..<660), complete("T1"), complete("T2"), complete("T2B"),
                complete("T5", through: SampleWorld.moment("2011-03-14", 10, 2)),
            ]
            for facts in reportFirst ? [reports, plays] : [plays, reports] {
                let verdicts = try await world.send(facts, batch: facts[0].id, at: SampleWorld.moment("2011-04-02", 9))
                #expect(verdicts.map(\.outcome) == facts.map { _ in .stored })
            }
            let found = try await oddities(world)
            #expect(found == ["S1": CalledOff(days: 2, minutes: 6), "S5": CalledOff(days: 1, minutes: 2)])
            let month = try #require(Self.march)
            let sites = try await world.database.read {
                try $0.monthFigures(month: month, in: .everything, zone: .shanghai, at: Self.now).sites
            }
            // A site with a play was on.
            #expect(sites.map { "\($0.code) \($0.presence.rawValue) \($0.onMinutes)" } == ["S1 on 6", "S2 on 70", "S3 on 3", "S5 on 3"])

            let speech = Speech(try #require(pages).words, .english)
            let period = try Period("2011-03", rules: SampleWorld.rules, at: Self.now)
            for (site, note) in [("S1", "in 6 minutes (days: 2)"), ("S2", nil), ("S3", nil), ("S5", "in 2 minutes (days: 1)")] {
                let facts = try await facts(world, site)
                let days = month.days.map { SiteMinutes($0, facts, rules: SampleWorld.rules) }
                let html = try rendered(
                    "site", SitePage(facts, days, period, rules: SampleWorld.rules, speech), .english,
                    data: ["云溪市", "东岭县", "西河县", "青石镇", "白杨镇", "上湾村", "下湾村", "柳林村", "石桥村", "果树修剪", "修路断线", "云远办", "号"])
                #expect(html.contains("complete report calls off") == (note != nil), "\(site)")
                if let note { #expect(html.contains("Something played \(note) that the terminal"), "\(site)") }
            }
            let one = try await facts(world, "S1", only: "2011-03-04")
            let page = SiteDayPage(
                one, SiteMinutes(try #require(Day("2011-03-04")), one, rules: SampleWorld.rules), period, rules: SampleWorld.rules, speech)
            #expect(
                try rendered("site_day", page, .english, data: ["果树修剪"]).contains(
                    "In 3 minutes something played though the terminal&#39;s complete report calls them off (10:00–10:03)"))
        }
    }

    @Test(arguments: Database.Engine.required)
    func itGoesWhenTheMinutesComeOrAVoidTakesReportOrPlayOut(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-04"))
            _ = try await world.send([play("T1", "2011-03-04", 10), complete("T1")], at: SampleWorld.moment("2011-04-02", 9))
            let noted = ["S1": CalledOff(days: 1, minutes: 3)]
            #expect(try await oddities(world) == noted)
            for kind in VoidKind.allCases {
                let act = world.act(at: SampleWorld.moment("2011-04-03", 9))
                let id = try await world.database.write {
                    try $0.voidFacts(terminalID: "T1", days: day...day, kind, reason: "时钟错误", rules: SampleWorld.rules, by: act)
                }
                #expect(try await oddities(world).isEmpty, "\(kind)")
                let shown = SiteMinutes(day, try await facts(world, "S1"), rules: SampleWorld.rules)
                #expect(shown.calledOff.isEmpty, "\(kind)")
                try await world.database.write { try $0.withdrawVoid(id: id, rules: SampleWorld.rules, by: act) }
                #expect(try await oddities(world) == noted, "\(kind)")
            }
            // A minute that was reported after all is not called off; the others still are.
            _ = try await world.send([try presence("T1", "2011-03-04", 601..<602)], batch: "late", at: SampleWorld.moment("2011-04-04", 9))
            #expect(try await oddities(world) == ["S1": CalledOff(days: 1, minutes: 2)])
            // Nobody is told of another area's.
            let west = Scope(areas: [AreaCode("990102")].compactMap { $0 })
            let month = try #require(Self.march)
            let elsewhere = try await world.database.read { try $0.oddities(month: month, in: west, zone: .shanghai) }
            #expect(elsewhere == MonthOddities())
        }
    }

    /// Beside another box that was on, the site's minutes are no others; the box that played says two things all the same.
    @Test(arguments: Database.Engine.required)
    func anotherBoxThatWasOnDoesNotHideIt(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let facts = [play("T2", "2011-03-04", 10), try presence("T2B", "2011-03-04", 600..<603), complete("T2"), complete("T2B")]
            _ = try await world.send(facts, at: SampleWorld.moment("2011-04-02", 9))
            #expect(try await oddities(world) == ["S2": CalledOff(days: 1, minutes: 3)])
        }
    }

    @Test(arguments: Database.Engine.required)
    func theBulletinNamesTheSitesAndTheClosedMonthKeepsThem(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = try cheapPress(world.database, try BlobStore(folder: folder))
            let month = try #require(Self.march)
            func quality(_ language: Language) async throws -> String {
                let (composition, _) = try #require(
                    try await press.composition(
                        code: "9901", month: month, language: language, in: .everything, at: SampleWorld.moment("2011-05-20", 9)))
                let section = try #require(composition.sections.first { $0.id == "quality" })
                return section.paragraph(separator: " ") + " \(section.blocks)"
            }
            _ = try await world.send([play("T1", "2011-03-04", 10), complete("T3")], at: SampleWorld.moment("2011-04-02", 9))
            #expect(try await !quality(.chinese).contains("在终端完整上报"))
            _ = try await world.send([complete("T1")], batch: "mark", at: SampleWorld.moment("2011-04-02", 10))
            let text = try await quality(.chinese)
            #expect(text.contains("有1个站点在终端完整上报为未开机的3分钟里有播放") && text.contains("在上报未开机的分钟里有播放的站点") && text.contains("上湾村站点"))
            #expect(try await quality(.english).contains("At 1 sites something played in 3 minutes"))

            let act = Act(by: Actor(id: "officer"), at: SampleWorld.moment("2011-05-01", 9), ids: world.ids)
            try await world.database.write { statements in
                guard let city = try statements.area(code: "9901", on: month.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.closeMonth(month, area: city, rules: SampleWorld.rules, by: act)
            }
            _ = try await world.send([try presence("T1", "2011-03-04", 600..<603)], batch: "late", at: SampleWorld.moment("2011-05-04", 9))
            #expect(try await quality(.chinese) == text)
            #expect(try await oddities(world).isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theEvidenceOfAPublishedFigureNamesTheMinutes(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let press = try cheapPress(world.database, try BlobStore(folder: folder))
            let month = try #require(Self.march)
            let facts = [
                play("T1", "2011-03-04", 10), complete("T1"), play("T2", "2011-03-04", 10), try presence("T2", "2011-03-04", 600..<603),
                complete("T2"), complete("T2B"),
            ]
            _ = try await world.send(facts, at: SampleWorld.moment("2011-04-02", 9))
            let act = Act(by: Actor(id: "officer"), at: SampleWorld.moment("2011-05-01", 9), ids: world.ids)
            try await world.database.write { statements in
                guard let city = try statements.area(code: "9901", on: month.days.upperBound, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.closeMonth(month, area: city, rules: SampleWorld.rules, by: act)
            }
            let edition = try await press.publish(
                code: "9901", month: month, imprint: .init(document: "云远办〔2011〕5号", signedOff: "林知远"), language: .chinese, in: .everything,
                by: act)
            let document = try await press.document(of: edition)
            var called: [String: [String?]] = [:]
            for site in document.sites where site.onMinutes > 0 {
                let evidence = try #require(
                    try await world.database.read {
                        try $0.siteEvidence(site, month: month, asOf: edition.asOfAt, in: .everything, zone: .shanghai)
                    })
                #expect(evidence.agrees)
                called[site.code] = evidence.days.map(\.calledOff)
            }
            #expect(called == ["S1": ["600-602"], "S2": [nil]])
        }
    }
}
