import Accounts
import Basics
import Centre
import Foundation
import Hummingbird
import HummingbirdTesting
import Registry
import Storage
import TestKit
import Testing
import Web

/// The home page: what is late, what waits for whoever looks, what waits for others, each from its feature.
@Suite struct TodayTests {
    private func lines(_ world: CentreWorld, _ cookie: String, language: String = "en") async throws -> [String] {
        let answer = try await world.get("/", cookie: cookie, language: language)
        #expect(answer.status == .ok)
        let text = String(buffer: answer.body)
        #expect(!text.contains("⟨"))
        let main = text.components(separatedBy: "<main").last ?? ""
        return main.components(separatedBy: "\n").map { $0.replacing(/<[^>]*>/, with: "").trimmingCharacters(in: .whitespaces) }.filter {
            !$0.isEmpty
        }
    }

    /// Whoever keeps a village's site sees whether its box is well, what yesterday counted, and whom to ring.
    @Test(arguments: Database.Engine.required)
    func whoKeepsASiteSeesHowItIs(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-04-02", 12)) { world in
            let county = try await world.signIn("county", .officer, area: "990101")
            let keeper = try await world.signIn("keeper", .siteManager, area: "990101001001")
            let posting = [
                "name": "王五", "post": "officer", "site": "", "area": "990101", "phone": "0870-8123456", "from": "2011-01-01", "through": "",
                "trained": "",
            ]
            #expect(try await world.submit("/people/new", posting, cookie: county).status == .seeOther)
            var home = try await lines(world, keeper)
            #expect(home.contains { $0.contains("上湾村站点: never reported") } && home.contains { $0.contains("0870-8123456") })
            let (day, now) = (try #require(Day("2011-04-01")), SampleWorld.moment("2011-04-02", 11))
            try await world.centre.database.write { statements in
                try statements.run(
                    """
                    INSERT INTO site_day (day, site, on_minutes, effective_seconds, plays, effective_plays, effective_demand_plays)
                    SELECT \(day), num, 95, 600, 3, 2, 1 FROM site WHERE code = 'S1'
                    """)
                try statements.run(
                    "INSERT INTO watermark_claim (terminal, since_at, through_at, received_at) SELECT num, 0, \(now), \(now) FROM terminal WHERE id = 'T1'"
                )
            }
            home = try await lines(world, keeper)
            #expect(home.contains { $0.contains("上湾村站点: well") })
            #expect(home.contains { $0.contains("2011-04-01 on for 95 minutes, 2 effective plays") })
            #expect(try await !lines(world, county).contains { $0.contains("上湾村站点") })
        }
    }

    @Test(arguments: Database.Engine.required)
    func eachFindsHisOwnWorkAndNobodyElses(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-04-02", 12)) { world in
            var cookies: [String: String] = [:]
            for (login, role, area) in [
                ("city", Role.officer, "9901"), ("county", .officer, "990101"), ("other", .officer, "990102"), ("leader", .leader, "9901"),
                ("mender", .member, "990101"),
            ] {
                cookies[login] = try await world.signIn(login, role, area: area)
            }
            func home(_ login: String) async throws -> [String] { try await lines(world, try #require(cookies[login])) }
            #expect(try await home("leader").contains("Nothing waits at present."))
            #expect(try await home("mender").contains { $0.hasPrefix("Your roles open no page yet") })

            let act = world.centre.house
            let (day, now) = (act.today, world.clock.clock.now)
            try await world.centre.database.write { statements in
                guard let account = try statements.account(login: "county"),
                    let area = try statements.area(code: "990101", on: day, in: .everything)
                else {
                    throw Refusal.notFound("account")
                }
                let days = day.advanced(by: -20)...day.advanced(by: -10)
                let new = NewProposal(cause: .flood, days: days, reason: "洪水", document: "", sites: ["S1"])
                _ = try statements.proposeExclusion(
                    new, area: area, on: day, by: Act(by: Actor(id: account.id), at: now.adding(seconds: -86_400), ids: .system))
                try statements.addIncident(
                    IncidentReport(reporter: "", kind: "claim.refused", about: "", firstAt: now, lastAt: now, count: 3))
            }
            #expect(
                try await home("city").contains {
                    $0.hasPrefix("Exclusion proposals for me to decide: 1") && $0.contains("since 2011-04-01, days: 1")
                })
            #expect(try await home("county").contains { $0.hasPrefix("My exclusion proposals without a decision: 1") })
            // The menu says it too, on any page, and no more once he has done something about it.
            let cookie = try #require(cookies["city"])
            let page = String(buffer: try await world.get("/exclusions", cookie: cookie).body)
            #expect(page.contains("<span class=\"waiting\">1</span>"))
            for login in ["other", "leader"] {
                #expect(!(try await home(login).contains { $0.contains("xclusion proposals") }), "\(login)")
            }
            #expect(!(try await home("city").contains { $0.contains("Incidents to be seen to") }))
            let system = try await world.signIn("system", .systemAdministrator, area: "9901")
            #expect(try await lines(world, system).contains("Incidents to be seen to: 1"))
            #expect(try await lines(world, system, language: "zh-CN").contains("1 项安全事件等待处理"))
        }
    }

    /// A return is due until the third of the next month, and late from then on.
    @Test(arguments: Database.Engine.required)
    func whatIsOverdueComesFirst(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-04-03", 12)) { world in
            // A site without a terminal is typed in.
            try await world.centre.database.write { try $0.run("DELETE FROM terminal_assignment") }
            let cookie = try await world.signIn("city", .officer, area: "9901")
            let before = try await lines(world, cookie)
            #expect(before.contains { $0.hasPrefix("Returns of last month, not yet submitted: ") } && !before.contains("Late"))
            world.clock.set(SampleWorld.moment("2011-04-05", 0).adding(seconds: 3600))
            let again = try await world.post("/sign-in", ["login": "city", "password": "a long test password"]).headers[.setCookie]
            let after = try await lines(world, String(again?.split(separator: ";").first ?? ""))
            #expect(
                after.contains("Late")
                    && after.contains { $0.hasPrefix("Returns of last month, late: ") && $0.contains("since 2011-04-04, days: 1") })
        }
    }
}
