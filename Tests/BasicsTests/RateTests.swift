import Basics
import Testing

@Suite struct RateTests {
    @Test(arguments: [
        (830, 3248, "25.55"), (491, 3248, "15.12"), (1342, 3221, "41.66"), (1570, 3218, "48.79"), (0, 7, "0.00"), (7, 7, "100.00"),
        (1, 8000, "0.01"), (1, 20_000, "0.01"),
        (1, 20_001, "0.00"),
    ])
    func ratesPrintTwoDecimalsHalfUp(_ numerator: Int, _ denominator: Int, _ text: String) {
        #expect(Rate(numerator, of: denominator).percent == text)
    }

    @Test func nothingToDivideByIsNoRate() {
        #expect(Rate(0, of: 0).percent == nil)
        #expect(Mean(0, over: 0).whole == nil)
    }

    @Test(arguments: [(95_450, 830, 115, "115.00"), (1, 2, 1, "0.50"), (5, 3, 2, "1.67")])
    func meansRoundHalfUp(_ total: Int, _ count: Int, _ whole: Int, _ decimal: String) {
        #expect(Mean(total, over: count).whole == whole)
        #expect(Mean(total, over: count).decimal == decimal)
    }

    @Test func equalValuesShareARankOrFollowEachOther() {
        let values: [Int?] = [5, 9, 5, nil, 1]
        #expect(ranks(values, ties: .shared) == [2, 1, 2, nil, 4])
        #expect(ranks(values, ties: .consecutive) == [2, 1, 3, nil, 4])
    }
}

@Suite struct AreaCodeTests {
    @Test(arguments: [("13", "province"), ("1301", "city"), ("130102", "county"), ("130102003", "township"), ("130102003004", "village")])
    func levelsFollowTheLength(_ text: String, _ level: String) { #expect(AreaCode(text).map { "\($0.level)" } == level) }

    @Test(arguments: ["", "1", "130", "13010", "1301020", "13010a", "１３", "1301020030041"])
    func otherTextIsNoCode(_ text: String) { #expect(AreaCode(text) == nil) }

    @Test func aSubtreeIsARangeOfText() throws {
        let county = try #require(AreaCode("130199"))
        #expect(county.successor == "13019:")
        #expect("130199" >= county.description && "130199999999" < county.successor)
        #expect(!("130200" < county.successor && "130200" >= county.description))
        #expect(county.parent?.description == "1301")
        #expect(county.covers(try #require(AreaCode("130199001"))))
    }
}

@Suite struct IDsTests {
    @Test func identifiersAreVersionSevenAndOrderedByTime() {
        let entropy = Entropy { count in [UInt8](repeating: 0xFF, count: count) }
        let early = IDs.uuids(clock: .fixed(Instant(milliseconds: 1)), entropy: entropy).next()
        let late = IDs.uuids(clock: .fixed(Instant(milliseconds: 2)), entropy: entropy).next()
        #expect(early == "00000000-0001-7fff-bfff-ffffffffffff")
        #expect(early < late)
    }
}
