import Accounts
import Basics
import Content
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

private func presence(_ terminal: String, _ day: String, _ minutes: String, id: String = "f") -> Fact {
    Fact(id: id, .presence(Presence(terminal: terminal, day: Day(day) ?? .forever, minutes: MinuteSet(text: minutes) ?? MinuteSet())))
}

private func play(
    _ terminal: String, _ courseware: String, at start: Instant, from: Int64 = 0, seconds: Int64, sequence: Int64 = 1,
    mode: PlayMode = .demand, id: String = "p"
) -> Fact {
    Fact(
        id: id,
        .play(
            Play(
                terminal: terminal, boot: 7, sequence: sequence, courseware: courseware, mode: mode,
                intervals: [PlayInterval(startedAt: start, mediaFrom: from, mediaUntil: from + seconds * 1000)])))
}

private func holding(_ courseware: String, version: Int64, revision: Int64) -> Fact {
    Fact(
        id: "h",
        .holding(
            Holding(node: "T1", courseware: courseware, version: version, revision: revision, state: .complete, doneBytes: 9, totalBytes: 9)
        ))
}

private let evening = SampleWorld.moment("2011-03-05", 22)

@Suite struct FactVerdictTests {
    @Test(arguments: Database.Engine.required)
    func eachKindOfFactGetsItsVerdict(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let noon = SampleWorld.moment("2011-03-05", 12)
            let cases: [(Fact, Sender, Verdict.Outcome, String)] = [
                (presence("T1", "2011-03-05", "480-540"), .commandLine, .stored, ""),
                (presence("T1", "2011-03-05", "480-540"), .commandLine, .duplicate, ""),
                (presence("T1", "2011-03-05", "500-541"), .terminal("T1"), .stored, ""),
                (presence("T1", "2011-03-05", "700"), .terminal("T2"), .refused, "fact.not_yours"),
                (presence("T9", "2011-03-05", "1"), .commandLine, .quarantined, "fact.unknown_terminal"),
                (presence("T1", "2011-03-05", "1439"), .commandLine, .quarantined, "fact.future"),
                (presence("T1", "2011-03-06", "0"), .commandLine, .quarantined, "fact.future"),
                (presence("T1", "1970-01-01", "5"), .commandLine, .quarantined, "fact.before_network"),
                (presence("T1", "2010-05-31", "5"), .commandLine, .quarantined, "fact.not_assigned"),
                (presence("T5", "2011-03-05", "5"), .commandLine, .quarantined, "fact.not_assigned"),
                (presence("T1", "2011-03-05", "1440"), .commandLine, .refused, "fact.minute_beyond_day"),
                (play("T1", "lesson-1", at: noon, seconds: 60), .commandLine, .stored, ""),
                (play("T1", "lesson-1", at: noon, seconds: 60), .commandLine, .duplicate, ""),
                (play("T1", "lesson-1", at: noon, seconds: 90), .commandLine, .stored, ""),
                (play("T1", "no-such-lesson", at: noon, seconds: 60, sequence: 2), .commandLine, .quarantined, "fact.unknown_courseware"),
                (play("T1", "lesson-1", at: evening, seconds: 6000, sequence: 3), .commandLine, .quarantined, "fact.future"),
                (Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: noon))), .commandLine, .stored, ""),
                (Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: noon.adding(seconds: -60)))), .commandLine, .duplicate, ""),
                (
                    Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: evening.adding(seconds: 3600)))), .commandLine,
                    .quarantined, "fact.future"
                ),
                (
                    Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: Instant(milliseconds: 5)))), .commandLine, .quarantined,
                    "fact.before_network"
                ),
                (
                    Fact(
                        id: "h",
                        .holding(
                            Holding(
                                node: "T1", courseware: "lesson-1", version: 0, revision: 2, state: .fetching, doneBytes: 5, totalBytes: 9))
                    ), .terminal("T1"),
                    .stored, ""
                ),
                (
                    Fact(
                        id: "h",
                        .holding(
                            Holding(node: "T1", courseware: "lesson-1", version: 0, revision: 1, state: .known, doneBytes: 0, totalBytes: 9)
                        )), .terminal("T1"),
                    .duplicate, ""
                ),
                (holding("lesson-1", version: 1, revision: 3), .terminal("T1"), .quarantined, "fact.unknown_courseware"),
                (holding("no-such-lesson", version: 0, revision: 3), .terminal("T1"), .quarantined, "fact.unknown_courseware"),
                (holding("lesson-1", version: 0, revision: (1 << 53) - 1), .terminal("T1"), .quarantined, "fact.revision"),
            ]
            for (number, entry) in cases.enumerated() {
                let verdicts = try await world.send([entry.0], from: entry.1, at: evening)
                #expect(verdicts.map(\.outcome) == [entry.2], "case \(number)")
                #expect(verdicts.map(\.reason) == [entry.3], "case \(number)")
            }
            let holdings = try await world.database.read { try $0.holdings(of: "lesson-1", version: 0) }
            #expect(holdings.map(\.state) == [.fetching])
            let counts = try await world.database.read { try $0.quarantineCounts() }
            #expect(counts["fact.future"] == 4)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theSameBatchAHundredTimesCountsOnce(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let facts = [
                presence("T1", "2011-03-05", "480-540"), play("T1", "lesson-1", at: SampleWorld.moment("2011-03-05", 8, 10), seconds: 300),
                presence("T9", "2011-03-05", "4"),
            ]
            for turn in 0..<100 {
                let verdicts = try await world.send(facts, batch: "b\(turn)", at: evening)
                #expect(
                    verdicts.map(\.outcome) == (turn == 0 ? [.stored, .stored, .quarantined] : [.duplicate, .duplicate, .quarantined]))
            }
            let month = try await world.database.read {
                try $0.presence(terminals: [1], within: (Day("2011-03-01") ?? .forever)...(Day("2011-03-31") ?? .forever))
            }
            #expect(month.map(\.minutes.count) == [61])
            let found9 = try await world.database.read { try $0.quarantined(limit: 10) }.count
            #expect(found9 == 1)
        }
    }

    @Test(arguments: Database.Engine.required)
    func lateMinutesLeaveAReceiptAndOnTimeOnesNone(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-05"))
            _ = try await world.send([presence("T1", "2011-03-05", "480-540")], at: SampleWorld.moment("2011-03-06", 5, 59))
            _ = try await world.send([presence("T1", "2011-03-05", "530-545")], batch: "late", at: SampleWorld.moment("2011-03-06", 6, 1))
            _ = try await world.send([presence("T1", "2011-03-05", "530-545")], batch: "again", at: SampleWorld.moment("2011-03-07", 6, 1))
            let late = try await world.database.read { try $0.lateMinutes(terminals: [1], within: day...day) }
            #expect(late.map(\.minutes.text) == ["541-545"])
            #expect(late.map(\.receivedAt) == [SampleWorld.moment("2011-03-06", 6, 1)])
        }
    }

    @Test(arguments: Database.Engine.required)
    func correctingTheCoursewareListLetsQuarantinedPlaysCount(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let unknown = play("T1", "lesson-3", at: SampleWorld.moment("2011-03-05", 9), seconds: 300)
            _ = try await world.send([unknown, presence("T9", "2011-03-05", "4")], at: evening)
            let act = world.act(at: evening)
            let counted = try await world.database.write { statements in
                try statements.archiveCourseware(id: "lesson-3", title: "新课", durationMs: 900_000, areaID: "a", by: act)
                return try statements.judgeQuarantineAgain(rules: SampleWorld.rules, by: act)
            }
            #expect(counted.counted == 1)
            let rest = try await world.database.read { try $0.quarantined(limit: 10) }
            #expect(rest.map(\.reason) == ["fact.unknown_terminal"])
            try await world.database.write { try $0.dismissQuarantined(id: rest[0].id, by: act) }
            let found10 = try await world.database.read { try $0.quarantined(limit: 10) }.isEmpty
            #expect(found10)
            await #expect(throws: Refusal.notFound("quarantined_fact")) {
                try await world.database.write { try $0.dismissQuarantined(id: rest[0].id, by: act) }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aVoidTakesFactsOutOfTheFiguresAndWithdrawingItBringsThemBack(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-05"))
            _ = try await world.send(
                [
                    presence("T2", "2011-03-05", "480-540"), presence("T2B", "2011-03-05", "530-550"),
                    play("T2B", "lesson-1", at: SampleWorld.moment("2011-03-05", 9), seconds: 300),
                ],
                at: evening)
            func figures() async throws -> [[Int]] {
                try await world.database.read {
                    try $0.all("SELECT on_minutes, plays, effective_seconds FROM site_day WHERE day = \(day)") { row in
                        try (0..<3).map { try row.int($0) }
                    }
                }
            }
            #expect(try await figures() == [[71, 1, 300]])
            let act = world.act(at: evening)
            let void = try await world.database.write {
                try $0.voidFacts(terminalID: "T2B", days: day...day, reason: "在库房试机", rules: SampleWorld.rules, by: act)
            }
            #expect(try await figures() == [[61, 0, 0]])
            // A fact that comes while the void stands is stored and stays out of the figures.
            _ = try await world.send([presence("T2B", "2011-03-05", "600-610")], at: evening)
            #expect(try await figures() == [[61, 0, 0]])
            try await world.database.write { try $0.withdrawVoid(id: void, rules: SampleWorld.rules, by: act) }
            #expect(try await figures() == [[82, 1, 300]])
            let listed = try await world.database.read { try $0.voids(terminals: [2, 3], within: day...day) }
            #expect(listed.map { $0.withdrawnAt != nil } == [true])
            await #expect(throws: Refusal.self) {
                try await world.database.write { try $0.withdrawVoid(id: void, rules: SampleWorld.rules, by: act) }
            }
            let found11 = try await world.database.write { try $0.rebuildSiteDays(day...day, rules: SampleWorld.rules) }
            #expect(found11 == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aPlayOverMidnightIsCountedOnBothDays(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await world.send(
                [play("T1", "lesson-2", at: SampleWorld.moment("2011-03-05", 23, 55), seconds: 600)],
                at: SampleWorld.moment("2011-03-06", 1))
            let rows = try await world.database.read {
                try $0.all("SELECT day, effective_seconds, effective_demand_plays FROM site_day ORDER BY day") { row in
                    [try row.day(0).description, String(try row.int(1)), String(try row.int(2))]
                }
            }
            #expect(rows == [["2011-03-05", "300", "1"], ["2011-03-06", "300", "1"]])
        }
    }

    @Test(arguments: Database.Engine.required)
    func thirtyDaysAtOnceAreTaken(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let days = (Day("2011-02-01") ?? .forever)...(Day("2011-03-02") ?? .forever)
            let facts = days.map { presence("T1", $0.description, "0-1439", id: $0.description) }
            let verdicts = try await world.send(facts, at: evening)
            #expect(verdicts.allSatisfy { $0.outcome == .stored })
            let stored = try await world.database.read { try $0.presence(terminals: [1], within: days) }
            #expect(stored.reduce(0) { $0 + $1.minutes.count } == 43_200)
        }
    }
}

