import Accounts
import Basics
import Hummingbird
package import Jobs
package import Operations
import Registry
import Storage
package import Web

extension Feature {
    /// The formulas by which figures are made, from day to day.
    package static func formulas(_ rules: FactRules, deriving: FormulaJob, bell: JobBell) -> Feature {
        Feature(
            "formulas", menu: [MenuEntry(.supervision, "nav.formulas", "/formulas", .seeFigures)], jobs: [FeatureJob(FormulaJob.kind, bell: bell) { try await deriving.run($0) }]
        ) { $0.addFormulas(rules, bell: bell) }
    }
}

extension Routes {
    /// How figures are made: read by everybody who sees figures, set by an officer of the whole network.
    fileprivate mutating func addFormulas(_ rules: FactRules, bell: JobBell) {
        let house = house
        get("/formulas", .seeFigures) { request, _, visit in try await house.formulaPage(nil, [:], request, visit) }
        post("/formulas", .keepRegister) { form, _, visit in
            let typed = NewFormula(
                from: form["from"], effectiveSeconds: form["effective_seconds"], completeness: form["completeness"], rankBy: form["rank_by"], ties: form["ties"],
                meanBase: form["mean_base"],
                shares: form["shares"], reason: form["reason"], document: form["document"])
            let (today, act) = (house.today, house.act(visit))
            do {
                try await house.database.write { try $0.adoptFormula(typed, in: visit.scope, rules: rules, today: today, by: act) }
            } catch Refusal.invalid(let problems) {
                return try await house.formulaPage(typed, problems, form.request, visit)
            }
            bell.ring()
            return seeOther("/formulas?saved=1")
        }
    }
}

extension House {
    fileprivate func formulaPage(_ typed: NewFormula?, _ problems: [String: String], _ request: Request, _ visit: Visit) async throws -> Response {
        let today = today
        let (formulas, accounts, job, keepsAll) = try await database.read { statements in
            let formulas = try statements.formulas()
            return (
                formulas, try statements.namedAccounts(Set(formulas.map(\.actor)).sorted()), try statements.latestJob(about: FormulaJob.subject),
                try statements.keepsWholeNetwork(visit.scope, today: today)
            )
        }
        let speech = Speech(self, visit)
        let next = today.month.next
        return try page(
            "formulas",
            FormulaPage(
                formulas, accounts, job, present: today.month, typed: typed ?? NewFormula(Formula.holding(for: next, among: formulas), from: next), problems,
                isAdopted: request.uri.queryParameters["saved"] != nil && problems.isEmpty, keepsAll: keepsAll, mayAdopt: visit.may(.keepRegister), csrf: visit.csrf,
                zone: zone, speech),
            title: speech("formula.title"), for: visit, request, status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}
