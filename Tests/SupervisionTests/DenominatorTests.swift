import Accounts
import Basics
import Editions
import Figures
import Registry
import Storage
import Testing
import TestKit

/// The register as plain rows, and what follows from them by walking from parent to parent: slow and obvious, without codes.
private struct PlainRegister {
    struct Area {
        let id: String
        let code: String
        let parent: String?
        let days: Range<Day>
    }
    struct Placing {
        let site: Int
        let area: String
        let days: Range<Day>
    }
    struct Standing {
        let site: Int
        let state: SiteState
        let days: Range<Day>
    }
    let areas: [Area]
    let placings: [Placing]
    let standings: [Standing]
    let exclusions: [Placing]

    init(_ statements: Statements) throws {
        areas = try statements.all("SELECT area_id, code, parent_id, from_day, until_day FROM area_version WHERE replaced_at IS NULL") {
            Area(id: try $0.text(0), code: try $0.text(1), parent: try $0.optionalText(2), days: try $0.day(3)..<$0.day(4))
        }
        placings = try statements.all("SELECT site, area_id, from_day, until_day FROM site_version WHERE replaced_at IS NULL") {
            Placing(site: try $0.int(0), area: try $0.text(1), days: try $0.day(2)..<$0.day(3))
        }
        standings = try statements.all("SELECT site, state, from_day, until_day FROM site_state WHERE replaced_at IS NULL") {
            Standing(site: try $0.int(0), state: SiteState(rawValue: try $0.text(1)) ?? .planned, days: try $0.day(2)..<$0.day(3))
        }
        exclusions = try statements.all("SELECT site, '', from_day, until_day FROM site_exclusion WHERE replaced_at IS NULL") {
            Placing(site: try $0.int(0), area: "", days: try $0.day(2)..<$0.day(3))
        }
    }

    func open(on day: Day) -> [Area] { areas.filter { $0.days.contains(day) } }

    /// Whether a site lies in an area on a day, from parent to parent.
    func lies(_ site: Int, in area: String, on day: Day) -> Bool {
        var place = placings.first { $0.site == site && $0.days.contains(day) }?.area
        while let id = place {
            if id == area { return true }
            place = areas.first { $0.id == id && $0.days.contains(day) }?.parent
        }
        return false
    }

    func registered(in area: String, _ month: Month) -> Set<Int> {
        let days = month.days.lowerBound..<month.end
        let serving = Set(standings.filter { SiteState.counted.contains($0.state) && $0.days.overlaps(days) }.map(\.site))
        return serving.filter { site in
            lies(site, in: area, on: month.days.upperBound)
                && !exclusions.contains {
                    $0.site == site && $0.days.lowerBound <= days.lowerBound && $0.days.upperBound >= days.upperBound
                }
        }
    }

    func approved(in area: String, until last: Day) -> Set<Int> {
        Set(
            Dictionary(grouping: standings.filter { $0.state != .planned }, by: \.site).compactMap { site, rows in
                guard let first = rows.map(\.days.lowerBound).min(), first <= last else { return nil }
                return lies(site, in: area, on: first) ? site : nil
            })
    }
}

@Suite struct DenominatorTests {
    private static let today = Day("2011-04-02") ?? .forever

    private func decisions(_ database: Database, seed: UInt64) async throws -> Int {
        var random = SeededGenerator(seed: seed &* 77)
        var made = 0
        for turn in 0..<24 {
            // Ascending with gaps, so that most are not refused for a later one; some months before and after the one that is looked at.
            let day = (Day("2010-08-01") ?? .forever).advanced(by: turn * 10 + random.below(8))
            let open = try await database.read { try PlainRegister($0).open(on: day) }
            func pick() -> AreaCode? { AreaCode(open[random.below(open.count)].code) }
            guard let one = pick(), let other = pick() else { continue }
            func fresh(below parent: String, digits: Int) -> AreaCode? { AreaCode(parent + padded(1 + random.below(99), digits)) }
            let digits = one.level == .county ? 2 : 3
            let parent = one.parent?.description ?? ""
            let decision: AreaDecision? =
                switch random.below(6) {
                case 0: .rename(one, to: "新名\(turn)")
                case 1: fresh(below: parent, digits: digits).map { .recode(one, to: $0) }
                case 2: fresh(below: other.parent?.description ?? "", digits: digits).map { .move(one, to: $0) }
                case 3: .merge(one, into: other)
                case 4:
                    fresh(below: parent, digits: digits).map {
                        .split(one, off: $0, named: "分\(turn)", taking: .sitesNamed("\(random.below(10))"))
                    }
                default: .close(one)
                }
            guard let decision else { continue }
            let act = Act(by: .commandLine, at: RandomWorld.now, ids: .system)
            let isMade = try await database.write { statements in
                do {
                    _ = try statements.decideArea(
                        decision, on: day, today: DenominatorTests.today, reason: "调整", document: "", in: .everything, by: act)
                    return true
                } catch Refusal.invalid { return false }
            }
            made += isMade ? 1 : 0
        }
        return made
    }

