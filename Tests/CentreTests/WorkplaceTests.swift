import Accounts
import Basics
import Centre
import Content
import Foundation
import Hummingbird
import HummingbirdTesting
import Offices
import Operations
import Registry
import Storage
import TestKit
import Testing
import Web
import Workplaces

/// What those come for who are no officers: whoever keeps a site, and an operator's staff.
@Suite struct WorkplaceTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) throws -> String {
        try #require(answer.headers[.location].map { String($0.prefix { $0 != "?" }) })
    }

    /// A fault is told without a word, seen above, answered once, and the answer is told to whoever wrote.
    @Test(arguments: Database.Engine.required)
    func aSiteTellsTheTownshipAndIsAnswered(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("keeper", .siteManager, area: "990101001001")
            let (town, west) = (
                try await world.signIn("town", .officer, area: "990101001"), try await world.signIn("west", .officer, area: "990102")
            )
            let leader = try await world.signIn("leader", .leader, area: "990101")
            let home = body(try await world.get("/", cookie: keeper))
            #expect(home.contains("/site-messages/new?topic=fault&amp;site=S1"))
            #expect(!body(try await world.get("/", cookie: town)).contains("Messages of sites that wait"))
            let form = body(try await world.get("/site-messages/new?topic=fault&site=S1", cookie: keeper))
            #expect(form.contains("value=\"S1\"") && form.contains("value=\"fault\" selected"))
            let page = try place(
                try await world.submit("/site-messages/new", ["topic": "fault", "site": "S1", "body": ""], cookie: keeper))
            for (fields, field) in [
                (["topic": "question", "site": "S1", "body": " "], "body"), (["topic": "fault", "site": "S2", "body": ""], "site"),
                (["topic": "", "site": "S1", "body": "x"], "topic"),
            ] {
                let answer = try await world.submit("/site-messages/new", fields, cookie: keeper)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\""), "\(fields)")
            }
            #expect(body(try await world.get("/", cookie: town)).contains("Messages of sites that wait for your answer: 1"))
            #expect(body(try await world.get("/site-messages", cookie: town)).contains(page))
            #expect(!body(try await world.get("/site-messages", cookie: west)).contains(page))
            #expect(try await world.get(page, cookie: west).status == .notFound)
            #expect(try await world.submit("\(page)/answer", ["answer": "x"], cookie: leader).status == .forbidden)
            #expect(try await world.submit("\(page)/answer", ["answer": "x"], cookie: keeper).status == .forbidden)
            #expect(try await world.get("\(page)/change", cookie: keeper).status == .conflict)
            #expect(try await world.submit("\(page)/answer", ["answer": "<b>明天来修</b>"], cookie: town).status == .seeOther)
            #expect(try await world.submit("\(page)/answer", ["answer": "again"], cookie: town).status == .conflict)
            #expect(try await world.submit("\(page)/withdraw", [:], cookie: keeper).status == .conflict)
            #expect(body(try await world.get("/", cookie: keeper)).contains("Answers to your messages: 1"))
            let shown = body(try await world.get(page, cookie: keeper))
            #expect(shown.contains("&lt;b&gt;明天来修&lt;/b&gt;") && !shown.contains("<b>明天"))
        }
    }

    /// Nobody fills the table: a day has an end of messages.
    @Test(arguments: Database.Engine.required)
    func thereIsABoundOnWhatASiteTells(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            func tell(_ number: Int, at now: Instant) async throws {
                let message = SiteMessage(
                    id: "m\(number)", site: 1, siteCode: "S1", siteName: "", areaCode: "", areaName: "", topic: .fault, body: "",
                    madeBy: "keeper", madeAt: now)
                let act = Act(by: Actor(id: "keeper"), at: now, ids: world.ids)
                try await world.database.write { try $0.saveSiteMessage(message, by: act) }
            }
            for number in 0..<Statements.mostSiteMessages { try await tell(number, at: Self.moment) }
            await #expect(throws: Refusal.conflict("site_message.too_many")) { try await tell(99, at: Self.moment) }
            // Tomorrow too, while nobody answered; then what was answered counts no longer.
            let later = Self.moment.adding(seconds: 2 * 86_400)
            await #expect(throws: Refusal.conflict("site_message.too_many")) { try await tell(99, at: later) }
            try await world.database.write { try $0.run("UPDATE site_message SET state = 'answered'") }
            try await tell(99, at: later)
        }
    }

    /// What lies in the box as a whole can be watched; what is on its way is told with how far it is; what was withdrawn is not there.
    @Test(arguments: Database.Engine.required)
    func whatLiesInTheBoxIsOnTonight(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("keeper", .siteManager, area: "990101001001")
            try await world.centre.database.write { statements in
                let act = Act(by: .commandLine, at: Self.moment, ids: .system)
                guard let area = try statements.area(code: "9901", on: Day("2011-05-02") ?? .forever, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.archiveCourseware(id: "lesson-1", title: "果树修剪", durationMs: 600_000, areaID: area.areaID, by: act)
                try statements.archiveCourseware(id: "lesson-2", title: "大棚蔬菜", durationMs: 1_200_000, areaID: area.areaID, by: act)
            }
            func home() async throws -> String { body(try await world.get("/", cookie: keeper)) }
            #expect(try await home().contains("there is no lesson in the box yet"))
            func hold(_ id: String, _ state: String, _ done: Int) async throws {
                try await world.centre.database.write { statements in
                    try statements.run(
                        "UPDATE courseware SET state = 'published', version = 1, published_at = \(Self.moment) WHERE id = \(id)")
                    try statements.run(
                        """
                        INSERT INTO holding (node, courseware_id, version, revision, state, done_bytes, total_bytes, reason, received_at)
                        VALUES ('T1', \(id), 1, 1, \(state), \(done), 100, '', \(Self.moment))
                        """)
                }
            }
            try await hold("lesson-1", "fetching", 40)
            #expect(try await home().contains("lessons are on their way (“果树修剪”)"))
            try await hold("lesson-2", "complete", 100)
            #expect(try await home().contains("1 lessons can be watched tonight, the newest “大棚蔬菜”"))
            let list = body(try await world.get("/tonight?site=S1", cookie: keeper))
            #expect(list.contains("40% here") && list.contains("Ready") && list.contains(">20<"))
            #expect(body(try await world.get("/tonight?site=S1&q=dapeng", cookie: keeper)).contains("大棚蔬菜"))
            #expect(!body(try await world.get("/tonight?site=S1&q=dapeng", cookie: keeper)).contains("果树修剪"))
            #expect(try await world.get("/tonight?site=S3", cookie: keeper).status == .notFound)
            #expect(body(try await world.get("/tonight.csv?site=S1", cookie: keeper)).contains("大棚蔬菜"))
            try await world.centre.database.write { try $0.run("UPDATE courseware SET state = 'withdrawn'") }
            #expect(try await home().contains("there is no lesson in the box yet"))
        }
    }

    /// An operator's staff see the sites that their operator carries, in their area, and whom to ring there; nothing else.
    @Test(arguments: Database.Engine.required)
    func anOperatorsStaffSeeWhatTheirOperatorCarries(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let company = ["name": "云溪电信", "kind": "operator", "area": "9901", "modes.iptv": "1", "phone": "10000"]
            let page = try place(try await world.submit("/organisations/new", company, cookie: city))
            let id = String(page.split(separator: "/").last ?? "")
            let cookie = try await world.signIn("mender", .maintenance, area: "990101")
            func list(_ query: String = "") async throws -> String { body(try await world.get("/upkeep\(query)", cookie: cookie)) }
            // Without an operator nothing is his.
            #expect(try await !list("?show=all").contains("S1"))
            try await world.centre.database.write { statements in
                try statements.run("UPDATE role_grant SET object = \("operator:\(id)") WHERE role = 'maintenance'")
                try statements.run("UPDATE site_version SET mode = 'cable' WHERE site = (SELECT num FROM site WHERE code = 'S2')")
            }
            let posting = ["name": "王五", "post": "manager", "site": "S1", "phone": "0870-8123456", "from": "2011-01-01"]
            #expect(try await world.submit("/people/new", posting, cookie: city).status == .seeOther)
            #expect(body(try await world.get("/", cookie: cookie)).contains("Sites that want something: 1"))
            let shown = try await list()
            #expect(shown.contains("/upkeep/S1") && !shown.contains("S2") && !shown.contains("S3") && !shown.contains("S5"))
            let site = body(try await world.get("/upkeep/S1", cookie: cookie))
            #expect(
                site.contains("0870-8123456") && site.contains("T1") && site.contains("told of none") && !site.contains("href=\"/people/"))
            for other in ["S2", "S3", "S"] {
                #expect(try await world.get("/upkeep/\(other)", cookie: cookie).status == .notFound, "\(other)")
            }
            #expect(try await world.get("/sites/S1", cookie: cookie).status == .forbidden)
            // Heard of an hour ago it wants nothing, until the site tells of a fault.
            let now = Self.moment.adding(seconds: -3600)
            try await world.centre.database.write { statements in
                try statements.run(
                    """
                    INSERT INTO watermark_claim (terminal, since_at, through_at, received_at)
                    SELECT num, 0, \(now), \(now) FROM terminal WHERE id = 'T1'
                    """)
            }
            #expect(try await !list().contains("/upkeep/S1"))
            let keeper = try await world.signIn("keeper", .siteManager, area: "990101001001")
            _ = try await world.submit("/site-messages/new", ["topic": "fault", "site": "S1", "body": "没有声音"], cookie: keeper)
            #expect(try await list().contains("/upkeep/S1"))
            #expect(body(try await world.get("/upkeep/S1", cookie: cookie)).contains("没有声音"))
            // An operator that is no more looks after nothing; an office sees all, however it receives.
            _ = try await world.submit("\(page)/end", ["through": "2011-05-01"], cookie: city)
            #expect(try await !list("?show=all").contains("/upkeep/S1"))
            let all = body(try await world.get("/upkeep?show=all", cookie: city))
            #expect(all.contains("/upkeep/S1") && all.contains("/upkeep/S2") && all.contains("/upkeep/S5"))
        }
    }

    /// Every step of a site's message from every state by everybody, as declared.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAMessageIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let today = try #require(Day("2011-05-02"))
            func act(_ person: String) -> Act { Act(by: Actor(id: person), at: Self.moment, ids: world.ids) }
            var (number, taken) = (0, 0)
            for state in SiteMessageState.allCases {
                for step in SiteMessageLife.cycle.steps {
                    for (person, code) in [
                        ("maker", "990101001001"), ("town", "990101001"), ("village", "990101001001"), ("west", "990102"),
                    ] {
                        number += 1
                        let new = SiteMessage(
                            id: "m\(number)", site: 1, siteCode: "S1", siteName: "", areaCode: "", areaName: "", topic: .other, body: "x",
                            madeBy: "maker", madeAt: Self.moment)
                        let (maker, id) = (act("maker\(number)"), new.id)
                        let found = try await world.database.write { statements in
                            try statements.saveSiteMessage(new, by: maker)
                            try statements.run("UPDATE site_message SET state = \(state), made_by = 'maker' WHERE id = \(id)")
                            return try statements.siteMessage(id: id, on: today, in: .everything)
                        }
                        let (message, scope) = (try #require(found), Scope(areas: [AreaCode(code)].compactMap { $0 }))
                        let (expected, doer) = (step.obstacle(message.standing, by: person, in: scope), act(person))
                        var refusal: Refusal?
                        do {
                            try await world.database.write { try $0.take(step, message, answer: "a", in: scope, by: doer) }
                        } catch let error as Refusal { refusal = error }
                        #expect(refusal == expected, "\(step.name) from \(state) by \(person)")
                        taken += expected == nil ? 1 : 0
                    }
                }
            }
            // Answered by the township, taken back by its maker.
            #expect(taken == 2)
        }
    }
}
