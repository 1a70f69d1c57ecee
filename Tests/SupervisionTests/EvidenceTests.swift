import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Operations
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web

/// Which sum over the list a column of the bulletin must equal; the others are counts of sites.
private let sums: [String: @Sendable (BulletinLine) -> Int] = [
    "on_minutes": { $0.onMinutes }, "heard_days": { $0.heardDays }, "due_days": { $0.dueDays },
]

@Suite struct EvidenceTests {
    private let speech: Speech?
    private let period: Period
    private let everywhere = Scope(areas: [AreaCode("9902")].compactMap { $0 })

    init() throws {
        speech = pages.map { Speech($0.words, .chinese) }
        period = try Period(RandomWorld.month, rules: SampleWorld.rules, at: RandomWorld.now)
    }

    private func areaMonth(_ database: Database, _ code: String) async throws -> AreaMonth {
        let (period, scope) = (period, everywhere)
        return try #require(
            try await database.read { try $0.areaMonth(code: code, month: period.month, in: scope, zone: .shanghai, at: period.asOf) })
    }

    private func selection(_ database: Database, _ url: String) async throws -> SiteSelection {
        let query = Query(String(url.split(separator: "?", maxSplits: 1)[1]))
        let (question, period, scope) = (SiteQuestion { query[$0] }, period, everywhere)
        return try await database.read { try $0.siteList(question, period, in: scope, zone: .shanghai) }.selection(question)
    }

    @Test(arguments: Database.Engine.required, [UInt64(1), 2])
    func everyFigureOfABulletinLeadsToSitesThatAddUpToIt(_ engine: Database.Engine, seed: UInt64) async throws {
        let speech = try #require(speech)
        try await RandomWorld.with(engine, seed: seed) { database in
            var checked = 0
            for code in ["9902", "990201", "990202001"] {
                let bulletin = try await areaMonth(database, code).bulletin
                let table = try #require(
                    tables(try rendered("bulletin", BulletinPage(bulletin, period, zone: .shanghai, speech), .chinese)).first)
                #expect(table.rows.count == bulletin.lines.count + 1)
                for row in table.rows {
                    let registered = row[2].text
                    for (column, cell) in zip(Bulletin.columns, row) {
                        guard let url = cell.url, url.hasPrefix("/sites?"), Int(cell.text) != nil, !column.hasPrefix("mean") else {
                            continue
                        }
                        let selection = try await selection(database, url)
                        // The evidence of a rank is that of the boot rate.
                        let wanted = column == "rank" ? row[3].text : cell.text
                        switch sums[column] {
                        case nil: #expect(String(selection.lines.count) == wanted, "\(code) \(row[1].text) \(column) \(url)")
                        case let sum?:
                            #expect(String(sum(selection.total)) == cell.text, "\(code) \(row[1].text) \(column) \(url)")
                            if column == "due_days" { #expect(String(selection.lines.count) == registered) }
                        }
                        checked += 1
                    }
                }
            }
            #expect(checked > 100)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theDaysAndPlaysOfEverySiteAddUpToItsFigures(_ engine: Database.Engine) async throws {
        let speech = try #require(speech)
        try await RandomWorld.with(engine, seed: 3) { database in
            let whole = try await areaMonth(database, "9902")
            var (withPlays, voided) = (0, 0)
            for site in whole.figures.sites {
                let (period, scope) = (period, everywhere)
                let facts = try #require(
                    try await database.read {
                        try $0.siteFacts(code: site.code, month: period.month, in: scope, zone: .shanghai, at: period.asOf)
                    })
                #expect(facts.counted == site)
                let days = period.month.days.map { SiteMinutes($0, facts, rules: SampleWorld.rules) }
                for day in days {
                    let row = facts.days[day.day]
                    #expect(day.on.count == row?.onMinutes ?? 0)
                    #expect(day.figures.effectiveSeconds == row?.effectiveSeconds ?? 0)
                    #expect(day.figures.plays == row?.plays ?? 0)
                    #expect(day.figures.effectivePlays == row?.effectivePlays ?? 0)
                    #expect(day.effective.subtracting(day.playing).isEmpty)
                    #expect(day.unheard.intersection(day.on).isEmpty)
                }
                let service = days.filter(\.isInService)
                #expect(service.reduce(0) { $0 + $1.on.count } == site.onMinutes)
                #expect(service.reduce(0) { $0 + $1.figures.effectivePlays } == site.effectivePlays)
                #expect(service.count { $0.isDue } == site.dueDays)
                #expect(service.count { $0.isDue && $0.isHeard } == site.heardDays)
                withPlays += site.effectivePlays > 0 ? 1 : 0
                voided += days.contains { !$0.voided.isEmpty } ? 1 : 0
                let html = try rendered("site", SitePage(facts, days, period, rules: SampleWorld.rules, speech), .chinese)
                let table = try #require(tables(html).first)
                let total = try #require(table.rows.last)
                #expect(table.rows.count == 32)
                #expect(total[1].text == String(site.onMinutes))
                #expect(total[4].text == String(site.effectivePlays))
                #expect(html.matches(of: /<a href="\/sites\/R\d{3}\/days\/2011-03-\d\d" aria-label/).count == 31)
            }
            #expect(withPlays > 0)
            #expect(voided > 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aScopeElsewhereFindsNeitherAreaNorSiteNorList(_ engine: Database.Engine) async throws {
        try await RandomWorld.with(engine, seed: 4) { database in
            let county = Scope(areas: [try #require(AreaCode("990201"))])
            let (period, everywhere) = (period, everywhere)
            let all = try await database.read {
                try $0.monthFigures(month: period.month, in: everywhere, zone: .shanghai, at: period.asOf).sites
            }
            for code in ["9902", "990202", "990202001"] {
                #expect(
                    try await database.read {
                        try $0.areaMonth(code: code, month: period.month, in: county, zone: .shanghai, at: period.asOf)
                    } == nil)
                let question = SiteQuestion { ["area": code, "show": "all"][$0] ?? "" }
                await #expect(throws: Refusal.notFound("area")) {
                    try await database.read { _ = try $0.siteList(question, period, in: county, zone: .shanghai) }
                }
            }
            for site in all {
                let found =
                    try await database.read {
                        try $0.siteFacts(code: site.code, month: period.month, in: county, zone: .shanghai, at: period.asOf)
                    } != nil
                #expect(found == site.areaCode.hasPrefix("990201"))
            }
            let open = try await database.read {
                try $0.siteList(SiteQuestion { $0 == "show" ? "all" : "" }, period, in: county, zone: .shanghai)
            }
            #expect(!open.figures.sites.isEmpty && open.figures.sites.allSatisfy { $0.areaCode.hasPrefix("990201") })
            let nothing = try await database.read {
                try $0.siteList(SiteQuestion { $0 == "show" ? "all" : "" }, period, in: Scope(areas: []), zone: .shanghai)
            }
            #expect(nothing.figures.sites.isEmpty && nothing.uncounted.isEmpty && nothing.figures.outsideService.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theListOfAllShowsEverySiteOfTheRegisterOnce(_ engine: Database.Engine) async throws {
        try await RandomWorld.with(engine, seed: 5) { database in
            let (period, scope) = (period, everywhere)
            let record = try await database.read {
                try $0.siteList(SiteQuestion { ["area": "9902", "show": "all"][$0] ?? "" }, period, in: scope, zone: .shanghai)
            }
            let codes = record.figures.sites.map(\.code) + record.figures.excluded.map(\.code) + record.uncounted.map(\.code)
            let register = try await database.read {
                try $0.sites(containing: "", on: period.month.days.upperBound, in: scope, after: "", limit: 100)
            }.map(\.code)
            #expect(codes.sorted() == register)
            #expect(!record.figures.excluded.isEmpty && !record.uncounted.isEmpty)
            #expect(try await database.read { try $0.monthsWithFacts() }.map(\.description) == ["2011-03"])
        }
    }
}
