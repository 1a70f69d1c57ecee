import Accounts
import Basics
import Editions
import Figures
import Operations
import Registry
import Returns
import Storage
import Synchronization
import Testing
import TestKit
import Wire

struct ShelfTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: 1_000_000 + milliseconds) }

    @Test func whatIsQuickIsNotKept() {
        var shelf = Shelf<String, Int>(slow: 250)
        shelf.keep(1, of: "a", begun: Self.at(0), at: Self.at(249))
        #expect(shelf.value(of: "a", at: Self.at(249)) == nil)
        shelf.keep(2, of: "a", begun: Self.at(300), at: Self.at(550))
        #expect(shelf.value(of: "a", at: Self.at(551)) == 2)
        // It has become quick.
        shelf.keep(3, of: "a", begun: Self.at(600), at: Self.at(601))
        #expect(shelf.value(of: "a", at: Self.at(602)) == nil)
        #expect(shelf.due(at: Self.at(1_000_000)) == nil)
    }

    @Test(arguments: [
        (0, false, nil), (1999, true, nil), (2000, true, "a"), (2000, false, nil), (19_999, false, nil), (20_000, false, "a"),
        (3_599_999, false, "a"), (3_600_000, false, nil),
    ])
    func whatWasSlowIsMadeAgain(_ later: Int64, _ isAsked: Bool, _ due: String?) {
        var shelf = Shelf<String, Int>(slow: 250)
        shelf.keep(1, of: "a", begun: Self.at(-1000), at: Self.at(0))
        if isAsked { _ = shelf.value(of: "a", at: Self.at(1)) }
        #expect(shelf.due(at: Self.at(later)) == due)
        #expect((shelf.value(of: "a", at: Self.at(later)) == nil) == (later >= 3_600_000))
    }

    @Test func whatWasMadeLongestAgoComesFirst() {
        var shelf = Shelf<String, Int>(slow: 250)
        shelf.keep(1, of: "a", begun: Self.at(-1000), at: Self.at(0))
        shelf.keep(2, of: "b", begun: Self.at(-700), at: Self.at(300))
        _ = (shelf.value(of: "a", at: Self.at(400)), shelf.value(of: "b", at: Self.at(400)))
        #expect(shelf.due(at: Self.at(10_000)) == "a")
        shelf.drop("a")
        #expect(shelf.due(at: Self.at(10_000)) == "b")
        // Made anew, it waits for the next look.
        shelf.keep(3, of: "b", begun: Self.at(10_000), at: Self.at(11_000))
        #expect(shelf.due(at: Self.at(20_000)) == nil)
        #expect(shelf.value(of: "b", at: Self.at(20_000)) == 3)
        #expect(shelf.due(at: Self.at(20_000)) == "b")
    }

    @Test func whatWasBegunEarlierDoesNotTakeThePlaceOfWhatIsNewer() {
        var shelf = Shelf<String, Int>(slow: 250)
        shelf.keep(2, of: "a", begun: Self.at(500), at: Self.at(1000))
        shelf.keep(1, of: "a", begun: Self.at(400), at: Self.at(2000))
        #expect(shelf.value(of: "a", at: Self.at(2000)) == 2)
    }

    @Test func whatWasAskedForLongestAgoMakesRoom() {
        var shelf = Shelf<String, Int>(most: 2, slow: 250)
        for (number, name) in ["a", "b"].enumerated() { shelf.keep(number, of: name, begun: Self.at(0), at: Self.at(1000 + Int64(number))) }
        _ = shelf.value(of: "a", at: Self.at(2000))
        shelf.keep(2, of: "c", begun: Self.at(1500), at: Self.at(2500))
        #expect(["a", "b", "c"].map { shelf.value(of: $0, at: Self.at(3000)) } == [0, nil, 2])
    }
}

struct FigureShelfTests {
    /// Each look at the clock is so much later than the one before.
    private static func clock(step: Int64) -> Clock {
        let now = Mutex(SampleWorld.moment("2011-03-20", 8).milliseconds)
        return Clock {
            now.withLock {
                $0 += step
                return Instant(milliseconds: $0)
            }
        }
    }

    private static let march = Month("2011-03") ?? Day.forever.month

    private static func hear(_ world: SampleWorld, _ terminal: String, _ minute: Int) async throws {
        let fact = Fact(
            id: "\(terminal) \(minute)",
            .presence(Presence(terminal: terminal, day: march.days.lowerBound, minutes: MinuteSet(minute..<minute + 1))))
        _ = try await world.send([fact], batch: "\(terminal) \(minute)", at: SampleWorld.moment("2011-03-01", 22))
    }

    @Test(arguments: Database.Engine.required)
    func aSlowSumIsKeptUntilItIsMadeAgainAndSaysAsOfWhen(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let shelf = FigureShelf(database: world.database, zone: .shanghai, clock: Self.clock(step: 1200))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-20", 8))
            func look() async throws -> AreaMonth { try #require(try await shelf.areaMonth(code: "9901", period, in: .everything)) }
            try await Self.hear(world, "T1", 600)
            let first = try await look()
            try await Self.hear(world, "T1", 700)
            let second = try await look()
            #expect([first, second].map(\.bulletin.total.onMinutes) == [1, 1] && first.asOf == second.asOf)
            while try await look().bulletin.total.onMinutes == 1 { try await shelf.refresh() }
            let third = try await look()
            #expect(third.bulletin.total.onMinutes == 2 && third.asOf > first.asOf)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aQuickSumIsMadeForEachLook(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let shelf = FigureShelf(database: world.database, zone: .shanghai, clock: Self.clock(step: 10))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-20", 8))
            for minute in 1...3 {
                try await Self.hear(world, "T1", 600 + minute)
                #expect(try await shelf.areaMonth(code: "9901", period, in: .everything)?.bulletin.total.onMinutes == minute)
            }
        }
    }

    @Test(arguments: Database.Engine.required, [Int64(10), 1200])
    func aScopeSeesItsOwnWhateverIsKept(_ engine: Database.Engine, step: Int64) async throws {
        try await withWorld(engine) { world in
            let shelf = FigureShelf(database: world.database, zone: .shanghai, clock: Self.clock(step: step))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-20", 8))
            let county = Scope(areas: [try #require(AreaCode("990101"))])
            for code in ["9901", "990101", "990102"] {
                #expect(try await shelf.areaMonth(code: code, period, in: .everything)?.area.code == code)
            }
            #expect(try await shelf.areaMonth(code: "9901", period, in: county) == nil)
            #expect(try await shelf.areaMonth(code: "990102", period, in: county) == nil)
            #expect(try await shelf.areaMonth(code: "990101", period, in: county)?.path.map(\.code) == ["990101"])
            #expect(try await shelf.areaMonth(code: "990101", period, in: .everything)?.path.map(\.code) == ["9901", "990101"])
        }
    }

    @Test func aReplicaThatIsAwayIsPassedOver() async throws {
        try await withWorld(.postgres) { world in
            let (address, _) = try await freshSchema()
            let away = try await Database.postgres(address + " options='-c search_path=nowhere'", connections: 1)
            let shelf = FigureShelf(database: world.database, replica: away, zone: .shanghai, clock: Self.clock(step: 10))
            let period = try Period("2011-03", rules: SampleWorld.rules, at: SampleWorld.moment("2011-03-20", 8))
            #expect(try await shelf.areaMonth(code: "9901", period, in: .everything)?.bulletin.total.registered == 4)
            await away.close()
        }
    }
}
