import Basics
import Testing

@Suite struct GrowthTests {
    @Test(
        arguments: [
            (0, 5, nil), (100, 100, Growth.basisPoints(0)), (100, 112, .basisPoints(1200)), (3, 4, .basisPoints(3333)),
            (6, 4, .basisPoints(-3333)),
            (1000, 1999, .basisPoints(9990)),
            (100, 200, .tenths(10)), (20_001, 40_001, .tenths(10)), (100, 210, .tenths(11)), (100, 214, .tenths(11)),
            (100, 215, .tenths(12)), (7, 0, .basisPoints(-10_000)),
        ] as [(Int, Int, Growth?)])
    func growthIsAPercentageBelowOneHundredAndAMultipleFromThere(_ base: Int, _ now: Int, _ expected: Growth?) {
        #expect(Growth(from: base, to: now) == expected)
    }

    @Test func sharesAddUpToOneHundred() {
        #expect(sharesOfWhole([1, 1, 1]) == [3334, 3333, 3333])
        #expect(sharesOfWhole([0, 0]) == [0, 0])
        #expect(sharesOfWhole([]) == [])
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let parts = (0..<Int.random(in: 1...9, using: &random)).map { _ in Int.random(in: 0...5000, using: &random) }
            guard parts.contains(where: { $0 > 0 }) else { continue }
            let (shares, whole) = (sharesOfWhole(parts), parts.reduce(0, +))
            #expect(shares.reduce(0, +) == 10_000)
            #expect(zip(shares, parts).allSatisfy { abs($0 * whole - $1 * 10_000) < whole })
        }
    }

    @Test(arguments: [
        ("25.55", 3248, true), ("41.66", 3248, true), ("41.66", 3221, true), ("25.6", 7, false), ("28.6", 7, true), ("100", 7, true),
        ("101", 7, false), ("0", 7, true),
        ("14", 7, true), ("14.2857", 7, true), ("14.28571", 7, false), ("", 7, false), ("a", 7, false), ("1.", 7, false), (".5", 7, false),
        ("-1", 7, false), ("50", 0, false),
        ("99999999", 7, false),
    ])
    func aShareIsOneThatSomeWholeNumberGives(_ text: String, _ base: Int, _ expected: Bool) { #expect(isShare(text, of: base) == expected) }

    @Test func everyShareOfASmallBaseIsOne() {
        for base in 1...60 { for part in 0...base { #expect(isShare(Rate(part, of: base).percent ?? "", of: base), "\(part) of \(base)") } }
    }
}
