package import Accounts
package import Basics
import Hummingbird
package import Operations
import Registry
package import Storage
package import Web

extension Feature {
    /// The list of sites with their months.
    package static func siteList(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature("site_list", menu: [MenuEntry(.run, "nav.sites", "/sites", .seeFigures)]) { $0.addSiteList(rules, shelf) }
    }
}

extension Routes {
    fileprivate mutating func addSiteList(_ rules: FactRules, _ shelf: FigureShelf) {
        let house = house
        get("/sites", .seeFigures) { request, _, visit in
            let (query, speech) = (Query(request), Speech(house, visit))
            let (question, period) = (try SiteQuestion(query), try Period(query, rules: rules, at: house.clock.now))
            let record = try await house.siteList(question, period, in: visit.scope, rules, shelf)
            return try house.page(
                "site_list", SiteListPage(record, question, period, speech),
                title: speech("sites.title", ["area": record.area?.name ?? "", "month": speech.month(period.month)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureURL.area($0.code, period.month, period.network)) },
                for: visit, request)
        }
        get("/sites.csv", .seeFigures) { request, _, visit in
            let query = Query(request)
            let (question, period) = (try SiteQuestion(query), try Period(query, rules: rules, at: house.clock.now))
            let record = try await house.siteList(question, period, in: visit.scope, rules, shelf)
            let name = "sites-\(period.month)-\(question.show.rawValue).csv"
            return download(record.csv(question, period.month, Speech(house, visit)), name: name, type: "text/csv; charset=utf-8")
        }
        get("/sites.xlsx", .seeFigures) { request, _, visit in
            let query = Query(request)
            let (question, period) = (try SiteQuestion(query), try Period(query, rules: rules, at: house.clock.now))
            let record = try await house.siteList(question, period, in: visit.scope, rules, shelf)
            return try await spreadsheet(
                record.tables(question, period.month, Speech(house, visit)), name: "sites-\(period.month)-\(question.show.rawValue)")
        }
    }
}

extension SiteListRecord {
    /// All rows that the list shows on its pages, in their order.
    package func csv(_ question: SiteQuestion, _ month: Month, _ speech: Speech) -> String {
        let tables = tables(question, month, speech)
        return ([tables[0].csv] + tables.dropFirst().map(\.rows)).joined(separator: "\r\n")
    }

    /// The same as tables: the list, and behind it those that are not counted where all are asked for.
    func tables(_ question: SiteQuestion, _ month: Month, _ speech: Speech) -> [Table] {
        if question.show == .excluded { return [.excluded(figures.excluded.matching(question.text), month, speech)] }
        let selection = SiteSelection(figures.sites, show: question.show, containing: question.text, order: question.order)
        let counted = Table.sites(selection.sites, total: selection.total, question, month, speech)
        guard question.show == .all else { return [counted] }
        return [counted, .uncounted(uncounted.matching(question.text), figures.excluded.matching(question.text), month, speech)]
    }
}

extension House {
    /// The same with the figures of an area as pages show them.
    fileprivate func siteList(_ question: SiteQuestion, _ period: Period, in scope: Scope, _ rules: FactRules, _ shelf: FigureShelf)
        async throws -> SiteListRecord
    {
        guard !question.area.isEmpty else {
            return try await database.read { try $0.siteList(question, period, in: scope, zone: rules.zone) }
        }
        guard let found = try await shelf.areaMonth(code: question.area, period, in: scope) else { throw Refusal.notFound("area") }
        return try await database.read { try $0.siteList(question, period, of: found) }
    }
}

extension Statements {
    /// The sites of an area of the scope, or of the whole scope. Refuses an area that the scope does not cover.
    package func siteList(_ question: SiteQuestion, _ period: Period, in scope: Scope, zone: NetworkZone) throws -> SiteListRecord {
        guard question.area.isEmpty else {
            let found = try areaMonth(
                code: question.area, month: period.month, network: period.network, in: scope, zone: zone, at: period.asOf)
            guard let found else { throw Refusal.notFound("area") }
            return try siteList(question, period, of: found)
        }
        let scope = try self.scope(scope, on: period.placed, today: period.today)
        return SiteListRecord(
            area: nil, path: [],
            figures: try monthFigures(month: period.month, placed: period.placed, in: scope, zone: zone, at: period.asOf),
            uncounted: try uncounted(question, period, in: scope))
    }

    /// The sites of an area with its figures.
    func siteList(_ question: SiteQuestion, _ period: Period, of found: AreaMonth) throws -> SiteListRecord {
        var figures = found.figures
        if question.part == "rest" {
            let groups = BulletinArea.grouped(figures.sites, found.below.map { BulletinArea(code: $0.code, name: $0.name) })
            figures = MonthFigures(
                sites: groups[BulletinArea.rest] ?? [], excluded: figures.excluded, outsideService: figures.outsideService)
        }
        let inside = found.area.areaCode.map { Scope(areas: [$0]) } ?? Scope(areas: [])
        return SiteListRecord(area: found.area, path: found.path, figures: figures, uncounted: try uncounted(question, period, in: inside))
    }

    private func uncounted(_ question: SiteQuestion, _ period: Period, in scope: Scope) throws -> [UncountedSite] {
        question.show == .all ? try uncountedSites(month: period.month, placed: period.placed, in: scope) : []
    }
}
