package import Accounts
package import Basics
import Hummingbird
import Jobs
package import Operations
package import Registry
import Storage
package import Web

extension Feature {
    /// The overviews of areas.
    package static func overviews(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature(
            "overviews", menu: [MenuEntry(.run, "nav.overview", FigureAddress.overview, .seeFigures)],
            timers: [FeatureTimer(PeriodicWork("figures", every: .milliseconds(250)) { try await shelf.refresh() }, isEverywhere: true)]
        ) { $0.addOverviews(rules, shelf) }
    }
}

extension Routes {
    fileprivate mutating func addOverviews(_ rules: FactRules, _ shelf: FigureShelf) {
        let house = house
        get(FigureAddress.overview, .seeFigures) { request, _, visit in
            guard let top = visit.scope.topmost.first else { throw Refusal.notFound("area") }
            return seeOther(AreaAddress.page(top.description).with("month", Query(request)["month"]))
        }
        get(AreaAddress.page, .seeFigures) { request, context, visit in
            let (code, speech) = (try AreaAddress.page.parts(context), Speech(house, visit))
            let period = try Period(Query(request), rules: rules, at: house.clock.now)
            guard let record = try await shelf.areaMonth(code: code, period, in: visit.scope) else { throw Refusal.notFound("area") }
            let tops = try await house.database.read { try $0.tops(visit.scope, period) }
            let begun = house.clock.now
            let before = try await house.sameArea(record, period.month.previous, period, in: visit.scope, rules, shelf)
            // Where a sum takes long, a nation's, one comparison must do until both are kept.
            let yearBefore =
                house.clock.now.milliseconds(since: begun) > 1000
                ? nil : try await house.sameArea(record, period.month.yearBefore, period, in: visit.scope, rules, shelf)
            return try house.page(
                "overview", OverviewPage(record, before: before, yearBefore: yearBefore, tops: tops, period, zone: rules.zone, speech),
                title: speech("overview.title", ["area": record.area.name, "month": speech.month(period.month)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, period.month, period.network)) },
                for: visit, request)
        }
        get(FigureAddress.months, .seeFigures) { request, context, visit in
            let (code, speech, query) = (try FigureAddress.months.parts(context), Speech(house, visit), Query(request))
            let period = try Period(query, rules: rules, at: house.clock.now)
            let key = FigureKey(rawValue: query["figure"].isEmpty ? "boot_rate" : query["figure"])
            guard let figure = MonthFigure.named(key) else { throw Refusal.invalid(["figure": "form.choice"]) }
            guard let record = try await shelf.areaMonth(code: code, period, in: visit.scope) else { throw Refusal.notFound("area") }
            let begun = house.clock.now
            var (records, month) = ([record], period.month)
            // Where a sum takes long, the months that are there within seconds must do; what was summed is kept for the next look.
            var isCut = false
            for _ in 1..<MonthsPage.span {
                isCut = house.clock.now.milliseconds(since: begun) >= 3000
                if isCut { break }
                month = month.previous
                guard let earlier = try await house.sameArea(record, month, period, in: visit.scope, rules, shelf) else { break }
                records.insert(earlier, at: 0)
            }
            return try house.page(
                "months", MonthsPage(records, figure, isCut: isCut, period, speech),
                title: speech("months.title", ["area": record.area.name, "figure": speech(figure.figure.name)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, period.month, period.network)) },
                for: visit, request)
        }
    }
}

extension House {
    /// The same area in another month, whatever it was called then; nil before the network's first month and where the scope did not cover
    /// it.
    func sameArea(
        _ record: AreaMonth, _ month: Month, _ period: Period, in scope: Scope, _ rules: FactRules, _ shelf: FigureShelf
    ) async throws -> AreaMonth? {
        guard month >= period.first else { return nil }
        let other = try Period(month.description, network: period.network, rules: rules, at: clock.now)
        guard let code = try await database.read({ try $0.area(id: record.area.areaID, on: other.placed) })?.code else { return nil }
        return try await shelf.areaMonth(code: code, other, in: scope)
    }
}

extension Month {
    /// The same month of the year before.
    fileprivate var yearBefore: Month { (0..<12).reduce(self) { month, _ in month.previous } }
}

extension Scope {
    /// The areas of the scope, the highest first; none that lies below another.
    package var topmost: [AreaCode] {
        let sorted = Set(areas).sorted { ($0.level, $0.description) < ($1.level, $1.description) }
        return sorted.filter { area in !sorted.contains { $0 != area && $0.covers(area) } }
    }
}

extension Statements {
    /// The topmost areas of a scope as they are on the day whose tree a page stands on.
    package func tops(_ scope: Scope, _ period: Period) throws -> [Area] {
        let scope = try self.scope(scope, on: period.placed, today: period.today)
        return try scope.topmost.compactMap { try area(code: $0.description, on: period.placed, in: scope) }
    }
}
