import Accounts
import Basics
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

/// Tests, stops and contacts: judged, merged, counted once.
@Suite struct ConditionFactsTests {
    private static let evening = SampleWorld.moment("2011-04-20", 12)

    private func test(
        _ terminal: String = "T1", _ sequence: Int64 = 1, at instant: Instant = SampleWorld.moment("2011-03-05", 3),
        _ outcome: TestPlay.Outcome = .played, _ courseware: String = "lesson-1"
    ) -> Fact {
        Fact(
            id: "t\(sequence)",
            .test(TestPlay(terminal: terminal, boot: 7, sequence: sequence, at: instant, outcome: outcome, courseware: courseware)))
    }

    private func stop(_ terminal: String = "T1", last: Instant, back: Instant, boot: Int64 = 1, clean: Bool = false) -> Fact {
        Fact(id: "s\(boot)", .stop(Stop(terminal: terminal, boot: boot, lastAt: last, backAt: back, isClean: clean)))
    }

    private func contact(_ edge: String, _ terminal: String = "T1", _ day: String = "2011-03-05", _ minutes: String) -> Fact {
        Fact(
            id: "c",
            .contact(Contact(edge: edge, terminal: terminal, day: Day(day) ?? .forever, minutes: MinuteSet(text: minutes) ?? MinuteSet())))
    }

    private func enrol(_ edge: String, _ area: String, _ world: SampleWorld) async throws {
        let act = world.act(at: SampleWorld.moment("2011-01-02", 12))
        try await world.database.write { statements in
            let day = try #require(Day("2011-01-02"))
            let area = try #require(try statements.area(code: area, on: day, in: .everything))
            try statements.prepareClaim(id: edge, kind: "edge", name: edge, areaID: area.areaID, codeDigest: edge, by: act)
            _ = try statements.enrolNode(codeDigest: edge, publicKey: "key of \(edge)", version: "", on: day, by: act)
        }
    }

