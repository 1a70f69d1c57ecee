import Accounts
package import Basics
import Figures
import Lists
import Operations
import Registry
package import Storage
import Web

/// A month of a topmost area of the account.
struct ListedBulletin: Sendable {
    let area: Area
    let period: Period

    var place: String { "\(period.month) \(area.code)" }
}

extension ListPage where Row == ListedBulletin {
    /// The months of which there is anything, newest first, for each topmost area of the account.
    static func bulletins(_ rules: FactRules) -> ListPage {
        func column(_ name: String, isUsual: Bool = true, _ cell: @escaping @Sendable (Month, String, ListQuestion) -> Table.Cell)
            -> ListColumn<Row>
        {
            ListColumn(name, "bulletins.column.\(name)", isUsual: isUsual) { cell($0.period.month, $0.area.code, $1) }
        }
        var list = ListPage(
            BulletinAddress.list, .seeFigures, title: "bulletins.title",
            columns: [
                column("month") { month, code, question in
                    Table.Cell(Speech(question.house, question.visit).month(month), url: BulletinAddress.page(month, code))
                },
                ListColumn("area", "bulletins.column.area") { row, _ in Table.Cell(row.area.name) },
                ListColumn("standing", "bulletins.column.standing") { row, question in
                    Table.Cell(question.text(row.period.isProvisional ? "bulletins.provisional" : "bulletins.complete"), mark: "standing")
                },
                column("editions") { Table.Cell($2.text("edition.title"), url: BulletinAddress.editions($0, $1)) },
                column("print") { Table.Cell($2.text("bulletin.print"), url: BulletinAddress.print($0, $1)) },
                column("csv") { month, code, _ in Table.Cell("CSV", url: BulletinAddress.csv(month, code)) },
                column("xlsx") { month, code, _ in Table.Cell("XLSX", url: BulletinAddress.xlsx(month, code)) },
                column("json", isUsual: false) { month, code, _ in Table.Cell("JSON", url: BulletinAddress.json(month, code)) },
            ], fields: ["area", "month", "network"],
            find: { question in
                let present = try Period("", rules: rules, at: question.now)
                let all = try await question.house.database.read { statements in
                    let tops = try statements.tops(question.scope, present)
                    return try statements.monthsWithFacts().reversed().filter { present.first <= $0 && $0 <= present.month }.flatMap {
                        let period = try Period($0.description, rules: rules, at: question.now)
                        return tops.map { ListedBulletin(area: $0, period: period) }
                    }
                }
                return ListFound(of: all, question, place: \.place)
            }, place: \.place, note: "bulletins.lead", empty: "bulletins.empty")
        // The form that picks a month of one bulletin leads here.
        list.leads = { question in
            guard let code = AreaCode(question["area"]) else { return nil }
            let (network, now) = (NetworkView(rawValue: question["network"]) ?? .then, question.now)
            return (try? Period(question["month"], network: network, rules: rules, at: now)).map {
                BulletinAddress.bulletin(code.description, $0.month, $0.network)
            }
        }
        return list
    }
}

extension Statements {
    /// The months of which any site-day is known, ascending: a look-up in the key for each month.
    package func monthsWithFacts() throws -> [Month] {
        var months: [Month] = []
        var from = Day(number: 0)
        while let day = try first("SELECT min(day) FROM site_day WHERE day >= \(from)", { try $0.optionalInt(0) }) ?? nil {
            months.append(Day(number: day).month)
            from = Day(number: day).month.end
        }
        return months
    }
}
