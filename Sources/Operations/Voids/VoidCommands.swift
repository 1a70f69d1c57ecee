package import Accounts
package import Basics
import Registry
package import Storage

/// What a void takes out of the figures: everything that a terminal said of some days, or only that its reports of these days are complete.
package enum VoidKind: String, Sendable, Codable, CaseIterable { case facts, completeness }

/// A decision that a terminal's facts of some days do not count.
package struct FactVoid: Decodable, Hashable, Sendable {
    package let id: String
    package let kind: VoidKind
    package let terminal: Int
    package let fromDay: Day
    package let untilDay: Day
    package let reason: String
    package let actor: String
    package let recordedAt: Instant
    package let withdrawnBy: String?
    package let withdrawnAt: Instant?
}

extension Statements {
    /// Takes what a terminal said of some days, both included, out of the figures: minutes, plays, and that its reports are complete; or
    /// the last alone, after a wrong clock or a file that claimed too much. The facts stay, what comes later about these days does not
    /// count either, and the decision can be withdrawn.
    package func voidFacts(
        id: String? = nil, terminalID: String, days: ClosedRange<Day>, _ kind: VoidKind = .facts, reason: String, rules: FactRules,
        by act: Act
    ) throws -> String {
        guard (1...500).contains(reason.count) else { throw Refusal.invalid(["reason": "form.required"]) }
        guard let terminal = try terminalNumbers([terminalID])[terminalID] else { throw Refusal.notFound("terminal") }
        let id = id ?? act.ids.next()
        try run(
            """
            INSERT INTO fact_void (id, kind, terminal, from_day, until_day, reason, actor, recorded_at)
            VALUES (\(id), \(kind), \(terminal), \(days.lowerBound), \(days.upperBound.advanced(by: 1)), \(reason), \(act.actor.id),
                \(act.at))
            """)
        try record(
            kind == .facts ? "facts.voided" : "facts.completeness_voided", id,
            ["terminal": terminalID, "from_on": days.lowerBound.description, "through_on": days.upperBound.description, "reason": reason],
            by: act)
        if kind == .facts { try deriveAgain(try heardDays(terminal: terminal, days: days, rules: rules), rules: rules) }
        return id
    }

    /// Lets the facts of a void count again; of a proposal, those of all its voids.
    package func withdrawVoid(id: String, rules: FactRules, by act: Act) throws {
        let voids = try all(
            FactVoid.self,
            """
            UPDATE fact_void SET withdrawn_by = \(act.actor.id), withdrawn_at = \(act.at)
                WHERE (id = \(id) OR proposal = \(id)) AND withdrawn_at IS NULL
            RETURNING \(sql: voidColumns)
            """)
        guard !voids.isEmpty else { throw Refusal.notFound("void") }
        try record("facts.void_withdrawn", id, by: act)
        try deriveAgain(
            try voids.filter { $0.kind == .facts }.reduce(into: []) { keys, void in
                keys.formUnion(try heardDays(terminal: void.terminal, days: void.fromDay...void.untilDay.advanced(by: -1), rules: rules))
            }, rules: rules)
    }

    /// The voids of terminals that touch some days, withdrawn ones included.
    package func voids(terminals: [Int], within days: ClosedRange<Day>) throws -> [FactVoid] {
        try all(
            FactVoid.self,
            """
            SELECT \(sql: voidColumns) FROM fact_void
            WHERE terminal IN (\(list: terminals)) AND from_day <= \(days.upperBound)
                AND until_day > \(days.lowerBound) ORDER BY from_day, id
            """)
    }

    /// The days of terminals within some days of which voids in force take out everything, or by their kinds also what was reported
    /// complete.
    package func voidedRanges(_ days: ClosedRange<Day>, kinds: [VoidKind] = [.facts]) throws -> [Int: [Range<Day>]] {
        var ranges: [Int: [Range<Day>]] = [:]
        try each(
            """
            SELECT terminal, from_day, until_day FROM fact_void
            WHERE withdrawn_at IS NULL AND kind IN (\(list: kinds.map(\.rawValue))) AND from_day <= \(days.upperBound)
                AND until_day > \(days.lowerBound)
            """
        ) { row in ranges[try row.int(0), default: []].append(try row.day(1)..<row.day(2)) }
        return ranges
    }

    /// Those of the terminal-days that a void in force covers.
    func voidedDays(_ keys: Set<TerminalDay>) throws -> Set<TerminalDay> {
        guard let first = keys.min()?.day, let last = keys.max()?.day else { return [] }
        let ranges = try voidedRanges(first...last)
        guard !ranges.isEmpty else { return [] }
        return keys.filter { key in (ranges[key.terminal] ?? []).contains { $0.contains(key.day) } }
    }

    /// Those of the days on which anything is known of the terminal.
    func heardDays(terminal: Int, days: ClosedRange<Day>, rules: FactRules) throws -> Set<TerminalDay> {
        var present: Set<TerminalDay> = []
        // A void may be open-ended: only days from which anybody was heard are looked up.
        let known =
            try first("SELECT coalesce(min(day), 0), coalesce(max(day), -1) FROM presence") { (try $0.day(0), try $0.day(1)) } ?? (
                days.lowerBound, days.upperBound
            )
        let from = max(days.lowerBound, known.0)
        let last = min(days.upperBound, known.1)
        try inParts(from <= last ? Array(from...last) : []) { part in
            try each("SELECT day FROM presence WHERE day IN (\(list: part.map(\.number))) AND terminal = \(terminal)") {
                present.insert(TerminalDay(day: try $0.day(0), terminal: terminal))
            }
        }
        let played = try plays(terminals: [terminal], within: days).flatMap { play in
            play.coverage.days(rules.zone).filter { days.contains($0) }.map { TerminalDay(day: $0, terminal: terminal) }
        }
        return present.union(played)
    }
}

private let voidColumns: SQL = "id, kind, terminal, from_day, until_day, reason, actor, recorded_at, withdrawn_by, withdrawn_at"
