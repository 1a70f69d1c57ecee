import Accounts
import Basics
import Bulletins
import Editions
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

/// What stands in the pages of the random network that is nobody's word: names, reasons, documents, titles.
private let data =
    ["乱数市", "云溪市", "洪水", "修路", "库房试机", "果树修剪", "大棚蔬菜", "<script>alert(1)</script>"] + (1...3).map { "县\($0)" }
    + (1...3).flatMap { county in (1...2).flatMap { town in ["镇\(county)-\(town)"] + (1...3).map { "村\(county)-\(town)-\($0)" } } }
    + (0..<60).map { "站点\($0)" } + (1...31).map { "云远办〔2011〕\($0)号" }

@Suite struct PageTests {
    private let period: Period
    private let scope = Scope(areas: [AreaCode("9902")].compactMap { $0 })

    init() throws { period = try Period(RandomWorld.month, rules: SampleWorld.rules, at: RandomWorld.now) }

    private func areaMonth(_ database: Database, _ code: String) async throws -> AreaMonth {
        let (period, scope) = (period, scope)
        return try #require(
            try await database.read { try $0.areaMonth(code: code, month: period.month, in: scope, zone: .shanghai, at: period.asOf) })
    }

    @Test(arguments: Language.allCases)
    func everyPageHasWordsInBothLanguages(_ language: Language) async throws {
        let speech = Speech(try #require(pages).words, language)
        try await RandomWorld.with(.sqlite, seed: 11) { database in
            let (period, scope) = (period, scope)
            for code in ["9902", "990202", "990202001", "990202001001"] {
                let record = try await areaMonth(database, code)
                let html = try rendered(
                    "overview", OverviewPage(record, tops: [record.area], period, zone: .shanghai, speech), language, data: data)
                #expect(html.contains("<svg") == (code.count < 9))
                for print in [false, true] {
                    let page = BulletinPage(record.bulletin, period, zone: .shanghai, speech, isPrint: print)
                    let bulletin = try rendered(print ? "bulletin_print" : "bulletin", page, language, data: data)
                    #expect(bulletin.contains(record.bulletin.total.bootRate.percent ?? "—"))
                    #expect(bulletin.contains("/sites?") != print)
                }
            }
            for site in try await areaMonth(database, "9902").figures.sites.prefix(25) {
                let facts = try #require(
                    try await database.read {
                        try $0.siteFacts(code: site.code, month: period.month, in: scope, zone: .shanghai, at: period.asOf)
                    })
                let days = period.month.days.map { SiteMinutes($0, facts, rules: SampleWorld.rules) }
                _ = try rendered("site", SitePage(facts, days, period, rules: SampleWorld.rules, speech), language, data: data)
                let busy = days.first { !$0.plays.isEmpty || !$0.voided.isEmpty }?.day ?? period.month.days.lowerBound
                let one = try #require(
                    try await database.read {
                        try $0.siteFacts(code: site.code, month: period.month, only: busy, in: scope, zone: .shanghai, at: period.asOf)
                    })
                let html = try rendered(
                    "site_day",
                    SiteDayPage(one, SiteMinutes(busy, one, rules: SampleWorld.rules), period, rules: SampleWorld.rules, speech), language,
                    data: data)
                #expect(html.contains(busy.description))
            }
        }
    }

    @Test func aHostileNameIsTextOnPagesAndInFiles() async throws {
        let speech = Speech(try #require(pages).words, .chinese)
        try await RandomWorld.with(.sqlite, seed: 12) { database in
            let (period, scope) = (period, scope)
            let act = Act(by: .commandLine, at: RandomWorld.now, ids: IDs { UUID().uuidString })
            let file = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                "=1+1","=HYPERLINK(""http://evil"")",990201,village,iptv,in_service,2010-06-01,,,,
                "a/b""?c","<img src=x onerror=alert(1)>",990201,village,iptv,in_service,2010-06-01,,,,
                """
            #expect(
                try await database.write {
                    try $0.importSites(Array(file.utf8), apply: true, in: .everything, today: .forever, by: act).refused
                }.isEmpty)
            let found = try await database.read {
                try $0.siteFacts(code: "a/b\"?c", month: period.month, in: scope, zone: .shanghai, at: period.asOf)
            }
            let facts = try #require(found)
            let days = period.month.days.map { SiteMinutes($0, facts, rules: SampleWorld.rules) }
            #expect(try !rendered("site", SitePage(facts, days, period, rules: SampleWorld.rules, speech), .chinese).contains("<img"))
        }
    }

    @Test func theCSVOfABulletinHasTheFiguresOfItsTable() async throws {
        let speech = Speech(try #require(pages).words, .chinese)
        try await RandomWorld.with(.sqlite, seed: 13) { database in
            let bulletin = try await areaMonth(database, "9902").bulletin
            let csv = try CSV(Array(bulletin.csv(speech).utf8))
            let shown = try #require(
                tables(try rendered("bulletin", BulletinPage(bulletin, period, zone: .shanghai, speech), .chinese)).first)
            #expect(csv.records.prefix(shown.rows.count).map(\.fields) == shown.rows.map { $0.map(\.text) })
            #expect(csv.header == shown.header)
            #expect(shown.rows.contains { $0[1].text == "其他" })
        }
    }

    @Test func aDayPageShowsRunsByTheWallClockAndLateMinutes() async throws {
        let speech = Speech(try #require(pages).words, .english)
        try await withWorld(.sqlite) { world in
            let day = try #require(Day("2011-03-05"))
            func presence(_ terminal: String, _ minutes: String) -> Fact {
                Fact(id: "p", .presence(Presence(terminal: terminal, day: day, minutes: MinuteSet(text: minutes) ?? MinuteSet())))
            }
            let play = Play(
                terminal: "T2", boot: 1, sequence: 1, courseware: "lesson-1", mode: .demand,
                intervals: [
                    PlayInterval(startedAt: SampleWorld.moment("2011-03-05", 8, 10), mediaFrom: 0, mediaUntil: 90_000),
                    PlayInterval(startedAt: SampleWorld.moment("2011-03-05", 9), mediaFrom: 90_000, mediaUntil: 150_000),
                ])
            _ = try await world.send(
                [presence("T2", "480-541,1439"), Fact(id: "y", .play(play))], from: .terminal("T2"),
                at: SampleWorld.moment("2011-03-05", 23, 59, 59))
            _ = try await world.send([presence("T2B", "540-549")], file: "file-7", batch: "late", at: SampleWorld.moment("2011-03-06", 12))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-07", 9))
            let facts = try #require(
                try await world.database.read {
                    try $0.siteFacts(code: "S2", month: period.month, only: day, in: .everything, zone: .shanghai, at: period.asOf)
                })
            let minutes = SiteMinutes(day, facts, rules: SampleWorld.rules)
            #expect(minutes.on.count == 71)
            #expect(minutes.late == MinuteSet(540..<550))
            #expect(minutes.playing.text == "490-491,540")
            #expect(minutes.effective == minutes.playing)
            let html = try rendered(
                "site_day", SiteDayPage(facts, minutes, period, rules: SampleWorld.rules, speech), .english,
                data: data + ["青石镇", "东岭县", "下湾村站点", "下湾村"])
            for fact in [
                "08:00–09:02", "23:59–24:00", "09:00–09:10", "2011-03-06 12:00", "08:10–08:11, 09:00–09:01", "2:30",
                "120 seconds of distinct media",
            ] {
                #expect(html.contains(fact), "\(fact)")
            }
            #expect(tables(html).first?.rows.last?.map(\.text) == ["Distinct minutes", "", "71", "", ""])
            #expect(Set(tables(html).first?.rows.compactMap { $0.last?.text } ?? []) == ["The terminal itself", "File file-7", ""])
            #expect(html.contains("/sites/S2/days/2011-03-04") && html.contains("/sites/S2/days/2011-03-06"))
        }
    }
}

@Suite struct SiteNoteTests {
    @Test func oddHabitsAreNotedAndAreNoMerit() async throws {
        let speech = Speech(try #require(pages).words, .english)
        try await withWorld(.sqlite) { world in
            let first = try #require(Day("2011-03-01"))
            let facts = (0..<6).map { number in
                Fact(
                    id: "p",
                    .presence(
                        Presence(terminal: "T1", day: first.advanced(by: number), minutes: MinuteSet(number == 2 ? 0..<1440 : 0..<480))))
            }
            _ = try await world.send(facts, at: SampleWorld.moment("2011-03-31", 9))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-04-07", 9))
            let found = try #require(
                try await world.database.read {
                    try $0.siteFacts(code: "S1", month: period.month, in: .everything, zone: .shanghai, at: period.asOf)
                })
            let days = period.month.days.map { SiteMinutes($0, found, rules: SampleWorld.rules) }
            let html = try rendered(
                "site", SitePage(found, days, period, rules: SampleWorld.rules, speech), .english, data: ["云溪市", "东岭县", "青石镇", "上湾村"])
            for note in [
                "On without an effective play on 6 days in a row, 2011-03-01 to 2011-03-06.", "On all night from 0:00 to 5:00; days: 6.",
                "On in every minute of the day; days: 1.",
                "Exactly the same minutes on 5 days.",
            ] { #expect(html.contains(note), "\(note)") }
        }
    }
}

@Suite struct QueryTests {
    @Test(arguments: [
        ("q=%E5%B1%B1+%E6%9D%91&area=9901", "山 村", "9901"), ("q=a%2Bb", "a+b", ""), ("q=%ZZ&area", "", ""), ("q=1&q=2", "1", ""),
        ("", "", ""), ("q= %20x", "x", ""),
    ])
    func fieldsAreReadAsFormsWriteThem(text: String, q: String, area: String) {
        let query = Query(text)
        #expect(query["q"] == q)
        #expect(query["area"] == area)
    }
}
