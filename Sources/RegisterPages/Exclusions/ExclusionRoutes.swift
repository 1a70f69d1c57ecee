import Accounts
import Basics
import Hummingbird
import Lists
package import Registry
import Storage
package import Web

/// Where exclusions are proposed and decided on.
enum ExclusionAddress {
    static let list = FixedAddress("/exclusions")
    static let new = FixedAddress("/exclusions/new")
    static let one = Address<String>("/exclusions/:id")
    static let refuse = Address<String>("/exclusions/:id/refuse")
    static let takeBack = Address<String>("/exclusions/:id/take-back")
    static let approve = Address<String>("/exclusions/:id/approve")
    static let withdraw = Address<String>("/exclusions/:id/withdraw")
}

extension Feature {
    /// Exclusions: proposed by one officer, decided on by another of the county or above; `settled` tells which months are closed.
    package static func exclusions(settled: @escaping SettledMonths) -> Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let open = try statements.exclusionProposals(state: .proposed, before: "", limit: 500, in: question.scope)
            let (mine, own) = (
                open.filter { ExclusionLife.approve.isOpen($0.standing, by: question.account, in: question.scope) },
                open.filter { $0.proposedBy == question.account }
            )
            func entry(_ group: TodayGroup, _ key: String, _ proposals: [ExclusionProposal]) -> TodayEntry {
                TodayEntry(
                    group, key, count: proposals.count, since: proposals.map(\.proposedAt).min().map(question.zone.day),
                    at: ExclusionAddress.list().with("state", "proposed"), most: 500)
            }
            return [entry(.mine, "today.exclusions.mine", mine), entry(.others, "today.exclusions.others", own)]
        }
        return Feature(
            "exclusions", menu: [MenuEntry(.run, "nav.exclusions", ExclusionAddress.list, .seeFigures)], today: [today],
            speech: [
                EventSpeech(["exclusion."], choices: ["cause": "exclusion.cause"]) { statements, ids, _ in try statements.proposalNames(ids)
                }
            ]
        ) {
            $0.addExclusions(settled)
        }
    }
}

extension Routes {
    /// Exclusions: proposed by one officer, decided on by another of the county or above.
    fileprivate mutating func addExclusions(_ settled: @escaping SettledMonths) {
        let house = house
        list(.exclusions)
        form(ExclusionAddress.new, .keepRegister, .proposal)
        get(ExclusionAddress.one, .seeFigures) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            let id = try ExclusionAddress.one.parts(context)
            let proposal = try await house.database.read { try $0.exclusionProposal(id: id, in: visit.scope) }
            let mayDecide =
                visit.may(.keepRegister)
                && proposal.map { ExclusionLife.refuse.isOpen($0.standing, by: visit.account.id, in: visit.scope) } ?? false
            let form = mayDecide ? proposal.map { house.opened(.refusal, $0, at, action: ExclusionAddress.refuse(id)) } : nil
            return try await house.page(house.proposalFrame(id, form, at), at)
        }
        form(
            ExclusionAddress.refuse, .keepRegister, asksAgain: true, on: { ExclusionAddress.one(try $0.parts(ExclusionAddress.refuse)) },
            .refusal)
        form(ExclusionAddress.takeBack, .keepRegister, asksAgain: true, .takingBack(settled))
        form(ExclusionAddress.approve, .keepRegister, asksAgain: true, .approval)
        post(ExclusionAddress.withdraw, .keepRegister, asksAgain: true) { _, context, visit in
            try await house.decide(context, visit) { try $0.withdrawExclusion($1, by: $2) }
        }
    }
}

extension House {
    fileprivate func decide(
        _ context: AppContext, _ visit: Visit, _ decision: @escaping @Sendable (Statements, ExclusionProposal, Act) throws -> Void
    ) async throws -> Response {
        let (id, act) = (try ExclusionAddress.withdraw.parts(context), act(visit))
        try await database.write { statements in
            guard let proposal = try statements.exclusionProposal(id: id, in: visit.scope) else { throw Refusal.notFound("proposal") }
            try decision(statements, proposal, act)
        }
        return seeOther(ExclusionAddress.one(id).with("saved", 1))
    }

    /// The page of a proposal; `refusal` is the form of whoever may decide.
    func proposalFrame(_ id: String, _ refusal: FormView?, _ at: FormVisit) async throws -> FormFrame {
        let found = try await database.read { statements in
            guard let proposal = try statements.exclusionProposal(id: id, in: at.visit.scope) else {
                return nil as (ExclusionProposal, [(code: String, name: String)], [ExclusionEffect], [Event], [String: NamedAccount])?
            }
            let events = try statements.events(about: id)
            let effect = proposal.state == .proposed ? try statements.exclusionEffect(ofProposal: proposal) : []
            return (
                proposal, try statements.sites(ofProposal: id, on: at.today), effect, events,
                try statements.namedAccounts(Set([proposal.proposedBy, proposal.decidedBy] + events.map(\.actor)).sorted())
            )
        }
        guard let (proposal, sites, effect, events, accounts) = found else { throw Refusal.notFound("proposal") }
        let isSaved = at.isAfter("saved")
        return FormFrame(
            title: at.text("exclusion.one", ["area": proposal.areaName]),
            crumbs: [Frame.Link(label: at.text("exclusion.title"), url: ExclusionAddress.list())], template: "exclusion",
            content: ExclusionPage(
                proposal, sites: sites, effect: effect, events, accounts, refusal: refusal, isSaved: isSaved, self, at.visit))
    }
}
