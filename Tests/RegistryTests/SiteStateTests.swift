import Accounts
import Basics
import Registry
import Storage
import TestKit
import Testing

@Suite struct SiteStateTests {
    private static let today = Day("2011-05-01") ?? .forever

    /// `STATE FIRST LAST` of each state that holds, earliest first.
    private func states(_ world: SampleWorld, _ code: String) async throws -> [String] {
        try await world.database.read { statements in
            let site = try #require(try statements.site(code: code, on: Self.today, in: .everything))
            return try statements.stateHistory(site: site.num).filter { $0.replacedAt == nil }.reversed().map { row in
                "\(row.state.rawValue) \(row.fromDay) \(row.untilDay == .forever ? "…" : row.untilDay.advanced(by: -1).description)"
            }
        }
    }

    private func set(
        _ world: SampleWorld, _ code: String, _ state: SiteState, _ from: String, _ through: String? = nil, reason: String = "核查"
    ) async throws {
        let act = world.act(at: SampleWorld.moment("2011-05-01", 9))
        let (from, through) = (try #require(Day(from)), try through.map { try #require(Day($0)) })
        try await world.database.write { statements in
            let site = try #require(try statements.site(code: code, on: Self.today, in: .everything))
            try statements.setSiteState(
                state, site: site, from: from, through: through, today: Self.today, reason: reason, document: "", by: act)
        }
    }

    /// Every step of a site's life, and every state that no step leads to, from every state.
    @Test(arguments: Database.Engine.required)
    func everyStateFollowsThoseThatAreDeclaredAndNoOther(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let site = try #require(try await world.database.read { try $0.site(code: "S4", on: Self.today, in: .everything) })
            let (since, day) = (try #require(Day("2011-01-01")), try #require(Day("2011-04-01")))
            let act = world.act(at: SampleWorld.moment("2011-05-01", 9))
            for state in SiteState.allCases {
                for next in SiteState.allCases {
                    try await world.database.write { statements in
                        try statements.run("DELETE FROM site_state WHERE site = \(site.num)")
                        try statements.run(
                            """
                            INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at)
                            VALUES (\(act.ids.next()), \(site.num), \(state), \(since), \(Day.forever), 'x', '', 'x', \(act.at))
                            """)
                    }
                    var refusal: Refusal?
                    do { try await set(world, "S4", next, day.description) } catch let error as Refusal { refusal = error }
                    let isStep = SiteLife.cycle.steps.contains { $0.from.contains(state) && $0.to == next }
                    let expected: Refusal? = isStep ? nil : .invalid(["state": state == next ? "site.state_same" : "site.state_order"])
                    #expect(refusal == expected, "\(next) after \(state)")
                    let now = try await world.database.read { try $0.site(code: "S4", on: Self.today, in: .everything)?.state }
                    #expect(now == (isStep ? next : state), "\(next) after \(state)")
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func daysInThePastAreCorrectedAndWhatWasRecordedStays(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await set(world, "S1", .faulty, "2011-02-10", "2011-02-19")
            #expect(
                try await states(world, "S1") == [
                    "in_service 2010-06-01 2011-02-09", "faulty 2011-02-10 2011-02-19", "in_service 2011-02-20 …",
                ])
            // In the midst of it, over both ends of it, and all of it away again.
            try await set(world, "S1", .suspended, "2011-02-12", "2011-02-13")
            #expect(
                try await states(world, "S1") == [
                    "in_service 2010-06-01 2011-02-09", "faulty 2011-02-10 2011-02-11", "suspended 2011-02-12 2011-02-13",
                    "faulty 2011-02-14 2011-02-19",
                    "in_service 2011-02-20 …",
                ])
            try await set(world, "S1", .moving, "2011-02-13", "2011-02-20")
            #expect(
                try await states(world, "S1") == [
                    "in_service 2010-06-01 2011-02-09", "faulty 2011-02-10 2011-02-11", "suspended 2011-02-12 2011-02-12",
                    "moving 2011-02-13 2011-02-20",
                    "in_service 2011-02-21 …",
                ])
            try await set(world, "S1", .inService, "2011-02-10", "2011-02-20")
            #expect(
                try await states(world, "S1") == [
                    "in_service 2010-06-01 2011-02-09", "in_service 2011-02-10 2011-02-20", "in_service 2011-02-21 …",
                ])
            let kept = try await world.database.read { statements in
                let site = try #require(try statements.site(code: "S1", on: Self.today, in: .everything))
                return try statements.stateHistory(site: site.num).filter { $0.replacedAt != nil }.map(\.state)
            }
            #expect(Set(kept) == [.faulty, .suspended, .moving, .inService])
        }
    }

    @Test(arguments: Database.Engine.required)
    func aStateHoldsFromItsDayOnAndBeforeTheFirstOne(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await set(world, "S3", .inService, "2011-03-16")
            #expect(try await states(world, "S3") == ["in_service 2010-06-01 2011-03-15", "in_service 2011-03-16 …"])
            try await set(world, "S3", .closed, "2011-05-01")
            #expect(try await states(world, "S3").last == "closed 2011-05-01 …")
            try await set(world, "S5", .inService, "2011-03-01", "2011-03-09")
            #expect(try await states(world, "S5") == ["in_service 2011-03-01 2011-03-09", "in_service 2011-03-10 …"])
        }
    }

    @Test func whatCannotBeIsRefusedBesideItsField() async throws {
        try await withWorld(.sqlite) { world in
            let cases: [(String, SiteState, String, String?, String, FieldProblems)] = [
                ("S1", .faulty, "2011-05-02", nil, "核查", ["from": "site.future"]),
                ("S1", .faulty, "2011-04-01", "2011-05-02", "核查", ["through": "site.future"]),
                ("S1", .faulty, "2011-04-10", "2011-04-01", "", ["through": "site.days_order", "reason": "form.required"]),
                ("S1", .inService, "2011-04-01", nil, "核查", ["state": "site.state_same"]),
                ("S1", .planned, "2011-04-01", nil, "核查", ["state": "site.state_order"]),
                ("S1", .closed, "2011-04-01", "2011-04-02", "核查", ["state": "site.state_order"]),
                ("S3", .faulty, "2011-03-15", nil, "核查", ["from": "site.state_before_present"]),
                ("S4", .inService, "2011-04-01", nil, "核查", ["state": "site.state_order"]),
            ]
            for (code, state, from, through, reason, problems) in cases {
                let before = try await states(world, code)
                await #expect(throws: Refusal.invalid(problems)) { try await set(world, code, state, from, through, reason: reason) }
                #expect(try await states(world, code) == before)
            }
        }
    }
}
