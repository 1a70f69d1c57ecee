import Accounts
import Basics
import Jobs
import Operations
import Registry
import Storage
package import Web

/// The form of a new formula.
package enum FormulaFields {
    static let from = Field.month("from", "formula.column.from").proposed
    static let effectiveSeconds = Field.number("effective_seconds", "formula.column.effective", in: 10...7200, problem: "formula.seconds")
    static let completeness = Field.number("completeness", "formula.form.completeness", in: 0...100, problem: "formula.completeness")
    static let rankBy = Field.choice("rank_by", "formula.column.rank_by", among: MonthFigure.rankable.map(\.figure.key), words: "bulletin")
    static let ties = Field.choice("ties", "formula.column.ties", among: Formula.TieRule.allCases, words: "formula.ties")
    static let meanBase = Field.choice(
        "mean_base", "formula.column.mean_base", among: Formula.MeanBasis.allCases, words: "formula.mean_base")
    static let shares = Field.choice("shares", "formula.column.shares", among: Formula.ShareRounding.allCases, words: "formula.shares")
    static let document = Field.document("formula.column.document", isNeeded: true, from: PaperAddress.pick)
    static let reason = Field.text("reason", "formula.column.reason")
    package static let form = Form(from, effectiveSeconds, completeness, rankBy, ties, meanBase, shares, document, reason)

    static func texts(_ new: NewFormula) -> [String: String] {
        [
            from.name: new.from.description, effectiveSeconds.name: String(new.effectiveSeconds),
            completeness.name: String(new.completeness), rankBy.name: new.rankBy.rawValue,
            ties.name: new.ties.rawValue, meanBase.name: new.meanBase.rawValue, shares.name: new.shares.rawValue,
        ]
    }

    /// What a form of which every field is understood says.
    package static func formula(_ values: FormValues) throws -> NewFormula {
        var new = NewFormula(.standard, from: try values[from])
        (new.effectiveSeconds, new.completeness, new.rankBy) = (try values[effectiveSeconds], try values[completeness], try values[rankBy])
        (new.ties, new.meanBase, new.shares) = (try values[ties], try values[meanBase], try values[shares])
        (new.reason, new.document) = (try values[reason], try values[document])
        return new
    }
}

extension FormPage where Subject == [Formula] {
    /// Adopts a formula: says first what becomes different, and from when on days are derived again.
    static func formula(_ rules: FactRules, bell: JobBell) -> FormPage {
        FormPage(
            submit: "formula.submit",
            subject: { statements, at in
                guard try statements.keepsWholeNetwork(at.visit.scope, today: at.today) else { throw Refusal.forbidden("formula.top_only") }
                return try statements.formulas()
            }, form: { _ in FormulaFields.form },
            texts: { formulas, at in
                FormulaFields.texts(NewFormula(Formula.holding(for: at.today.month.next, among: formulas), from: at.today.month.next))
            },
            record: { $0.first?.id ?? Formula.standard.id },
            preview: { statements, formulas, values, at in
                let new = try FormulaFields.formula(values)
                try statements.checkFormula(new, in: at.visit.scope, rules: rules, today: at.today)
                return FormPreview(new, Formula.holding(for: new.from, among: formulas), at)
            },
            act: { statements, _, values, at in
                try statements.adoptFormula(
                    try FormulaFields.formula(values), in: at.visit.scope, rules: rules, today: at.today, by: at.act)
                return FigureAddress.formulas().with("saved", 1)
            }, after: { bell.ring() },
            page: { form, formulas, at in
                FormFrame(
                    title: at.text("formula.title"), template: "formulas", content: try await at.house.formulaPage(form, formulas, at))
            })
    }
}

extension FormPreview {
    /// What a formula makes different from the one that holds for its month.
    fileprivate init(_ new: NewFormula, _ old: Formula, _ at: FormVisit) {
        let before = FormulaFields.texts(NewFormula(old, from: new.from))
        let after = FormulaFields.texts(new)
        let rows = FormulaFields.form.fields.filter { before[$0.name] != after[$0.name] && before[$0.name] != nil }.map { field in
            [
                Table.Cell(at.text(field.label)), Table.Cell(at.said(before[field.name] ?? "", in: field)),
                Table.Cell(at.said(after[field.name] ?? "", in: field)),
            ]
        }
        let derives = new.effectiveSeconds != old.effectiveSeconds && new.from.days.lowerBound <= at.today
        let changes = Table(
            caption: at.text("formula.plan.changes"),
            columns: ["field", "before", "after"].map { Table.Column(at.text("formula.plan.\($0)")) }, rows: rows,
            empty: at.text("formula.plan.same"))
        self.init(
            [at.text("formula.plan", ["month": new.from.description])],
            warnings: derives ? [at.text("formula.plan.derives", ["day": new.from.days.lowerBound.description])] : [], tables: [changes])
    }
}
