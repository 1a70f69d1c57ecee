import Accounts
import Basics
import Figures
import Foundation
import Lists
import Operations
import Registry
import Storage
import Web

/// A return in the list of a month.
struct ListedReturn: Sendable {
    let standing: ReturnStanding
    let record: ReturnRecord
}

/// The page around the list of returns: how many are due and there.
private struct ReturnListFrame: Sendable {
    let monthBar: MonthBar
    let completeness: ReturnSummary?
    let list: ListView
    let jsonURL: Location
}

extension ListPage where Row == ListedReturn {
    /// The returns of a month in the scope, by area.
    static func returns(_ rules: FactRules) -> ListPage {
        var list = ListPage(
            ReturnAddress.list, .seeFigures, title: "return.title", columns: columns,
            filters: [ListFilter("state", "return.column.state", any: "return.any", among: ReturnState.self, words: "return.state")],
            fields: ["month", "area"], search: "return.search", find: { try await $0.returns(rules) }, place: \.standing.area.code,
            note: "return.note", empty: "return.empty")
        // The months of an area's own return are its own pages.
        list.leads = { question in
            guard let code = AreaCode(question["area"]), let period = try? question.house.returnPeriod(question["month"], rules) else {
                return nil
            }
            return ReturnAddress.one(period.month, code.description)
        }
        return list
    }

    private static var columns: [ListColumn<Row>] {
        func column(_ name: String, isUsual: Bool = false, _ text: @escaping @Sendable (Row, ListQuestion) -> String) -> ListColumn<Row> {
            ListColumn(name, "return.column.\(name)", isUsual: isUsual) { Table.Cell(text($0, $1)) }
        }
        func number(_ name: String, _ number: @escaping @Sendable (Row) -> Int) -> ListColumn<Row> {
            ListColumn(name, "return.column.\(name)", isNumber: true, isUsual: false) { row, _ in Table.Cell(number(row)) }
        }
        return [
            ListColumn("area", "return.column.area") { row, _ in
                let area = row.standing.area
                return Table.Cell("\(area.name) \(area.code)", url: ReturnAddress.one(row.record.month, area.code))
            },
            column("sites", isUsual: true) { row, _ in "\(row.standing.filled) / \(row.standing.sites.count)" },
            ListColumn("state", "return.column.state") { row, question in
                Table.Cell(question.text("return.state.\(row.standing.state.rawValue)"), mark: "standing")
            },
            column("deadline", isUsual: true) { row, question in
                row.standing.isDue ? Speech(question.house, question.visit).punctuality(row.submission(question)) : ""
            },
            column("submitted", isUsual: true) { row, question in
                let made = row.standing.monthlyReturn
                return made?.submittedAt.map { "\(question.actor(made?.submittedBy ?? "", row.record.accounts)) \(question.time($0))" }
                    ?? ""
            },
            column("decided", isUsual: true) { row, question in
                let made = row.standing.monthlyReturn
                return made?.decidedAt.map { "\(question.actor(made?.decidedBy ?? "", row.record.accounts)) \(question.time($0))" } ?? ""
            },
            column("code") { row, _ in row.standing.area.code }, number("sites_due") { $0.standing.sites.count },
            number("sites_filled") { $0.standing.filled },
            ListColumn("days_late", "return.column.days_late", isNumber: true, isUsual: false) { row, question in
                Table.Cell(row.standing.isDue ? row.submission(question).daysLate : 0)
            },
            column("source") { $1.text("typed.mark") }, number("on") { $0.standing.on },
        ]
            + [ReturnField.minutes, .sessions, .should, .attended].map { field in
                ListColumn(field.rawValue, "return.field.\(field.rawValue)", isNumber: true, isUsual: false) { row, _ in
                    Table.Cell(row.standing.sum(field))
                }
            }
    }
}

extension ListedReturn {
    fileprivate func submission(_ question: ListQuestion) -> Punctuality {
        standing.submission(record.deadline, zone: question.house.zone, today: record.period.today)
    }
}

extension ListQuestion {
    fileprivate func returns(_ rules: FactRules) async throws -> ListFound<ListedReturn> {
        let period = try house.returnPeriod(self["month"], rules)
        let record = try await house.returnRecord(nil, period, visit, rules)
        let found = record.filtered(ReturnState(rawValue: self["state"])).filter { standing in
            let key = searchKey(standing.area.name)
            return words.words.allSatisfy { key.contains($0) || standing.area.code.contains($0) }
        }
        let ordered = found.sorted { $0.area.code < $1.area.code }
        let rows = ordered.drop { $0.area.code <= after }.prefix(limit).map { ListedReturn(standing: $0, record: record) }
        let fields = [("state", self["state"]), ("q", typed)]
        return ListFound(rows: Array(rows), count: found.count, fileName: "returns-\(record.month)") { view in
            let speech = Speech(house, visit)
            return ListFrame(
                "return_list",
                ReturnListFrame(
                    monthBar: MonthBar(period, at: ReturnAddress.list(), fields: fields),
                    completeness: record.standings.contains(where: \.isDue) ? ReturnSummary(record, zone: rules.zone, speech) : nil,
                    list: view, jsonURL: ReturnAddress.json().with([("month", record.month.description), fields[0]])),
                title: speech("return.title"))
        }
    }
}
