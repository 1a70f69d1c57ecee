package import Accounts
package import Basics
package import Registry
package import Storage

/// A site of the register that a month does not count: not in service on any of its days.
package struct UncountedSite: Hashable, Sendable {
    package let code: String
    package let name: String
    /// The state at the month's end; nil before the first.
    package let state: SiteState?
}

extension Statements {
    /// The sites of a scope that were in service on no day of a month, by code.
    package func uncountedSites(month: Month, placed: Day? = nil, in scope: Scope) throws -> [UncountedSite] {
        let (first, end, last, placed) = (month.days.lowerBound, month.end, month.days.upperBound, placed ?? month.days.upperBound)
        return try all(
            """
            SELECT s.code, v.name, t.state FROM site s
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(placed) AND v.until_day > \(placed)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(placed) AND a.until_day > \(placed)
            LEFT JOIN site_state t ON t.site = s.num AND t.replaced_at IS NULL AND t.from_day <= \(last) AND t.until_day > \(last)
            WHERE \(sql: scope.condition("a.code"))
                AND NOT EXISTS (SELECT 1 FROM site_state c WHERE c.site = s.num AND c.replaced_at IS NULL AND c.from_day < \(end)
                    AND c.until_day > \(first)
                    AND c.state IN (\(list: SiteState.counted.map(\.rawValue))))
            ORDER BY s.code
            """
        ) { UncountedSite(code: try $0.text(0), name: try $0.text(1), state: try $0.optionalText(2).flatMap(SiteState.init)) }
    }
}
