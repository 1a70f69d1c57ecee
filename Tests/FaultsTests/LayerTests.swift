import Accounts
import Basics
import Faults
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

/// The rule by which a site is playable, faulty or unproven, and the rows that it is asked of.
@Suite struct LayerTests {
    private static let march = (Day("2011-03-01") ?? .forever)...(Day("2011-03-31") ?? .forever)

    private static func event(_ day: Int, _ hour: Int, _ kind: PlayEvent.Kind, terminal: Int = 1) -> PlayEvent {
        let day = march.lowerBound.advanced(by: day - 1)
        return PlayEvent(terminal: terminal, at: NetworkZone.shanghai.start(of: day).adding(seconds: Int64(hour) * 3600), day: day, kind)
    }

    private static func condition(_ events: [PlayEvent], _ day: Int) -> FoundCondition {
        FoundCondition(events, on: march.lowerBound.advanced(by: day - 1), spans: .standard)
    }

    /// Worked example 1: 3,221 registered, 2,286 playable, 512 faulty.
    @Test func theThreeAddUpToTheRegistered() {
        var figures = ConnectivityFigures()
        for _ in 0..<2286 { figures.add(.playable) }
        for _ in 0..<512 { figures.add(.faulty) }
        for _ in 0..<423 { figures.add(.unproven) }
        #expect(figures.registered == 3221 && figures.unproven == 423)
        #expect(figures.connectivity.percent == "70.97" && figures.bound.percent == "84.10" && figures.faultRate.percent == "15.90")
    }

    @Test func ofSilenceThereIsNoRate() {
        var figures = ConnectivityFigures()
        figures.add(.unproven, isHeard: false)
        #expect(figures.connectivity.percent == nil && figures.bound.percent == nil && figures.faultRate.percent == nil)
        figures.add(.unproven)
        #expect(figures.connectivity.percent == "0.00" && figures.bound.percent == "100.00")
    }

    /// Worked example 2.
    @Test func theWindowAndTwoFailuresRunning() {
        let proof = Self.event(4, 20, .play)
        #expect(Self.condition([proof], 4).condition == .playable)
        #expect(Self.condition([proof], 10).condition == .playable)
        let eleventh = Self.condition([proof], 11)
        #expect(eleventh.condition == .unproven && eleventh.answer == .unknown)
        let first = Self.event(9, 3, .test(.notDecoded))
        #expect(Self.condition([proof, first], 8).condition == .playable)
        #expect(Self.condition([proof, first], 9).condition == .unproven && Self.condition([proof, first], 9).answer == .no)
        let second = Self.event(10, 3, .test(.noPage))
        #expect(Self.condition([proof, first, second], 9).condition == .unproven)
        let tenth = Self.condition([proof, first, second], 10)
        #expect(tenth.condition == .faulty && tenth.faultyFrom == first.at && tenth.answer == .no)
        #expect(Self.condition([proof, first, second], 31).condition == .faulty, "until something proves the contrary")
        // A play of the evening of the 9th that is told on the 12th.
        let late = Self.event(9, 20, .play)
        let all = [second, late, first, proof]
        #expect(Self.condition(all, 9).condition == .playable)
        #expect(Self.condition(all, 10).condition == .unproven && Self.condition(all, 10).faultyFrom == nil)
    }

    @Test(
        arguments: [
            ([], 9, SiteCondition.unproven), ([event(3, 3, .test(.played))], 9, .playable), ([event(3, 3, .test(.played))], 10, .unproven),
            // Neither proof nor failure.
            ([event(9, 3, .test(.nothingComplete)), event(10, 3, .test(.nothingComplete))], 10, .unproven),
            ([event(8, 20, .play), event(9, 3, .test(.clock)), event(10, 3, .test(.clock))], 10, .playable),
            // One each of two boxes is not two running of one.
            ([event(9, 3, .test(.disk)), event(9, 4, .test(.disk), terminal: 2)], 10, .unproven),
            ([event(9, 3, .test(.disk)), event(9, 4, .test(.disk), terminal: 2), event(10, 4, .test(.disk), terminal: 2)], 10, .faulty),
            // What plays at another box of the site plays at the site.
            ([event(9, 3, .test(.disk)), event(10, 3, .test(.disk)), event(10, 4, .test(.played), terminal: 2)], 10, .playable),
            // Of a failure and a proof in one instant the proof stands.
            ([event(9, 3, .test(.disk)), event(9, 3, .test(.played), terminal: 2)], 10, .playable),
            // What comes after the day says nothing of it.
            ([event(9, 3, .test(.played)), event(10, 3, .test(.disk)), event(11, 3, .test(.disk))], 9, .playable),
        ] as [([PlayEvent], Int, SiteCondition)])
    func aSiteIsExactlyOneOfThree(_ events: [PlayEvent], _ day: Int, _ expected: SiteCondition) {
        #expect(Self.condition(events, day).condition == expected)
        #expect(Self.condition(events.reversed(), day) == Self.condition(events, day), "in any order")
    }

