import Accounts
import Basics
import Web

/// The page `exclusion_list`: proposals of the scope, newest first.
struct ExclusionListPage: Sendable {
    let choices: [Choice]
    let proposals: Table
    let nextPageURL: String?
    let mayPropose: Bool
    /// The topmost area of the account, for which a proposal begins.
    let newURL: String

    static let pageSize = 50

    init(_ proposals: [ExclusionProposal], state: ProposalState?, area: String, mayPropose: Bool, _ accounts: [String: NamedAccount], _ house: House, _ visit: Visit) {
        func say(_ key: String) -> String { house.text(key, visit) }
        choices =
            [Choice(choiceValue: "", choiceLabel: say("exclusion.any"), chosen: state == nil)]
            + ProposalState.allCases.map { Choice(choiceValue: $0.rawValue, choiceLabel: say("exclusion.state.\($0.rawValue)"), chosen: $0 == state) }
        self.proposals = Table(
            caption: say("exclusion.list"),
            columns: ["area", "cause", "days", "sites", "state", "by", "at"].map { Table.Column(say("exclusion.column.\($0)"), isNumber: $0 == "sites") },
            rows: proposals.prefix(ExclusionListPage.pageSize).map { proposal in
                [
                    Table.Cell("\(proposal.areaName) \(proposal.areaCode)", url: "/exclusions/\(proposal.id)"), Table.Cell(say("exclusion.cause.\(proposal.cause.rawValue)")),
                    Table.Cell("\(proposal.fromDay) – \(proposal.untilDay.advanced(by: -1))"), Table.Cell(proposal.siteCount),
                    Table.Cell(say("exclusion.state.\(proposal.state.rawValue)"), mark: "standing"),
                    Table.Cell(house.pages.words.actor(proposal.proposedBy, accounts, visit.language)), Table.Cell(house.zone.text(proposal.proposedAt)),
                ]
            }, empty: say(state == nil ? "exclusion.empty" : "exclusion.empty_state"))
        nextPageURL =
            proposals.count > ExclusionListPage.pageSize
            ? "/exclusions?state=\(state?.rawValue ?? "")&before=\(proposals[ExclusionListPage.pageSize - 1].id)" : nil
        self.mayPropose = mayPropose
        newURL = "/exclusions/new?area=\(area)"
    }
}

/// The page `exclusion_new`: the form of a proposal.
struct ExclusionFormPage: Sendable {
    let csrf: String
    let area: String
    let areaProblem: String?
    let causes: [Choice]
    let from: String
    let fromProblem: String?
    let through: String
    let throughProblem: String?
    /// Whether it can be sent although it changes no figure.
    let asksAnyway: Bool
    let sites: String
    let sitesProblem: String?
    let reason: String
    let reasonProblem: String?
    let document: String
    let documentProblem: String?

    init(_ form: ExclusionForm, _ problems: [String: String], _ house: House, _ visit: Visit) {
        func problem(_ field: String) -> String? { problems[field].map { house.text("refusal.\($0)", visit) } }
        csrf = visit.csrf
        (area, from, through, sites, reason, document) = (form.area, form.from, form.through, form.sites, form.reason, form.document)
        (areaProblem, fromProblem, throughProblem) = (problem("area"), problem("from"), problem("through"))
        asksAnyway = problems["through"] == "exclusion.no_effect"
        (sitesProblem, reasonProblem, documentProblem) = (problem("sites"), problem("reason"), problem("document"))
        causes = ExclusionCause.allCases.map {
            Choice(choiceValue: $0.rawValue, choiceLabel: house.text("exclusion.cause.\($0.rawValue)", visit), chosen: $0.rawValue == form.cause)
        }
    }
}

/// A proposal as somebody types it.
struct ExclusionForm: Sendable {
    var area: String
    var cause = ExclusionCause.flood.rawValue
    var from = ""
    var through = ""
    var sites = ""
    var reason = ""
    var document = ""
    var isMeantAnyway = false

    init(area: String) { self.area = area }

