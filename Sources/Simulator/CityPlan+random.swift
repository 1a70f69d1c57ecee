import Basics

extension CityPlan {
    /// A small city for tests: five counties, some three hundred sites, and three to five months whose totals the seed chooses.
    package static func random(seed: UInt64) -> CityPlan {
        var generator = SeededGenerator(seed: seed, 0x91A2)
        let sites = generator.within(300...320)
        var month = Day(number: 14_975).month  // January 2011
        for _ in 0..<generator.below(14) { month = month.next }
        var months: [CityMonthPlan] = []
        var waiting = generator.within(6...12)
        var inService = sites - waiting
        for _ in 0..<generator.within(3...5) {
            let excluded = generator.below(3)
            let registered = inService - excluded
            let on = registered * generator.within(150...650) / 1000
            let viewed = on * generator.within(200...600) / 1000
            let named = generator.chance(perMille: 500)
            months.append(
                CityMonthPlan(
                    month: month, registered: registered, switchedOn: on,
                    meanMinutes: generator.chance(perMille: 800) ? generator.within(40...400) : nil,
                    exclusions: excluded, viewedSites: named ? viewed : nil,
                    demandSites: named ? viewed * generator.within(300...900) / 1000 : nil))
            // Who has left does not come back, so that no more can join than have waited from the beginning.
            let change = min(waiting, generator.within(-6...4))
            waiting -= max(0, change)
            inService += change
            month = month.next
        }
        return CityPlan(
            seed: seed, code: "99" + padded(generator.within(2...60), 2), name: "青澜市", counties: 5, townships: generator.within(20...26),
            villages: generator.within(250...300), sites: sites, otherSites: generator.within(8...16), months: months)
    }
}