    /// Against a slow model that walks through the events: ten thousand random histories.
    @Test func theRuleIsThatOfASlowWalk() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<10_000 {
            let events = (0..<random.below(9)).map { _ in
                let kinds: [PlayEvent.Kind] = [
                    .play, .test(.played), .test(.disk), .test(.noPage), .test(.notDecoded), .test(.nothingComplete), .test(.clock),
                ]
                return Self.event(
                    1 + random.below(14), random.below(24), kinds[random.below(kinds.count)], terminal: 1 + random.below(2))
            }
            let day = 1 + random.below(15)
            var (proof, running): (PlayEvent?, [Int: [Instant]]) = (nil, [:])
            // Of one instant the proof comes last, and forgets the failure.
            for event in events.sorted(by: { ($0.at, $0.isProof ? 1 : 0) < ($1.at, $1.isProof ? 1 : 0) })
            where event.day <= Self.march.lowerBound.advanced(by: day - 1) {
                if event.isProof {
                    (proof, running) = (event, [:])
                } else if event.isFailure {
                    running[event.terminal, default: []].append(event.at)
                }
            }
            let isRecent = proof.map { $0.day.number + 7 > Self.march.lowerBound.number + day - 1 } ?? false
            let expected: SiteCondition =
                running.values.contains { $0.count >= 2 } ? .faulty : running.isEmpty && isRecent ? .playable : .unproven
            #expect(Self.condition(events, day).condition == expected, "\(events) on \(day)")
        }
    }

    private func test(_ terminal: String, _ at: Instant, _ outcome: TestPlay.Outcome, _ sequence: Int64) -> Fact {
        Fact(
            id: "t\(sequence)",
            .test(
                TestPlay(
                    terminal: terminal, boot: 7, sequence: sequence, at: at, outcome: outcome,
                    courseware: outcome == .nothingComplete ? "" : "lesson-1")))
    }

    private func play(_ terminal: String, _ at: Instant, seconds: Int64, _ sequence: Int64) -> Fact {
        let interval = PlayInterval(startedAt: at, mediaFrom: 0, mediaUntil: seconds * 1000)
        return Fact(
            id: "p\(sequence)",
            .play(Play(terminal: terminal, boot: 7, sequence: sequence, courseware: "lesson-1", mode: .demand, intervals: [interval])))
    }

    private func conditions(_ world: SampleWorld, _ day: String) async throws -> [String: FoundCondition] {
        let day = try #require(Day(day))
        let sites = try await world.database.read {
            try $0.siteConditions(on: day, in: .everything, spans: try $0.layerSpans(on: day), rules: SampleWorld.rules)
        }
        return Dictionary(uniqueKeysWithValues: sites.map { ($0.code, $0.found) })
    }

    private func site(_ world: SampleWorld, of terminal: String) async throws -> String {
        try await world.database.read { try $0.presentSite(ofTerminal: terminal, on: Day("2011-03-01") ?? .forever)?.code ?? "" }
    }

    /// From facts on both engines: the worked example, a play that is too short to prove anything, a void, late facts.
    @Test(arguments: Database.Engine.required)
    func factsMakeTheCondition(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let evening = SampleWorld.moment("2011-04-20", 12)
            let code = try await site(world, of: "T1")
            _ = try await world.send([play("T1", SampleWorld.moment("2011-03-04", 20), seconds: 300, 1)], at: evening)
            #expect(try await conditions(world, "2011-03-10")[code]?.condition == .playable)
            #expect(try await conditions(world, "2011-03-11")[code]?.condition == .unproven)
            _ = try await world.send(
                [
                    test("T1", SampleWorld.moment("2011-03-09", 3), .notDecoded, 1),
                    test("T1", SampleWorld.moment("2011-03-10", 3), .disk, 2),
                ], at: evening)
            #expect(try await conditions(world, "2011-03-08")[code]?.condition == .playable)
            #expect(try await conditions(world, "2011-03-09")[code]?.condition == .unproven)
            let tenth = try await conditions(world, "2011-03-10")[code]
            #expect(tenth?.condition == .faulty && tenth?.faultyFrom == SampleWorld.moment("2011-03-09", 3))
            // Ten seconds are no effective play.
            _ = try await world.send([play("T1", SampleWorld.moment("2011-03-09", 19), seconds: 10, 2)], at: evening)
            #expect(try await conditions(world, "2011-03-10")[code]?.condition == .faulty)
            _ = try await world.send([play("T1", SampleWorld.moment("2011-03-09", 20), seconds: 300, 3)], at: evening)
            #expect(try await conditions(world, "2011-03-09")[code]?.condition == .playable)
            #expect(try await conditions(world, "2011-03-10")[code]?.condition == .unproven)
            // The failure of the 10th was another box's: its day is taken out.
            let day = try #require(Day("2011-03-10"))
            let act = world.act(at: evening)
            let void = try await world.database.write {
                try $0.voidFacts(terminalID: "T1", days: day...day, reason: "试机", rules: SampleWorld.rules, by: act)
            }
            #expect(try await conditions(world, "2011-03-10")[code]?.condition == .playable)
            try await world.database.write { try $0.withdrawVoid(id: void, rules: SampleWorld.rules, by: act) }
            #expect(try await conditions(world, "2011-03-10")[code]?.condition == .unproven)
        }
    }

    /// The sites of each day are those that the register says, whatever the conditions: none is in no line, and none in two.
    @Test(arguments: Database.Engine.required)
    func everyRegisteredSiteOfTheDayIsThereOnce(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-10"))
            let (all, below) = try await world.database.read { statements in
                let all = try statements.siteConditions(on: day, in: .everything, spans: .standard, rules: SampleWorld.rules)
                let areas = try statements.rootAreas(on: day).flatMap { try statements.children(of: $0, on: day, in: .everything) }
                let below = try areas.compactMap(\.areaCode).flatMap {
                    try statements.siteConditions(on: day, in: Scope(areas: [$0]), spans: .standard, rules: SampleWorld.rules)
                }
                return (all, below)
            }
            #expect(!all.isEmpty && Set(all.map(\.code)).count == all.count)
            #expect(Set(below.map(\.code)).isSubset(of: Set(all.map(\.code))) && Set(below.map(\.code)).count == below.count)
            // One that an approved exclusion takes out of the day is not registered on it.
            let first = all[0]
            try await world.database.write { statements in
                try statements.run(
                    """
                    INSERT INTO site_exclusion (id, site, from_day, until_day, reason, document, actor, recorded_at)
                    VALUES ('x', \(first.site), \(day), \(day.advanced(by: 1)), '洪水', '', 'a', 0)
                    """)
            }
            let rest = try await world.database.read {
                try $0.siteConditions(on: day, in: .everything, spans: .standard, rules: SampleWorld.rules).map(\.code)
            }
            #expect(rest == all.dropFirst().map(\.code))
        }
    }

    @Test(arguments: Database.Engine.required)
    func aSiteIsReachableWhenItsTerminalsWereHeard(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let now = SampleWorld.moment("2011-04-20", 12)
            let act = world.act(at: SampleWorld.moment("2011-04-01", 12))
            let code = try await site(world, of: "T1")
            func layers() async throws -> SiteLayers? {
                try await world.database.read {
                    try $0.siteLayers(at: now, in: .everything, spans: .standard, rules: SampleWorld.rules).first { $0.code == code }
                }
            }
            let never = try await layers()
            #expect(never?.networkAt == nil && never?.platformAt == nil && never?.isOperatorData == true)
            // An operator's record of a box without our program stands for its line.
            let minutes = MinuteSet(text: "480-489") ?? MinuteSet()
            let presence = Presence(terminal: "T1", day: try #require(Day("2011-04-20")), minutes: minutes)
            _ = try await world.send([Fact(id: "x", .presence(presence))], at: now)
            #expect(try await layers()?.networkAt == SampleWorld.moment("2011-04-20", 8, 9))
            try await world.database.write { statements in
                let day = try #require(Day("2011-04-01"))
                let area = try #require(try statements.area(code: "990101", on: day, in: .everything))
                for (id, kind) in [("E1", "edge"), ("T1", "terminal")] {
                    try statements.prepareClaim(id: id, kind: kind, name: id, areaID: area.areaID, codeDigest: id, by: act)
                    _ = try statements.enrolNode(codeDigest: id, publicKey: "key \(id)", version: "", on: day, by: act)
                }
            }
            #expect(try await layers()?.networkAt == nil, "what a file says is no word of the box")
            let heard = Contact(
                edge: "E1", terminal: "T1", day: try #require(Day("2011-04-19")), minutes: MinuteSet(text: "720-730") ?? MinuteSet())
            _ = try await world.send([Fact(id: "c", .contact(heard))], from: .edge("E1"), at: now)
            let byEdge = try await layers()
            #expect(byEdge?.networkAt == SampleWorld.moment("2011-04-19", 12, 10) && byEdge?.platformAt == nil)
            #expect(LayerSpans.standard.answer(.network, heardAt: byEdge?.networkAt, at: now) == .yes)
            #expect(LayerSpans.standard.answer(.network, heardAt: byEdge?.networkAt, at: now.adding(seconds: 600)) == .unknown)
            try await world.database.write { try $0.noteNodeContacts(["T1": now.adding(seconds: -60)]) }
            let byBoth = try await layers()
            #expect(byBoth?.networkAt == now.adding(seconds: -60) && byBoth?.platformAt == byBoth?.networkAt)
            #expect(byBoth?.isOperatorData == false)
        }
    }

    /// A demo shows what plays and what does not, without a minute on more.
    @Test(arguments: Database.Engine.required)
    func theSampleHasTestsAndNothingElse(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (day, act) = (try #require(Day("2011-04-20")), world.act(at: SampleWorld.moment("2011-04-20", 12)))
            try await world.database.write { try $0.makeSampleTestPlays(on: day, by: act, SampleWorld.rules) }
            let (tests, rest) = try await world.database.read { statements in
                (
                    try statements.count("SELECT count(*) FROM test_play"),
                    try statements.count("SELECT (SELECT count(*) FROM presence) + (SELECT count(*) FROM quarantine)")
                )
            }
            #expect(tests > 0 && rest == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func spansHoldFromTheirDaysOn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: SampleWorld.moment("2011-04-20", 12))
            let (first, second) = (try #require(Day("2011-03-01")), try #require(Day("2011-04-01")))
            @Sendable func rule(_ id: String, _ from: Day, _ proof: Int) -> SpanRule {
                SpanRule(
                    id: id, from: from, spans: LayerSpans(network: 12, platform: 6, proof: proof), document: "远办〔2011〕9号", reason: "x",
                    madeBy: "a", madeAt: act.at)
            }
            try await world.database.write { statements in
                try statements.addSpanRule(rule("a", first, 3), by: act)
                try statements.addSpanRule(rule("b", second, 5), by: act)
                try statements.addSpanRule(rule("c", second, 10), by: act)
            }
            let found = try await world.database.read { statements in
                try [first.advanced(by: -1), first, second.advanced(by: -1), second].map { try statements.layerSpans(on: $0).proof }
            }
            #expect(found == [7, 3, 3, 10])
            let rules = try await world.database.read { try $0.spanRules() }
            #expect(Set(rules.map(\.id)) == ["a", "b", "c"] && rules.filter(\.isReplaced).map(\.id) == ["b"])
            #expect(try await world.database.read { try $0.spanRules(id: "c").count } == 1)
        }
    }
}