    init(_ form: Form) {
        (area, cause, from, through) = (form["area"], form["cause"], form["from"], form["through"])
        (sites, reason, document) = (form.raw("sites"), form["reason"], form["document"])
        isMeantAnyway = form["anyway"] == "1"
    }

    /// Reads the fields; throws `Refusal.invalid` with a code for each that cannot be read.
    func read() throws -> NewProposal {
        var problems: [String: String] = [:]
        let (first, last, cause) = (Day(from), Day(through), ExclusionCause(rawValue: cause))
        if first == nil { problems["from"] = "form.date" }
        if last == nil { problems["through"] = "form.date" }
        if let first, let last, first > last { problems["through"] = "exclusion.days_order" }
        if reason.isEmpty { problems["reason"] = "form.required" }
        guard problems.isEmpty, let first, let last, let cause else { throw Refusal.invalid(problems) }
        return NewProposal(
            cause: cause, days: first...last, reason: reason, document: document,
            sites: sites.split { $0 == "," || $0 == "，" || $0 == "、" || $0.isWhitespace }.map(String.init), acceptsNoEffect: isMeantAnyway)
    }
}

/// The page `exclusion`: a proposal, its sites, and what may be done with it.
struct ExclusionPage: Sendable {
    let csrf: String
    let action: String
    let isSaved: Bool
    let state: String
    /// What it changes, in a sentence.
    let effect: String?
    let facts: Table
    let sites: Table
    let mayDecide: Bool
    let mayWithdraw: Bool
    let answerProblem: String?
    let waitsForOther: Bool

    init(
        _ proposal: ExclusionProposal, sites: [(code: String, name: String)], effect: [ExclusionEffect], _ accounts: [String: NamedAccount], problems: [String: String],
        isSaved: Bool, _ house: House, _ visit: Visit
    ) {
        func say(_ key: String) -> String { house.text(key, visit) }
        let words = house.pages.words
        csrf = visit.csrf
        action = "/exclusions/\(proposal.id)"
        self.isSaved = isSaved
        state = say("exclusion.state.\(proposal.state.rawValue)")
        self.effect =
            proposal.state != .proposed
            ? nil
            : effect.isEmpty
                ? say("exclusion.changes_nothing")
                : effect.map { house.text("exclusion.takes_out", visit, ["month": $0.month.description, "count": String($0.sites)]) }.joined(separator: " ")
        let made = "\(words.actor(proposal.proposedBy, accounts, visit.language)) \(house.zone.text(proposal.proposedAt))"
        let decided = proposal.decidedAt.map { "\(words.actor(proposal.decidedBy, accounts, visit.language)) \(house.zone.text($0))" } ?? ""
        let lines = [
            ("area", "\(proposal.areaName) \(proposal.areaCode)"), ("cause", say("exclusion.cause.\(proposal.cause.rawValue)")),
            ("days", "\(proposal.fromDay) – \(proposal.untilDay.advanced(by: -1))"), ("reason", proposal.reason), ("document", proposal.document), ("proposed", made),
            ("decided", decided), ("answer", proposal.answer),
        ]
        facts = Table(
            caption: say("exclusion.facts"), columns: [Table.Column(say("exclusion.column.field")), Table.Column(say("exclusion.column.content"))],
            rows: lines.filter { !$0.1.isEmpty }.map { [Table.Cell(say("exclusion.column.\($0.0)")), Table.Cell($0.1, mark: "wide")] })
        self.sites = Table(
            caption: house.text("exclusion.sites", visit, ["count": String(proposal.siteCount)]),
            columns: [Table.Column(say("exclusion.column.code")), Table.Column(say("exclusion.column.name"))],
            rows: sites.prefix(500).map { [Table.Cell($0.code), Table.Cell($0.name, url: "/sites/\($0.code)")] }, head: 1)
        mayDecide = visit.may(.keepRegister) && proposal.mayBeDecided(by: visit.account.id, in: visit.scope)
        mayWithdraw = proposal.state == .proposed && proposal.proposedBy == visit.account.id
        waitsForOther = proposal.state == .proposed && !mayDecide
        answerProblem = problems["answer"].map { say("refusal.\($0)") }
    }
}
