import Basics
import Operations
import Figures
import TestKit
import Testing

private let sites = (0..<130).map { number in
    SiteMonth(
        site: number, code: "S\(padded(number, 3))", name: number % 7 == 0 ? "<script>站" : "站点", areaCode: "990101001",
        onMinutes: number % 5 * 100, onMask: 1,
        effectiveSeconds: number % 3 * 60, effectivePlays: number % 3, effectiveDemandPlays: number % 2, dueDays: 31,
        heardDays: number % 4 == 0 ? 30 : 31)
}

@Suite struct SiteSelectionTests {
    @Test(arguments: SiteFilter.allCases, SiteOrder.allCases)
    func pagesTogetherAreTheWholeSelectionInOrder(show: SiteFilter, order: SiteOrder) throws {
        let selection = SiteSelection(sites, show: show, order: order)
        var seen: [String] = []
        var key = ""
        for _ in 0..<10 {
            let page = selection.page(after: key)
            #expect(page.sites.count <= 50)
            seen += page.sites.map(\.code)
            guard let next = page.next else { break }
            key = next
        }
        #expect(seen == selection.sites.map(\.code))
        #expect(Set(seen).count == seen.count)
        let values = selection.sites.map { order == .onMinutes ? $0.onMinutes : order == .effective ? $0.effectiveSeconds : 0 }
        #expect(values == values.sorted(by: >))
    }

    @Test func aKeyNamesAPlaceEvenWhenItsSiteHasLeftTheList() {
        let whole = SiteSelection(sites, show: .registered, order: .onMinutes)
        let key = whole.page(after: "").next ?? ""
        let last = whole.sites[49].code
        let without = SiteSelection(sites.filter { $0.code != last }, show: .registered, order: .onMinutes)
        #expect(without.page(after: key).sites.first?.code == whole.sites[50].code)
        #expect(whole.page(after: "rubbish").sites.first?.code == whole.sites[0].code)
    }

    @Test func aSearchFindsNamesAndCodesLiterally() {
        #expect(SiteSelection(sites, show: .registered, containing: "<script>").sites.count == 19)
        #expect(SiteSelection(sites, show: .registered, containing: "S00").sites.count == 10)
        #expect(SiteSelection(sites, show: .registered, containing: "%").sites.isEmpty)
    }

    @Test func nothingIsSaidOfASiteThatHasNotBeenHeard() {
        let zero = SiteSelection(sites, show: .zeroPlay).sites
        #expect(!zero.isEmpty)
        #expect(zero.allSatisfy { $0.presence != .notHeard && $0.effectiveDemandPlays == 0 })
        let parts = [SiteFilter.switchedOn, .off, .notHeard].map { SiteSelection(sites, show: $0).sites.count }
        #expect(parts.allSatisfy { $0 > 0 })
        #expect(parts.reduce(0, +) == sites.count)
    }
}

@Suite struct PeriodTests {
    private func period(_ text: String, at now: Instant = SampleWorld.moment("2011-03-15", 9)) throws -> Period {
        try Period(text, rules: SampleWorld.rules, at: now)
    }

    @Test func navigationEndsAtTheNetworksFirstMonthAndAtThePresentOne() throws {
        let present = try period("")
        #expect(present.month.description == "2011-03")
        #expect(present.next == nil)
        #expect(present.previous?.description == "2011-02")
        let first = try period("2010-01")
        #expect(first.previous == nil)
        #expect(first.next?.description == "2010-02")
        #expect(try period("2010-12").next?.description == "2011-01")
    }

    @Test(arguments: ["2011-04", "2009-12", "9999-12"])
    func monthsWithoutFiguresAreRefused(text: String) { #expect(throws: Refusal.invalid(["month": "month.outside"])) { try period(text) } }

    @Test(arguments: ["2011-3", "2011-13", "2011", "2011-03-01", "x", "２０１１-03"])
    func anythingButAMonthIsRefused(text: String) { #expect(throws: Refusal.invalid(["month": "month.form"])) { try period(text) } }

    @Test func aMonthIsProvisionalUntilItsLastDayCloses() throws {
        #expect(try period("2011-02").isProvisional == false)
        #expect(try period("2011-02", at: SampleWorld.moment("2011-03-01", 5, 59)).isProvisional)
        #expect(try period("2011-02", at: SampleWorld.moment("2011-03-01", 6)).isProvisional == false)
        #expect(try period("").isProvisional)
    }
}
