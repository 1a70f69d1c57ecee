import Accounts
import Basics
import Jobs
import Operations
import Registry
import Web

/// The page `formulas`: how figures are made, since when, by which paper; and the form of a new setting.
struct FormulaPage: Sendable {
    let isAdopted: Bool
    package let formulas: Table
    let job: String?
    let isTopOnly: Bool
    /// For whoever may set another.
    let form: FormView?

    init(
        _ formulas: [Formula], _ accounts: [String: NamedAccount], _ job: Job?, present: Month, form: FormView?, isAdopted: Bool,
        isTopOnly: Bool, _ speech: Speech
    ) {
        self.isAdopted = isAdopted
        self.formulas = .formulas(formulas, accounts, present: present, speech)
        self.job = job.map { FormulaPage.words($0, speech) }
        self.isTopOnly = isTopOnly
        self.form = form
    }

    private static func words(_ job: Job, _ speech: Speech) -> String {
        switch job.state {
        case .ready: return speech("formula.job.waiting")
        case .running: return speech("formula.job.running", ["percent": String(job.progress / 10), "day": job.step])
        case .done:
            let parts = job.account.split(separator: " ").map(String.init)
            let account = parts.count == 2 ? speech("formula.account", ["days": parts[0], "changed": parts[1]]) : ""
            return speech("formula.job.done", ["account": account])
        case .failed, .cancelled: return speech("formula.job.failed")
        }
    }
}

extension Table {
    /// Every setting with its standing today; the standard of the product stands last.
    fileprivate static func formulas(_ formulas: [Formula], _ accounts: [String: NamedAccount], present: Month, _ speech: Speech) -> Table {
        let holds = Formula.holding(for: present, among: formulas)
        func standing(_ formula: Formula) -> String {
            if formula.id == holds.id { return "holds" }
            return formula.replacedAt != nil ? "replaced" : formula.fromMonth > present.description ? "coming" : "earlier"
        }
        return Table(
            caption: speech("formula.caption"),
            columns: [
                "from", "standing", "effective", "completeness", "rank_by", "ties", "mean_base", "shares", "document", "reason", "actor",
            ].map {
                Column(speech("formula.column.\($0)"), isNumber: ["effective", "completeness"].contains($0))
            },
            rows: (formulas + [.standard]).map { formula in
                [
                    Cell(formula.id == Formula.standard.id ? speech("formula.standard") : formula.fromMonth),
                    Cell(speech("formula.standing.\(standing(formula))"), mark: "standing"), Cell(formula.effectiveSeconds),
                    Cell("\(formula.completeness)%"),
                    Cell(speech("bulletin.\(formula.rankBy.rawValue)")),
                    Cell(speech("formula.ties.\(formula.ties.rawValue)")), Cell(speech("formula.mean_base.\(formula.meanBase.rawValue)")),
                    Cell(speech("formula.shares.\(formula.shares.rawValue)")), Cell(paper: formula.document),
                    Cell(formula.reason, mark: "wide"),
                    Cell(formula.actor.isEmpty ? "" : speech.words.actor(formula.actor, accounts, speech.language)),
                ]
            })
    }
}
