package import Basics
import Registry
package import Storage

extension Statements {
    /// The account of an area's denominator in a month: every site that was ever approved and lay in the area then or at the month's end.
    /// `area` is an identity; where the area was at each day is read from its own history.
    package func denominator(area id: String, month: Month) throws -> Denominator {
        let (first, end, last) = (month.days.lowerBound, month.end, month.days.upperBound)
        let counted: SQL = "IN (\(list: SiteState.counted.map(\.rawValue)))"
        let out = try sitesTakenOut(of: month)
        return Denominator(
            try all(
                """
                WITH approved AS (
                    SELECT site, min(from_day) AS on_day FROM site_state
                        WHERE replaced_at IS NULL AND state <> 'planned' GROUP BY site HAVING min(from_day) <= \(last)
                ), placed AS (
                    SELECT p.site, v.name,
                        CASE WHEN here.code IS NULL THEN 0 WHEN substr(a.code, 1, length(here.code)) = here.code
                            THEN 1 ELSE 0 END AS is_here,
                        CASE WHEN b.code IS NULL OR there.code IS NULL THEN 0 WHEN substr(b.code, 1, length(there.code)) = there.code
                            THEN 1 ELSE 0 END AS was_here,
                        v.decision, v.placed_by
                    FROM approved p
                    JOIN site_version v ON v.site = p.site AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
                    JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last)
                        AND a.until_day > \(last)
                    LEFT JOIN area_version here ON here.area_id = \(id) AND here.replaced_at IS NULL AND here.from_day <= \(last)
                        AND here.until_day > \(last)
                    LEFT JOIN site_version u ON u.site = p.site AND u.replaced_at IS NULL AND u.from_day <= p.on_day
                        AND u.until_day > p.on_day
                    LEFT JOIN area_version b ON b.area_id = u.area_id AND b.replaced_at IS NULL AND b.from_day <= p.on_day
                        AND b.until_day > p.on_day
                    LEFT JOIN area_version there ON there.area_id = \(id) AND there.replaced_at IS NULL AND there.from_day <= p.on_day
                        AND there.until_day > p.on_day
                )
                SELECT s.code, p.name, p.was_here, p.is_here,
                    CASE WHEN EXISTS (SELECT 1 FROM site_state w WHERE w.site = p.site AND w.replaced_at IS NULL AND w.from_day < \(end)
                        AND w.until_day > \(first)
                        AND w.state \(sql: counted)) THEN 1 ELSE 0 END,
                    t.state, t.from_day, coalesce(t.reason, ''), coalesce(t.document, ''), coalesce(t.actor, ''),
                    coalesce(c.from_day, d.on_day), coalesce(c.reason, d.reason, ''), coalesce(c.document, d.document, ''),
                    coalesce(c.actor, d.actor, ''), p.site
                FROM placed p JOIN site s ON s.num = p.site
                LEFT JOIN site_state t ON t.site = p.site AND t.replaced_at IS NULL AND t.from_day <= \(last) AND t.until_day > \(last)
                LEFT JOIN area_decision d ON d.id = p.decision LEFT JOIN register_change c ON c.id = p.placed_by
                WHERE p.was_here = 1 OR p.is_here = 1 ORDER BY s.code
                """
            ) { try approvedSite($0, out) })
    }

    private func approvedSite(_ row: Row, _ out: [Int: TakenOut]) throws -> ApprovedSite {
        let (wasHere, isHere, isInService) = (try row.int(2) == 1, try row.int(3) == 1, try row.int(4) == 1)
        let exclusion = isInService ? out[try row.int(14)] : nil
        func site(on day: Day?, _ reason: String, _ document: String, _ actor: String) throws -> ApprovedSite {
            ApprovedSite(
                code: try row.text(0), name: try row.text(1), wasHere: wasHere, isHere: isHere, isInService: isInService,
                isExcluded: exclusion != nil,
                state: try row.optionalText(5).flatMap(SiteState.init), decidedOn: day, reason: reason, document: document, actor: actor)
        }
        // Which of the four stands behind the site's line: a move of its own or of its area, an exclusion, or its state.
        if wasHere == isHere, let exclusion { return try site(on: exclusion.from, exclusion.reason, exclusion.document, exclusion.actor) }
        let place = wasHere != isHere ? 10 : 6
        return try site(
            on: try row.optionalInt(place).map(Day.init(number:)), try row.text(place + 1), try row.text(place + 2), try row.text(place + 3)
        )
    }
}
