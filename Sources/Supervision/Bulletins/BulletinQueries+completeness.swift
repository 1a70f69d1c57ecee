import Accounts
package import Basics
import Registry
import Storage

extension Statements {
    /// Fills in how many in-service days were due and how many were heard. A day is heard when the site was on, or when the reports of all terminals assigned to
    /// the site on that day are complete to the day's end; a site without a terminal is not heard. Days that have not ended are not due.
    func hear(_ sites: inout [SiteMonth], month: Month, in scope: Scope, zone: NetworkZone, at now: Instant) throws {
        let today = zone.day(of: now)
        let due = month.days.lowerBound..<min(month.end, max(today, month.days.lowerBound))
        guard !due.isEmpty else { return }
        let only = sites.count == 1 ? sites[0].site : nil
        let service = try serviceDays(due, only: only)
        let heard = try heardDays(due, zone: zone, only: only)
        for index in sites.indices {
            let site = sites[index].site
            let (known, on) = (heard[site] ?? DaySet(), sites[index].onMask)
            for range in service[site] ?? [] {
                sites[index].dueDays += range.count
                sites[index].heardDays += known.contains(all: range) ? range.count : range.count { known.contains($0) || on & (1 << (due.lowerBound.distance(to: $0))) != 0 }
            }
        }
    }

    /// The in-service days of each site (or of one) within some days.
    func serviceDays(_ days: Range<Day>, only site: Int?) throws -> [Int: [Range<Day>]] {
        var result: [Int: [Range<Day>]] = [:]
        let one: SQL = if let site { "AND site = \(site)" } else { "" }
        try each(
            """
            SELECT site, from_day, until_day FROM site_state
            WHERE state IN (\(list: SiteState.counted.map(\.rawValue))) AND replaced_at IS NULL AND from_day < \(days.upperBound) AND until_day > \(days.lowerBound)
                \(sql: one)
            """
        ) { row in result[try row.int(0), default: []].append((try row.day(1)..<row.day(2)).clamped(to: days)) }
        return result
    }

    /// For each site (or for one) the days up to whose end the reports of all its terminals are complete. A terminal that joined by itself speaks for no day before.
    func heardDays(_ days: Range<Day>, zone: NetworkZone, only site: Int?) throws -> [Int: DaySet] {
        var terminals: [Int: [(days: Range<Day>, since: Day, through: Day)]] = [:]
        let one: SQL = if let site { "AND x.site = \(site)" } else { "" }
        try each(
            """
            SELECT x.site, x.from_day, x.until_day, coalesce(w.through_at, 0), coalesce(n.enrolled_at, 0) FROM terminal_assignment x
            JOIN terminal t ON t.num = x.terminal LEFT JOIN watermark w ON w.terminal = x.terminal LEFT JOIN node n ON n.id = t.id
            WHERE x.replaced_at IS NULL AND x.from_day < \(days.upperBound) AND x.until_day > \(days.lowerBound) \(sql: one)
            """
        ) { row in
            // Complete through 23:59:59.999 counts as the whole day; a moment later in the next day adds nothing.
            let through = zone.day(of: try row.instant(3).adding(milliseconds: 1))
            let since = zone.day(of: try row.instant(4))
            terminals[try row.int(0), default: []].append(((try row.day(1)..<row.day(2)).clamped(to: days), since, through))
        }
        return terminals.mapValues { assignments in
            if assignments.count == 1, assignments[0].days == days, assignments[0].since <= days.lowerBound {
                return DaySet(days.lowerBound..<max(days.lowerBound, min(assignments[0].through, days.upperBound)))
            }
            return DaySet(
                days.filter { day in
                    let present = assignments.filter { $0.days.contains(day) }
                    return !present.isEmpty && present.allSatisfy { $0.since <= day && day < $0.through }
                })
        }
    }
}

/// Some days of a period: a run, or a few picked ones.
package enum DaySet: Sendable {
    case run(Range<Day>)
    case picked(Set<Day>)

    init() { self = .run(Day(number: 0)..<Day(number: 0)) }
    init(_ run: Range<Day>) { self = .run(run) }
    init(_ days: [Day]) { self = .picked(Set(days)) }

    /// Whether the day is one of them.
    package func contains(_ day: Day) -> Bool {
        switch self {
        case .run(let run): run.contains(day)
        case .picked(let days): days.contains(day)
        }
    }

    func contains(all days: Range<Day>) -> Bool {
        if case .run(let run) = self { return days.isEmpty || run.lowerBound <= days.lowerBound && run.upperBound >= days.upperBound }
        return days.allSatisfy(contains)
    }
}
