package import Accounts
package import Basics
package import Storage

extension Statements {
    /// The site with a code as it is on a day, when the scope covers it.
    package func site(code: String, on day: Day, in scope: Scope) throws -> Site? {
        try first(Site.self, siteSelection(on: day, where: "s.code = \(code) AND \(sql: scope.condition("a.code"))"))
    }

    /// Sites of the scope whose name, pinyin or code is looked for, by code, after the given code.
    package func sites(containing text: String, on day: Day, in scope: Scope, after code: String, limit: Int) throws -> [Site] {
        let words = SearchWords(text)
        let matching: SQL = words.isEmpty ? "" : "AND \(sql: words.condition("v.name_key", code: "s.code"))"
        return try all(
            Site.self,
            """
            \(sql: siteSelection(on: day, where: "s.code > \(code) AND \(sql: scope.condition("a.code")) \(sql: matching)"))
            ORDER BY s.code LIMIT \(limit)
            """
        )
    }

    /// What sites are called, or were last, with their codes, by their ids.
    package func siteNames(_ ids: [String]) throws -> [String: String] {
        try names(ids) {
            """
            SELECT s.id, v.name || ' ' || s.code FROM site s JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL
                AND v.until_day = (SELECT max(w.until_day) FROM site_version w WHERE w.site = s.num AND w.replaced_at IS NULL)
            WHERE s.id IN (\(sql: $0))
            """
        }
    }

    /// The sites of the scope with exactly this name, at most six.
    func sites(named name: String, on day: Day, in scope: Scope) throws -> [Site] {
        try all(
            Site.self,
            "\(sql: siteSelection(on: day, where: "v.name = \(name) AND \(sql: scope.condition("a.code"))")) ORDER BY s.code LIMIT 6")
    }

    /// The history of a site's states, newest entry first, corrected ones included.
    package func stateHistory(site: Int) throws -> [SiteStateRow] {
        try all(
            SiteStateRow.self,
            """
            SELECT state, from_day, until_day, reason, document, actor, recorded_at, replaced_at FROM site_state
            WHERE site = \(site) ORDER BY from_day DESC, recorded_at DESC
            """)
    }

    /// The exclusions of a site that touch a period.
    package func exclusions(site: Int, within days: ClosedRange<Day>) throws -> [SiteExclusion] {
        try all(
            SiteExclusion.self,
            """
            SELECT id, from_day, until_day, reason, document, actor FROM site_exclusion
            WHERE site = \(site) AND replaced_at IS NULL AND from_day <= \(days.upperBound)
                AND until_day > \(days.lowerBound) ORDER BY from_day
            """)
    }

    private func siteSelection(on day: Day, where condition: SQL) -> SQL {
        """
        SELECT s.num, s.id, s.code, v.name, v.kind, v.mode, v.area_id, a.code AS area_code, t.state
        FROM site s
        JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
        JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
        LEFT JOIN site_state t ON t.site = s.num AND t.replaced_at IS NULL AND t.from_day <= \(day) AND t.until_day > \(day)
        WHERE \(sql: condition)
        """
    }
}
