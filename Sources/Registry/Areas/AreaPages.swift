import Accounts
import Basics
import Web

/// The page `area_history`: every row of an area and the decisions behind them.
struct AreaHistoryPage: Sendable {
    struct Link: Sendable {
        let linkLabel: String
        let linkURL: String
    }
    let isDecided: Bool
    let figuresURL: String
    let decide: [Link]
    let rows: Table
    let decisions: Table

    init(_ history: AreaHistory, mayDecide: Bool, isDecided: Bool, _ house: House, _ visit: Visit) {
        func say(_ key: String) -> String { house.text(key, visit) }
        let words = house.pages.words
        self.isDecided = isDecided
        let code = history.area.code
        figuresURL = "/areas/\(code)"
        decide =
            mayDecide && history.isOpen
            ? AreaDecision.Kind.allCases.map { Link(linkLabel: say("area.decision.\($0.rawValue)"), linkURL: "/areas/\(code)/decisions/\($0.rawValue)") } : []
        rows = Table(
            caption: say("area.rows"), columns: ["from", "through", "code", "name", "parent", "recorded", "standing"].map { Table.Column(say("area.column.\($0)")) },
            rows: history.rows.map { row in
                [
                    Table.Cell(row.fromDay.description), Table.Cell(row.untilDay == .forever ? say("area.open_end") : row.untilDay.advanced(by: -1).description),
                    Table.Cell(row.code), Table.Cell(row.name), Table.Cell([row.parentName, row.parentCode].compactMap { $0 }.joined(separator: " ")),
                    Table.Cell(house.zone.text(row.recordedAt)), Table.Cell(say(row.replacedAt == nil ? "area.in_force" : "area.replaced"), mark: "standing"),
                ]
            })
        decisions = Table(
            caption: say("area.decisions"), columns: ["on", "kind", "subject", "other", "reason", "document", "actor", "recorded"].map { Table.Column(say("area.column.\($0)")) },
            rows: history.decisions.map { decision in
                [
                    Table.Cell(decision.onDay.description), Table.Cell(say("area.decision.\(decision.kind)")), Table.Cell(history.names[decision.areaID] ?? ""),
                    Table.Cell(decision.otherAreaID.flatMap { history.names[$0] } ?? ""), Table.Cell(decision.reason, mark: "wide"), Table.Cell(decision.document),
                    Table.Cell(words.actor(decision.actor, history.accounts, visit.language)), Table.Cell(house.zone.text(decision.recordedAt)),
                ]
            }, empty: say("area.no_decisions"))
    }
}

/// The page `area_decision`: the form of a decision and, once it can be made, what it would do.
struct AreaDecisionPage: Sendable {
    /// A field of the form; `choices` stands for a list to choose from.
    struct Field: Sendable {
        let fieldName: String
        let fieldLabel: String
        let fieldHelp: String
        let fieldValue: String
        let fieldType: String
        let isText: Bool
        let isList: Bool
        let choices: [Choice]
        let fieldProblem: String?
    }
    let csrf: String
    let action: String
    let backURL: String
    let note: String
    let problem: String?
    let fields: [Field]
    let plan: Table?
    let planSites: Table?
    let planText: String
    /// The closed months that it reaches back into, in a sentence.
    let settledText: String?

    init(_ form: AreaForm, area: Area, problems: [String: String], plan: AreaPlan?, settled: [SettledMonth], _ house: House, _ visit: Visit) {
        func say(_ key: String, _ values: [String: String] = [:]) -> String { house.text(key, visit, values) }
        csrf = visit.csrf
        action = "/areas/\(area.code)/decisions/\(form.kind.rawValue)"
        backURL = "/areas/\(area.code)/history"
        note = say("area.note.\(form.kind.rawValue)")
        problem = problems["area"].map { say("refusal.\($0)") }
        func field(_ name: String, _ value: String) -> Field {
            let choices = name == "rule" ? AreaForm.rules.map { Choice(choiceValue: $0, choiceLabel: say("area.rule.\($0)"), chosen: $0 == value) } : []
            return Field(
                fieldName: name, fieldLabel: say("area.field.\(name)"), fieldHelp: say("area.help.\(name)"), fieldValue: value, fieldType: name == "on" ? "date" : "text",
                isText: name == "taking", isList: !choices.isEmpty, choices: choices, fieldProblem: problems[name].map { say("refusal.\($0)") })
        }
        let values = ["name": form.name, "code": form.code, "into": form.into, "rule": form.rule, "taking": form.taking]
        fields = [field("on", form.on)] + form.fields.map { field($0, values[$0] ?? "") } + [field("reason", form.reason), field("document", form.document)]
        planText = plan.map { say("area.plan.text", ["areas": String($0.effects.count), "sites": String($0.siteMoves.count)]) } ?? ""
        settledText =
            settled.isEmpty
            ? nil
            : say(
                "area.plan.settled",
                [
                    "months": settled.map {
                        say($0.editions > 0 ? "area.plan.published" : "area.plan.closed", ["area": $0.area, "month": $0.month, "number": String($0.editions)])
                    }
                    .joined(separator: say("list.separator"))
                ])
        self.plan = plan.map { plan in
            Table(
                caption: say("area.plan.areas"), columns: ["code_before", "name_before", "code_after", "name_after"].map { Table.Column(say("area.column.\($0)")) },
                rows: plan.effects.prefix(200).map { effect in
                    [
                        Table.Cell(effect.before?.code ?? "—"), Table.Cell(effect.before?.name ?? say("area.plan.new")), Table.Cell(effect.after?.code ?? "—"),
                        Table.Cell(effect.after?.name ?? say("area.plan.ends")),
                    ]
                }, empty: say("area.plan.no_areas"))
        }
        planSites = plan.flatMap { plan in
            plan.siteMoves.isEmpty
                ? nil
                : Table(
                    caption: say("area.plan.sites"), columns: ["site_code", "site_name"].map { Table.Column(say("area.column.\($0)")) },
                    rows: plan.siteMoves.prefix(200).map { [Table.Cell($0.site.code), Table.Cell($0.site.name)] })
        }
    }
}
