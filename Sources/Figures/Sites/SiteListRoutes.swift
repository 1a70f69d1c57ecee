package import Accounts
package import Basics
import Lists
package import Operations
import Registry
package import Storage
package import Web

extension Feature {
    /// The list of sites with their months.
    package static func siteList(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature("site_list", menu: [MenuEntry(.run, "nav.sites", SiteAddress.list, .seeFigures)]) { $0.list(.sites(rules, shelf)) }
    }
}

extension House {
    /// The same with the figures of an area as pages show them.
    func siteList(_ question: SiteQuestion, _ period: Period, in scope: Scope, _ rules: FactRules, _ shelf: FigureShelf)
        async throws -> SiteListRecord
    {
        let looksBack = question.show.looksBack && period.month > period.first
        guard !question.area.isEmpty else {
            return try await database.read { statements in
                var record = try statements.siteList(question, period, in: scope, zone: rules.zone)
                if looksBack {
                    let other = try Period(period.month.previous.description, network: period.network, rules: rules, at: period.asOf)
                    record.before = try statements.siteList(question, other, in: scope, zone: rules.zone).figures.sites.switchedOn
                }
                return record
            }
        }
        guard let found = try await shelf.areaMonth(code: question.area, period, in: scope) else { throw Refusal.notFound("area") }
        var record = try await database.read { try $0.siteList(question, period, of: found) }
        if looksBack {
            record.before =
                try await sameArea(found, period.month.previous, period, in: scope, rules, shelf)?.figures.sites.switchedOn ?? []
        }
        return record
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
