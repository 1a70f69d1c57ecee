import Basics
import Bulletins
import Figures
import Operations
import Registry
import Storage
import TestKit
import Testing
import Web

@Suite struct FigureTests {
    /// A bulletin's table is printed and kept by its columns: they may be added to, never moved.
    @Test func theColumnsOfABulletinComeFromTheFiguresInTheirOrder() {
        #expect(
            Bulletin.columns == [
                "code", "name", "registered", "switched_on", "off", "not_heard", "boot_rate", "rank", "on_minutes",
                "mean_per_switched_on", "mean_per_registered", "viewing", "viewing_rate", "on_demand", "demand_rate", "heard_days",
                "due_days", "completeness",
            ])
        #expect(MonthFigure.rankable.map(\.key) == ["boot_rate", "viewing_rate", "demand_rate"])
        #expect(MonthFigure.named(FigureKey(rawValue: "luck")) == nil)
    }

    @Test(arguments: Language.allCases)
    func everyFigureHasItsWords(_ language: Language) throws {
        let words = try #require(pages).words
        for figure in MonthFigure.all.map(\.figure) {
            for key in [figure.name, figure.means, "figure.unit.\(figure.unit.rawValue)", "figure.merit.\(figure.merit.rawValue)"] {
                #expect(!words.text(key, language).contains("⟨"), "\(key)")
            }
        }
    }

    @Test(
        arguments: [
            (FigureValue.count(7), FigureValue.count(9), -2), (.rate(Rate(1342, of: 3221)), .rate(Rate(491, of: 3248)), 2654),
            (.mean(Mean(251, over: 1)), .mean(Mean(65, over: 1)), 186), (.rate(Rate(1, of: 0)), .rate(Rate(1, of: 2)), nil),
            (.rate(Rate(1, of: 2)), .mean(Mean(1, over: 2)), nil), (.mean(Mean(1, over: 0)), .mean(Mean(1, over: 1)), nil),
        ] as [(FigureValue, FigureValue, Int?)])
    func valuesOfOneKindAreSubtracted(one: FigureValue, other: FigureValue, expected: Int?) {
        #expect(one.difference(from: other) == expected)
    }

    private func month(_ text: String, on: [Int], heard: Int = 31) throws -> AreaMonth {
        let sites = (0..<4).map { number in
            SiteMonth(
                site: number, code: "S\(number)", name: "站", areaCode: "990101", onMinutes: on.contains(number) ? 60 : 0, onMask: 1,
                dueDays: 31, heardDays: heard)
        }
        let area = Area(areaID: "a", code: "990101", name: "县", parentID: nil)
        return AreaMonth(
            month: try #require(Month(text)), network: .then, formula: .standard, asOf: RandomWorld.now, area: area, path: [area],
            below: [], figures: MonthFigures(sites: sites, excluded: [], outsideService: []))
    }

    /// What was not heard is compared with nothing; what the register says always is.
    @Test func aDifferenceIsSaidWhereBothMonthsWereHeard() throws {
        let boot = try #require(MonthFigure.named(FigureKey(rawValue: "boot_rate")))
        let registered = try #require(MonthFigure.named(FigureKey(rawValue: "registered")))
        let now = try month("2011-03", on: [0, 1, 2])
        #expect(Comparison(now, with: try month("2011-02", on: [3])).difference(boot) == 5000)
        #expect(Comparison(now, with: try month("2011-02", on: [0, 1, 2])).difference(boot) == 0)
        for unheard in [(now, try month("2011-02", on: [3], heard: 20)), (try month("2011-03", on: [0], heard: 20), now)] {
            #expect(Comparison(unheard.0, with: unheard.1).difference(boot) == nil)
            #expect(Comparison(unheard.0, with: unheard.1).difference(registered) == 0)
        }
    }

    /// The sites won and lost are those of the two lists.
    @Test func theSitesWonAndLostAreTheListsOfThem() throws {
        let (now, before) = (try month("2011-03", on: [0, 1]), try month("2011-02", on: [1, 2]))
        let was = before.figures.sites.switchedOn
        let won = SiteSelection(now.figures.sites, show: .won, before: was).lines.map(\.code)
        let lost = SiteSelection(now.figures.sites, show: .lost, before: was).lines.map(\.code)
        #expect(won == ["S0"] && lost == ["S2"])
        let speech = Speech(try #require(pages).words, .english)
        let period = try Period("2011-03", rules: SampleWorld.rules, at: RandomWorld.now)
        let page = OverviewPage(now, before: before, tops: [], period, zone: .shanghai, speech)
        let html = try rendered("overview", page, .english, data: ["县", "站"])
        #expect(html.contains("<strong>1</strong> Newly on") && html.contains("<strong>1</strong> No longer on"))
        // Without a month before nobody asks.
        let alone = try rendered("overview", OverviewPage(now, tops: [], period, zone: .shanghai, speech), .english, data: ["县", "站"])
        #expect(!alone.contains("Newly on") && !alone.contains("On the month before"))
    }
}
