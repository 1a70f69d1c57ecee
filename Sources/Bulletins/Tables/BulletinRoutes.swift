import Accounts
import Basics
package import Figures
import Hummingbird
import Lists
package import Operations
import Registry
package import Returns
import Storage
package import Web

extension Feature {
    /// Monthly bulletins, closing a month.
    package static func bulletins(_ rules: FactRules, _ shelf: FigureShelf) -> Feature {
        Feature("bulletins", menu: [MenuEntry(.supervision, "nav.bulletins", BulletinAddress.list, .seeFigures)]) {
            $0.addBulletins(rules, shelf)
        }
    }
}

extension Routes {
    fileprivate mutating func addBulletins(_ rules: FactRules, _ shelf: FigureShelf) {
        let house = house
        list(.bulletins(rules))
        get(BulletinAddress.page, .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            return try house.page(
                "bulletin",
                BulletinPage(
                    record.bulletin, period, try await house.standing(record), typed: try await house.typed(record, period),
                    zone: rules.zone, speech),
                title: speech.title(record),
                crumbs: record.path.map {
                    Frame.Link(label: $0.name, url: BulletinAddress.bulletin($0.code, period.month, period.network))
                },
                for: visit, request)
        }
        get(BulletinAddress.print, .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            let page = BulletinPage(
                record.bulletin, period, try await house.standing(record), typed: try await house.typed(record, period), zone: rules.zone,
                speech, isPrint: true)
            return try house.page("bulletin_print", page, title: speech.title(record), for: visit, request, print: true)
        }
        get(BulletinAddress.csv, .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            return download(
                record.bulletin.csv(speech, typed: try await house.typed(record, period)),
                name: "bulletin-\(period.month)-\(record.area.code).csv", type: "text/csv; charset=utf-8"
            )
        }
        get(BulletinAddress.xlsx, .seeFigures) { request, context, visit in
            let (record, period, speech) = try await house.bulletin(request, context, visit, rules, shelf)
            let bulletin = record.bulletin
            let typed = bulletin.table(of: try await house.typed(record, period), speech, isPrint: true)
            let tables =
                [Table.bulletin(bulletin, speech, isPrint: true)]
                + (bulletin.excluded.isEmpty ? [] : [.excluded(bulletin.excluded, period.month, speech)])
                + [typed].compactMap { $0 }
            return try await spreadsheet(tables, name: "bulletin-\(period.month)-\(record.area.code)")
        }
        get(BulletinAddress.json, .seeFigures) { request, context, visit in
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
        let (month, code) = try BulletinAddress.page.parts(context)
        let period = try Period(month.description, network: Query(request).network, rules: rules, at: clock.now)
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
