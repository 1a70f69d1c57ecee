package import Accounts
package import Basics
package import Storage
import Web

extension Statements {
    /// All formulas, replaced ones included, the newest month first.
    package func formulas() throws -> [Formula] {
        try all(
            Formula.self,
            """
            SELECT id, from_month, effective_seconds, completeness, rank_by, ties, mean_base, shares, reason, document, actor, recorded_at,
                replaced_at FROM formula
            ORDER BY from_month DESC, recorded_at DESC, id DESC
            """)
    }

    /// The formula that holds for a month.
    package func formula(for month: Month) throws -> Formula { Formula.holding(for: month, among: try formulas()) }

    /// Writes down a formula; one for the same month is replaced and stays in the history. Who may, and for which months, is the caller's
    /// to check.
    package func addFormula(_ formula: Formula, by act: Act) throws {
        try run("UPDATE formula SET replaced_at = \(act.at) WHERE from_month = \(formula.fromMonth) AND replaced_at IS NULL")
        try run(
            """
            INSERT INTO formula (id, from_month, effective_seconds, completeness, rank_by, ties, mean_base, shares, reason, document, actor,
                recorded_at)
            VALUES (\(formula.id), \(formula.fromMonth), \(formula.effectiveSeconds), \(formula.completeness), \(formula.rankBy),
                \(formula.ties), \(formula.meanBase),
                \(formula.shares), \(formula.reason), \(formula.document), \(act.actor.id), \(act.at))
            """)
        try record(
            "formula.adopted", formula.id,
            [
                "from": formula.fromMonth, "effective_seconds": String(formula.effectiveSeconds),
                "completeness": String(formula.completeness), "rank_by": formula.rankBy.rawValue,
                "ties": formula.ties.rawValue,
                "document": formula.document,
            ], by: act)
    }

    /// The rules with the thresholds that stand in the database.
    func dated(_ rules: FactRules) throws -> FactRules { rules.dated(try formulas()) }
}
