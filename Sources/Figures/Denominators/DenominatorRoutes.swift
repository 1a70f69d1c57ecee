package import Accounts
package import Basics
import Hummingbird
package import Operations
import Registry
package import Storage
package import Web

extension Feature {
    /// Which sites a figure counts, and why.
    package static func denominators(_ rules: FactRules) -> Feature {
        Feature("denominators") { $0.addDenominators(rules) }
    }
}

extension Routes {
    fileprivate mutating func addDenominators(_ rules: FactRules) {
        let house = house
        get(FigureAddress.denominator, .seeFigures) { request, context, visit in
            let (query, speech) = (Query(request), Speech(house, visit))
            let (record, period) = try await house.denominator(try FigureAddress.denominator.parts(context), query, visit, rules)
            let page = DenominatorPage(
                record, step: Denominator.Step(rawValue: query["part"]), page: max(0, min(100_000, Int(query["page"]) ?? 0)), period, speech
            )
            return try house.page(
                "denominator", page, title: speech("denominator.title", ["area": record.area.name, "month": speech.month(period.month)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, period.month)) }, for: visit, request)
        }
        get(FigureAddress.denominatorFile, .seeFigures) { request, context, visit in
            let (query, speech) = (Query(request), Speech(house, visit))
            let (record, period) = try await house.denominator(try FigureAddress.denominatorFile.parts(context), query, visit, rules)
            var text = Table.denominator(record, period.month, speech).csv
            if let step = Denominator.Step(rawValue: query["part"]) {
                text = Table.approvedSites(record.denominator.sites[step] ?? [], record, step, period.month, speech).csv
            }
            return download(text, name: "denominator-\(period.month)-\(record.area.code).csv", type: "text/csv; charset=utf-8")
        }
    }
}

extension House {
    fileprivate func denominator(_ code: String, _ query: Query, _ visit: Visit, _ rules: FactRules) async throws -> (
        DenominatorRecord, Period
    ) {
        let period = try Period(query["month"], rules: rules, at: clock.now)
        let record = try await database.read { try $0.denominatorRecord(code: code, period, in: visit.scope, zone: rules.zone) }
        guard let record else { throw Refusal.notFound("area") }
        return (record, period)
    }
}

extension Statements {
    /// The account of an area of the scope, on the network as it was at the month's end. Nil when the scope does not cover the area.
    package func denominatorRecord(code: String, _ period: Period, in scope: Scope, zone: NetworkZone) throws -> DenominatorRecord? {
        let last = period.month.days.upperBound
        let scope = try self.scope(scope, on: last, today: zone.day(of: period.asOf))
        guard let area = try areaEver(code: code, on: last, in: scope) else { return nil }
        let account = try denominator(area: area.areaID, month: period.month)
        return DenominatorRecord(
            area: area, path: try path(to: area, on: last).filter { $0.areaCode.map(scope.covers) ?? false }, denominator: account,
            accounts: try namedAccounts(Set(account.sites.values.joined().map(\.actor)).sorted()))
    }
}
