import Accounts
import Basics
import Lists
import Registry
import Storage
import Web

/// A proposal with the name of the one who made it.
struct NamedProposal: Sendable {
    let proposal: ExclusionProposal
    let accounts: [String: NamedAccount]
}

extension ListPage where Row == NamedProposal {
    /// Proposals of the scope, newest first.
    static var exclusions: ListPage {
        ListPage(
            ExclusionAddress.list, .seeFigures, title: "exclusion.title",
            columns: [
                ListColumn("area", "exclusion.column.area") { row, _ in
                    Table.Cell("\(row.proposal.areaName) \(row.proposal.areaCode)", url: ExclusionAddress.one(row.proposal.id))
                },
                ListColumn("cause", "exclusion.column.cause") { row, question in
                    Table.Cell(question.text("exclusion.cause.\(row.proposal.cause.rawValue)"))
                },
                ListColumn("days", "exclusion.column.days") { row, _ in
                    Table.Cell("\(row.proposal.fromDay) – \(row.proposal.untilDay.advanced(by: -1))")
                },
                ListColumn("sites", "exclusion.column.sites", isNumber: true) { row, _ in Table.Cell(row.proposal.siteCount) },
                ListColumn("state", "exclusion.column.state") { row, question in
                    Table.Cell(question.text("exclusion.state.\(row.proposal.state.rawValue)"), mark: "standing")
                },
                ListColumn("by", "exclusion.column.by") { row, question in Table.Cell(question.actor(row.proposal.proposedBy, row.accounts))
                },
                ListColumn("at", "exclusion.column.at") { row, question in Table.Cell(question.time(row.proposal.proposedAt)) },
                ListColumn("reason", "exclusion.column.reason", isUsual: false) { row, _ in Table.Cell(row.proposal.reason, mark: "wide") },
                ListColumn("document", "exclusion.column.document", isUsual: false) { row, _ in Table.Cell(paper: row.proposal.document) },
                ListColumn("answer", "exclusion.column.answer", isUsual: false) { row, _ in Table.Cell(row.proposal.answer, mark: "wide") },
            ],
            filters: [
                ListFilter("state", "exclusion.column.state", any: "exclusion.any", among: ProposalState.self, words: "exclusion.state")
            ],
            search: "exclusion.search",
            rows: { statements, question in
                let found = try statements.exclusionProposals(
                    state: ProposalState(rawValue: question["state"]), words: question.words, before: question.after, limit: question.limit,
                    in: question.scope)
                let accounts = try statements.namedAccounts(Set(found.map(\.proposedBy)).sorted())
                return found.map { NamedProposal(proposal: $0, accounts: accounts) }
            },
            count: { try $0.exclusionProposalCount(state: ProposalState(rawValue: $1["state"]), words: $1.words, in: $1.scope) },
            place: \.proposal.id,
            ways: { question in
                let area = question.scope.areas.min { ($0.level, $0.description) < ($1.level, $1.description) }?.description ?? ""
                return question.visit.may(.keepRegister)
                    ? [Frame.Link(label: question.text("exclusion.new"), url: ExclusionAddress.new().with("area", area))] : []
            }, empty: "exclusion.empty")
    }
}
