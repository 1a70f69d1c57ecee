package import Accounts
package import Basics
import Figures
package import Registry
package import Storage

extension Statements {
    /// The registered sites of a scope without machine data in a month: no terminal was assigned to them on any of their days in service.
    /// By code. `placed` is the day whose tree says where a site lies; the month's last one unless given.
    package func typedSites(month: Month, placed: Day? = nil, in scope: Scope) throws -> [TypedSite] {
        let (first, end, last) = (month.days.lowerBound, month.end, placed ?? month.days.upperBound)
        let counted: SQL = "IN (\(list: SiteState.counted.map(\.rawValue)))"
        return try all(
            """
            WITH serving AS (
                SELECT site, CAST(sum(CASE WHEN until_day < \(end) THEN until_day ELSE \(end) END - CASE WHEN from_day > \(first)
                    THEN from_day ELSE \(first) END) AS BIGINT) AS days
                FROM site_state WHERE state \(sql: counted) AND replaced_at IS NULL AND from_day < \(end)
                    AND until_day > \(first) GROUP BY site
            )
            SELECT s.num, s.code, v.name, a.code, c.days FROM serving c JOIN site s ON s.num = c.site
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last)
            WHERE \(sql: scope.condition("a.code"))
                AND NOT EXISTS (SELECT 1 FROM terminal_assignment x JOIN site_state t ON t.site = x.site AND t.from_day < x.until_day
                    AND t.until_day > x.from_day
                    WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day < \(end) AND x.until_day > \(first)
                        AND t.replaced_at IS NULL AND t.from_day < \(end)
                        AND t.until_day > \(first) AND t.state \(sql: counted))
                AND NOT EXISTS (SELECT 1 FROM site_exclusion e
                    WHERE e.site = s.num AND e.replaced_at IS NULL AND e.from_day <= \(first) AND e.until_day >= \(end))
            ORDER BY s.code
            """
        ) {
            TypedSite(num: try $0.int(0), code: try $0.text(1), name: try $0.text(2), areaCode: try $0.text(3), serviceDays: try $0.int(4))
        }
    }

    /// The typed figures of a scope: filled lines of approved returns, of sites that are still without machine data. Where a site stands in
    /// two of them, because its area was decided on later, the one approved last counts.
    package func typedFigures(month: Month, placed: Day? = nil, in scope: Scope) throws -> TypedFigures {
        let sites = try typedSites(month: month, placed: placed, in: scope)
        guard !sites.isEmpty else { return TypedFigures() }
        var lines: [Int: ReturnLine] = [:]
        try each(
            """
            SELECT l.site, l.on_days, l.on_minutes, l.sessions, l.should_attend, l.attended, l.remark FROM monthly_return r
            JOIN monthly_return_line l ON l.monthly_return = r.id
                WHERE r.month = \(month.description) AND r.state = 'approved' ORDER BY r.decided_at NULLS FIRST, r.id
            """
        ) { lines[try $0.int(0)] = try returnLine($0, from: 1) }
        return TypedFigures(
            sites.compactMap { site in lines[site.num].flatMap { $0.isFilled ? TypedFigures.Entry(site: site, line: $0) : nil } })
    }

    /// The returns of a month in a scope, by the code of their area. The scope's codes are those of the month's last day.
    package func monthlyReturns(month: Month, in scope: Scope) throws -> [MonthlyReturn] {
        try all(MonthlyReturn.self, "\(sql: returnSelection(month, where: scope.condition("a.code"))) ORDER BY a.code")
    }

    /// What returns are of, by their ids: area and month.
    func returnNames(_ ids: [String]) throws -> [String: String] {
        let areas = try names(ids) { "SELECT id, area_id FROM monthly_return WHERE id IN (\(sql: $0))" }
        let months = try names(ids) { "SELECT id, month FROM monthly_return WHERE id IN (\(sql: $0))" }
        let names = try areaNames(Set(areas.values).sorted())
        return areas.reduce(into: [:]) { found, one in found[one.key] = "\(names[one.value] ?? "") \(months[one.key] ?? "")" }
    }

    /// The return of an area in a month.
    package func monthlyReturn(month: Month, area id: String) throws -> MonthlyReturn? {
        try first(MonthlyReturn.self, returnSelection(month, where: "r.area_id = \(id)"))
    }

    private func returnSelection(_ month: Month, where condition: SQL) -> SQL {
        let last = month.days.upperBound
        return """
            SELECT r.id, r.area_id, a.code AS area_code, a.name
                AS area_name, r.state, r.stated_share, r.revision, r.submitted_by, r.submitted_at, r.first_submitted_at,
                r.decided_by, r.decided_at, r.reason
            FROM monthly_return r JOIN area_version a ON a.area_id = r.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last)
                AND a.until_day > \(last)
            WHERE r.month = \(month.description) AND \(sql: condition)
            """
    }

