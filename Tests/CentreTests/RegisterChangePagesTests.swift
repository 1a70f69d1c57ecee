import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Registry
import Storage
import TestKit
import Testing
import Web

/// Sites, boxes and decisions that are changed and taken back, on pages.
@Suite struct RegisterChangePagesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    /// What a change would do is shown first; the history says who, when and why.
    @Test(arguments: Database.Engine.required)
    func aSiteIsMovedAndItsHistorySaysSo(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let form = ["area": "石桥村 990102001002", "from": "2011-04-01", "through": "", "reason": "并村", "document": "云政〔2011〕3号"]
            let page = body(try await world.get("/sites/S1", cookie: city))
            for way in ["/sites/S1/change/area", "/sites/S1/change/name", "/sites/S1/history", "/sites/S1/terminals/replace"] {
                #expect(page.contains("href=\"\(way)\""), "\(way)")
            }
            let looked = body(try await world.submit("/sites/S1/change/area", form, isLook: true, cookie: city))
            #expect(looked.contains("上湾村 990101001001") && looked.contains("石桥村 990102001002") && looked.contains("2011-04-01"))
            let done = try await world.submit("/sites/S1/change/area", form, cookie: city)
            #expect(done.status == .seeOther && place(done) == "/sites/S1/history")
            let history = body(try await world.get("/sites/S1/history", cookie: city))
            #expect(history.contains("并村") && history.contains("云政〔2011〕3号") && history.contains("石桥村 990102001002"))
            // Whoever sees one of the places alone moves nothing into the other, and does not see what is elsewhere now.
            let east = try await world.signIn("east", .officer, area: "990101")
            #expect(try await world.get("/sites/S1/change/area", cookie: east).status == .notFound)
            let out = try await world.submit("/sites/S2/change/area", form, cookie: east)
            #expect(out.status == .unprocessableContent && body(out).contains("href=\"#area\""))
            let log = body(try await world.get("/sites/S1/history", cookie: try await world.signIn("leader", .leader, area: "9901")))
            #expect(!log.contains("/change/area"))
        }
    }

    @Test(arguments: Database.Engine.required)
    func aBoxIsReplacedAndItsFactsStay(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let fields = ["old": "T1", "terminal": "NEW-1", "from": "2011-05-01", "reason": "雷击", "document": ""]
            let looked = body(try await world.submit("/sites/S1/terminals/replace", fields, isLook: true, cookie: city))
            #expect(looked.contains("NEW-1") && looked.contains("counts where it stood"))
            let done = try await world.submit("/sites/S1/terminals/replace", fields, cookie: city)
            #expect(done.status == .seeOther)
            let list = body(try await world.get("/terminals", cookie: city))
            #expect(list.contains("/terminals/NEW-1") && list.contains("/terminals/T1"))
            #expect(body(try await world.get("/terminals?standing=nowhere", cookie: city)).contains(">T1<"))
            let own = body(try await world.get("/terminals/T1", cookie: city))
            #expect(own.contains("Stood last at") && own.contains("/sites/S1"))
            // A box of a county that he does not see is not taken from it.
            let west = try await world.signIn("west", .officer, area: "990102")
            #expect(try await world.get("/terminals/T2", cookie: west).status == .notFound)
            let stolen = try await world.submit(
                "/sites/S3/terminals/assign", ["terminal": "T2", "from": "2011-05-01", "reason": "抢", "document": ""], cookie: west)
            #expect(stolen.status == .unprocessableContent && body(stolen).contains("somebody above must do it"))
            #expect(!body(stolen).contains("下湾村"))
            #expect(try await world.get("/sites/S4/terminals/take", cookie: west).status == .conflict)
            // What cannot be is said before anything is confirmed.
            for (terminal, from, field) in [
                ("T1 x", "2011-05-01", "terminal"), ("NEW-1", "2011-05-01", "terminal"), ("N9", "2010-01-01", "from"),
            ] {
                let fields = ["terminal": terminal, "from": from, "reason": "新装", "document": ""]
                let refused = try await world.submit("/sites/S1/terminals/assign", fields, isLook: true, cookie: city)
                #expect(refused.status == .unprocessableContent && body(refused).contains("href=\"#\(field)\""), "\(terminal) \(from)")
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aDecisionIsTakenBackOnItsPage(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let made = try await world.submit(
                "/areas/990101001/decisions/rename", ["on": "2011-05-01", "name": "新青石镇", "reason": "批复", "document": ""], cookie: city)
            #expect(made.status == .seeOther)
            let history = body(try await world.get("/areas/990101001/history", cookie: city))
            let way = try #require(history.firstMatch(of: #/\/areas\/990101001\/decided\/[0-9a-f-]{36}\/take-back/#).map { String($0.0) })
            let looked = body(try await world.submit(way, ["reason": "误录"], isLook: true, cookie: city))
            #expect(looked.contains("新青石镇") && looked.contains("青石镇"))
            let west = try await world.signIn("west", .officer, area: "990102")
            #expect(try await world.get(way, cookie: west).status == .notFound)
            #expect(try await world.submit(way, ["reason": "误录"], cookie: city).status == .seeOther)
            let after = body(try await world.get("/areas/990101001/history", cookie: city))
            #expect(after.contains("误录") && !after.contains("take-back"))
            #expect(try await world.submit(way, ["reason": "误录"], cookie: city).status == .conflict)
            let name = try await world.centre.database.read {
                try $0.area(code: "990101001", on: Day("2011-05-02") ?? .forever, in: .everything)?.name
            }
            #expect(name == "青石镇")
        }
    }

    /// An import is taken back as one step while nothing stands on it; otherwise its page says what stands against it.
    @Test(arguments: Database.Engine.required)
    func anImportIsTakenBack(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let file = "code,name,area_code,kind,mode,state,from_on,terminal\nN1,新站,990101001002,village,iptv,in_service,2011-05-01,TN1\n"
            func bring() async throws -> String {
                let page = place(try await world.bring(Data(file.utf8), "/register/sites/import", cookie: city))
                try await world.work("import.register.sites")
                #expect(try await world.submit(page, cookie: city).status == .seeOther)
                try await world.work("import.register.sites")
                return page
            }
            func isThere() async throws -> Bool {
                try await world.centre.database.read { try $0.site(code: "N1", on: Day("2011-05-02") ?? .forever, in: .everything) != nil }
            }
            let page = try await bring()
            #expect(try await isThere())
            #expect(body(try await world.get(page, cookie: city)).contains("\(page)/undo"))
            let other = try await world.signIn("other", .officer, area: "9901")
            #expect(try await world.get("\(page)/undo", cookie: other).status == .notFound)
            #expect(body(try await world.submit("\(page)/undo", isLook: true, cookie: city)).contains("1 rows added"))
            #expect(try await world.submit("\(page)/undo", cookie: city).status == .seeOther)
            #expect(body(try await world.get(page, cookie: city)).contains("data-job="))
            try await world.work("import.register.sites")
            #expect(try await !isThere())
            #expect(body(try await world.get(page, cookie: city)).contains("This import was taken back"))
            #expect(try await world.submit("\(page)/undo", cookie: city).status == .conflict)
            // The same file comes again; a person at a post stands on it.
            let again = try await bring()
            let post = [
                "name": "李小四", "post": "manager", "site": "N1", "area": "", "phone": "0870-8123456", "from": "2011-05-01", "through": "",
                "trained": "",
            ]
            #expect(try await world.submit("/people/new", post, cookie: city).status == .seeOther)
            #expect(try await world.submit("\(again)/undo", cookie: city).status == .seeOther)
            try await world.work("import.register.sites")
            let kept = body(try await world.get(again, cookie: city))
            #expect(try await isThere())
            #expect(kept.contains("is in use") && kept.contains("\(again)/undo"))
        }
    }

    /// What keeps a thing from being taken away knows every table that names one.
    @Test func everyTableThatNamesAThingIsKnown() async throws {
        try await withCentre(.sqlite, at: Self.moment) { world in
            let own: Set<String> = [
                "area", "area_version", "area_decision", "site", "site_version", "site_state", "terminal", "terminal_assignment", "node",
                // Where a node stands follows from the register; the log of acts says where somebody was.
                "node_place", "event",
            ]
            let columns = try await world.centre.database.read { statements in
                try statements.all(
                    """
                    SELECT p.name, m.name FROM sqlite_master m JOIN pragma_table_info(m.name) p ON 1 = 1
                    WHERE m.type = 'table' AND p.name IN ('area_id', 'site', 'terminal') ORDER BY p.name, m.name
                    """
                ) { (column: try $0.text(0), table: try $0.text(1)) }
            }
            for (column, tables) in RegisterUse.tables {
                let named = columns.filter { $0.column == column && !own.contains($0.table) }.map(\.table)
                #expect(Set(tables) == Set(named), "\(column)")
            }
        }
    }
}
