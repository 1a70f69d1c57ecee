package import Accounts
package import Basics
package import Web

/// A state as somebody types it.
struct SiteStateForm: Sendable {
    var state = ""
    var from = ""
    var through = ""
    var reason = ""
    var document = ""

    init(_ site: Site, on day: Day) {
        (state, from) = (site.state?.rawValue ?? SiteState.planned.rawValue, day.description)
    }

    init(_ form: Form) {
        (state, from, through, reason, document) = (form["state"], form["from"], form["through"], form["reason"], form["document"])
    }

    /// Reads the fields; throws `Refusal.invalid` with a code for each that cannot be read.
    func read() throws -> (state: SiteState, from: Day, through: Day?) {
        var problems: [String: String] = [:]
        let (state, first, last) = (SiteState(rawValue: state), Day(from), Day(through))
        if state == nil { problems["state"] = "form.choice" }
        if first == nil { problems["from"] = "form.date" }
        if last == nil, !through.isEmpty { problems["through"] = "form.date" }
        if reason.isEmpty { problems["reason"] = "form.required" }
        guard problems.isEmpty, let state, let first else { throw Refusal.invalid(problems) }
        return (state, first, last)
    }
}

/// The page `site_state`: the form of a change, over the states that were recorded.
struct SiteStatePage: Sendable {
    let csrf: String
    let action: String
    let backURL: String
    let choices: [Choice]
    let stateProblem: String?
    let from: String
    let fromProblem: String?
    let through: String
    let throughProblem: String?
    let reason: String
    let reasonProblem: String?
    let document: String
    let documentProblem: String?
    let states: Table

    init(
        _ form: SiteStateForm, site: Site, _ history: [SiteStateRow], _ accounts: [String: NamedAccount], problems: [String: String], _ house: House, _ visit: Visit
    ) {
        func problem(_ field: String) -> String? { problems[field].map { house.text("refusal.\($0)", visit) } }
        csrf = visit.csrf
        action = site.stateURL
        backURL = site.pageURL
        choices = SiteState.allCases.map { Choice(choiceValue: $0.rawValue, choiceLabel: house.text("site_state.\($0.rawValue)", visit), chosen: $0.rawValue == form.state) }
        (from, through, reason, document) = (form.from, form.through, form.reason, form.document)
        (stateProblem, fromProblem, throughProblem) = (problem("state"), problem("from"), problem("through"))
        (reasonProblem, documentProblem) = (problem("reason"), problem("document"))
        states = .states(history, accounts, zone: house.zone, house.pages.words, visit.language)
    }
}

extension Table {
    /// The history of a site's states, corrected rows included.
    package static func states(_ rows: [SiteStateRow], _ accounts: [String: NamedAccount], zone: NetworkZone, _ words: Words, _ language: Language) -> Table {
        func say(_ key: String, _ values: [String: String] = [:]) -> String { words.text(key, language, values) }
        return Table(
            caption: say("states.caption"),
            columns: ["state", "from", "through", "reason", "document", "actor", "recorded", "standing"].map { Column(say("states.column.\($0)")) },
            rows: rows.map { row in
                [
                    Cell(say("site_state.\(row.state.rawValue)"), mark: "standing"), Cell(row.fromDay.description),
                    Cell(row.untilDay == .forever ? say("span.open_end") : row.untilDay.advanced(by: -1).description), Cell(row.reason, mark: "wide"), Cell(row.document),
                    Cell(words.actor(row.actor, accounts, language)), Cell(zone.text(row.recordedAt)),
                    Cell(row.replacedAt.map { say("states.corrected", ["time": zone.text($0)]) } ?? say("states.valid")),
                ]
            }, empty: say("states.empty"))
    }
}
