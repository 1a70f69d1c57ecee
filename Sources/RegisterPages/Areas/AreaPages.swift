import Accounts
import Basics
import Registry
import Web

/// The page `area_history`: every row of an area and the decisions behind them.
struct AreaHistoryPage: Sendable {
    struct Link: Sendable {
        let linkLabel: String
        let linkURL: Location
    }
    /// What was just done; nil when nothing was.
    let done: String?
    let figuresURL: Location
    let decide: [Link]
    let rows: Table
    let decisions: Table

    init(_ history: AreaHistory, mayDecide: Bool, decided: String?, _ house: House, _ visit: Visit) {
        func say(_ key: String) -> String { house.text(key, visit) }
        let words = house.pages.words
        done = decided.map { say($0 == "2" ? "area.taken_back" : "area.decided") }
        let code = history.area.code
        figuresURL = AreaAddress.page(code)
        decide =
            mayDecide && history.isOpen
            ? AreaDecision.Kind.allCases.map {
                Link(linkLabel: say("area.decision.\($0.rawValue)"), linkURL: AreaAddress.decision(code, $0))
            } : []
        rows = Table(
            caption: say("area.rows"),
            columns: ["from", "through", "code", "name", "parent", "recorded", "standing"].map { Table.Column(say("area.column.\($0)")) },
            rows: history.rows.map { row in
                [
                    Table.Cell(row.fromDay.description),
                    Table.Cell(row.untilDay == .forever ? say("area.open_end") : row.untilDay.advanced(by: -1).description),
                    Table.Cell(row.code), Table.Cell(row.name),
                    Table.Cell([row.parentName, row.parentCode].compactMap { $0 }.joined(separator: " ")),
                    Table.Cell(house.zone.text(row.recordedAt)),
                    Table.Cell(say(row.replacedAt == nil ? "area.in_force" : "area.replaced"), mark: "standing"),
                ]
            })
        decisions = Table(
            caption: say("area.decisions"),
            columns: ["on", "kind", "way", "subject", "other", "reason", "document", "actor", "recorded", "standing"].map {
                Table.Column(say("area.column.\($0)"))
            },
            rows: history.decisions.map { decision in
                [
                    Table.Cell(decision.onDay.description), Table.Cell(say("area.decision.\(decision.kind)")),
                    decision.takenBackAt == nil && mayDecide
                        ? Table.Cell(say("area.take_back"), url: AreaAddress.takeBack(code, decision.id)) : Table.Cell(""),
                    Table.Cell(history.names[decision.areaID] ?? ""),
                    Table.Cell(decision.otherAreaID.flatMap { history.names[$0] } ?? ""), Table.Cell(decision.reason, mark: "wide"),
                    Table.Cell(paper: decision.document),
                    Table.Cell(words.actor(decision.actor, history.accounts, visit.language)),
                    Table.Cell(house.zone.text(decision.recordedAt)),
                    Table.Cell(
                        decision.takenBackAt.map {
                            house.text(
                                "area.taken_back_at", visit,
                                [
                                    "time": house.zone.text($0),
                                    "actor": words.actor(decision.takenBackBy, history.accounts, visit.language),
                                    "reason": decision.takenBackFor,
                                ])
                        } ?? say("area.in_force"), mark: decision.takenBackAt == nil ? nil : "wide"),
                ]
            }, empty: say("area.no_decisions"))
    }
}
