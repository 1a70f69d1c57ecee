import Accounts
import Basics
import Lists
package import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// What every figure means, as of a month.
    package static func figureList(_ rules: FactRules) -> Feature {
        Feature(
            "figures", menu: [MenuEntry(.supervision, "nav.figures", FigureAddress.list, .seeFigures)],
            figures: MonthFigure.all.map(\.figure)
        ) { $0.list(.figures(rules)) }
    }
}

/// The page `figures`: as of which month the thresholds are, and the list.
private struct FigureListPage: Sendable {
    let monthBar: MonthBar
    let thresholds: String
    /// The paper behind them.
    let document: String
    let paperURL: Location?
    let list: ListView
}

extension ListPage where Row == Figure {
    /// Every figure that a feature declares.
    fileprivate static func figures(_ rules: FactRules) -> ListPage {
        ListPage(
            FigureAddress.list, .seeFigures, title: "figure.title",
            columns: [
                ListColumn("name", "figure.column.name") { row, question in
                    Table.Cell(question.text(row.name), url: row.link(question))
                },
                ListColumn("means", "figure.column.means") { row, question in Table.Cell(question.text(row.means), mark: "wide") },
                ListColumn("unit", "figure.column.unit") { row, question in Table.Cell(question.text("figure.unit.\(row.unit.rawValue)")) },
                ListColumn("periods", "figure.column.periods") { row, question in
                    Table.Cell(
                        row.periods.map { question.text("figure.period.\($0.rawValue)") }.joined(separator: question.text("list.comma")))
                },
                ListColumn("levels", "figure.column.levels") { row, question in
                    let (top, last) = (question.text("level.\(row.levels.lowerBound)"), question.text("level.\(row.levels.upperBound)"))
                    return Table.Cell(row.levels.lowerBound == row.levels.upperBound ? top : "\(top) – \(last)")
                },
                ListColumn("merit", "figure.column.merit") { row, question in
                    Table.Cell(question.text("figure.merit.\(row.merit.rawValue)"))
                },
                ListColumn("ranked", "figure.column.ranked") { row, question in
                    Table.Cell(row.isRankable ? question.text("figure.ranked") : "")
                },
                ListColumn("key", "figure.column.key") { row, _ in Table.Cell("{\(row.key.rawValue)}") },
            ], fields: ["month"], search: "figure.search",
            find: { question in
                let period = try Period(question["month"], rules: rules, at: question.now)
                let month = period.month
                let formula = try await question.house.database.read { try $0.formula(for: month) }
                let typed = question.typed.lowercased()
                let all = question.house.figures.filter { figure in
                    typed.isEmpty
                        || [question.text(figure.name), question.text(figure.means), figure.key.rawValue].contains {
                            $0.lowercased().contains(typed)
                        }
                }
                let speech = Speech(question.house, question.visit)
                return ListFound(of: all, question, place: \.key.rawValue) { view in
                    ListFrame(
                        "figures",
                        FigureListPage(
                            monthBar: MonthBar(period, at: FigureAddress.list()),
                            thresholds: speech(
                                "figure.thresholds",
                                [
                                    "month": speech.month(month), "seconds": String(formula.effectiveSeconds),
                                    "completeness": String(formula.completeness), "rate": speech("bulletin.\(formula.rankBy.rawValue)"),
                                ]),
                            document: formula.document,
                            paperURL: formula.document.isEmpty ? nil : PaperAddress.numbered().with("number", formula.document),
                            list: view), title: speech("figure.title"))
                }
            }, place: \.key.rawValue, note: "figure.note", empty: "figure.empty")
    }
}

extension Figure {
    /// What it is made of, in the topmost area of the account.
    fileprivate func link(_ question: ListQuestion) -> Location? {
        let month = Month(question["month"]) ?? question.today.month
        return question.scope.topmost.first.map { evidence($0, month) }
    }
}
