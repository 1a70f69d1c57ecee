package import Accounts
package import Basics
package import Storage
package import Wire

/// A node for which a courseware is meant, and how far it is with the present version.
package struct CoursewareNode: Decodable, Hashable, Sendable {
    package let id: String
    /// `edge` or `terminal`.
    package let kind: String
    package let name: String
    package let areaCode: String
    package let areaName: String
    /// Nil when it has not said anything about this version.
    package let state: Holding.State?
    package let doneBytes: Int?
    package let totalBytes: Int?
    package let reason: String?
    package let receivedAt: Instant?
}

extension Statements {
    /// The enrolled nodes of a scope for which a courseware is meant, those with trouble first.
    package func coursewareNodes(of courseware: Courseware, on day: Day, in scope: Scope, limit: Int) throws -> [CoursewareNode] {
        try all(
            CoursewareNode.self,
            """
            SELECT n.id, n.kind, n.name, a.code AS area_code, a.name
                AS area_name, h.state, h.done_bytes, h.total_bytes, h.reason, h.received_at
            \(sql: nodeSelection(of: courseware, on: day, in: scope))
            ORDER BY CASE h.state WHEN 'failed' THEN 0 WHEN 'fetching' THEN 1 WHEN 'known' THEN 2 WHEN 'complete' THEN 4 WHEN 'removed'
                THEN 5 ELSE 3 END, n.kind, n.id
            LIMIT \(limit)
            """)
    }

    /// How many of these nodes are in each state; under nil those that have not said anything.
    package func coursewareNodeCounts(of courseware: Courseware, on day: Day, in scope: Scope) throws -> [Holding.State?: Int] {
        var counts: [Holding.State?: Int] = [:]
        try each("SELECT h.state, count(*) \(sql: nodeSelection(of: courseware, on: day, in: scope)) GROUP BY h.state") { row in
            counts[try row.optionalText(0).flatMap { Holding.State(rawValue: $0) }] = try row.int(1)
        }
        return counts
    }

    private func nodeSelection(of courseware: Courseware, on day: Day, in scope: Scope) -> SQL {
        let kinds: SQL = courseware.kinds.isEmpty ? "" : "AND (n.kind = 'edge' OR p.site_kind IN (\(list: courseware.kinds)))"
        return """
            FROM node n
            JOIN node_place p ON p.node = n.id
            JOIN area_version a ON a.code = p.code AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            LEFT JOIN holding h ON h.node = n.id AND h.courseware_id = \(courseware.id) AND h.version = \(courseware.version)
            WHERE n.public_key IS NOT NULL AND n.revoked_at IS NULL AND \(sql: scope.condition("a.code")) 
                AND (\(sql: audience(courseware.audience)) \(sql: kinds) OR h.state <> 'removed')
            """
    }

    /// A terminal stands in one of the areas; an edge there or above, because it serves what lies below it. Besides them whoever holds it,
    /// such as those whose area had another code when it was published.
    private func audience(_ areas: [AreaCode]) -> SQL {
        let below = Scope(areas: areas).condition("a.code")
        let above = Set(areas.flatMap { area in sequence(first: area, next: \.parent).dropFirst().map(\.description) }).sorted()
        return "(\(sql: below) OR n.kind = 'edge' AND a.code IN (\(list: above)))"
    }
}