    @Test(arguments: Database.Engine.required, UInt64(1)...6)
    func theAccountAddsUpAndTheTreeStaysATreeWhateverIsDecided(_ engine: Database.Engine, seed: UInt64) async throws {
        try await RandomWorld.with(engine, seed: seed) { database in
            let made = try await decisions(database, seed: seed)
            #expect(made >= 5)
            let plain = try await database.read { try PlainRegister($0) }
            for text in ["2010-07", "2010-10", "2011-01", RandomWorld.month] {
                let month = try #require(Month(text))
                let last = month.days.upperBound
                let open = plain.open(on: last)
                #expect(Set(open.map(\.code)).count == open.count, "Two areas have one code")
                for area in open {
                    if let parent = area.parent {
                        let above = try #require(open.first { $0.id == parent }, "\(area.code) hangs below nothing")
                        #expect(area.code.hasPrefix(above.code))
                    }
                    let (account, figures) = try await database.read { statements in
                        let inside = Scope(areas: [AreaCode(area.code)].compactMap { $0 })
                        return (
                            try statements.denominator(area: area.id, month: month),
                            try statements.monthFigures(month: month, in: inside, zone: .shanghai, at: RandomWorld.now)
                        )
                    }
                    #expect(account.sum == account.count(.registered), "\(text) \(area.code)")
                    #expect(account.count(.registered) == plain.registered(in: area.id, month).count, "\(text) \(area.code)")
                    #expect(account.count(.approved) == plain.approved(in: area.id, until: last).count, "\(text) \(area.code)")
                    #expect(figures.sites.count == account.count(.registered) && figures.excluded.count == account.count(.excluded))
                    #expect(figures.sites.count { $0.onDays > 0 } <= figures.sites.count)
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func eachLineNamesTheDecisionBehindIt(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (day, today) = (Day("2011-04-10") ?? .forever, Day("2011-07-01") ?? .forever)
            let act = world.act(at: SampleWorld.moment("2011-07-01", 9))
            let month = try #require(Month("2011-04"))
            let (west, east) = try await world.database.write { statements in
                guard let merged = AreaCode("990102001"), let into = AreaCode("990101001") else { throw Refusal.notFound("area") }
                let (west, east) = (
                    try statements.area(code: "990102", on: day, in: .everything),
                    try statements.area(code: "990101", on: day, in: .everything)
                )
                _ = try statements.decideArea(
                    .merge(merged, into: into), on: day, today: today, reason: "并镇", document: "民发8号", in: .everything, by: act)
                return (
                    try statements.denominator(area: west?.areaID ?? "", month: month),
                    try statements.denominator(area: east?.areaID ?? "", month: month)
                )
            }
            // S3 is suspended since March 16, S4 was never approved, S5 lies in the merged township itself.
            #expect(Denominator.Step.allCases.map(west.count) == [2, 0, 2, 0, 0, 0, 0, 0])
            #expect(Denominator.Step.allCases.map(east.count) == [2, 2, 0, 0, 1, 0, 0, 3])
            let moved = try #require(east.sites[.movedIn])
            #expect(moved.map(\.code) == ["S3", "S5"])
            let placed = try #require(moved.first { $0.code == "S5" })
            #expect(placed.reason == "并镇" && placed.document == "民发8号" && placed.decidedOn == day)
            // A site that moved by itself names that move, whatever was said of its name since.
            let alone = try await world.database.write { statements in
                guard let site = try statements.site(code: "S1", on: today, in: .everything),
                    let village = try statements.area(code: "990102", on: today, in: .everything)
                else { throw Refusal.notFound("site") }
                try statements.changeSites(
                    SiteChange(areaID: village.areaID), [site], from: day, today: today, reason: "整村搬迁", document: "搬5号", by: act)
                try statements.changeSites(
                    SiteChange(name: "新名"), [site], from: day.advanced(by: 2), today: today, reason: "改名", document: "", by: act)
                return try statements.denominator(area: village.areaID, month: month).sites[.movedIn]
            }
            let one = try #require(alone?.first { $0.code == "S1" })
            #expect(one.reason == "整村搬迁" && one.document == "搬5号" && one.decidedOn == day && one.name == "新名")
        }
    }
}
