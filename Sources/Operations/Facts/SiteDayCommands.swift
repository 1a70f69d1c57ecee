package import Basics
import Content
import Registry
package import Storage

/// A site's day.
struct SiteDayKey: Hashable, Comparable {
    let day: Day
    let site: Int

    static func < (left: SiteDayKey, right: SiteDayKey) -> Bool { (left.day, left.site) < (right.day, right.site) }
}

extension Statements {
    /// Derives the site-days that changed terminal-days belong to, and the months of these unless the caller does so. `known` holds minutes
    /// that need not be read again.
    func deriveSiteDays(
        _ changed: Set<TerminalDay>, known: [TerminalDay: MinuteSet], assignments: [Assignment], lengths: [String: Int64], rules: FactRules,
        months: Bool = true
    ) throws {
        let rules = try dated(rules)
        let bySite = Dictionary(grouping: assignments, by: \.site)
        let byTerminal = Dictionary(grouping: assignments, by: \.terminal)
        var terminals: [SiteDayKey: [TerminalDay]] = [:]
        for key in changed {
            for assignment in byTerminal[key.terminal] ?? [] where assignment.fromDay <= key.day && assignment.untilDay > key.day {
                let target = SiteDayKey(day: key.day, site: assignment.site)
                guard terminals[target] == nil else { continue }
                terminals[target] = (bySite[assignment.site] ?? []).filter { $0.fromDay <= key.day && $0.untilDay > key.day }
                    .map { TerminalDay(day: key.day, terminal: $0.terminal) }
            }
        }
        let all = Set(terminals.values.joined())
        let voided = try voidedDays(all)
        let minutes = try known.merging(storedPresence(all.subtracting(known.keys))) { first, _ in first }
        let plays = Dictionary(grouping: try storedPlays(touching: all.subtracting(voided)), by: \.terminal)
        let allLengths = try lengths.merging(
            coursewareLengths(Set(plays.values.joined().map(\.courseware)).subtracting(lengths.keys).sorted())
        ) { first, _ in first }
        try inParts(terminals.keys.sorted()) { part in
            let rows = part.map { key -> [Value] in
                let counted = (terminals[key] ?? []).filter { !voided.contains($0) }
                let siteDay = SiteDay(
                    key.day, minutes: counted.reduce(into: MinuteSet()) { $0.formUnion(minutes[$1] ?? MinuteSet()) },
                    plays: counted.flatMap { plays[$0.terminal] ?? [] },
                    lengths: allLengths, rules: rules)
                return [
                    key.day.number.bound, key.site.bound, siteDay.onMinutes.bound, siteDay.effectiveSeconds.bound, siteDay.plays.bound,
                    siteDay.effectivePlays.bound,
                    siteDay.effectiveDemandPlays.bound,
                ]
            }
            try run(
                """
                INSERT INTO site_day (day, site, on_minutes, effective_seconds, plays, effective_plays,
                    effective_demand_plays) \(values: rows)
                ON CONFLICT (day, site) DO UPDATE SET on_minutes = excluded.on_minutes, effective_seconds = excluded.effective_seconds,
                    plays = excluded.plays,
                    effective_plays = excluded.effective_plays, effective_demand_plays = excluded.effective_demand_plays
                """)
        }
        if months { try deriveSiteMonths(of: terminals.keys) }
    }

    /// Derives all site-days of some days again from the base facts alone, and the months of these unless the caller does so. Answers how
    /// many rows differ from what stood there before; anything but 0 is a defect.
    package func rebuildSiteDays(_ days: ClosedRange<Day>, rules: FactRules, months: Bool = true) throws -> Int {
        let before = try siteDayRows(days)
        try run("DELETE FROM site_day WHERE day >= \(days.lowerBound) AND day <= \(days.upperBound)")
        let assignments = try all(
            Assignment.self,
            """
            SELECT x.terminal, t.id AS terminal_id, x.site, x.from_day, x.until_day
                FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
            WHERE x.replaced_at IS NULL AND x.from_day <= \(days.upperBound) AND x.until_day > \(days.lowerBound)
            """)
        for day in days {
            let present = try all("SELECT terminal FROM presence WHERE day = \(day)") { TerminalDay(day: day, terminal: try $0.int(0)) }
            let played = try all(
                "SELECT terminal FROM play WHERE first_day <= \(day) AND first_day >= \(day.advanced(by: -2)) AND last_day >= \(day)"
            ) {
                TerminalDay(day: day, terminal: try $0.int(0))
            }
            try deriveSiteDays(Set(present).union(played), known: [:], assignments: assignments, lengths: [:], rules: rules, months: false)
        }
        // A row that changed is in both sets, once as it was and once as it is.
        let differing = Set(before.symmetricDifference(try siteDayRows(days)).map { Array($0.prefix(2)) }).count
        guard months else { return differing }
        return try Set(days.map(\.month)).sorted().reduce(differing) { try $0 + rebuildSiteMonth($1) }
    }

    private func siteDayRows(_ days: ClosedRange<Day>) throws -> Set<[Int]> {
        Set(
            try all(
                """
                SELECT day, site, on_minutes, effective_seconds, plays, effective_plays, effective_demand_plays FROM site_day
                WHERE day >= \(days.lowerBound) AND day <= \(days.upperBound) AND on_minutes + effective_seconds + plays > 0
                """
            ) { row in try (0..<7).map { try row.int($0) } })
    }
}
