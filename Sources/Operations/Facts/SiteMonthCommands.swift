package import Basics
package import Storage

extension Statements {
    /// Sums the months of some site-days anew from `site_day`, which holds every day of them.
    func deriveSiteMonths(of keys: some Collection<SiteDayKey>) throws {
        let sites = Dictionary(grouping: keys, by: \.day.month).mapValues { Set($0.map(\.site)).sorted() }
        for (month, sites) in sites.sorted(by: { $0.key < $1.key }) { try deriveSiteMonths(month, sites: sites) }
    }

    /// Sums a month of all sites anew. Answers how many rows differ from what stood there before; anything but 0 is a defect.
    package func rebuildSiteMonth(_ month: Month) throws -> Int {
        let before = try siteMonthRows(month)
        try run("DELETE FROM site_month WHERE month = \(month.days.lowerBound)")
        let sites = try all("SELECT DISTINCT site FROM site_day WHERE day >= \(month.days.lowerBound) AND day <= \(month.days.upperBound)")
        { try $0.int(0) }
        try deriveSiteMonths(month, sites: sites.sorted())
        return Set(before.symmetricDifference(try siteMonthRows(month)).map { $0[0] }).count
    }

    /// Each day of each site is looked up by its key: the joins are written in that order, and nothing else is said of `site_day` that
    /// could lead an engine to read more of it.
    private func deriveSiteMonths(_ month: Month, sites: [Int]) throws {
        try inParts(sites) { part in
            try run(
                """
                INSERT INTO site_month (month, site, on_minutes, on_mask, effective_seconds, effective_plays, effective_demand_plays)
                WITH picked(site) AS (\(values: part.map { [$0.bound] })), bit(day, mask)
                    AS (\(values: month.days.enumerated().map { [$1.number.bound, (1 << $0).bound] }))
                SELECT CAST(\(month.days.lowerBound) AS BIGINT), d.site, sum(d.on_minutes),
                    coalesce(sum(bit.mask) FILTER (WHERE d.on_minutes > 0), 0), sum(d.effective_seconds),
                    sum(d.effective_plays), sum(d.effective_demand_plays)
                FROM picked p CROSS JOIN bit CROSS JOIN site_day d WHERE d.day = bit.day AND d.site = p.site GROUP BY d.site
                ON CONFLICT (month, site) DO UPDATE SET on_minutes = excluded.on_minutes, on_mask = excluded.on_mask,
                    effective_seconds = excluded.effective_seconds,
                    effective_plays = excluded.effective_plays, effective_demand_plays = excluded.effective_demand_plays
                """)
        }
    }

    private func siteMonthRows(_ month: Month) throws -> Set<[Int]> {
        Set(
            try all(
                """
                SELECT site, on_minutes, on_mask, effective_seconds, effective_plays, effective_demand_plays FROM site_month
                WHERE month = \(month.days.lowerBound) AND on_minutes + effective_seconds + effective_plays > 0
                """
            ) { row in try (0..<6).map { try row.int($0) } })
    }
}
