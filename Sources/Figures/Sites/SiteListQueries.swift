package import Accounts
package import Basics
import Operations
package import Registry
package import Storage

/// A site of the register that a month does not count: not in service on any of its days.
package struct UncountedSite: Hashable, Sendable {
    package let code: String
    package let name: String
    package let areaCode: String
    package let kind: SiteKind?
    /// The state at the month's end; nil before the first.
    package let state: SiteState?

    package init(code: String, name: String, areaCode: String, kind: SiteKind?, state: SiteState?) {
        (self.code, self.name, self.areaCode, self.kind, self.state) = (code, name, areaCode, kind, state)
    }
}

/// How a site stands now: its state in the register, and up to when its terminals reported.
package struct SiteStanding: Hashable, Sendable {
    package let state: SiteState?
    package let heardAt: Instant?
}

extension Statements {
    /// The sites of a scope that were in service on no day of a month, by code.
    package func uncountedSites(month: Month, placed: Day? = nil, in scope: Scope) throws -> [UncountedSite] {
        let (first, end, last, placed) = (month.days.lowerBound, month.end, month.days.upperBound, placed ?? month.days.upperBound)
        return try all(
            """
            SELECT s.code, v.name, a.code, v.kind, t.state FROM site s
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(placed) AND v.until_day > \(placed)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(placed) AND a.until_day > \(placed)
            LEFT JOIN site_state t ON t.site = s.num AND t.replaced_at IS NULL AND t.from_day <= \(last) AND t.until_day > \(last)
            WHERE \(sql: scope.condition("a.code"))
                AND NOT EXISTS (SELECT 1 FROM site_state c WHERE c.site = s.num AND c.replaced_at IS NULL AND c.from_day < \(end)
                    AND c.until_day > \(first)
                    AND c.state IN (\(list: SiteState.counted.map(\.rawValue))))
            ORDER BY s.code
            """
        ) {
            UncountedSite(
                code: try $0.text(0), name: try $0.text(1), areaCode: try $0.text(2), kind: SiteKind(rawValue: try $0.text(3)),
                state: try $0.optionalText(4).flatMap(SiteState.init))
        }
    }

    /// How some sites stand on the present day, by code; one that the register does not know is not in the answer.
    package func standings(of codes: [String], on day: Day) throws -> [String: SiteStanding] {
        var found: [String: SiteStanding] = [:]
        for start in stride(from: 0, to: codes.count, by: 500) {
            try each(
                """
                SELECT s.code, c.state,
                    (SELECT max(w.through_at) FROM terminal_assignment x JOIN watermark_claim w ON w.terminal = x.terminal
                        WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day))
                FROM site s LEFT JOIN site_state c ON c.site = s.num AND c.replaced_at IS NULL AND c.from_day <= \(day)
                    AND c.until_day > \(day)
                WHERE s.code IN (\(list: codes[start..<min(start + 500, codes.count)]))
                """
            ) {
                found[try $0.text(0)] = SiteStanding(
                    state: try $0.optionalText(1).flatMap(SiteState.init),
                    heardAt: try $0.optionalInt(2).map { Instant(milliseconds: Int64($0)) })
            }
        }
        return found
    }

    /// The codes of the sites of a scope whose name, pinyin or code is looked for.
    package func siteCodes(matching words: SearchWords, on day: Day, in scope: Scope) throws -> Set<String> {
        Set(
            try all(
                """
                SELECT s.code FROM site s
                JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
                JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
                WHERE \(sql: scope.condition("a.code")) AND \(sql: words.condition("v.name_key", code: "s.code"))
                """
            ) { try $0.text(0) })
    }
}
