import Accounts
import Basics
import Editions
import Figures
import Operations
import Registry
import Storage
import Testing
import TestKit
import Wire

@Suite struct ProspectTests {
    private func sites(_ count: Int, on: Int, from first: Int = 0) -> [SiteMonth] {
        (0..<count).map {
            SiteMonth(site: first + $0, code: "S\(first + $0)", name: "n", areaCode: "990101001001", onMinutes: $0 < on ? 10 : 0)
        }
    }

    private func line(_ code: String, _ on: Int, _ registered: Int, rank: Int?) -> BulletinLine {
        var line = BulletinLine(code: code, name: code, sites: sites(registered, on: on))
        line.rank = rank
        return line
    }

    /// on ÷ registered of the area, the next ahead, how many sites it takes to stand before it; a plain search says the same.
    @Test(arguments: [(3, 10, 5, 10, 3), (3, 10, 1, 3, 1), (0, 7, 1, 100, 1), (5, 10, 999, 1000, 5), (9, 10, 99, 100, 1), (1, 4, 1, 3, 1)])
    func theSitesToRiseAreTheFewestThatDo(_ on: Int, _ registered: Int, _ aheadOn: Int, _ aheadRegistered: Int, _ expected: Int) {
        let (own, ahead) = (line("990101", on, registered, rank: 2), line("990102", aheadOn, aheadRegistered, rank: 1))
        let prospect = Prospect(own, among: [own, ahead], sites: sites(registered, on: on), before: [], below: [], by: .bootRate)
        let searched = (0...registered - on).first { Rate(on + $0, of: registered) > ahead.bootRate }
        #expect(prospect.sitesToRise == expected && searched == expected)
        // The other one's lead is what this one needs.
        let other = Prospect(ahead, among: [own, ahead], sites: sites(aheadRegistered, on: aheadOn), before: [], below: [], by: .bootRate)
        #expect(other.lead == expected && other.sitesToRise == nil)
    }

    @Test func theFirstHasNothingToRiseAboveAndTheUnreachableIsSaidToBeSo() {
        let (own, ahead) = (line("990101", 3, 10, rank: 2), line("990102", 10, 10, rank: 1))
        #expect(Prospect(own, among: [own, ahead], sites: sites(10, on: 3), before: [], below: [], by: .bootRate).sitesToRise == nil)
        #expect(Prospect(ahead, among: [own, ahead], sites: sites(10, on: 10), before: [], below: [], by: .bootRate).waiting.isEmpty)
        // Numbered one after the other, equals stand before and behind each other.
        let (first, second) = (line("990101", 1, 2, rank: 1), line("990102", 1, 2, rank: 2))
        let equals = Prospect(second, among: [first, second], sites: sites(2, on: 1), before: [], below: [], by: .bootRate)
        #expect(equals.sitesToRise == 1 && equals.lead == nil)
        // Nothing passes a hundred per cent, and an area without sites has no rank.
        let (whole, half) = (line("990101", 3, 3, rank: 1), line("990102", 2, 4, rank: 2))
        #expect(Prospect(whole, among: [whole, half], sites: sites(3, on: 3), before: [], below: [], by: .bootRate).lead == nil)
        let none = Prospect(line("990103", 0, 0, rank: nil), among: [whole, half], sites: [], before: [], below: [], by: .bootRate)
        #expect(none.lead == nil && none.sitesToRise == nil)
        let alone = Prospect(own, among: [], sites: sites(10, on: 3), before: [], below: [], by: .bootRate)
        #expect(alone.neighbours == 0 && alone.sitesToRise == nil && alone.lead == nil && alone.waiting.count == 7)
    }

    @Test(arguments: Database.Engine.required)
    func thosePlacesStandFirstThatCountedLastMonth(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            func present(_ terminal: String, _ day: String) async throws {
                let fact = Fact(
                    id: "\(terminal)\(day)",
                    .presence(Presence(terminal: terminal, day: try #require(Day(day)), minutes: MinuteSet(600..<660))))
                _ = try await world.send([fact], batch: fact.id, at: SampleWorld.moment(day, 23))
            }
            try await present("T2", "2011-02-10")
            try await present("T3", "2011-03-02")
            // An area of which nothing was heard has no rank.
            let mark = Fact(id: "w", .watermark(Watermark(terminal: "T1", throughAt: SampleWorld.moment("2011-03-05", 0))))
            _ = try await world.send([mark], batch: "w", at: SampleWorld.moment("2011-03-05", 1))
            let now = SampleWorld.moment("2011-03-20", 9)
            func prospect(_ code: String, _ scope: Scope = .everything) async throws -> ProspectRecord? {
                let period = try Period("2011-03", rules: SampleWorld.rules, at: now)
                return try await world.database.read { try $0.prospect(code: code, period, in: scope, zone: .shanghai) }
            }
            let east = try #require(try await prospect("990101", Scope(areas: [AreaCode("990101")].compactMap { $0 }))).prospect
            #expect(east.line.rank == 2 && east.neighbours == 2 && east.sitesToRise == 2)
            #expect(east.waiting.map(\.code) == ["S2", "S1"] && east.offices.map(\.waiting) == [2])
            let city = try #require(try await prospect("9901")).prospect
            #expect(city.neighbours == 0 && city.offices.map(\.code) == ["990101", "990102"])
            let refused = try await prospect("990102", Scope(areas: [AreaCode("990101")].compactMap { $0 }))
            #expect(refused == nil)
        }
    }
}
