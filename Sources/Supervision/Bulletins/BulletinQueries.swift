package import Accounts
package import Basics
package import Operations
package import Registry
package import Storage

/// What the sites of a part of the network did in a month: the one computation that bulletins, overviews and lists of evidence share, so that they cannot differ.
package struct MonthFigures: Sendable {
    /// The registered sites, by code, with completeness; those excluded from the whole month are not among them.
    package let sites: [SiteMonth]
    package let excluded: [ExcludedSite]
    package let outsideService: [OutsideService]
}

/// An area in a month: where it stands in the tree and what its sites did.
package struct AreaMonth: Sendable {
    package let month: Month
    package let network: NetworkView
    package let formula: Formula
    package let asOf: Instant
    package let area: Area
    /// From the topmost area of the scope down to the area itself.
    package let path: [Area]
    package let below: [Area]
    package let figures: MonthFigures

    /// The month's figures with a line for each area directly below.
    package var bulletin: Bulletin {
        Bulletin(
            month: month, network: network, formula: formula, area: BulletinArea(code: area.code, name: area.name), below: below.map { BulletinArea(code: $0.code, name: $0.name) },
            asOf: asOf,
            sites: figures.sites, excluded: figures.excluded, outsideService: figures.outsideService)
    }
}

extension Statements {
    /// The bulletin of an area for a month. Nil when the scope does not cover the area. The same facts give the same
    /// bulletin, whatever the order in which they came.
    package func bulletin(month: Month, areaCode: String, network: NetworkView = .then, in scope: Scope, zone: NetworkZone, at now: Instant) throws -> Bulletin? {
        try areaMonth(code: areaCode, month: month, network: network, in: scope, zone: zone, at: now)?.bulletin
    }

    /// An area in a month, on the network as it was at the month's end or as it is today. Nil when the scope does not cover the area.
    package func areaMonth(code: String, month: Month, network: NetworkView = .then, in scope: Scope, zone: NetworkZone, at now: Instant) throws -> AreaMonth? {
        let day = network.day(month, today: zone.day(of: now))
        let scope = try self.scope(scope, on: day, today: zone.day(of: now))
        guard let area = try areaEver(code: code, on: day, in: scope), let known = area.areaCode else { return nil }
        let inside = Scope(areas: [known])
        return AreaMonth(
            month: month, network: network, formula: try formula(for: month), asOf: now, area: area,
            path: try path(to: area, on: day).filter { $0.areaCode.map(scope.covers) ?? false },
            below: try children(of: area, on: day, in: inside), figures: try monthFigures(month: month, placed: day, in: inside, zone: zone, at: now))
    }

    /// What the registered sites of a scope did in a month. `placed` is the day whose tree says where a site lies; the month's last one unless given. The scope's codes
    /// are those of that day.
    package func monthFigures(month: Month, placed: Day? = nil, in scope: Scope, zone: NetworkZone, at now: Instant) throws -> MonthFigures {
        var sites = try siteMonths(month: month, placed: placed, in: scope)
        let excluded = try wholeExclusions(month: month, placed: placed, in: scope)
        let codes = Set(excluded.map(\.code))
        sites.removeAll { codes.contains($0.code) }
        try hear(&sites, month: month, in: scope, zone: zone, at: now)
        return MonthFigures(sites: sites, excluded: excluded, outsideService: try outsideService(month: month, placed: placed, in: scope))
    }

