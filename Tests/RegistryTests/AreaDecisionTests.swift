import Accounts
import Basics
import Records
import Registry
import Storage
import TestKit
import Testing

/// The sample network: city 9901; counties 990101 (township 001: villages 001, 002) and 990102 (township 001: villages 001, 002).
@Suite struct AreaDecisionTests {
    private static let today = Day("2011-07-01") ?? .forever

    private func day(_ text: String) throws -> Day { try #require(Day(text)) }
    private func code(_ text: String) throws -> AreaCode { try #require(AreaCode(text)) }

    private func decide(_ world: SampleWorld, _ decision: AreaDecision, on: String, in scope: Scope = .everything) async throws {
        let (day, act) = (try day(on), world.act(at: SampleWorld.moment("2011-07-01", 9)))
        try await world.database.write { statements in
            _ = try statements.decideArea(
                decision, on: day, today: AreaDecisionTests.today, reason: "区划调整", document: "民发〔2011〕8号", in: scope, by: act)
        }
    }

    /// Code and name of every area on a day.
    private func tree(_ world: SampleWorld, on: String) async throws -> [String] {
        let day = try day(on)
        return try await world.database.read { statements in
            func below(_ area: Area) throws -> [String] {
                try ["\(area.code) \(area.name)"] + statements.children(of: area, on: day, in: .everything).flatMap(below)
            }
            return try statements.rootAreas(on: day).flatMap(below)
        }
    }

    private func areaOfSite(_ world: SampleWorld, _ site: String, on: String) async throws -> String? {
        let day = try day(on)
        return try await world.database.read { try $0.site(code: site, on: day, in: .everything)?.areaCode }
    }

    @Test(arguments: Database.Engine.required)
    func aRecodedCountyTakesAllBelowAlong(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let before = try await tree(world, on: "2011-04-30")
            try await decide(world, .recode(code("990101"), to: code("990109")), on: "2011-05-01")
            let unchanged = try await tree(world, on: "2011-04-30")
            #expect(unchanged == before)
            let after = try await tree(world, on: "2011-05-01")
            #expect(
                after == [
                    "9901 云溪市", "990102 西河县", "990102001 白杨镇", "990102001001 柳林村", "990102001002 石桥村", "990109 东岭县", "990109001 青石镇",
                    "990109001001 上湾村",
                    "990109001002 下湾村",
                ])
            let places = try await [areaOfSite(world, "S1", on: "2011-04-30"), areaOfSite(world, "S1", on: "2011-05-01")]
            #expect(places == ["990101001001", "990109001001"])
            // The file from before would make the county a second time.
            let (file, act) = (Array(SampleWorld.areas.utf8), world.act(at: SampleWorld.moment("2011-07-01", 9)))
            let report = try await world.database.write { try $0.importAreas(file, apply: true, in: .everything, today: .forever, by: act) }
            #expect(
                report.refused.map(\.code) == Array(repeating: "area.code_retired", count: 4) && report.unchanged == 5 && report.added == 0)
            let still = try await tree(world, on: "2011-05-01")
            #expect(still == after)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aTownshipMovesToAnotherCountyWithItsVillages(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await decide(world, .move(code("990101001"), to: code("990102002")), on: "2011-05-01")
            let after = try await tree(world, on: "2011-06-01")
            #expect(
                after == [
                    "9901 云溪市", "990101 东岭县", "990102 西河县", "990102001 白杨镇", "990102001001 柳林村", "990102001002 石桥村", "990102002 青石镇",
                    "990102002001 上湾村",
                    "990102002002 下湾村",
                ])
            let today = AreaDecisionTests.today
            let (then, moved) = try await world.database.read { statements in
                let west = Scope(areas: [AreaCode("990102")].compactMap { $0 })
                let east = Scope(areas: [AreaCode("990101")].compactMap { $0 })
                let april = Day("2011-04-30") ?? .forever
                return (
                    try statements.scope(west, on: april, today: today).areas, try statements.scope(east, on: april, today: today).areas
                )
            }
            // Rights follow today's tree: the county that has the township now sees where it was.
            #expect(then.map(\.description) == ["990101001", "990102"])
            #expect(moved.map(\.description) == ["990101"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aMergedTownshipGivesItsVillagesFreeCodesAndItsSites(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await decide(world, .merge(code("990102001"), into: code("990101001")), on: "2011-05-01")
            let after = try await tree(world, on: "2011-05-01")
            #expect(
                after == [
                    "9901 云溪市", "990101 东岭县", "990101001 青石镇", "990101001001 上湾村", "990101001002 下湾村", "990101001003 柳林村",
                    "990101001004 石桥村", "990102 西河县",
                ])
            // A site of the village, and one of the township itself.
            let places = try await [
                areaOfSite(world, "S3", on: "2011-05-01"), areaOfSite(world, "S5", on: "2011-05-01"),
                areaOfSite(world, "S5", on: "2011-04-30"),
            ]
            #expect(places == ["990101001003", "990101001", "990102001"])
            let today = AreaDecisionTests.today
            let then = try await world.database.read { statements in
                try statements.scope(
                    Scope(areas: [AreaCode("990101001")].compactMap { $0 }), on: Day("2011-04-30") ?? .forever, today: today
                ).areas
            }
            #expect(then.map(\.description) == ["990101001", "990102001"])
            let history = try await world.database.read { try $0.areaHistory(code: "990102001", in: .everything, today: today) }
            #expect(
                history?.isOpen == false && history?.decisions.map(\.kind) == ["merge"]
                    && history?.decisions.first?.document == "民发〔2011〕8号")
            #expect(history?.rows.map(\.replacedAt).count { $0 != nil } == 1)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aSplitTownshipGivesPartsOneByOneOrByRule(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (west, north) = (try code("990102001"), try code("990102003"))
            try await decide(world, .split(west, off: north, named: "北山镇", taking: .parts(["990102001002", "S5"])), on: "2011-05-01")
            let after = try await tree(world, on: "2011-05-01")
            #expect(after.suffix(4) == ["990102001 白杨镇", "990102001001 柳林村", "990102003 北山镇", "990102003002 石桥村"])
            let places = try await [
                areaOfSite(world, "S4", on: "2011-05-01"), areaOfSite(world, "S5", on: "2011-05-01"),
                areaOfSite(world, "S3", on: "2011-05-01"),
            ]
            #expect(places == ["990102003002", "990102003", "990102001001"])

            try await decide(
                world, .split(code("990101001001"), off: code("990101001009"), named: "新湾村", taking: .sitesNamed("上湾")), on: "2011-06-01")
            let moved = try await areaOfSite(world, "S1", on: "2011-06-01")
            #expect(moved == "990101001009")
            await #expect(throws: Refusal.invalid(["kind": "area.split_nothing"])) {
                try await decide(
                    world, .split(code("990101001002"), off: code("990101001008"), named: "无村", taking: .sitesOfKind(.enterprise)),
                    on: "2011-06-01")
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aNameEnteredLateHoldsFromItsDay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await decide(world, .rename(code("990101"), to: "东山县"), on: "2011-03-10")
            let names = try await [tree(world, on: "2011-03-09")[1], tree(world, on: "2011-03-10")[1]]
            #expect(names == ["990101 东岭县", "990101 东山县"])
            try await decide(world, .close(code("990102001002")), on: "2011-07-01", closing: "S4")
            let after = try await tree(world, on: "2011-07-01")
            #expect(!after.contains("990102001002 石桥村"))
        }
    }

    private func decide(_ world: SampleWorld, _ decision: AreaDecision, on: String, closing site: String) async throws {
        let (day, act) = (try day("2011-06-30"), world.act(at: SampleWorld.moment("2011-06-30", 9)))
        await #expect(throws: Refusal.invalid(["area": "area.has_sites"])) { try await decide(world, decision, on: on) }
        try await world.database.write { statements in
            guard let found = try statements.site(code: site, on: day, in: .everything) else { throw Refusal.notFound("site") }
            try statements.setSiteState(.closed, site: found, from: day, today: .forever, reason: "撤销", document: "", by: act)
        }
        try await decide(world, decision, on: on)
    }

    @Test func whatCannotBeIsRefusedBesideItsField() async throws {
        try await withWorld(.sqlite) { world in
            try await decide(world, .recode(code("990102001002"), to: code("990102001008")), on: "2011-06-01")
            let cases: [(AreaDecision, String, FieldProblems)] = [
                (.rename(try code("990101"), to: "东山县"), "2011-07-02", ["on": "area.future"]),
                (.rename(try code("990101"), to: "东山县"), "2009-01-01", ["on": "area.before_start"]),
                (.rename(try code("990101"), to: "东岭县"), "2011-05-01", ["name": "area.same_name"]),
                (.rename(try code("990101"), to: ""), "2011-05-01", ["name": "form.required"]),
                (.rename(try code("990108"), to: "x"), "2011-05-01", ["area": "area.unknown"]),
                (.recode(try code("990101"), to: try code("990102")), "2011-05-01", ["code": "area.code_taken"]),
                (.recode(try code("990101"), to: try code("990101")), "2011-05-01", ["code": "area.same_code"]),
                (.recode(try code("990101"), to: try code("990201")), "2011-05-01", ["code": "area.code_outside_parent"]),
                (.recode(try code("990101"), to: try code("990101001")), "2011-05-01", ["code": "area.code_level"]),
                // Its village was recoded in June.
                (.recode(try code("990102"), to: try code("990107")), "2011-05-01", ["on": "area.later_change"]),
                (.move(try code("990101001"), to: try code("990108001")), "2011-05-01", ["code": "area.parent_closed"]),
                (.move(try code("990101001"), to: try code("990101002")), "2011-05-01", ["code": "area.same_parent"]),
                (.move(try code("990101001"), to: try code("990102001")), "2011-07-01", ["code": "area.code_taken"]),
                (.merge(try code("990101"), into: try code("990101")), "2011-05-01", ["into": "area.merge_self"]),
                (.merge(try code("990101"), into: try code("990101001")), "2011-05-01", ["into": "area.level_differs"]),
                (.merge(try code("990101"), into: try code("990108")), "2011-05-01", ["into": "area.unknown"]),
                (
                    .split(try code("990101001"), off: try code("990102009"), named: "x", taking: .parts(["S1"])), "2011-05-01",
                    ["code": "area.code_outside_parent"]
                ),
                (
                    .split(try code("990101001"), off: try code("990101009"), named: "x", taking: .parts(["S9"])), "2011-05-01",
                    ["parts": FieldProblem("area.split_unknown", ["list": "S9"])]
                ),
                (
                    .split(try code("990101001"), off: try code("990101009"), named: "x", taking: .parts([])), "2011-05-01",
                    ["parts": "area.split_nothing"]
                ),
                (.close(try code("990101")), "2011-05-01", ["area": "area.has_areas"]),
                (.close(try code("990101001001")), "2011-05-01", ["area": "area.has_sites"]),
            ]
            let before = try await tree(world, on: "2011-07-01")
            for (decision, on, problems) in cases {
                await #expect(throws: Refusal.invalid(problems), "\(decision) on \(on)") { try await decide(world, decision, on: on) }
            }
            let east = Scope(areas: [try code("990101")])
            await #expect(throws: Refusal.notFound("area")) {
                try await decide(world, .rename(code("990102"), to: "x"), on: "2011-05-01", in: east)
            }
            await #expect(throws: Refusal.invalid(["into": "area.unknown"])) {
                try await decide(world, .merge(code("990101"), into: code("990102")), on: "2011-05-01", in: east)
            }
            let after = try await tree(world, on: "2011-07-01")
            #expect(after == before, "Something was half applied")
        }
    }
}
