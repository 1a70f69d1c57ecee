package import Accounts
package import Basics
import Hummingbird
package import Operations
import Registry
package import Storage
package import Web

extension Feature {
    /// What a month will come to.
    package static func prospects(_ rules: FactRules) -> Feature {
        Feature("prospects") { $0.addProspects(rules) }
    }
}

extension Routes {
    /// How an area stands before the month ends, and what would change it.
    fileprivate mutating func addProspects(_ rules: FactRules) {
        let house = house
        get(FigureAddress.prospect, .seeFigures) { request, context, visit in
            let period = try Period(Query(request)["month"], rules: rules, at: house.clock.now)
            let (code, speech) = (try FigureAddress.prospect.parts(context), Speech(house, visit))
            let found = try await house.database.read { try $0.prospect(code: code, period, in: visit.scope, zone: rules.zone) }
            guard let found else { throw Refusal.notFound("area") }
            return try house.page(
                "prospect", ProspectPage(found, period, speech),
                title: speech("prospect.title", ["area": found.record.area.name, "month": speech.month(period.month)]),
                crumbs: found.record.path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, period.month)) }, for: visit,
                request)
        }
    }
}

extension Statements {
    /// The prospect of an area of the scope. Its neighbours are counted whoever asks, because a rank is among all of them; nothing else of
    /// them is told.
    package func prospect(code: String, _ period: Period, in scope: Scope, zone: NetworkZone) throws -> ProspectRecord? {
        let (month, last) = (period.month, period.month.days.upperBound)
        guard let record = try areaMonth(code: code, month: month, in: scope, zone: zone, at: period.asOf), let known = record.area.areaCode
        else { return nil }
        let bulletin = record.bulletin
        var (line, neighbours) = (bulletin.total, [BulletinLine]())
        if let parent = try record.area.parentID.flatMap({ try area(id: $0, on: last) }),
            let inside = parent.areaCode.map({ Scope(areas: [$0]) })
        {
            // The codes are those of the month's end already.
            let figures = try monthFigures(month: month, placed: last, in: inside, zone: zone, at: period.asOf)
            let below = try children(of: parent, on: last, in: inside).map { BulletinArea(code: $0.code, name: $0.name) }
            neighbours =
                Bulletin(
                    month: month, formula: bulletin.formula, area: BulletinArea(code: parent.code, name: parent.name), below: below,
                    asOf: period.asOf, sites: figures.sites,
                    excluded: [], outsideService: []
                ).lines
            line = neighbours.first { $0.code == record.area.code } ?? line
        }
        let before =
            period.previous == nil
            ? [] : try monthFigures(month: month.previous, placed: last, in: Scope(areas: [known]), zone: zone, at: period.asOf).sites
        return ProspectRecord(
            record: record,
            prospect: Prospect(
                line, among: neighbours, sites: record.figures.sites, before: before,
                below: record.below.map { BulletinArea(code: $0.code, name: $0.name) },
                by: bulletin.formula.rankBy))
    }
}
