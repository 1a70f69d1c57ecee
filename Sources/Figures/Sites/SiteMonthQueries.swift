package import Accounts
package import Basics
package import Operations
package import Registry
package import Storage

/// Everything that is known of a site in some days of a month: the register's rows, the base facts and the derived days.
package struct SiteFacts: Sendable {
    package let site: Site
    /// From the topmost area of the scope down to the site's.
    package let path: [Area]
    package let month: Month
    package let asOf: Instant
    /// What the bulletin counts of the site; nil when it is not registered in the month, or excluded from the whole of it.
    package let counted: SiteMonth?
    package let exclusions: [SiteExclusion]
    package let states: [SiteStateRow]
    /// The in-service days of the month.
    package let service: [Range<Day>]
    /// The derived days, those without any fact left out.
    package let days: [Day: StoredSiteDay]
    package let heard: DaySet
    package let assignments: [Assignment]
    package let presence: [(day: Day, terminal: Int, minutes: MinuteSet)]
    /// Who said the minutes, by day and terminal; of one day only.
    package let sources: [Day: [Int: [SourceShare]]]
    package let late: [(day: Day, terminal: Int, receivedAt: Instant, minutes: MinuteSet)]
    package let plays: [StoredPlay]
    /// Days on which a terminal knew that its clock was wrong; its reports of them are corrected.
    package let clockErrors: [(day: Day, terminal: Int, aheadMs: Int64)]
    package let voids: [FactVoid]
    /// Up to when each terminal has reported everything, claim by claim.
    package let claims: [WatermarkKey: Instant]
    package let courseware: [String: NamedCourseware]
    /// The accounts that appear in the register's rows, by id.
    package let accounts: [String: NamedAccount]
    /// Which thresholds hold.
    package let formulas: [Formula]

    /// What of the days the terminals reported complete, less what voids in force take out.
    func completeReports(_ zone: NetworkZone) -> CompleteReports {
        CompleteReports(
            claims,
            voided: Dictionary(grouping: voids.filter { $0.withdrawnAt == nil }, by: \.terminal).mapValues {
                $0.map { $0.fromDay..<$0.untilDay }
            }, zone)
    }
}

/// A row of derived figures.
package struct StoredSiteDay: Hashable, Sendable {
    package let onMinutes: Int
    package let effectiveSeconds: Int
    package let plays: Int
    package let effectivePlays: Int
    package let effectiveDemandPlays: Int
}

/// What a play's courseware is called, and how long it is.
package struct NamedCourseware: Hashable, Sendable {
    package let title: String
    package let lengthMs: Int64
}

extension Statements {
    /// What is known of a site in a month, or on one day of it, on the network as it was at the month's end. Nil when the scope does not
    /// cover the site.
    package func siteFacts(code: String, month: Month, only day: Day? = nil, in scope: Scope, zone: NetworkZone, at now: Instant) throws
        -> SiteFacts?
    {
        let last = month.days.upperBound
        let scope = try self.scope(scope, on: last, today: zone.day(of: now))
        guard let site = try site(code: code, on: last, in: scope) else { return nil }
        let area = try self.area(id: site.areaID, on: last)
        let path = try area.map { try self.path(to: $0, on: last) } ?? []
        let days = day.map { $0...$0 } ?? month.days
        // Its own area is enough to find it.
        let around = area?.areaCode.map { Scope(areas: [$0]) } ?? scope
        let counted = try monthFigures(month: month, in: around, only: site.num, zone: zone, at: now)
        let exclusions = try exclusions(site: site.num, within: month.days)
        let assignments = try assignments(site: site.num)
        let terminals = Array(Set(assignments.filter { $0.fromDay <= days.upperBound && $0.untilDay > days.lowerBound }.map(\.terminal)))
            .sorted()
        let plays = try plays(terminals: terminals, within: days)
        let states = try stateHistory(site: site.num)
        return SiteFacts(
            site: site, path: path.filter { $0.areaCode.map(scope.covers) ?? false }, month: month, asOf: now, counted: counted.sites.first,
            exclusions: exclusions, states: states, service: try serviceDays(month.days.lowerBound..<month.end, site: site.num),
            days: try storedSiteDays(site: site.num, within: days),
            heard: try heardDays(month.days.lowerBound..<month.end, zone: zone, only: [site.num])[site.num] ?? DaySet(),
            assignments: assignments, presence: try presence(terminals: terminals, within: days),
            sources: day == nil ? [:] : try presenceSources(terminals: terminals, within: days),
            late: try lateMinutes(terminals: terminals, within: days), plays: plays,
            clockErrors: try clockErrors(terminals: terminals, within: days),
            voids: try voids(terminals: terminals, within: days), claims: try claims(terminals: Set(assignments.map(\.terminal)).sorted()),
            courseware: try namedCourseware(Set(plays.map(\.courseware)).sorted()),
            accounts: try namedAccounts(Set(states.map(\.actor)).union(exclusions.map(\.actor)).sorted()),
            formulas: try formulas())
    }

    /// The derived rows of a site.
    private func storedSiteDays(site: Int, within days: ClosedRange<Day>) throws -> [Day: StoredSiteDay] {
        var found: [Day: StoredSiteDay] = [:]
        try each(
            """
            SELECT day, on_minutes, effective_seconds, plays, effective_plays, effective_demand_plays FROM site_day
            WHERE day IN (\(list: days.map(\.number))) AND site = \(site)
            """
        ) { row in
            found[try row.day(0)] = StoredSiteDay(
                onMinutes: try row.int(1), effectiveSeconds: try row.int(2), plays: try row.int(3), effectivePlays: try row.int(4),
                effectiveDemandPlays: try row.int(5))
        }
        return found
    }

    /// Titles and lengths of courseware; what is not known is not in the answer.
    private func namedCourseware(_ ids: [String]) throws -> [String: NamedCourseware] {
        var found: [String: NamedCourseware] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each("SELECT id, title, duration_ms FROM courseware WHERE id IN (\(list: ids[start..<min(start + 500, ids.count)]))") {
                found[try $0.text(0)] = NamedCourseware(title: try $0.text(1), lengthMs: Int64(try $0.int(2)))
            }
        }
        return found
    }
}
