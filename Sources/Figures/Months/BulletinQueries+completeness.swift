import Accounts
package import Basics
import Operations
import Registry
import Storage

extension Statements {
    /// Fills in how many in-service days were due and how many were heard. A day is heard when the site was on, or when the reports of all
    /// terminals assigned to the site on that day are complete to the day's end; a site without a terminal is not heard. Days that have not
    /// ended are not due.
    func hear(_ roll: inout MonthRoll, zone: NetworkZone, at now: Instant) throws {
        let (first, today) = (roll.month.days.lowerBound, zone.day(of: now))
        let due = first..<min(roll.month.end, max(today, first))
        guard !due.isEmpty else { return }
        // A part of a large network is looked up site by site; most of a network is read as it stands.
        let isPart = try roll.sites.count * 8 < count("SELECT coalesce(max(num), 0) FROM site")
        let heard = try heardDays(due, zone: zone, only: isPart ? roll.sites.map(\.site) : nil)
        for index in roll.sites.indices {
            let site = roll.sites[index].site
            let (known, on) = (heard[site] ?? DaySet(), roll.sites[index].onMask)
            func take(_ range: Range<Day>) {
                roll.sites[index].dueDays += range.count
                roll.sites[index].heardDays +=
                    known.contains(all: range)
                    ? range.count : range.count { known.contains($0) || on & (1 << (first.distance(to: $0))) != 0 }
            }
            if roll.interrupted[site] == nil { take(due) } else { roll.service(of: site, within: due).forEach(take) }
        }
    }

    /// The in-service days of a site within some days.
    func serviceDays(_ days: Range<Day>, site: Int) throws -> [Range<Day>] {
        try all(
            """
            SELECT from_day, until_day FROM site_state WHERE state IN (\(list: SiteState.counted.map(\.rawValue))) AND replaced_at IS NULL
                AND from_day < \(days.upperBound)
                AND until_day > \(days.lowerBound) AND site = \(site)
            """
        ) { row in (try row.day(0)..<row.day(1)).clamped(to: days) }
    }

    /// For each site (or for some) the days whose reports by all its terminals are complete. A box that joined by itself speaks for no day
    /// before, what was reported of these by a file or by an older box holds; what a void takes out was not reported.
    func heardDays(_ days: Range<Day>, zone: NetworkZone, only sites: [Int]? = nil) throws -> [Int: DaySet] {
        let complete = zone.end(of: days.upperBound.advanced(by: -1)).adding(milliseconds: -1)
        let voided = try voidedRanges(days.lowerBound...days.upperBound.advanced(by: -1), kinds: VoidKind.allCases)
        // Nearly every site has one terminal with one claim.
        var single: [Int: CompleteReport] = [:]
        var several: [Int: [CompleteReport]] = [:]
        func take(_ row: Row) throws {
            let (site, through, since) = (try row.int(0), try row.instant(4), try row.instant(5))
            let assigned = try (row.day(2)..<row.day(3)).clamped(to: days)
            let report = CompleteReport(
                terminal: try row.int(1), assigned: assigned, since: since.milliseconds == 0 ? days.lowerBound : zone.day(of: since),
                // Complete through 23:59:59.999 counts as the whole day; a moment later in the next day adds nothing.
                through: through >= complete ? days.upperBound : zone.day(of: through.adding(milliseconds: 1)))
            if single[site] == nil, several[site] == nil, voided.isEmpty {
                single[site] = report
            } else {
                if let first = single.removeValue(forKey: site) { several[site] = [first] }
                several[site, default: []].append(report)
            }
        }
        if let sites {
            for start in stride(from: 0, to: sites.count, by: 500) {
                try eachAssignment(days, "AND x.site IN (\(list: sites[start..<min(start + 500, sites.count)]))", take)
            }
        } else {
            single.reserveCapacity(try count("SELECT coalesce(max(num), 0) FROM site"))
            try eachAssignment(days, "", take)
        }
        var found = single.mapValues { DaySet($0.days) }
        for (site, reports) in several {
            found[site] = DaySet(
                days.filter { day in
                    let present = reports.filter { $0.assigned.contains(day) }
                    return !present.isEmpty
                        && Dictionary(grouping: present, by: \.terminal).allSatisfy { terminal, claims in
                            claims.contains { $0.days.contains(day) } && !(voided[terminal] ?? []).contains { $0.contains(day) }
                        }
                })
        }
        return found
    }

    /// A row for each terminal at a site on some of the days and each of its claims: from when it speaks, and up to when its reports are
    /// complete.
    private func eachAssignment(_ days: Range<Day>, _ condition: SQL, _ body: (Row) throws -> Void) throws {
        try each(
            """
            SELECT x.site, x.terminal, x.from_day, x.until_day, coalesce(w.through_at, 0), coalesce(w.since_at, 0)
                FROM terminal_assignment x
            LEFT JOIN watermark_claim w ON w.terminal = x.terminal
            WHERE x.replaced_at IS NULL AND x.from_day < \(days.upperBound) AND x.until_day > \(days.lowerBound) \(sql: condition)
            """, body)
    }
}

/// What one claim of a terminal says of its days at a site.
private struct CompleteReport {
    let terminal: Int
    let assigned: Range<Day>
    let since: Day
    let through: Day

    /// The days that are complete.
    var days: Range<Day> {
        let from = max(since, assigned.lowerBound)
        return from..<max(from, min(through, assigned.upperBound))
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
