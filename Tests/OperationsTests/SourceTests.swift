import Accounts
import Basics
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

/// Who said it stands beside what it changed, and can be taken out as one.
@Suite struct SourceTests {
    private static let months = (Day("2011-03-01") ?? .forever)...(Day("2011-03-31") ?? .forever)

    /// A batch as somebody brings it.
    private func merge(_ facts: [Fact], _ sender: Sender, relay: String? = nil, file: String? = nil, _ world: SampleWorld) async throws
        -> [Verdict.Outcome]
    {
        let received = ReceivedBatch(sender: sender, batch: Batch(id: "b", facts: facts), relay: relay, file: file)
        let ids = world.ids
        return try await world.database.write {
            try $0.mergeFacts([received], rules: SampleWorld.rules, at: SampleWorld.moment("2011-04-20", 12), ids: ids)[0].map(\.outcome)
        }
    }

    private func presence(_ terminal: String, _ day: String, _ minutes: Range<Int>) -> Fact {
        Fact(
            id: "\(terminal)\(day)\(minutes)",
            .presence(Presence(terminal: terminal, day: Day(day) ?? .forever, minutes: MinuteSet(minutes))))
    }

    private func siteDays(_ world: SampleWorld) async throws -> [String] {
        try await world.database.read { statements in
            try statements.all("SELECT site, day, on_minutes, plays FROM site_day WHERE on_minutes + plays > 0 ORDER BY 1, 2") {
                "\(try $0.int(0)) \(Day(number: try $0.int(1))) \(try $0.int(2)) \(try $0.int(3))"
            }
        }
    }

    /// In any order, by any way: a row that one wrote names it, a row that several wrote names all, and a repeat changes neither.
    @Test(arguments: Database.Engine.required, 1...6 as ClosedRange<UInt64>)
    func eachRowNamesWhoWroteIt(_ engine: Database.Engine, _ seed: UInt64) async throws {
        try await withWorld(engine) { world in
            var generator = SeededGenerator(seed: seed)
            let ways: [(Sender, String?, String?, String)] = [
                (.terminal("T1"), nil, nil, "self"), (.terminal("T1"), "E1", nil, "self carried by E1"),
                (.terminal("T1"), "E2", nil, "self carried by E2"),
                (.commandLine, nil, "file-a", "command-line file-a"), (.commandLine, nil, "file-b", "command-line file-b"),
            ]
            var minutes: [Day: MinuteSet] = [:]
            var shares: [Day: [String: Int]] = [:]
            for _ in 0..<60 {
                let (sender, relay, file, name) = ways[generator.below(ways.count)]
                let day = Self.months.lowerBound.advanced(by: generator.below(4))
                let start = generator.below(400)
                let said = MinuteSet(start..<start + 1 + generator.below(60))
                let added = said.subtracting(minutes[day] ?? MinuteSet())
                let fact = Fact(id: "f", .presence(Presence(terminal: "T1", day: day, minutes: said)))
                #expect(try await merge([fact], sender, relay: relay, file: file, world) == [added.isEmpty ? .duplicate : .stored])
                minutes[day, default: MinuteSet()].formUnion(said)
                if !added.isEmpty { shares[day, default: [:]][name, default: 0] += added.count }
            }
            let found = try await world.database.read { statements in
                try statements.presenceSources(terminals: Array(try statements.terminalNumbers(["T1"]).values), within: Self.months)
            }
            #expect(Set(found.keys) == Set(shares.keys))
            for (day, expected) in shares {
                let told = (found[day] ?? [:]).values.joined()
                #expect(Set(told.map(\.source.description)) == Set(expected.keys), "seed \(seed), \(day)")
                if expected.count == 1 {
                    #expect(told.map(\.addedMinutes) == [nil])
                } else {
                    #expect(told.reduce(into: [:]) { $0[$1.source.description] = $1.addedMinutes } == expected, "seed \(seed), \(day)")
                }
            }
        }
    }

