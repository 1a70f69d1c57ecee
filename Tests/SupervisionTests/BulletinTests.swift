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
import Wire

private func march(_ world: SampleWorld, at now: Instant = SampleWorld.moment("2011-04-01", 7), scope: Scope = .everything) async throws
    -> Bulletin
{
    let month = try #require(Month("2011-03"))
    return try #require(
        try await world.database.read { try $0.bulletin(month: month, areaCode: "9901", in: scope, zone: .shanghai, at: now) })
}

private func presence(_ terminal: String, _ day: String, _ minutes: String) -> Fact {
    Fact(id: "f", .presence(Presence(terminal: terminal, day: Day(day) ?? .forever, minutes: MinuteSet(text: minutes) ?? MinuteSet())))
}

private func heard(_ terminals: [String], _ through: Instant) -> [Fact] {
    terminals.map { Fact(id: "w", .watermark(Watermark(terminal: $0, throughAt: through))) }
}

@Suite struct BulletinTests {
    @Test(arguments: Database.Engine.required)
    func figuresCountOnlyWhatIsRegisteredAndInService(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let now = SampleWorld.moment("2011-04-01", 1)
            _ = try await world.send(
                [
                    presence("T1", "2011-03-01", "600-699"), presence("T2", "2011-03-02", "0-9"), presence("T2B", "2011-03-02", "5-14"),
                    // Suspended since the 16th: a data-quality row, not a numerator.
                    presence("T3", "2011-03-20", "100-149"), presence("T5", "2011-03-10", "1"),
                ] + heard(["T1", "T2", "T2B", "T5"], SampleWorld.moment("2011-04-01", 0))
                    + heard(["T3"], SampleWorld.moment("2011-03-10", 0)), at: now)
            let bulletin = try await march(world)
            #expect(bulletin.total.registered == 4)
            #expect(bulletin.total.switchedOn == 3)
            #expect(bulletin.total.notHeard == 1)
            #expect(bulletin.total.off == 0)
            #expect(bulletin.total.onMinutes == 116)
            #expect(bulletin.total.bootRate.percent == "75.00")
            // Three sites of 31, 31 and 22 days heard; S3 in service for 15 days and heard for 9.
            #expect(bulletin.total.dueDays == 31 + 31 + 15 + 22)
            #expect(bulletin.total.heardDays == 31 + 31 + 9 + 22)
            #expect(bulletin.outsideService.map { "\($0.code) \($0.days) \($0.minutes)" } == ["S3 1 50"])
            #expect(bulletin.lines.map(\.code) == ["990101", "990102"])
            #expect(bulletin.lines.map(\.rank) == [1, 2])
            #expect(bulletin.lines.map(\.registered).reduce(0, +) == bulletin.total.registered)
            _ = try await world.send(heard(["T3"], SampleWorld.moment("2011-03-16", 0)), at: now)
            #expect(try await march(world).total.off == 1)
        }
    }

    @Test(arguments: Database.Engine.required)
    func oneMinuteChangesThePrintedCell(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let before = try await march(world).total.cells
            // Nothing was heard, so that there is no rate.
            #expect(before[Bulletin.columns.firstIndex(of: "boot_rate") ?? 0] == "-")
            _ = try await world.send([presence("T1", "2011-03-01", "600")], at: SampleWorld.moment("2011-03-01", 12))
            let after = try await march(world).total.cells
            #expect(
                zip(Bulletin.columns, zip(before, after)).filter { $0.1.0 != $0.1.1 }.map(\.0) == [
                    "switched_on", "not_heard", "boot_rate", "on_minutes", "mean_per_switched_on", "mean_per_registered", "viewing_rate",
                    "demand_rate", "heard_days",
                    "completeness",
                ])
        }
    }

    @Test(arguments: Database.Engine.required)
    func anExclusionOverTheWholeMonthLeavesTheDenominatorAndIsListed(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let month = try #require(Month("2011-03"))
            let site = try #require(try await world.database.read { try $0.site(code: "S1", on: month.days.lowerBound, in: .everything) })
            try await world.database.write {
                try $0.excludeSite(
                    site, days: month.days.lowerBound...month.days.upperBound, reason: "洪水", document: "云远办〔2011〕9号", by: act)
            }
            let bulletin = try await march(world)
            #expect(bulletin.total.registered == 3)
            #expect(bulletin.excluded.map { "\($0.code) \($0.reason)" } == ["S1 洪水"])
            await #expect(throws: Refusal.conflict("site.already_excluded")) {
                try await world.database.write {
                    try $0.excludeSite(site, days: month.days.lowerBound...month.days.lowerBound, reason: "x", document: "", by: act)
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aScopeElsewhereGetsNothing(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let county = Scope(areas: [try #require(AreaCode("990102"))])
            let month = try #require(Month("2011-03"))
            for code in ["9901", "990101", "990101001"] {
                let bulletin = try await world.database.read {
                    try $0.bulletin(month: month, areaCode: code, in: county, zone: .shanghai, at: SampleWorld.moment("2011-04-01", 7))
                }
                #expect(bulletin == nil)
            }
            let own = try await world.database.read {
                try $0.bulletin(month: month, areaCode: "990102", in: county, zone: .shanghai, at: SampleWorld.moment("2011-04-01", 7))
            }
            #expect(own?.total.registered == 2)
        }
    }

    @Test(arguments: Database.Engine.required)
    func stateChangesMoveTheDenominatorFromTheirMonthOn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let day = try #require(Day("2011-04-01"))
            let site = try #require(try await world.database.read { try $0.site(code: "S1", on: day, in: .everything) })
            try await world.database.write {
                try $0.setSiteState(.suspended, site: site, from: day, today: day, reason: "拆迁", document: "", by: act)
            }
            let counts = try await world.database.read { statements in
                try ["2011-02", "2011-03", "2011-04"].map {
                    try statements.monthFigures(
                        month: Month($0) ?? day.month, in: .everything, zone: .shanghai, at: SampleWorld.moment("2011-05-01", 7)
                    ).sites.count
                }
            }
            #expect(counts == [3, 4, 2])
            await #expect(throws: Refusal.invalid(["state": "site.state_order"])) {
                let present = try #require(try await world.database.read { try $0.site(code: "S4", on: day, in: .everything) })
                try await world.database.write {
                    try $0.setSiteState(.inService, site: present, from: day, today: day, reason: "恢复", document: "", by: act)
                }
            }
            let history = try await world.database.read { try $0.stateHistory(site: site.num) }
            #expect(history.map(\.state) == [.suspended, .inService])
        }
    }
}