    @Test(arguments: Database.Engine.required)
    func eachIsJudged(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await enrol("E1", "990101", world)
            try await enrol("E2", "990102", world)
            let (morning, night) = (SampleWorld.moment("2011-03-05", 8), SampleWorld.moment("2011-03-05", 22))
            let cases: [(Fact, Sender, Verdict.Outcome, String)] = [
                (test(), .terminal("T1"), .stored, ""), (test(), .terminal("T1"), .duplicate, ""),
                (test("T1", 2, .nothingComplete, ""), .terminal("T1"), .stored, ""),
                (test("T1", 3, .played, "no-such-lesson"), .terminal("T1"), .quarantined, "fact.unknown_courseware"),
                (test("T1", 4, at: Self.evening.adding(seconds: 3600)), .terminal("T1"), .quarantined, "fact.future"),
                (test("T1", 5, at: Instant(milliseconds: 60_000)), .terminal("T1"), .quarantined, "fact.before_network"),
                (test("T2"), .terminal("T1"), .refused, "fact.not_yours"),
                (test("T9"), .commandLine, .quarantined, "fact.unknown_terminal"),
                (test("T1", 6, at: SampleWorld.moment("2010-05-05", 3)), .terminal("T1"), .quarantined, "fact.not_assigned"),
                (test("T1", 7), .edge("E1"), .stored, ""), (test("T1", 8), .edge("E2"), .quarantined, "fact.not_below"),
                (stop(last: morning, back: night), .terminal("T1"), .stored, ""),
                (stop(last: morning, back: night), .terminal("T1"), .duplicate, ""),
                (stop(last: morning, back: Self.evening.adding(seconds: 3600), boot: 2), .terminal("T1"), .quarantined, "fact.future"),
                (
                    stop(last: Instant(milliseconds: 60_000), back: night, boot: 3), .terminal("T1"), .quarantined, "fact.before_network"
                ),
                (stop("T2", last: morning, back: night), .terminal("T1"), .refused, "fact.not_yours"),
                (stop(last: morning, back: night, boot: 4), .edge("E2"), .quarantined, "fact.not_below"),
                (contact("E1", "480-490"), .edge("E1"), .stored, ""), (contact("E1", "485"), .edge("E1"), .duplicate, ""),
                (contact("E1", "485-500"), .edge("E1"), .stored, ""),
                // Nobody vouches for whom he does not carry, or for another edge.
                (contact("E2", "480"), .edge("E2"), .quarantined, "fact.not_below"),
                (contact("E1", "480"), .edge("E2"), .refused, "fact.not_yours"),
                (contact("E1", "480"), .terminal("T1"), .refused, "fact.not_yours"),
                (contact("E1", "T9", "2011-03-05", "480"), .edge("E1"), .quarantined, "fact.unknown_terminal"),
                (contact("E1", "T1", "1999-12-31", "480"), .edge("E1"), .quarantined, "fact.before_network"),
                (contact("E1", "T1", "2011-04-21", "480"), .edge("E1"), .quarantined, "fact.future"),
                (contact("E1", "T1", "2011-03-05", "1450"), .edge("E1"), .refused, "fact.minute_beyond_day"),
                (contact("E9", "480"), .commandLine, .quarantined, "fact.not_below"),
            ]
            for (number, entry) in cases.enumerated() {
                let verdicts = try await world.send([entry.0], from: entry.1, at: Self.evening)
                #expect(verdicts.map(\.outcome) == [entry.2] && verdicts.map(\.reason) == [entry.3], "case \(number): \(verdicts)")
            }
            // Of all this, no minute of presence and no play.
            let found = try await world.database.read { statements in
                (
                    try statements.count("SELECT count(*) FROM presence"), try statements.count("SELECT count(*) FROM play"),
                    try statements.count("SELECT count(*) FROM site_day")
                )
            }
            #expect(found == (0, 0, 0))
        }
    }

    private func contact(_ edge: String, _ minutes: String) -> Fact { contact(edge, "T1", "2011-03-05", minutes) }

    private func rows(_ world: SampleWorld) async throws -> [String] {
        try await world.database.read { statements in
            try statements.all("SELECT terminal, boot, sequence, at, outcome, courseware FROM test_play ORDER BY 1, 2, 3") {
                "\(try $0.int(0)) \(try $0.int(1)) \(try $0.int(2)) \(try $0.int(3)) \(try $0.text(4)) \(try $0.text(5))"
            }
                + statements.all("SELECT terminal, boot, last_at, back_at, clean FROM terminal_stop ORDER BY 1, 2") {
                    "\(try $0.int(0)) \(try $0.int(1)) \(try $0.int(2)) \(try $0.int(3)) \(try $0.int(4))"
                }
                + statements.all("SELECT day, terminal, edge, minutes FROM contact ORDER BY 1, 2, 3") {
                    "\(try $0.int(0)) \(try $0.int(1)) \(try $0.text(2)) \(try $0.minutes(3).text)"
                }
        }
    }

    /// In any order, in any batches, however often: the same rows.
    @Test(arguments: Database.Engine.required, 1...4 as ClosedRange<UInt64>)
    func anyOrderMakesTheSame(_ engine: Database.Engine, _ seed: UInt64) async throws {
        var made: [[String]] = []
        var generator = SeededGenerator(seed: seed)
        let base = SampleWorld.moment("2011-03-05", 3)
        let facts: [Fact] = (0..<60).map { number in
            let terminal = ["T1", "T2"][generator.below(2)]
            let instant = base.adding(seconds: Int64(generator.below(5)) * 3600)
            switch generator.below(3) {
            case 0:
                return test(terminal, Int64(generator.below(6)), at: instant, TestPlay.Outcome.allCases[generator.below(7)], "lesson-1")
            case 1:
                return stop(
                    terminal, last: instant, back: instant.adding(seconds: Int64(generator.below(9000))), boot: Int64(generator.below(4)),
                    clean: generator.chance(perMille: 500))
            default:
                return contact(
                    "E1", terminal, "2011-03-0\(1 + generator.below(4))", "\(generator.below(700))-\(700 + generator.below(700))")
            }
        }
        for _ in 0..<2 {
            let order = (facts + facts).map { ($0, generator.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
            try await withWorld(engine) { world in
                try await enrol("E1", "9901", world)
                var rest = order[...]
                var turn = 0
                while !rest.isEmpty {
                    turn += 1
                    let part = Array(rest.prefix(1 + generator.below(20)))
                    rest = rest.dropFirst(part.count)
                    let verdicts = try await world.send(part, batch: "b\(turn)", at: Self.evening)
                    #expect(verdicts.allSatisfy { $0.outcome == .stored || $0.outcome == .duplicate })
                }
                made.append(try await rows(world))
            }
        }
        #expect(made[0] == made[1] && !made[0].isEmpty)
    }

    @Test(arguments: Database.Engine.required)
    func aTestIsAskedForAndHeardOfForADay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (day, now) = (try #require(Day("2011-04-20")), Self.evening)
            let act = world.act(at: now)
            let site = try await world.database.read { try $0.site(ofTerminal: "T1", on: day) }
            await #expect(throws: Refusal.conflict("test_play.no_node")) {
                try await world.database.write { try $0.askTestPlay(siteCode: site, on: day, in: .everything, by: act) }
            }
            try await world.database.write { statements in
                let area = try #require(try statements.area(code: "990101", on: day, in: .everything))
                try statements.prepareClaim(id: "T1", kind: "terminal", name: "", areaID: area.areaID, codeDigest: "t", by: act)
                _ = try statements.enrolNode(codeDigest: "t", publicKey: "key", version: "", on: day, by: act)
                #expect(try statements.askTestPlay(siteCode: site, on: day, in: .everything, by: act) == 1)
            }
            await #expect(throws: Refusal.notFound("site")) {
                let elsewhere = Scope(areas: [try #require(AreaCode("990109"))])
                try await world.database.write { _ = try $0.askTestPlay(siteCode: site, on: day, in: elsewhere, by: act) }
            }
            let (soon, late) = try await world.database.read {
                (
                    try $0.testRequests(["T1", "T2"], at: now.adding(seconds: 60)),
                    try $0.testRequests(["T1"], at: now.adding(seconds: 86_401))
                )
            }
            #expect(soon == ["T1": now] && late.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aNodesLastContactOnlyGrows(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let now = Self.evening
            try await world.database.write { try $0.noteNodeContacts(["a": now, "b": now]) }
            try await world.database.write { try $0.noteNodeContacts(["a": now.adding(seconds: -9), "b": now.adding(seconds: 9)]) }
            let found = try await world.database.read { try $0.nodeContacts(["a", "b", "c"]) }
            #expect(found == ["a": now, "b": now.adding(seconds: 9)])
        }
    }
}

extension Statements {
    fileprivate func site(ofTerminal id: String, on day: Day) throws -> String { try presentSite(ofTerminal: id, on: day)?.code ?? "" }
}