    /// What returns say, by their id and the number of the site.
    package func returnLines(_ ids: [String]) throws -> [String: [Int: ReturnLine]] {
        var lines: [String: [Int: ReturnLine]] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(
                """
                SELECT monthly_return, site, on_days, on_minutes, sessions, should_attend, attended, remark FROM monthly_return_line
                WHERE monthly_return IN (\(list: ids[start..<min(start + 500, ids.count)]))
                """
            ) { lines[try $0.text(0), default: [:]][try $0.int(1)] = try returnLine($0, from: 2) }
        }
        return lines
    }

    /// Sites of a return that are due no more, with what was typed about them: they got a terminal, or are not registered in the month.
    package func overtakenSites(of standing: ReturnStanding, month: Month) throws -> [OvertakenSite] {
        let (first, end) = (month.days.lowerBound, month.end)
        let gone = Set(standing.lines.keys).subtracting(standing.sites.map(\.num)).sorted()
        return try all(
            """
            SELECT s.num, s.code, CASE WHEN EXISTS (SELECT 1
                FROM terminal_assignment x WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day < \(end)
                AND x.until_day > \(first)) THEN 1 ELSE 0 END, coalesce((SELECT max(v.name)
                    FROM site_version v WHERE v.site = s.num AND v.replaced_at IS NULL
                AND v.from_day < \(end) AND v.until_day >= \(end)), '')
            FROM site s WHERE s.num IN (\(list: gone)) ORDER BY s.code
            """
        ) {
            OvertakenSite(
                code: try $0.text(1), name: try $0.text(3), line: standing.lines[try $0.int(0)] ?? ReturnLine(),
                hasTerminal: try $0.int(2) == 1)
        }
    }

    /// What happened to a return, the latest first.
    package func returnSteps(_ id: String) throws -> [ReturnStepRow] {
        try all(
            ReturnStepRow.self, "SELECT step, actor, made_at, reason FROM monthly_return_step WHERE monthly_return = \(id) ORDER BY id DESC"
        )
    }

    /// The returns that are due in a scope, and those that were made, by the code of their area. The scope's codes are those of the month's
    /// last day.
    package func returnStandings(month: Month, in scope: Scope) throws -> [ReturnStanding] {
        let last = month.days.upperBound
        let sites = Dictionary(grouping: try typedSites(month: month, in: scope), by: \.returnArea)
        let returns = Dictionary(try monthlyReturns(month: month, in: scope).map { ($0.areaCode, $0) }) { first, _ in first }
        let lines = try returnLines(returns.values.map(\.id).sorted())
        let areas = try all(
            Area.self,
            """
            SELECT area_id, code, name, parent_id FROM area_version
                WHERE from_day <= \(last) AND until_day > \(last) AND replaced_at IS NULL
                AND length(code) <= \(AreaLevel.township.rawValue) AND \(sql: scope.condition("code")) ORDER BY code
            """)
        return areas.compactMap { area in
            let (due, made) = (sites[area.code] ?? [], returns[area.code])
            return due.isEmpty && made == nil
                ? nil : ReturnStanding(area: area, sites: due, monthlyReturn: made, lines: made.flatMap { lines[$0.id] } ?? [:])
        }
    }

    /// The return of one area.
    package func returnStanding(month: Month, area: Area) throws -> ReturnStanding {
        let scope = Scope(areas: [area.areaCode].compactMap { $0 })
        let made = try monthlyReturn(month: month, area: area.areaID)
        return ReturnStanding(
            area: area, sites: try typedSites(month: month, in: scope).filter { $0.returnArea == area.code }, monthlyReturn: made,
            lines: try made.flatMap { try returnLines([$0.id])[$0.id] } ?? [:])
    }

    /// Whether a month is closed for an area or for one above it.
    package func isClosed(_ month: Month, atOrAbove area: Area) throws -> Bool {
        let path = try path(to: area, on: month.days.upperBound).map(\.areaID)
        return try count("SELECT count(*) FROM month_closing WHERE month = \(month.description) AND area_id IN (\(list: path))") > 0
    }
}

/// A site whose typed line counts no more.
package struct OvertakenSite: Hashable, Sendable {
    package let code: String
    package let name: String
    package let line: ReturnLine
    /// Whether a terminal stood there in the month: then the machine's data count.
    package let hasTerminal: Bool
}

private func returnLine(_ row: Row, from column: Int) throws -> ReturnLine {
    var line = ReturnLine(remark: try row.text(column + ReturnField.allCases.count))
    for (place, field) in ReturnField.allCases.enumerated() { line.values[field] = try row.optionalInt(column + place) }
    return line
}
