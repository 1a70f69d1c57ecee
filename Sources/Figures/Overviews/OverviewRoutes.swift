import Jobs
package import Accounts
package import Basics
import Hummingbird
package import Operations
package import Registry
import Storage
package import Web

extension Feature {
    /// The overviews of areas.
    package static func overviews(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature(
            "overviews", menu: [MenuEntry(.run, "nav.overview", "/overview", .seeFigures)],
            timers: [FeatureTimer(PeriodicWork("figures", every: .milliseconds(250)) { try await shelf.refresh() }, isEverywhere: true)]
        ) { $0.addOverviews(rules, shelf) }
    }
}

extension Routes {
    fileprivate mutating func addOverviews(_ rules: FactRules, _ shelf: FigureShelf) {
        let house = house
        get("/overview", .seeFigures) { request, _, visit in
            guard let top = visit.scope.topmost.first else { throw Refusal.notFound("area") }
            return seeOther(Query.url("/areas/\(top)", [("month", Query(request)["month"])]))
        }
        get("/areas/:code", .seeFigures) { request, context, visit in
            let (code, speech) = (try context.parameters.require("code"), Speech(house, visit))
            let period = try Period(Query(request), rules: rules, at: house.clock.now)
            guard let record = try await shelf.areaMonth(code: code, period, in: visit.scope) else { throw Refusal.notFound("area") }
            let tops = try await house.database.read { try $0.tops(visit.scope, period) }
            return try house.page(
                "overview", OverviewPage(record, tops: tops, period, zone: rules.zone, speech),
                title: speech("overview.title", ["area": record.area.name, "month": speech.month(period.month)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureURL.area($0.code, period.month, period.network)) },
                for: visit, request)
        }
    }
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
