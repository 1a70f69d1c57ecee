import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Operations
import Registry
import Storage
import TestKit
import Testing
import Web
import Wire

/// Facts that do not count: decided on pages, and taken back there; and what waits, judged again or taken out.
@Suite struct VoidPagesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) throws -> String {
        try #require(answer.headers[.location].map { String($0.prefix { $0 != "?" }) })
    }

    /// Presence of a box, as it sends it.
    private func send(_ world: CentreWorld, _ terminal: String, day: String, minutes: ClosedRange<Int>) async throws {
        let presence = Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(Range(minutes)))
        let fact = Fact(id: "\(terminal)-\(day)", .presence(presence))
        let batch = ReceivedBatch(sender: .commandLine, batch: Batch(id: "b-\(terminal)-\(day)", facts: [fact]), file: nil)
        _ = try await world.centre.database.write {
            try $0.mergeFacts([batch], rules: SampleWorld.rules, at: Self.moment, ids: .system)
        }
    }

    private func minutes(_ world: CentreWorld) async throws -> Int {
        try await world.centre.database.read { try $0.count("SELECT coalesce(CAST(sum(on_minutes) AS BIGINT), 0) FROM site_day") }
    }

    @Test(arguments: Database.Engine.required)
    func whatABoxSaidIsVoidedOnAPageAndCountsAgain(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (east, west) = (
                try await world.signIn("east", .officer, area: "990101"), try await world.signIn("west", .officer, area: "990102")
            )
            try await send(world, "T1", day: "2011-04-05", minutes: 600...659)
            try await send(world, "T1", day: "2011-04-20", minutes: 600...629)
            #expect(try await minutes(world) == 90)
            let new = ["terminal": "T1", "from": "2011-04-01", "through": "2011-04-10", "kind": "facts", "reason": "时钟错"]
            for (field, wrong) in [("terminal", "T9"), ("through", "2011-03-31"), ("through", "2011-06-01"), ("reason", ""), ("from", "x")]
            {
                let answer = try await world.submit("/voids/new", new.merging([field: wrong]) { $1 }, cookie: east)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\""), "\(field) \(wrong)")
            }
            // A box of another county is none.
            #expect(body(try await world.submit("/voids/new", new, cookie: west)).contains("There is no box"))
            let look = body(try await world.submit("/voids/new", new, isLook: true, cookie: east))
            #expect(look.contains("on 1 of these days") && look.contains("上湾村站点"))
            #expect(try await minutes(world) == 90)
            let page = try place(try await world.submit("/voids/new", new, cookie: east))
            #expect(try await minutes(world) == 30)
            #expect(body(try await world.get("/voids", cookie: east)).contains(page))
            #expect(!body(try await world.get("/voids", cookie: west)).contains(page))
            #expect(try await world.get(page, cookie: west).status == .notFound)
            #expect(try await world.get("\(page)/change", cookie: east).status == .conflict)
            for words in ["q=T1", "q=shangwan", "state=holds"] {
                #expect(body(try await world.get("/voids?\(words)", cookie: east)).contains(page), "\(words)")
            }
            #expect(!body(try await world.get("/voids?q=T2", cookie: east)).contains(page))
            #expect(try await world.submit("\(page)/withdraw", [:], cookie: east).status == .seeOther)
            #expect(try await minutes(world) == 90)
            #expect(try await world.submit("\(page)/withdraw", [:], cookie: east).status == .conflict)
        }
    }

    /// A box that stood in two counties is for whoever keeps both.
    @Test(arguments: Database.Engine.required)
    func aBoxThatMovedIsForWhoeverKeepsBothPlaces(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (east, city) = (
                try await world.signIn("east", .officer, area: "990101"), try await world.signIn("city", .officer, area: "9901")
            )
            try await world.centre.database.write { statements in
                guard let day = Day("2011-04-05"), let site = try statements.site(code: "S5", on: day, in: .everything) else {
                    throw Refusal.notFound("site")
                }
                let act = Act(by: .commandLine, at: Self.moment, ids: .system)
                try statements.place("T1", .at(site), from: day, today: day, reason: "换地方", document: "", by: act)
            }
            let new = ["terminal": "T1", "from": "2011-04-01", "through": "2011-04-10", "kind": "completeness", "reason": "文件写多了"]
            #expect(body(try await world.submit("/voids/new", new, cookie: east)).contains("There is no box"))
            let before = new.merging(["through": "2011-04-04"]) { $1 }
            #expect(try await world.submit("/voids/new", before, cookie: east).status == .seeOther)
            let page = try place(try await world.submit("/voids/new", new, cookie: city))
            // Seen by both, withdrawn by the one who keeps both.
            #expect(try await world.get(page, cookie: east).status == .ok)
            #expect(try await world.submit("\(page)/withdraw", [:], cookie: east).status == .forbidden)
            #expect(try await world.submit("\(page)/withdraw", [:], cookie: city).status == .seeOther)
        }
    }

    /// Facts that wait are judged again once the register is right, or taken out; those of another county are left alone.
    @Test(arguments: Database.Engine.required)
    func whatWaitsIsSettledOnThePage(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (east, west) = (
                try await world.signIn("east", .officer, area: "990101"), try await world.signIn("west", .officer, area: "990102")
            )
            // Before its first day at its site a box is nowhere.
            try await send(world, "T1", day: "2010-05-05", minutes: 600...609)
            try await send(world, "T2", day: "2010-05-05", minutes: 600...609)
            let ids = try await world.centre.database.read {
                try $0.all("SELECT id FROM quarantine WHERE settled_at IS NULL ORDER BY subject") { try $0.text(0) }
            }
            #expect(ids.count == 2)
            let (first, second) = (try #require(ids.first), try #require(ids.last))
            func act(_ name: String, _ id: String, _ cookie: String) async throws {
                let page = body(try await world.get("/quarantine", cookie: cookie))
                let hidden = hiddenFields(ofFormTo: "/sign-out", in: page) ?? [:]
                let done = try await world.post(
                    "/quarantine/\(name)", hidden.merging(["row.\(id)": "1", "form_step": "act"]) { $1 }, cookie: cookie)
                #expect(done.status == .seeOther)
            }
            func waiting() async throws -> Int { try await world.centre.database.read { try $0.quarantineCounts().values.reduce(0, +) } }
            try await act("dismiss", first, west)
            #expect(try await waiting() == 2)
            try await act("judge", first, east)
            #expect(try await waiting() == 2, "Nothing was mended yet")
            try await world.centre.database.write { statements in
                for table in ["site_version", "site_state", "terminal_assignment"] {
                    try statements.run(
                        "UPDATE \(sql: SQL(stringLiteral: table)) SET from_day = \(Day("2010-05-01") ?? .forever) WHERE from_day = \(Day("2010-06-01") ?? .forever)"
                    )
                }
            }
            try await act("judge", first, east)
            #expect(try await waiting() == 1)
            #expect(try await minutes(world) == 10)
            try await act("dismiss", second, east)
            #expect(try await waiting() == 0)
            #expect(try await minutes(world) == 10)
        }
    }
}
