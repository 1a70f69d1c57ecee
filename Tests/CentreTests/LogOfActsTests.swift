import Accounts
import Basics
import Centre
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Registry
import Storage
import TestKit
import Testing
import Web

/// The log of acts as the auditor reads it: sentences, chosen by matter, time and outcome, with what its chain says.
@Suite struct LogOfActsTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    @Test(arguments: Database.Engine.required)
    func theLogIsReadInSentences(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let auditor = try await world.signIn("auditor", .auditor, area: "9901")
            let county = try await world.signIn("county-auditor", .auditor, area: "990101")
            let officer = try await world.signIn("officer", .officer, area: "990101")
            let state = ["state": "faulty", "from": "2011-05-01", "through": "", "reason": "机顶盒损坏", "document": ""]
            #expect(try await world.submit("/sites/S1/state", state, cookie: officer).status == .seeOther)
            #expect(try await world.get("/courseware/new", cookie: officer).status == .forbidden)
            let all = body(try await world.get("/events", cookie: auditor))
            #expect(all.contains("上湾村站点 S1") && all.contains("In service → Faulty") && all.contains("机顶盒损坏"))
            #expect(all.contains("has not been compared"))
            for (query, has, lacks) in [
                ("matter=register", "上湾村站点 S1", "Signed in"), ("matter=accounts", "Account added", "上湾村站点 S1"),
                ("matter=sign_ins", "/courseware/new", "上湾村站点 S1"), ("result=refused", "/courseware/new", "上湾村站点 S1"),
                ("q=officer", "上湾村站点 S1", "county-auditor county-auditor"), ("since=day", "上湾村站点 S1", "no such words"),
            ] {
                let page = body(try await world.get("/events?\(query)", cookie: auditor))
                #expect(page.contains(has) && !page.contains(lacks), "\(query)")
            }
            let own = body(try await world.get("/events", cookie: county))
            #expect(own.contains("上湾村站点 S1") && !own.contains("Network setting"))
            let file = body(try await world.get("/events.csv", cookie: auditor))
            #expect(file.contains("In service → Faulty") && !file.contains("{"))
            // Compared: whole, and after somebody was at it, not.
            let (database, now) = (world.centre.database, world.clock.clock.now)
            try await database.chainLog()
            try await database.write { try $0.noteLogCheck(try $0.verifyLog(), at: now) }
            #expect(body(try await world.get("/events", cookie: auditor)).contains("none changed, added or missing"))
            try await database.write { statements in
                try statements.run("UPDATE event SET detail = '{}' WHERE kind = 'site.state_set'")
                try statements.noteLogCheck(try statements.verifyLog(), at: now)
            }
            let broken = body(try await world.get("/events", cookie: auditor))
            #expect(broken.contains("class=\"problem\"") && broken.contains("1 faults"))
            world.clock.set(SampleWorld.moment("2011-05-12", 12))
            let later = try await world.post("/sign-in", ["login": "auditor", "password": "a long test password"])
            let cookie = String(later.headers[.setCookie]?.prefix { $0 != ";" } ?? "")
            #expect(!body(try await world.get("/events?since=week", cookie: cookie)).contains("上湾村站点 S1"))
            #expect(body(try await world.get("/events?since=month", cookie: cookie)).contains("上湾村站点 S1"))
        }
    }
}
