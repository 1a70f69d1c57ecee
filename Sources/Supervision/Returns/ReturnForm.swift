import Basics
import Web

/// A return as somebody types it: the texts of its fields, by name.
struct ReturnForm: Sendable {
    private(set) var texts: [String: String]
    let share: String
    let revision: Int

    /// What is stored.
    init(_ standing: ReturnStanding) {
        var texts: [String: String] = [:]
        for site in standing.sites {
            let line = standing.lines[site.num] ?? ReturnLine()
            for field in ReturnField.allCases { texts[site.input(field)] = line[field].map(String.init) ?? "" }
            texts[site.input("remark")] = line.remark
        }
        self.texts = texts
        (share, revision) = (standing.monthlyReturn?.statedShare ?? "", standing.monthlyReturn?.revision ?? 0)
    }

    /// What was sent, for sites whose figures are due.
    init(_ form: Form, _ sites: [TypedSite]) {
        let names = sites.flatMap { site in ReturnField.allCases.map { site.input($0) } + [site.input("remark")] }
        texts = Dictionary(names.map { ($0, form[$0]) }) { first, _ in first }
        (share, revision) = (form["share"], Int(form["revision"]) ?? 0)
    }

    func text(_ site: TypedSite, _ field: ReturnField) -> String { texts[site.input(field)] ?? "" }
    func remark(_ site: TypedSite) -> String { texts[site.input("remark")] ?? "" }

    /// Reads the fields; throws `Refusal.invalid` with a code for each that cannot be read or that breaks a rule, all at once.
    func read(_ sites: [TypedSite], isComplete: Bool) throws -> ReturnDraft {
        var unreadable: [String: String] = [:]
        var draft = ReturnDraft(lines: [:], share: ReturnRules.readShare(share) ?? share, revision: revision)
        for site in sites {
            var line = ReturnLine(remark: remark(site))
            for field in ReturnField.allCases {
                switch ReturnRules.read(text(site, field)) {
                case .nothing: break
                case .number(let number): line.values[field] = number
                case .wrong(let code): unreadable[site.input(field)] = code
                }
            }
            draft.lines[site.code] = line
        }
        let problems = ReturnRules.problems(draft, sites, isComplete: isComplete).merging(unreadable) { _, unreadable in unreadable }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        return draft
    }
}
