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
            "formulas", menu: [MenuEntry(.supervision, "nav.formulas", FigureAddress.formulas, .seeFigures)],
            jobs: [FeatureJob(FormulaJob.kind, bell: bell) { try await deriving.run($0) }],
            speech: [EventSpeech(["formula."], fields: FormulaFields.form.fields)]
        ) { $0.addFormulas(rules, bell: bell) }
    }
}

extension Routes {
    /// How figures are made: read by everybody who sees figures, set by an officer of the whole network.
    fileprivate mutating func addFormulas(_ rules: FactRules, bell: JobBell) {
        let house = house
        get(FigureAddress.formulas, .seeFigures) { request, context, visit in
            let at = FormVisit(house, visit, request, context)
            let (formulas, keepsAll) = try await house.database.read {
                (try $0.formulas(), try $0.keepsWholeNetwork(visit.scope, today: at.today))
            }
            let form = visit.may(.keepRegister) && keepsAll ? house.opened(.formula(rules, bell: bell), formulas, at) : nil
            let page = try await house.formulaPage(form, formulas, at, isTopOnly: visit.may(.keepRegister) && !keepsAll)
            return try house.page("formulas", page, title: at.text("formula.title"), for: visit, request)
        }
        form(FigureAddress.formulas, .keepRegister, hasOwnPage: true, .formula(rules, bell: bell))
    }
}

extension House {
    func formulaPage(_ form: FormView?, _ formulas: [Formula], _ at: FormVisit, isTopOnly: Bool = false) async throws -> FormulaPage {
        let (accounts, job) = try await database.read { statements in
            (try statements.namedAccounts(Set(formulas.map(\.actor)).sorted()), try statements.latestJob(about: FormulaJob.subject))
        }
        return FormulaPage(
            formulas, accounts, job, present: at.today.month, form: form, isAdopted: at.isAfter("saved"), isTopOnly: isTopOnly,
            Speech(self, at.visit))
    }
}
