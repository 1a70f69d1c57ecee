package import Accounts
package import Basics
package import Registry
package import Storage

/// A site that an operator's staff look after.
package struct UpkeepSite: Hashable, Sendable {
    package let code: String
    package let name: String
    package let areaCode: String
    package let areaName: String
    package let mode: SiteMode
    package let state: SiteState
    /// Up to when its terminals reported; nil for never.
    package let heardAt: Instant?
    /// How many of its messages say that something does not work, and are open.
    package let faults: Int
}

/// Which sites somebody looks after: those of an area that receive in some ways.
package struct UpkeepPart: Hashable, Sendable {
    package let area: AreaCode
    /// Nil for all of them.
    package let modes: [SiteMode]?
}

package enum UpkeepShow: String, CaseIterable, Sendable {
    /// Silent for a day, faulty, or told to be.
    case wanting
    case all
}

extension Statements {
    /// What somebody's grants let him look after: an operator's staff what that operator carries, an office everything.
    package func upkeepParts(_ grants: [RoleGrant], on today: Day) throws -> [UpkeepPart] {
        try grants.filter { $0.role.rights.contains(.seeUpkeep) }.compactMap { grant in
            guard let area = try area(id: grant.areaID, on: today)?.areaCode else { return nil }
            guard grant.role == .maintenance else { return UpkeepPart(area: area, modes: nil) }
            guard let id = grant.object.split(separator: ":").last.map(String.init), let modes = try carriedModes(of: id) else {
                return nil
            }
            return UpkeepPart(area: area, modes: modes)
        }
    }

    /// What an operator carries; nil for one that is no more.
    private func carriedModes(of organisation: String) throws -> [SiteMode]? {
        try first("SELECT modes FROM organisation WHERE id = \(organisation) AND kind = 'operator' AND state = 'active'") { row in
            try row.text(0).split(separator: ",").compactMap { SiteMode(rawValue: String($0)) }
        }
    }

    /// Sites to look after, those silent longest first, behind a place in that order.
    package func upkeepSites(
        _ parts: [UpkeepPart], _ show: UpkeepShow, matching words: SearchWords = SearchWords(""),
        after place: (heardAt: Instant, code: String)? = nil, limit: Int, silentSince: Instant, on today: Day
    ) throws -> [UpkeepSite] {
        let behind: SQL = place.map { "(x.heard_at, x.code) > (\($0.heardAt), \($0.code))" } ?? "1 = 1"
        let found = try all(
            """
            SELECT x.code, x.name, x.area_code, x.mode, x.state, x.heard_at, x.faults
            FROM (\(sql: upkeep(parts, words, on: today))) x WHERE \(sql: behind) AND \(sql: wanted(show, silentSince))
            ORDER BY x.heard_at, x.code LIMIT \(limit)
            """
        ) { row in
            let heardAt = try row.instant(5)
            return UpkeepSite(
                code: try row.text(0), name: try row.text(1), areaCode: try row.text(2), areaName: "",
                mode: SiteMode(rawValue: try row.text(3)) ?? .internet, state: SiteState(rawValue: try row.text(4)) ?? .inService,
                heardAt: heardAt.milliseconds == 0 ? nil : heardAt, faults: try row.int(6))
        }
        let names = try areaNames(above: Array(Set(found.map(\.areaCode))), on: today)
        return found.map { $0.named(names[$0.areaCode] ?? "") }
    }

    package func upkeepCount(
        _ parts: [UpkeepPart], _ show: UpkeepShow, matching words: SearchWords = SearchWords(""), most: Int = 1_000_000,
        silentSince: Instant, on today: Day
    ) throws -> Int {
        try count(
            """
            SELECT count(*) FROM (SELECT x.code FROM (\(sql: upkeep(parts, words, on: today))) x
                WHERE \(sql: wanted(show, silentSince)) LIMIT \(most)) y
            """)
    }

    private func wanted(_ show: UpkeepShow, _ silentSince: Instant) -> SQL {
        show == .all ? "1 = 1" : "(x.heard_at < \(silentSince) OR x.state = \(SiteState.faulty) OR x.faults > 0)"
    }

    private func upkeep(_ parts: [UpkeepPart], _ words: SearchWords, on day: Day) -> SQL {
        let mine = parts.reduce("1 = 0" as SQL) { condition, part in
            let area = Scope(areas: [part.area]).condition("a.code")
            guard let modes = part.modes else { return "\(sql: condition) OR \(sql: area)" }
            return "\(sql: condition) OR \(sql: area) AND v.mode IN (\(list: modes.map(\.rawValue)))"
        }
        return """
            SELECT s.code, v.name, a.code AS area_code, v.mode, c.state,
                coalesce((SELECT max(w.through_at) FROM terminal_assignment x JOIN watermark_claim w ON w.terminal = x.terminal
                    WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day)), 0) AS heard_at,
                (SELECT count(*) FROM site_message m WHERE m.site = s.num AND m.topic = 'fault' AND m.state = 'open') AS faults
            FROM site s
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            JOIN site_state c ON c.site = s.num AND c.replaced_at IS NULL AND c.from_day <= \(day) AND c.until_day > \(day)
                AND c.state IN (\(list: SiteState.counted.map(\.rawValue)))
            WHERE (\(sql: mine)) AND \(sql: words.condition("v.name_key", code: "s.code"))
                AND EXISTS (SELECT 1 FROM terminal_assignment x
                    WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day))
            """
    }
}

extension UpkeepSite {
    fileprivate func named(_ area: String) -> UpkeepSite {
        UpkeepSite(
            code: code, name: name, areaCode: areaCode, areaName: area, mode: mode, state: state, heardAt: heardAt, faults: faults)
    }
}
