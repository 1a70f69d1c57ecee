import Accounts
import Basics
import Hummingbird
import Storage
package import Web

extension Feature {
    /// Exclusions: proposed by one officer, decided on by another of the county or above.
    package static var exclusions: Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let open = try statements.exclusionProposals(state: .proposed, before: "", limit: 500, in: question.scope)
            let (mine, own) = (open.filter { $0.mayBeDecided(by: question.account, in: question.scope) }, open.filter { $0.proposedBy == question.account })
            func entry(_ group: TodayGroup, _ key: String, _ proposals: [ExclusionProposal]) -> TodayEntry {
                TodayEntry(group, key, count: proposals.count, since: proposals.map(\.proposedAt).min().map(question.zone.day), path: "/exclusions?state=proposed", most: 500)
            }
            return [entry(.mine, "today.exclusions.mine", mine), entry(.others, "today.exclusions.others", own)]
        }
        return Feature("exclusions", menu: [MenuEntry(.run, "nav.exclusions", "/exclusions", .seeFigures)], today: [today]) { $0.addExclusions() }
    }
}

extension Routes {
    /// Exclusions: proposed by one officer, decided on by another of the county or above.
    fileprivate mutating func addExclusions() {
        let house = house
        get("/exclusions", .seeFigures) { request, _, visit in
            let (fields, limit) = (request.uri.queryParameters, ExclusionListPage.pageSize + 1)
            let (state, before) = (fields["state"].flatMap { ProposalState(rawValue: String($0)) }, fields["before"].map(String.init) ?? "")
            let (found, accounts) = try await house.database.read { statements in
                let found = try statements.exclusionProposals(state: state, before: before, limit: limit, in: visit.scope)
                return (found, try statements.namedAccounts(Set(found.map(\.proposedBy)).sorted()))
            }
            let area = visit.scope.areas.min { ($0.level, $0.description) < ($1.level, $1.description) }?.description ?? ""
            return try house.page(
                "exclusion_list", ExclusionListPage(found, state: state, area: area, mayPropose: visit.may(.keepRegister), accounts, house, visit),
                title: house.text("exclusion.title", visit), for: visit, request)
        }
        get("/exclusions/new", .keepRegister) { request, _, visit in
            try house.proposalForm(ExclusionForm(area: request.uri.queryParameters["area"].map(String.init) ?? ""), [:], request, visit)
        }
        post("/exclusions/new", .keepRegister) { form, _, visit in
            let typed = ExclusionForm(form)
            let (today, act) = (house.today, house.act(visit))
            do {
                let new = try typed.read()
                let id = try await house.database.write { statements in
                    guard let area = try statements.area(code: typed.area, on: today, in: visit.scope) else { throw Refusal.invalid(["area": "area.unknown"]) }
                    return try statements.proposeExclusion(new, area: area, on: today, by: act)
                }
                return seeOther("/exclusions/\(id)?saved=1")
            } catch Refusal.invalid(let problems) {
                return try house.proposalForm(typed, problems, form.request, visit)
            }
        }
        get("/exclusions/:id", .seeFigures) { request, context, visit in
            try await house.proposalPage(try context.parameters.require("id"), [:], request, visit)
        }
        post("/exclusions/:id/:step", .keepRegister, asksAgain: true) { form, context, visit in
            let (id, step, act) = (try context.parameters.require("id"), try context.parameters.require("step"), house.act(visit))
            do {
                try await house.database.write { statements in
                    guard let proposal = try statements.exclusionProposal(id: id, in: visit.scope) else { throw Refusal.notFound("proposal") }
                    switch step {
                    case "approve": try statements.approveExclusion(proposal, in: visit.scope, by: act)
                    case "refuse": try statements.refuseExclusion(proposal, answer: form["answer"], in: visit.scope, by: act)
                    case "withdraw": try statements.withdrawExclusion(proposal, by: act)
                    default: throw Refusal.notFound("page")
                    }
                }
            } catch Refusal.invalid(let problems) {
                return try await house.proposalPage(id, problems, form.request, visit)
            }
            return seeOther("/exclusions/\(id)?saved=1")
        }
    }
}

extension House {
    fileprivate func proposalForm(_ form: ExclusionForm, _ problems: [String: String], _ request: Request, _ visit: Visit) throws -> Response {
        try page(
            "exclusion_new", ExclusionFormPage(form, problems, self, visit), title: text("exclusion.new", visit),
            crumbs: [Frame.Link(label: text("exclusion.title", visit), url: "/exclusions")], for: visit, request, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    fileprivate func proposalPage(_ id: String, _ problems: [String: String], _ request: Request, _ visit: Visit) async throws -> Response {
        let day = today
        let found = try await database.read { statements in
            guard let proposal = try statements.exclusionProposal(id: id, in: visit.scope) else {
                return nil as (ExclusionProposal, [(code: String, name: String)], [ExclusionEffect], [String: NamedAccount])?
            }
            let effect = proposal.state == .proposed ? try statements.exclusionEffect(ofProposal: proposal) : []
            return (proposal, try statements.sites(ofProposal: id, on: day), effect, try statements.namedAccounts([proposal.proposedBy, proposal.decidedBy]))
        }
        guard let (proposal, sites, effect, accounts) = found else { throw Refusal.notFound("proposal") }
        let isSaved = request.uri.queryParameters["saved"] != nil && problems.isEmpty
        return try page(
            "exclusion", ExclusionPage(proposal, sites: sites, effect: effect, accounts, problems: problems, isSaved: isSaved, self, visit),
            title: text("exclusion.one", visit, ["area": proposal.areaName]), crumbs: [Frame.Link(label: text("exclusion.title", visit), url: "/exclusions")], for: visit,
            request, status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}
