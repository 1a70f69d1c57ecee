package import Accounts
package import Basics
import Jobs
package import Operations
import Registry
package import Storage

/// A formula as it is typed.
package struct NewFormula: Hashable, Sendable {
    package var from: String
    package var effectiveSeconds: String
    package var completeness: String
    package var rankBy: String
    package var ties: String
    package var meanBase: String
    package var shares: String
    package var reason: String
    package var document: String

    package init(from: String, effectiveSeconds: String, completeness: String, rankBy: String, ties: String, meanBase: String, shares: String, reason: String, document: String) {
        self.from = from
        self.effectiveSeconds = effectiveSeconds
        self.completeness = completeness
        self.rankBy = rankBy
        self.ties = ties
        self.meanBase = meanBase
        self.shares = shares
        self.reason = reason
        self.document = document
    }

    /// What holds now, as a form begins.
    package init(_ formula: Formula, from month: Month) {
        self.init(
            from: month.description, effectiveSeconds: String(formula.effectiveSeconds), completeness: String(formula.completeness), rankBy: formula.rankBy.rawValue,
            ties: formula.ties.rawValue, meanBase: formula.meanBase.rawValue, shares: formula.shares.rawValue, reason: "", document: "")
    }
}

extension Statements {
    /// Adopts a formula from a month on. It does not reach back into a month that any area has closed, so that no closed figure changes; a new threshold has the site-days
    /// from that month on derived again by a job.
    /// - Throws: `Refusal.invalid` with a code for each field that cannot be, `Refusal.forbidden` for whoever does not keep the whole network.
    package func adoptFormula(_ new: NewFormula, in scope: Scope, rules: FactRules, today: Day, by act: Act) throws {
        guard try keepsWholeNetwork(scope, today: today) else { throw Refusal.forbidden("formula.top_only") }
        var problems: [String: String] = [:]
        let month = Month(new.from)
        if month.map({ $0.days.lowerBound > today.advanced(by: 366) || $0 < rules.firstDay.month }) ?? true { problems["from"] = "formula.month" }
        if let month, try count("SELECT count(*) FROM month_closing WHERE month >= \(month.description)") > 0 { problems["from"] = "formula.closed" }
        let seconds = Int(new.effectiveSeconds)
        if seconds.map({ !(10...7200).contains($0) }) ?? true { problems["effective_seconds"] = "formula.seconds" }
        let completeness = Int(new.completeness)
        if completeness.map({ !(0...100).contains($0) }) ?? true { problems["completeness"] = "formula.completeness" }
        let (rankBy, ties) = (Formula.RankBasis(rawValue: new.rankBy), Formula.TieRule(rawValue: new.ties))
        let (meanBase, shares) = (Formula.MeanBasis(rawValue: new.meanBase), Formula.ShareRounding(rawValue: new.shares))
        if rankBy == nil { problems["rank_by"] = "formula.choice" }
        if ties == nil { problems["ties"] = "formula.choice" }
        if meanBase == nil { problems["mean_base"] = "formula.choice" }
        if shares == nil { problems["shares"] = "formula.choice" }
        if !(1...500).contains(new.reason.unicodeScalars.count) { problems["reason"] = "form.required" }
        if !(1...200).contains(new.document.unicodeScalars.count) { problems["document"] = "form.required" }
        guard problems.isEmpty, let month, let seconds, let completeness, let rankBy, let ties, let meanBase, let shares else { throw Refusal.invalid(problems) }
        let before = try formula(for: month)
        let formula = Formula(
            id: act.ids.next(), fromMonth: month.description, effectiveSeconds: seconds, completeness: completeness, rankBy: rankBy, ties: ties, meanBase: meanBase, shares: shares,
            reason: new.reason, document: new.document, actor: act.actor.id, recordedAt: act.at)
        try addFormula(formula, by: act)
        guard before.effectiveSeconds != seconds, month.days.lowerBound <= today else { return }
        try enqueueJob(kind: FormulaJob.kind, subject: FormulaJob.subject, payload: month.days.lowerBound.description, madeBy: act.actor.id, at: act.at, ids: act.ids)
    }

    /// Whether a scope covers every topmost area.
    package func keepsWholeNetwork(_ scope: Scope, today: Day) throws -> Bool {
        let roots = try rootAreas(on: today)
        return !roots.isEmpty && roots.allSatisfy { $0.areaCode.map(scope.covers) ?? false }
    }
}
