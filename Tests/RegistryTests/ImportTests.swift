import Accounts
import Basics
import Records
import Registry
import Storage
import TestKit
import Testing

@Suite struct ImportTests {
    @Test(arguments: Database.Engine.required)
    func theSameFilesTwiceChangeNothing(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let before = try await world.database.read { try $0.count("SELECT count(*) FROM event") }
            let (areas, sites) = try await world.database.write { statements in
                (
                    try statements.importAreas(Array(SampleWorld.areas.utf8), apply: true, in: .everything, today: .forever, by: act),
                    try statements.importSites(Array(SampleWorld.sites.utf8), apply: true, in: .everything, today: .forever, by: act)
                )
            }
            #expect((areas.added, areas.changed, areas.unchanged, areas.refused.count) == (0, 0, 9, 0))
            #expect((sites.added, sites.changed, sites.unchanged, sites.refused.count) == (0, 0, 6, 0))
            let found12 = try await world.database.read { try $0.count("SELECT count(*) FROM event") }
            #expect(found12 == before)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aDryRunWritesNothing(_ engine: Database.Engine) async throws {
        try await DatabaseTemplate.tables.withDatabase(engine) { database in
            let world = SampleWorld(database: database, ids: .system)
            let act = world.act()
            let report = try await database.write {
                try $0.importAreas(Array(SampleWorld.areas.utf8), apply: false, in: .everything, today: .forever, by: act)
            }
            #expect(report.added == 9)
            let found13 = try await database.read { try $0.count("SELECT count(*) FROM area") }
            #expect(found13 == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func badRowsAreNamedAndTheGoodOnesGoIn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let areas = """
                code,name,from_on
                990101003,新镇,2011-01-01
                99010,短码,2011-01-01
                990101004,,2011-01-01
                990101005,日期错,2011-02-30
                990103001,无上级镇,2011-01-01
                990101003,重复镇,2011-01-01
                990101006,明天镇,2011-05-02
                """
            let today = try #require(Day("2011-05-01"))
            let report = try await world.database.write {
                try $0.importAreas(Array(areas.utf8), apply: true, in: .everything, today: today, by: act)
            }
            #expect(report.added == 1)
            #expect(
                report.refused.map { "\($0.line) \($0.column) \($0.code)" } == [
                    "3 code area.code_form", "4 name form.required", "5 from_on form.date", "6 code area.parent_missing",
                    "7 from_on import.twice",
                    "8 from_on area.future",
                ])
            #expect(report.refusedCSV.hasPrefix("code,name,from_on,line,column,reason\r\n99010,短码,2011-01-01,3,code,area.code_form\r\n"))
            let sites = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                S9,新站点,990101003,village,iptv,in_service,2011-04-01,,,T9,
                S8,坏类型,990101003,farm,iptv,in_service,2011-04-01,,,,
                S7,坏区划,999999,village,iptv,in_service,2011-04-01,,,,
                S1,上湾村站点,990101001001,village,iptv,planned,2011-05-01,,,,
                S2,下湾村站点,990101001002,village,iptv,closed,2009-05-01,,,,
                S6,抢终端,990101001002,village,iptv,in_service,2010-01-01,,,T1,2010-01-01
                S10,明天的站点,990101003,village,iptv,in_service,2011-05-02,,,,
                S11,明天的终端,990101003,village,iptv,in_service,2011-05-01,,,T11,2011-05-02
                """
            let siteReport = try await world.database.write {
                try $0.importSites(Array(sites.utf8), apply: true, in: .everything, today: today, by: act)
            }
            #expect(siteReport.added == 1)
            #expect(
                siteReport.refused.map { "\($0.line) \($0.column) \($0.code)" } == [
                    "3 kind form.choice", "4 area_code area.unknown", "5 state site.state_order", "6 from_on site.state_before_present",
                    "7 terminal terminal.elsewhere",
                    "8 from_on site.future", "9 terminal_from_on site.future",
                ])
        }
    }

    @Test(arguments: ["", "name,code\n1,2", "code,name,from_on\n\"9901,x,2011-01-01"])
    func whatIsNoTableIsRefusedWhole(_ text: String) async throws {
        try await withWorld(.sqlite) { world in
            let act = world.act()
            await #expect(throws: Refusal.self) {
                _ = try await world.database.write {
                    try $0.importAreas(Array(text.utf8), apply: true, in: .everything, today: .forever, by: act)
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aRenamingHoldsFromItsDay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let report = try await world.database.write {
                try $0.importAreas(
                    Array("code,name,from_on\n990101001,青石街道,2011-03-01".utf8), apply: true, in: .everything, today: .forever, by: act)
            }
            #expect(report.changed == 1)
            let names = try await world.database.read { statements in
                try ["2011-02-28", "2011-03-01"].map {
                    try statements.area(code: "990101001", on: Day($0) ?? .forever, in: .everything)?.name
                }
            }
            #expect(names == ["青石镇", "青石街道"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aReplacedTerminalEndsWhenTheNextBegins(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act()
            let row =
                "code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on\nS1,上湾村站点,990101001001,village,iptv,in_service,2010-06-01,,,T1X,2011-02-10"
            for expected in [1, 0] {
                let report = try await world.database.write {
                    try $0.importSites(Array(row.utf8), apply: true, in: .everything, today: .forever, by: act)
                }
                #expect(report.changed == expected)
            }
            let assignments = try await world.database.read { try $0.assignments(site: 1) }
            #expect(
                assignments.map { "\($0.terminalID) \($0.fromDay) \($0.untilDay)" } == [
                    "T1 2010-06-01 2011-02-10", "T1X 2011-02-10 9999-12-31",
                ])
        }
    }
}
