import Accounts
package import Basics
import Registry
import Storage

extension Statements {
    /// Fills in how many in-service days were due and how many were heard. A day is heard when the site was on, or when the reports of all terminals assigned to
    /// the site on that day are complete to the day's end; a site without a terminal is not heard. Days that have not ended are not due.
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
                roll.sites[index].heardDays += known.contains(all: range) ? range.count : range.count { known.contains($0) || on & (1 << (first.distance(to: $0))) != 0 }
            }
            if roll.interrupted[site] == nil { take(due) } else { roll.service(of: site, within: due).forEach(take) }
        }
    }

    /// The in-service days of a site within some days.
    func serviceDays(_ days: Range<Day>, site: Int) throws -> [Range<Day>] {
        try all(
            """
            SELECT from_day, until_day FROM site_state WHERE state IN (\(list: SiteState.counted.map(\.rawValue))) AND replaced_at IS NULL AND from_day < \(days.upperBound)
                AND until_day > \(days.lowerBound) AND site = \(site)
            """
        ) { row in (try row.day(0)..<row.day(1)).clamped(to: days) }
    }

    /// For each site (or for some) the days up to whose end the reports of all its terminals are complete. A terminal that joined by itself speaks for no day before.
    func heardDays(_ days: Range<Day>, zone: NetworkZone, only sites: [Int]? = nil) throws -> [Int: DaySet] {
        let joined = try joinedDays(after: days.lowerBound, zone: zone)
        let complete = zone.end(of: days.upperBound.advanced(by: -1)).adding(milliseconds: -1)
        // Nearly every site has one terminal throughout, whose reports reach to the end.
        var found: [Int: DaySet] = [:]
        var several: [Int: [(days: Range<Day>, since: Day, through: Day)]] = [:]
        func take(_ row: Row) throws {
            let (site, terminal, through) = (try row.int(0), try row.int(1), try row.instant(4))
            let assigned = try (row.day(2)..<row.day(3)).clamped(to: days)
            // Complete through 23:59:59.999 counts as the whole day; a moment later in the next day adds nothing.
            let last = through >= complete ? days.upperBound : zone.day(of: through.adding(milliseconds: 1))
            let since = joined[terminal] ?? days.lowerBound
            if assigned == days, since <= days.lowerBound, several[site] == nil, found[site] == nil {
                found[site] = DaySet(days.lowerBound..<max(days.lowerBound, last))
                return
            }
            if case .run(let run)? = found.removeValue(forKey: site) { several[site] = [(days, days.lowerBound, run.upperBound)] }
            several[site, default: []].append((assigned, since, last))
        }
        if let sites {
            for start in stride(from: 0, to: sites.count, by: 500) {
                try eachAssignment(days, "AND x.site IN (\(list: sites[start..<min(start + 500, sites.count)]))", take)
            }
        } else {
            found.reserveCapacity(try count("SELECT coalesce(max(num), 0) FROM site"))
            try eachAssignment(days, "", take)
        }
        for (site, assignments) in several {
            found[site] = DaySet(
                days.filter { day in
                    let present = assignments.filter { $0.days.contains(day) }
                    return !present.isEmpty && present.allSatisfy { $0.since <= day && day < $0.through }
                })
        }
        return found
    }

    /// A row for each terminal at a site on some of the days, with the moment up to which its reports are complete.
    private func eachAssignment(_ days: Range<Day>, _ condition: SQL, _ body: (Row) throws -> Void) throws {
        try each(
            """
            SELECT x.site, x.terminal, x.from_day, x.until_day, coalesce(w.through_at, 0) FROM terminal_assignment x LEFT JOIN watermark w ON w.terminal = x.terminal
            WHERE x.replaced_at IS NULL AND x.from_day < \(days.upperBound) AND x.until_day > \(days.lowerBound) \(sql: condition)
            """, body)
    }

    /// The day on which each terminal joined that joined by itself after a day.
    private func joinedDays(after day: Day, zone: NetworkZone) throws -> [Int: Day] {
        var found: [Int: Day] = [:]
        try each("SELECT t.num, n.enrolled_at FROM node n JOIN terminal t ON t.id = n.id WHERE n.enrolled_at >= \(zone.end(of: day))") {
            found[try $0.int(0)] = zone.day(of: try $0.instant(1))
        }
        return found
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
