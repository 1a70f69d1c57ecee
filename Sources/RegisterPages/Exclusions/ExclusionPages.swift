import Accounts
import Basics
import Registry
import Web

/// The page `exclusion`: a proposal, its sites, and what may be done with it.
struct ExclusionPage: Sendable {
    let csrf: String
    let id: String
    let isSaved: Bool
    let state: String
    /// What it changes, in a sentence.
    let effect: String?
    let facts: Table
    let sites: Table
    /// Who did what to it, and when.
    let history: Table
    let mayDecide: Bool
    let mayWithdraw: Bool
    let mayTakeBack: Bool
    let refusal: FormView?
    let waitsForOther: Bool

    init(
        _ proposal: ExclusionProposal, sites: [(code: String, name: String)], effect: [ExclusionEffect], _ events: [Event],
        _ accounts: [String: NamedAccount],
        refusal: FormView?, isSaved: Bool,
        _ house: House, _ visit: Visit
    ) {
        func say(_ key: String) -> String { house.text(key, visit) }
        let words = house.pages.words
        csrf = visit.csrf
        id = proposal.id
        self.isSaved = isSaved
        // What had been approved was not merely withdrawn.
        let isTakenBack = proposal.state == .withdrawn && events.contains { $0.kind == ExclusionLife.takeBack.event }
        state = say(isTakenBack ? "exclusion.taken_back" : "exclusion.state.\(proposal.state.rawValue)")
        history = Table(
            caption: say("record.history"),
            columns: [Table.Column(say("record.at")), Table.Column(say("record.by")), Table.Column(say("record.what"))],
            rows: events.map { event in
                [
                    Table.Cell(house.zone.text(event.happenedAt)), Table.Cell(words.actor(event.actor, accounts, visit.language)),
                    Table.Cell(say("event.\(event.kind)")),
                ]
            })
        self.effect = proposal.state == .proposed ? ExclusionEffect.sentence(effect, house, visit) : nil
        let made = "\(words.actor(proposal.proposedBy, accounts, visit.language)) \(house.zone.text(proposal.proposedAt))"
        let decided = proposal.decidedAt.map { "\(words.actor(proposal.decidedBy, accounts, visit.language)) \(house.zone.text($0))" } ?? ""
        let lines = [
            ("area", "\(proposal.areaName) \(proposal.areaCode)"), ("cause", say("exclusion.cause.\(proposal.cause.rawValue)")),
            ("days", "\(proposal.fromDay) – \(proposal.untilDay.advanced(by: -1))"), ("reason", proposal.reason),
            ("document", proposal.document), ("proposed", made),
            ("decided", decided), ("answer", proposal.answer),
        ]
        facts = Table(
            caption: say("exclusion.facts"),
            columns: [Table.Column(say("exclusion.column.field")), Table.Column(say("exclusion.column.content"))],
            rows: lines.filter { !$0.1.isEmpty }.map { [Table.Cell(say("exclusion.column.\($0.0)")), Table.Cell($0.1, mark: "wide")] })
        self.sites = Table(
            caption: house.text("exclusion.sites", visit, ["count": String(proposal.siteCount)]),
            columns: [Table.Column(say("exclusion.column.code")), Table.Column(say("exclusion.column.name"))],
            rows: sites.prefix(500).map { [Table.Cell($0.code), Table.Cell($0.name, url: SiteAddress.page($0.code))] }, head: 1)
        mayDecide = refusal != nil
        self.refusal = refusal
        mayWithdraw = visit.may(.keepRegister) && ExclusionLife.withdraw.isOpen(proposal.standing, by: visit.account.id, in: visit.scope)
        mayTakeBack = visit.may(.keepRegister) && ExclusionLife.takeBack.isOpen(proposal.standing, by: visit.account.id, in: visit.scope)
        waitsForOther = proposal.state == .proposed && !mayDecide
    }
}

extension ExclusionEffect {
    /// What an exclusion changes, month by month.
    static func sentence(_ effects: [ExclusionEffect], _ house: House, _ visit: Visit) -> String {
        guard !effects.isEmpty else { return house.text("exclusion.changes_nothing", visit) }
        return effects.map { house.text("exclusion.takes_out", visit, ["month": $0.month.description, "count": String($0.sites)]) }.joined(
            separator: " ")
    }
}
