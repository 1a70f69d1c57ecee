package import Accounts
package import Basics
import Jobs
package import Operations
import Registry
package import Storage
package import Web

/// How figures are to be made from a month on.
package struct NewFormula: Hashable, Sendable {
    package var from: Month
    package var effectiveSeconds: Int
    package var completeness: Int
    package var rankBy: FigureKey
    package var ties: Formula.TieRule
    package var meanBase: Formula.MeanBasis
    package var shares: Formula.ShareRounding
    package var reason: String
    package var document: String

    /// What holds now.
    package init(_ formula: Formula, from month: Month) {
        (from, effectiveSeconds, completeness, rankBy) = (month, formula.effectiveSeconds, formula.completeness, formula.rankBy)
        (ties, meanBase, shares, reason, document) = (formula.ties, formula.meanBase, formula.shares, "", "")
    }
}

extension Statements {
    /// Adopts a formula from a month on. It does not reach back into a month that any area has closed, so that no closed figure changes; a
    /// new threshold has the site-days from that month on derived again by a job.
    /// - Throws: `Refusal.invalid` with a code for each field that cannot be, `Refusal.forbidden` for whoever does not keep the whole
    ///   network.
    package func adoptFormula(_ new: NewFormula, in scope: Scope, rules: FactRules, today: Day, by act: Act) throws {
        try checkFormula(new, in: scope, rules: rules, today: today)
        let (month, seconds) = (new.from, new.effectiveSeconds)
        let before = try formula(for: month)
        let formula = Formula(
            id: act.ids.next(), fromMonth: month.description, effectiveSeconds: seconds, completeness: new.completeness, rankBy: new.rankBy,
            ties: new.ties,
            meanBase: new.meanBase, shares: new.shares, reason: new.reason, document: new.document, actor: act.actor.id, recordedAt: act.at)
        try addFormula(formula, by: act)
        guard before.effectiveSeconds != seconds, month.days.lowerBound <= today else { return }
        try enqueueJob(
            kind: FormulaJob.kind, subject: FormulaJob.subject, payload: month.days.lowerBound.description, madeBy: act.actor.id,
            at: act.at, ids: act.ids)
    }

    /// Whether a formula may be adopted, as ``adoptFormula(_:in:rules:today:by:)`` says.
    func checkFormula(_ new: NewFormula, in scope: Scope, rules: FactRules, today: Day) throws {
        guard try keepsWholeNetwork(scope, today: today) else { throw Refusal.forbidden("formula.top_only") }
        var problems: FieldProblems = [:]
        if new.from.days.lowerBound > today.advanced(by: 366) || new.from < rules.firstDay.month { problems["from"] = "formula.month" }
        if try count("SELECT count(*) FROM month_closing WHERE month >= \(new.from.description)") > 0 {
            problems["from"] = "formula.closed"
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
    }

    /// Whether a scope covers every topmost area.
    package func keepsWholeNetwork(_ scope: Scope, today: Day) throws -> Bool {
        try !rootAreas(on: today).isEmpty && isWholeNetwork(scope, on: today)
    }
}
