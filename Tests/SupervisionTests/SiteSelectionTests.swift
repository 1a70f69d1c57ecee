import Basics
import Figures
import Operations
import Registry
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
        let out = ExcludedSite(code: "X1", name: "库房", areaCode: "990101", reason: "洪水", document: "1号")
        let idle = UncountedSite(code: "X0", name: "新站", areaCode: "990101001", kind: .village, state: nil)
        for isReversed in [false, true] {
            try pagesAreTheWhole(
                SiteSelection(sites, excluded: [out], uncounted: [idle], show: show, order: order, isReversed: isReversed), show)
        }
    }

    private func pagesAreTheWhole(_ selection: SiteSelection, _ show: SiteFilter) throws {
        let (order, isReversed) = (selection.order, selection.isReversed)
        var seen: [String] = []
        var key = ""
        for _ in 0..<10 {
            let page = selection.page(after: key)
            #expect(page.lines.count <= 50)
            seen += page.lines.map(\.code)
            guard let next = page.next else { break }
            key = next
        }
        #expect(seen == selection.lines.map(\.code))
        #expect(Set(seen).count == seen.count)
        let values = selection.lines.map { line -> Int in
            let month = line.month
            return switch order {
            case .code: 0
            case .area: -(Int(line.areaCode) ?? 0)
            case .onDays: month?.onDays ?? 0
            case .onMinutes: month?.onMinutes ?? 0
            case .effective: month?.effectiveSeconds ?? 0
            case .plays: month?.effectivePlays ?? 0
            case .demand: month?.effectiveDemandPlays ?? 0
            case .heardDays: month?.heardDays ?? 0
            }
        }
        #expect(isReversed ? values == values.sorted() : values == values.sorted(by: >))
        if order == .code { #expect(seen == (isReversed ? seen.sorted(by: >) : seen.sorted())) }
        #expect(seen.contains("X1") == (show == .all || show == .excluded) && seen.contains("X0") == (show == .all))
        #expect(selection.total.registered == seen.count { $0.hasPrefix("S") })
    }

    @Test func aKeyNamesAPlaceEvenWhenItsSiteHasLeftTheList() {
        let whole = SiteSelection(sites, show: .registered, order: .onMinutes)
        let key = whole.page(after: "").next ?? ""
        let last = whole.lines[49].code
        let without = SiteSelection(sites.filter { $0.code != last }, show: .registered, order: .onMinutes)
        #expect(without.page(after: key).lines.first?.code == whole.lines[50].code)
        #expect(whole.page(after: "rubbish").lines.first?.code == whole.lines[0].code)
    }

    @Test func onlyThoseThatWereFoundOrAreOfAKindAreShown() {
        #expect(SiteSelection(sites, show: .registered, among: ["S001", "S002", "nobody"]).lines.map(\.code) == ["S001", "S002"])
        #expect(SiteSelection(sites, show: .registered, among: []).lines.isEmpty)
        #expect(SiteSelection(sites, show: .registered, kind: .village).lines.count == sites.count)
        #expect(SiteSelection(sites, show: .registered, kind: .township).lines.isEmpty)
    }

    @Test func nothingIsSaidOfASiteThatHasNotBeenHeard() {
        let zero = SiteSelection(sites, show: .zeroPlay).lines.compactMap(\.month)
        #expect(!zero.isEmpty)
        #expect(zero.allSatisfy { $0.presence != .notHeard && $0.effectiveDemandPlays == 0 })
        let parts = [SiteFilter.switchedOn, .off, .notHeard].map { SiteSelection(sites, show: $0).lines.count }
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
