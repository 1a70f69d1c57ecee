import Accounts
import Basics
package import Figures
import Hummingbird
package import Operations
import Registry
package import Returns
import Storage
package import Web

extension Feature {
    /// Monthly bulletins, closing a month.
    package static func bulletins(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature("bulletins", menu: [MenuEntry(.supervision, "nav.bulletins", "/bulletins", .seeFigures)]) { $0.addBulletins(rules, shelf) }
    }
}

extension Routes {
    fileprivate mutating func addBulletins(_ rules: FactRules, _ shelf: FigureShelf) {
        let house = house
        get("/bulletins", .seeFigures) { request, _, visit in
            let (query, speech, now) = (Query(request), Speech(house, visit), house.clock.now)
            // The form that picks a month of one bulletin leads here.
            if let code = AreaCode(query["area"]) { return try seeOther(query.bulletin(code, rules, now)) }
            let present = try Period("", rules: rules, at: now)
            let (months, tops) = try await house.database.read { (try $0.monthsWithFacts(), try $0.tops(visit.scope, present)) }
            let periods = months.filter { present.first <= $0 && $0 <= present.month }.compactMap {
                try? Period($0.description, rules: rules, at: now)
            }
            return try house.page(
                "bulletin_list", BulletinListPage(periods, tops, speech), title: speech("bulletins.title"), for: visit, request)
        }
        get("/bulletins/:month/:code", .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            return try house.page(
                "bulletin",
                BulletinPage(
                    record.bulletin, period, try await house.standing(record), typed: try await house.typed(record, period),
                    zone: rules.zone, speech),
                title: speech.title(record),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureURL.bulletin($0.code, period.month, "", period.network)) },
                for: visit, request)
        }
        get("/bulletins/:month/:code/print", .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            let page = BulletinPage(
                record.bulletin, period, try await house.standing(record), typed: try await house.typed(record, period), zone: rules.zone,
                speech, isPrint: true)
            return try house.page("bulletin_print", page, title: speech.title(record), for: visit, request, print: true)
        }
        get("/bulletins/:month/{code}.csv", .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            return download(
                record.bulletin.csv(speech, typed: try await house.typed(record, period)),
                name: "bulletin-\(period.month)-\(record.area.code).csv", type: "text/csv; charset=utf-8"
            )
        }
        get("/bulletins/:month/{code}.xlsx", .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            let bulletin = record.bulletin
            let typed = bulletin.table(of: try await house.typed(record, period), speech, isPrint: true)
            let tables =
                [Table.bulletin(bulletin, speech, isPrint: true)]
                + (bulletin.excluded.isEmpty ? [] : [.excluded(bulletin.excluded, period.month, speech)])
                + [typed].compactMap { $0 }
            return try await spreadsheet(tables, name: "bulletin-\(period.month)-\(record.area.code)")
        }
        get("/bulletins/:month/{code}.json", .seeFigures) { request, context, visit in
            let (record, period, _) = try await house.bulletin(request, context, visit, rules, shelf)
            let text = String(decoding: try record.bulletin.json(typed: try await house.typed(record, period)), as: UTF8.self)
            return download(text, name: "bulletin-\(period.month)-\(record.area.code).json", type: "application/json")
        }
    }
}

extension House {
    /// The area and month that a bulletin's address names. Refuses what the scope does not cover.
    fileprivate func bulletin(
        _ request: Request, _ context: AppContext, _ visit: Visit, _ rules: FactRules, _ shelf: FigureShelf
    ) async throws -> (AreaMonth, Period, Speech) {
        let period = try Period(try context.parameters.require("month"), network: Query(request).network, rules: rules, at: clock.now)
        let code = try context.parameters.require("code")
        guard let record = try await shelf.areaMonth(code: code, period, in: visit.scope) else { throw Refusal.notFound("area") }
        return (record, period, Speech(self, visit))
    }

    fileprivate func standing(_ record: AreaMonth) async throws -> MonthStanding {
        try await database.read { try $0.standing(of: record.month, area: record.area.areaID) }
    }

    fileprivate func typed(_ record: AreaMonth, _ period: Period) async throws -> TypedFigures {
        let inside = Scope(areas: [record.area.areaCode].compactMap { $0 })
        return try await database.read { try $0.typedFigures(month: period.month, placed: period.placed, in: inside) }
    }
}

extension Speech {
    fileprivate func title(_ record: AreaMonth) -> String {
        self("bulletin.title", ["area": record.area.name, "month": month(record.month)])
    }
}

extension Bulletin {
    /// The table with words as its header; what was excluded and what was typed follow, each after an empty line, typed figures under a
    /// line that says so.
    package func csv(_ speech: Speech, typed: TypedFigures = TypedFigures()) -> String {
        var text = Table.bulletin(self, speech, isPrint: true).csv
        if !excluded.isEmpty { text += "\r\n" + Table.excluded(excluded, month, speech).rows }
        if let table = table(of: typed, speech, isPrint: true) { text += "\r\n" + CSV.line([table.caption]) + table.rows }
        return text
    }
}

extension Query {
    /// The bulletin that the form of another month's page asks for.
    fileprivate func bulletin(_ code: AreaCode, _ rules: FactRules, _ now: Instant) throws -> String {
        let period = try Period(self, rules: rules, at: now)
        return FigureURL.bulletin(code.description, period.month, "", period.network)
    }
}
