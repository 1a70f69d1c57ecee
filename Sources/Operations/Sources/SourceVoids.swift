package import Accounts
package import Basics
import Registry
package import Storage

/// Which sources a proposal is about.
package enum SourceChoice: Hashable, Sendable {
    /// What an edge said in place of boxes without a key.
    case saidBy(edge: String)
    /// What an edge carried closed.
    case carriedBy(edge: String)
    /// What stood in a file.
    case file(String)

    fileprivate func matches(_ source: FactSource) -> Bool {
        switch self {
        case .saidBy(let edge): source.edge == edge
        case .carriedBy(let edge): source.relay == edge
        case .file(let file): source.file == file
        }
    }
}

/// What a proposal takes out of the figures.
package struct SourceVoid: Hashable, Sendable {
    /// By which it is withdrawn as one.
    package let id: String
    /// Terminals and days of which minutes or plays do not count any more.
    package let terminals: Int
    package let days: Int
    /// Terminals of which reports are not called complete any more.
    package let completeness: Int
}

extension Statements {
    /// Takes out of the figures every day of a terminal of which anything came from a source, and that this source called reports complete;
    /// as one decision, which one withdrawal takes back. What others said of the same days goes with it: of a row that several wrote only
    /// the whole can be taken out. Throws `source` when nothing ever came from there.
    package func voidSource(_ choice: SourceChoice, days: ClosedRange<Day>, reason: String, rules: FactRules, by act: Act) throws
        -> SourceVoid
    {
        guard (1...500).contains(reason.count) else { throw Refusal.invalid(["reason": "form.required"]) }
        let sources = try factSources().filter(choice.matches).map(\.num)
        guard !sources.isEmpty else { throw Refusal.notFound("source") }
        let id = act.ids.next()
        let touched = try terminalDays(from: sources, within: days, rules.zone)
        let complete = try terminals(completedBy: sources, from: days.lowerBound, rules.zone)
        var voids = Dictionary(grouping: touched, by: \.terminal).sorted { $0.key < $1.key }.flatMap { terminal, keys in
            runs(keys.map(\.day)).map { (VoidKind.facts, terminal, $0) }
        }
        voids += complete.map { (VoidKind.completeness, $0, days.lowerBound..<days.upperBound.advanced(by: 1)) }
        try inParts(voids) { part in
            let rows = part.map { kind, terminal, days -> [Value] in
                [
                    act.ids.next().bound, kind.rawValue.bound, terminal.bound, days.lowerBound.number.bound, days.upperBound.number.bound,
                    reason.bound, act.actor.id.bound,
                    act.at.bound, id.bound,
                ]
            }
            try run("INSERT INTO fact_void (id, kind, terminal, from_day, until_day, reason, actor, recorded_at, proposal) \(values: rows)")
        }
        let terminals = Set(touched.map(\.terminal)).count
        try record(
            "facts.source_voided", id,
            [
                "from_on": days.lowerBound.description, "through_on": days.upperBound.description, "reason": reason,
                "terminals": String(terminals), "days": String(touched.count),
            ], by: act)
        try deriveAgain(touched, rules: rules)
        return SourceVoid(id: id, terminals: terminals, days: touched.count, completeness: complete.count)
    }

    /// Derives the site-days of terminal-days again.
    func deriveAgain(_ keys: Set<TerminalDay>, rules: FactRules) throws {
        var assignments: Set<Assignment> = []
        try inParts(Set(keys.map(\.terminal)).sorted()) { part in
            let names = try all("SELECT id FROM terminal WHERE num IN (\(list: part))") { try $0.text(0) }
            assignments.formUnion(try self.assignments(around: names))
        }
        try deriveSiteDays(keys, known: [:], assignments: Array(assignments), lengths: [:], rules: rules)
    }

    private func runs(_ days: [Day]) -> [Range<Day>] {
        days.sorted().reduce(into: []) { runs, day in
            if let last = runs.last, last.upperBound >= day {
                runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, day.advanced(by: 1))
            } else {
                runs.append(day..<day.advanced(by: 1))
            }
        }
    }
}