    /// The registered sites of a month below a scope (or the one with a number) and what they did, before exclusions; completeness is not filled in.
    /// The joins are written in the order in which both engines shall take them, with or without statistics: day by day, then the state of each row's site.
    package func siteMonths(month: Month, placed: Day? = nil, in scope: Scope, only site: Int? = nil) throws -> [SiteMonth] {
        let (first, end, last) = (month.days.lowerBound, month.end, placed ?? month.days.upperBound)
        let onlyState: SQL = if let site { "AND site = \(site)" } else { "" }
        let onlyDay: SQL = if let site { "AND d.site = \(site)" } else { "" }
        return try all(
            """
            WITH bit(day, mask) AS (\(values: month.days.enumerated().map { [$1.number.bound, (1 << $0).bound] })), counted AS (
                SELECT DISTINCT site FROM site_state
                WHERE state IN (\(list: SiteState.counted.map(\.rawValue))) AND replaced_at IS NULL AND from_day < \(end) AND until_day > \(first) \(sql: onlyState)
            ), done AS MATERIALIZED (
                SELECT d.day, bit.mask, d.site, d.on_minutes, d.effective_seconds, d.effective_plays, d.effective_demand_plays FROM bit CROSS JOIN site_day d
                WHERE d.day = bit.day \(sql: onlyDay)
            ), figures AS (
                SELECT d.site, sum(d.on_minutes) AS on_minutes, sum(d.mask) FILTER (WHERE d.on_minutes > 0) AS on_mask, sum(d.effective_seconds) AS effective_seconds,
                    sum(d.effective_plays) AS effective_plays, sum(d.effective_demand_plays) AS effective_demand_plays
                FROM done d CROSS JOIN site_state t
                WHERE t.site = d.site AND t.replaced_at IS NULL AND t.from_day <= d.day AND t.until_day > d.day AND t.state IN (\(list: SiteState.counted.map(\.rawValue)))
                GROUP BY d.site
            )
            SELECT s.num, s.code, v.name, a.code, coalesce(CAST(f.on_minutes AS BIGINT), 0), coalesce(CAST(f.on_mask AS BIGINT), 0), coalesce(CAST(f.effective_seconds AS BIGINT), 0),
                coalesce(CAST(f.effective_plays AS BIGINT), 0), coalesce(CAST(f.effective_demand_plays AS BIGINT), 0), v.kind
            FROM counted c JOIN site s ON s.num = c.site
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last)
            LEFT JOIN figures f ON f.site = s.num
            WHERE \(sql: scope.condition("a.code")) ORDER BY s.code
            """
        ) { row in
            SiteMonth(
                site: try row.int(0), code: try row.text(1), name: try row.text(2), areaCode: try row.text(3), kind: SiteKind(rawValue: try row.text(9)) ?? .other,
                onMinutes: try row.int(4), onMask: try row.int(5),
                effectiveSeconds: try row.int(6), effectivePlays: try row.int(7), effectiveDemandPlays: try row.int(8))
        }
    }

    /// Sites with an approved exclusion over the whole month that would otherwise be registered.
    package func wholeExclusions(month: Month, placed: Day? = nil, in scope: Scope) throws -> [ExcludedSite] {
        let (first, end, last) = (month.days.lowerBound, month.end, placed ?? month.days.upperBound)
        return try all(
            """
            SELECT s.code, v.name, a.code, x.reason, x.document FROM site_exclusion x JOIN site s ON s.num = x.site
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last)
            WHERE x.replaced_at IS NULL AND x.from_day <= \(first) AND x.until_day >= \(end) AND \(sql: scope.condition("a.code"))
                AND EXISTS (SELECT 1 FROM site_state t WHERE t.site = x.site AND t.replaced_at IS NULL AND t.from_day < \(end) AND t.until_day > \(first)
                    AND t.state IN (\(list: SiteState.counted.map(\.rawValue))))
            ORDER BY s.code
            """
        ) { ExcludedSite(code: try $0.text(0), name: try $0.text(1), areaCode: try $0.text(2), reason: try $0.text(3), document: try $0.text(4)) }
    }

    /// Presence on days without service. Only sites that were not in service on every day are looked at, which are few: the joins begin with them, whatever the engine's statistics say.
    package func outsideService(month: Month, placed: Day? = nil, in scope: Scope) throws -> [OutsideService] {
        let (first, end, last) = (month.days.lowerBound, month.end, placed ?? month.days.upperBound)
        let counted: SQL = "IN (\(list: SiteState.counted.map(\.rawValue)))"
        return try all(
            """
            WITH bit(day) AS (\(values: month.days.map { [$0.number.bound] })), part AS MATERIALIZED (
                SELECT s.num, s.code FROM site s WHERE NOT EXISTS (SELECT 1 FROM site_state w
                    WHERE w.site = s.num AND w.replaced_at IS NULL AND w.from_day <= \(first) AND w.until_day >= \(end) AND w.state \(sql: counted))
            )
            SELECT p.code, v.name, count(*), CAST(sum(d.on_minutes) AS BIGINT) FROM part p CROSS JOIN bit CROSS JOIN site_day d CROSS JOIN site_version v CROSS JOIN area_version a
            WHERE d.day = bit.day AND d.site = p.num AND d.on_minutes > 0 AND v.site = p.num AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
                AND a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last) AND \(sql: scope.condition("a.code"))
                AND NOT EXISTS (SELECT 1 FROM site_state t WHERE t.site = d.site AND t.replaced_at IS NULL AND t.from_day <= d.day AND t.until_day > d.day
                    AND t.state \(sql: counted))
            GROUP BY p.code, v.name ORDER BY p.code
            """
        ) { OutsideService(code: try $0.text(0), name: try $0.text(1), days: try $0.int(2), minutes: try $0.int(3)) }
    }
}