    /// What came from one source goes as one, with minutes, plays and completeness, touches nothing else, and comes back as one.
    @Test(arguments: Database.Engine.required)
    func aSourceIsVoidedAsOne(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let interval = PlayInterval(startedAt: SampleWorld.moment("2011-03-09", 23, 50), mediaFrom: 0, mediaUntil: 1_200_000)
            let played = Fact(
                id: "y", .play(Play(terminal: "T2", boot: 1, sequence: 1, courseware: "lesson-1", mode: .demand, intervals: [interval])))
            let mark = Fact(id: "w", .watermark(Watermark(terminal: "T2", throughAt: SampleWorld.moment("2011-03-20", 0))))
            _ = try await merge(
                [presence("T1", "2011-03-01", 0..<60), presence("T1", "2011-03-02", 0..<60)], .terminal("T1"), relay: "E1", world)
            let clean = try await siteDays(world)
            // Every day of T2, a play over midnight, and one day of T1 came from the file; T3 of the month before, too.
            let file = [
                presence("T2", "2011-03-03", 0..<9), presence("T2", "2011-03-04", 0..<9), presence("T2", "2011-03-06", 5..<9),
                presence("T1", "2011-03-02", 50..<90), played, mark,
            ]
            _ = try await merge(file + [presence("T3", "2011-02-27", 0..<5)], .commandLine, file: "file-x", world)
            let all = try await siteDays(world)
            let act = world.act(at: SampleWorld.moment("2011-04-20", 13))
            let void = try await world.database.write {
                try $0.voidSource(.file("file-x"), days: Self.months, reason: "伪造", rules: SampleWorld.rules, by: act)
            }
            #expect((void.terminals, void.days, void.completeness) == (2, 6, 1))
            // T1's second day goes as a whole: of what several wrote, nobody knows what the other would have said alone.
            let rest = try await siteDays(world)
            #expect(rest == clean.filter { !$0.contains("2011-03-02") } + all.filter { $0.contains("2011-02-27") })
            #expect(try await world.database.write { try $0.rebuildSiteDays(Self.months, rules: SampleWorld.rules) } == 0)
            #expect(try await world.database.read { try $0.voidedRanges(Self.months, kinds: [.completeness]).count } == 1)
            try await world.database.write { try $0.withdrawVoid(id: void.id, rules: SampleWorld.rules, by: act) }
            #expect(try await siteDays(world) == all)
            #expect(try await world.database.read { try $0.voidedRanges(Self.months, kinds: VoidKind.allCases).isEmpty })
            for choice in [SourceChoice.file("file-y"), .saidBy(edge: "E1"), .carriedBy(edge: "E2")] {
                await #expect(throws: Refusal.notFound("source")) {
                    try await world.database.write {
                        try $0.voidSource(choice, days: Self.months, reason: "x", rules: SampleWorld.rules, by: act)
                    }
                }
            }
            let carried = try await world.database.write {
                try $0.voidSource(.carriedBy(edge: "E1"), days: Self.months, reason: "x", rules: SampleWorld.rules, by: act)
            }
            #expect((carried.terminals, carried.days, carried.completeness) == (1, 2, 0))
        }
    }

    /// What waited in quarantine keeps its source until it counts.
    @Test(arguments: Database.Engine.required)
    func whatWaitedKeepsItsSource(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            #expect(try await merge([presence("T9", "2011-03-05", 0..<5)], .terminal("T9"), relay: "E1", world) == [.quarantined])
            let act = world.act(at: SampleWorld.moment("2011-04-20", 13))
            let sites = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                S9,上湾村二号站点,990101001001,village,iptv,in_service,2010-06-01,,,T9,2010-06-01
                """
            let told = try await world.database.write { statements in
                _ = try statements.importSites(Array(sites.utf8), apply: true, in: .everything, today: .forever, by: act)
                #expect(try statements.judgeQuarantineAgain(rules: SampleWorld.rules, by: act).counted == 1)
                return try statements.presenceSources(terminals: Array(try statements.terminalNumbers(["T9"]).values), within: Self.months)
            }
            #expect(told.values.flatMap { $0.values.joined() }.map(\.source.description) == ["self carried by E1"])
        }
    }

    /// What waited before sources were kept came by way of edges that said it themselves; it still counts when somebody lets it.
    @Test(arguments: Database.Engine.required)
    func whatWaitedBeforeSourcesWereKeptCanCount(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            #expect(try await merge([presence("T1", "2010-05-05", 0..<5)], .edge("E1"), world) == [.quarantined])
            let act = world.act(at: SampleWorld.moment("2011-04-20", 13))
            let earlier = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                S1,上湾村站点,990101001001,village,iptv,in_service,2010-05-01,,,T1,2010-05-01
                """
            try await world.database.write { statements in
                _ = try statements.importSites(Array(earlier.utf8), apply: true, in: .everything, today: .forever, by: act)
                #expect(try statements.judgeQuarantineAgain(rules: SampleWorld.rules, by: act).counted == 0)
                try statements.run("UPDATE quarantine SET source = NULL")
                #expect(try statements.judgeQuarantineAgain(rules: SampleWorld.rules, by: act).counted == 1)
            }
        }
    }

    /// Boxes count their batches anew after each start: late minutes of two batches of one name both leave their note.
    @Test(arguments: Database.Engine.required)
    func lateBatchesOfOneNameAreBothNoted(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            for (minutes, hour) in [(0..<60, 9), (60..<90, 10)] {
                let received = ReceivedBatch(sender: .terminal("T1"), batch: Batch(id: "1", facts: [presence("T1", "2011-03-05", minutes)]))
                let ids = world.ids
                _ = try await world.database.write {
                    try $0.mergeFacts([received], rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-09", hour), ids: ids)
                }
            }
            let late = try await world.database.read { statements in
                try statements.lateMinutes(terminals: Array(try statements.terminalNumbers(["T1"]).values), within: Self.months)
            }
            #expect(late.map(\.minutes.count) == [60, 30])
        }
    }
}