@Suite struct PlayCoverageTests {
    @Test func copiesThatGrowAreOneAndAPauseOrSeekIsNot() {
        let start = Instant(milliseconds: 1_000_000)
        let short = PlayCoverage([PlayInterval(startedAt: start, mediaFrom: 0, mediaUntil: 5000)])
        let long = PlayCoverage([PlayInterval(startedAt: start, mediaFrom: 0, mediaUntil: 9000)])
        #expect(short.union(long).intervals == long.intervals)
        let paused = PlayCoverage([PlayInterval(startedAt: start.adding(seconds: 600), mediaFrom: 9000, mediaUntil: 12_000)])
        #expect(long.union(paused).intervals.count == 2)
        let seek = PlayCoverage([
            PlayInterval(startedAt: start, mediaFrom: 0, mediaUntil: 5000),
            PlayInterval(startedAt: start.adding(seconds: 5), mediaFrom: 2000, mediaUntil: 4000),
        ])
        #expect(seek.watched(on: NetworkZone.shanghai.day(of: start), .shanghai).media.total == 5000)
    }

    @Test func whateverCopiesComeInWhateverOrderTheUnionIsTheSameAndSurvivesStorage() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let pieces = (0..<1 + generator.below(6)).map { _ in
                let from = Int64(generator.below(50)) * 1000
                return PlayInterval(
                    startedAt: Instant(milliseconds: 1_300_000_000_000 + Int64(generator.below(40)) * 1000), mediaFrom: from,
                    mediaUntil: from + 1000 + Int64(generator.below(20_000)), rate: [500, 1000, 1500, 2000][generator.below(4)])
            }
            let whole = PlayCoverage(pieces)
            #expect(PlayCoverage(pieces.reversed()) == whole)
            #expect(pieces.reduce(PlayCoverage()) { $0.union(PlayCoverage([$1])) } == whole)
            #expect(PlayCoverage(encoded: whole.encoded)?.intervals == whole.intervals)
            #expect(whole.union(whole).intervals == whole.intervals)
        }
    }

    /// A box that says it played for more hours than a day has, or chose five hundred times, is not believed beyond that; what it said
    /// before stays.
    @Test(arguments: Database.Engine.required)
    func moreThanADayHoldsIsNotBelieved(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let morning = SampleWorld.moment("2011-03-04", 0)
            func hours(_ sequence: Int64, at start: Int64, _ length: Int64) -> Fact {
                play(
                    "T1", "channel", at: morning.adding(seconds: start * 3600), seconds: length * 3600, sequence: sequence, mode: .channel,
                    id: "\(sequence)")
            }
            // 20 hours at once, 4 more at the same time, and then one second too much; a play over midnight counts to each of its days.
            let verdicts = try await world.send(
                [hours(1, at: 2, 20), hours(2, at: 2, 4), hours(3, at: 8, 1), hours(4, at: 23, 2), hours(1, at: 2, 20)], at: evening)
            #expect(verdicts.map(\.reason) == ["", "", "fact.contradicts", "fact.contradicts", ""])
            // The same again changes nothing, and a piece more of one that stands is judged as a whole.
            #expect(
                try await world.send([hours(3, at: 8, 1), hours(2, at: 2, 5)], at: evening).map(\.reason) == [
                    "fact.contradicts", "fact.contradicts",
                ])
            let minute = (10...610).map {
                play("T2", "channel", at: morning.adding(seconds: 60), seconds: 1, sequence: $0, mode: .channel, id: "\($0)")
            }
            let many = try await world.send(minute, at: evening)
            #expect(
                many.prefix(500).allSatisfy { $0.outcome == .stored } && many.dropFirst(500).allSatisfy { $0.reason == "fact.too_many" })
        }
    }

    /// One sender fills nothing that belongs to all, and nothing of it is dropped in silence.
    @Test(arguments: Database.Engine.required)
    func quarantineOfOneSenderIsBounded(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let facts = (0..<1200).map { presence("T1", "2011-03-06", "\($0)", id: "\($0)") }
            let verdicts = try await world.send(facts, from: .terminal("T1"), at: evening)
            #expect(verdicts.filter { $0.outcome == .quarantined }.count == 1000)
            #expect(verdicts.filter { $0.outcome == .refused && $0.reason == "fact.no_room" }.count == 200)
            // What waits already may be said again; others have room.
            #expect(
                try await world.send(Array(facts.prefix(3)), from: .terminal("T1"), at: evening).allSatisfy { $0.outcome == .quarantined })
            #expect(
                try await world.send([presence("T2", "2011-03-06", "1")], from: .terminal("T2"), at: evening).map(\.outcome) == [
                    .quarantined
                ])
            let (overflow, waiting) = try await world.database.read { (try $0.quarantineOverflow(limit: 10), try $0.quarantineCounts()) }
            #expect(overflow.map(\.facts) == [200] && overflow.map(\.sender) == ["terminal:T1"] && waiting == ["fact.future": 1001])
            // Whoever has looked at all of it has looked at what had no room, too; a part is not all.
            let act = world.act(at: evening)
            try await world.database.write { try $0.dismissQuarantined(matching: QuarantineFilter(terminal: "T2"), by: act) }
            #expect(try await world.database.read { try $0.quarantineOverflow(limit: 10) }.count == 1)
            try await world.database.write { try $0.dismissQuarantined(matching: QuarantineFilter(terminal: "T1"), by: act) }
            #expect(try await world.database.read { try $0.quarantineOverflow(limit: 10) }.isEmpty)
            #expect(try await world.database.read { try $0.events(about: "terminal:T1") }.map(\.kind) == ["quarantine.overflow_settled"])
        }
    }
}
