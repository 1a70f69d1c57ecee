package import Accounts
package import Basics
import Registry
package import Storage

/// A site in service of which nothing has been heard for a while.
package struct SilentSite: Hashable, Sendable {
    package let code: String
    package let name: String
    package let areaCode: String
    /// From the county down to the area in which it lies.
    package let areaName: String
    /// Up to when its terminals reported; nil for a site that never did.
    package let heardAt: Instant?
}

/// Which silent sites are asked for.
package struct SilenceFilter: Sendable {
    let before: Instant
    /// The day of that moment: whoever came into service or got his box later could not be silent so long.
    let since: Day
    let words: SearchWords

    /// Sites whose last report is of before a moment.
    package init(before: Instant, zone: NetworkZone, words: SearchWords = SearchWords("")) {
        (self.before, since, self.words) = (before, zone.day(of: before), words)
    }
}

extension Statements {
    /// Sites in service with a terminal that have been silent longest, after a place in that order.
    package func silentSites(
        _ filter: SilenceFilter, after place: (heardAt: Instant, code: String)? = nil, limit: Int, on day: Day, in scope: Scope
    ) throws -> [SilentSite] {
        let behind: SQL = place.map { "(x.heard_at, x.code) > (\($0.heardAt), \($0.code))" } ?? "1 = 1"
        let found = try all(
            """
            SELECT x.code, x.name, x.area_code, x.heard_at FROM (\(sql: silent(filter, on: day, in: scope))) x
            WHERE \(sql: behind) ORDER BY x.heard_at, x.code LIMIT \(limit)
            """
        ) { (code: try $0.text(0), name: try $0.text(1), area: try $0.text(2), heardAt: try $0.instant(3)) }
        let names = try areaNames(above: found.map(\.area), on: day)
        return found.map {
            SilentSite(
                code: $0.code, name: $0.name, areaCode: $0.area, areaName: names[$0.area] ?? "",
                heardAt: $0.heardAt.milliseconds == 0 ? nil : $0.heardAt)
        }
    }

    /// How many such sites there are, as far as `most`.
    package func silentSiteCount(_ filter: SilenceFilter, most: Int = 1_000_000, on day: Day, in scope: Scope) throws -> Int {
        try count("SELECT count(*) FROM (\(sql: silent(filter, on: day, in: scope)) LIMIT \(most)) x")
    }

    /// The codes of such sites.
    package func silentSiteCodes(_ filter: SilenceFilter, on day: Day, in scope: Scope) throws -> Set<String> {
        Set(try all("SELECT x.code FROM (\(sql: silent(filter, on: day, in: scope))) x") { try $0.text(0) })
    }

    /// Up to when some terminals reported, by the id of their node; those that never did are not in the answer.
    package func lastHeard(_ nodes: [String]) throws -> [String: Instant] {
        var heard: [String: Instant] = [:]
        for start in stride(from: 0, to: nodes.count, by: 500) {
            try each(
                """
                SELECT t.id, max(w.through_at) FROM terminal t JOIN watermark_claim w ON w.terminal = t.num
                WHERE t.id IN (\(list: nodes[start..<min(start + 500, nodes.count)])) GROUP BY t.id
                """
            ) { heard[try $0.text(0)] = try $0.instant(1) }
        }
        return heard
    }

    /// The condition on `n` for nodes that have reported nothing of after a moment, and were not answered after it.
    package func silentNodes(before moment: Instant) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM node_contact h WHERE h.node = n.id AND h.heard_at >= \(moment)) \
        AND n.revoked_at IS NULL AND n.enrolled_at <= \(moment) AND NOT EXISTS (SELECT 1 FROM terminal t JOIN \
        watermark_claim w ON w.terminal = t.num WHERE t.id = n.id AND w.through_at >= \(moment))
        """
    }

    private func silent(_ filter: SilenceFilter, on day: Day, in scope: Scope) -> SQL {
        """
        SELECT s.code, v.name, a.code AS area_code,
            coalesce((SELECT max(w.through_at) FROM terminal_assignment x JOIN watermark_claim w ON w.terminal = x.terminal
                WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day)), 0) AS heard_at
        FROM site s
        JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
        JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
        JOIN site_state c ON c.site = s.num AND c.replaced_at IS NULL AND c.from_day <= \(filter.since) AND c.until_day > \(day)
            AND c.state = \(SiteState.inService)
        WHERE \(sql: scope.condition("a.code")) AND \(sql: filter.words.condition("v.name_key", code: "s.code"))
            AND EXISTS (SELECT 1 FROM terminal_assignment x
                WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(filter.since) AND x.until_day > \(day))
            AND NOT EXISTS (SELECT 1 FROM terminal_assignment x JOIN watermark_claim w ON w.terminal = x.terminal
                WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day)
                    AND w.through_at >= \(filter.before))
        """
    }
}
