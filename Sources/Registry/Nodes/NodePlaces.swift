package import Basics
package import Storage

/// An enrolled node as an edge needs to know it.
package struct PlacedKey: Decodable, Hashable, Sendable {
    package let node: String
    package let publicKey: String
    package let isRevoked: Bool
    package let kind: String
    package let changed: Int64
}

/// How far an asker is: everything up to a change and, of those that changed with it, up to a node.
package struct NodeMark: Hashable, Sendable {
    package let changed: Int64
    package let node: String

    /// For so long departures are remembered; who was away for longer begins anew. Changes are numbered by the milliseconds at which they
    /// were made.
    package static let memorySeconds: Int64 = 400 * 86_400

    /// Before the first change.
    package static let beginning = NodeMark(changed: 0, node: "")

    package init(changed: Int64, node: String) {
        self.changed = changed
        self.node = node
    }
}

extension Statements {
    /// Takes down where the enrolled nodes stand on a day, so far as it is not what was known: a terminal in the area of its site, an edge
    /// in its own; nowhere when that area is no longer there. Answers how many moved. Register, decisions on areas and the change of day
    /// move nodes; whoever moves them calls this, and a clock does for the day.
    @discardableResult package func placeNodes(on day: Day, at now: Instant) throws -> Int {
        try run("DELETE FROM node_departure WHERE changed < \(now.adding(seconds: -NodeMark.memorySeconds))")
        return try place(nil, on: day, at: now)
    }

    /// Takes down where a node stands that has a new key.
    func nodeEnrolled(_ id: String, on day: Day, at now: Instant) throws {
        if try place(id, on: day, at: now) == 0 { try nodeChanged(id, at: now) }
    }

    /// Takes down that the key or the right of a node is another.
    func nodeChanged(_ id: String, at now: Instant) throws {
        try run("UPDATE node_place SET changed = \(try nextNodeChange(at: now)) WHERE node = \(id)")
    }

    private struct Standing {
        let node: String
        let code: String
        let before: String
        let siteKind: String?
        let siteName: String?
        let areaID: String
        /// Another code; of a mere name or kind edges need not hear.
        var isMoved: Bool { code != before }
    }

    /// Answers how many have another code.
    private func place(_ id: String?, on day: Day, at now: Instant) throws -> Int {
        let only: SQL = id.map { "AND n.id = \($0)" } ?? ""
        let standings = try all(
            """
            SELECT n.id, coalesce(s.code, a.code, ''), coalesce(p.code, ''),
                CASE WHEN n.kind = 'terminal' THEN coalesce(v.kind, '') END, CASE WHEN n.kind = 'terminal' THEN coalesce(v.name, '') END,
                coalesce(v.area_id, n.area_id) FROM node n
            LEFT JOIN terminal t ON t.id = n.id AND n.kind = 'terminal'
            LEFT JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL AND x.from_day <= \(day)
                AND x.until_day > \(day)
            LEFT JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
            LEFT JOIN area_version s ON s.area_id = v.area_id AND s.replaced_at IS NULL AND s.from_day <= \(day) AND s.until_day > \(day)
            LEFT JOIN area_version a ON a.area_id = n.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            LEFT JOIN node_place p ON p.node = n.id
            WHERE n.public_key IS NOT NULL \(sql: only) AND (p.code IS DISTINCT FROM coalesce(s.code, a.code, '')
                OR p.area_id IS DISTINCT FROM coalesce(v.area_id, n.area_id)
                OR p.site_kind IS DISTINCT FROM CASE WHEN n.kind = 'terminal' THEN coalesce(v.kind, '') END
                OR p.site_name IS DISTINCT FROM CASE WHEN n.kind = 'terminal' THEN coalesce(v.name, '') END) ORDER BY n.id
            """
        ) { row in
            Standing(
                node: try row.text(0), code: try row.text(1), before: try row.text(2), siteKind: try row.optionalText(3),
                siteName: try row.optionalText(4),
                areaID: try row.text(5))
        }
        var renamed: Set<String> = []
        for start in stride(from: 0, to: standings.count, by: 500) {
            renamed.formUnion(try keep(Array(standings[start..<min(start + 500, standings.count)]), on: day, at: now))
        }
        try placeEdges(above: renamed, on: day)
        return standings.count(where: \.isMoved)
    }

    /// Answers the codes of those whose area was called otherwise before, and of edges: what is below these may have been.
    private func keep(_ standings: [Standing], on day: Day, at now: Instant) throws -> Set<String> {
        let former = try formerCodes("a.area_id IN (\(list: Set(standings.map(\.areaID)).sorted()))", on: day)
        let changed = standings.contains(where: \.isMoved) ? try nextNodeChange(at: now) : 0
        let rows = standings.map { standing in
            [
                standing.node.bound, standing.code.bound, standing.areaID.bound, standing.siteKind.bound, standing.siteName.bound,
                FormerCode.text(former[standing.areaID] ?? []).bound, changed.bound,
            ]
        }
        try run(
            """
            INSERT INTO node_place (node, code, area_id, site_kind, site_name, former, changed)
            \(values: rows)
            ON CONFLICT (node) DO UPDATE SET code = excluded.code, area_id = excluded.area_id, site_kind = excluded.site_kind,
                site_name = excluded.site_name,
                former = excluded.former, changed = CASE WHEN node_place.code = excluded.code
                    THEN node_place.changed ELSE excluded.changed END
            """)
        let left = standings.filter { $0.isMoved && !$0.before.isEmpty }.map { [$0.before.bound, changed.bound, $0.node.bound] }
        if !left.isEmpty { try run("INSERT INTO node_departure (code, changed, node) \(values: left)") }
        return Set(standings.filter { former[$0.areaID] != nil || $0.siteKind == nil }.map(\.code))
    }

    /// What areas were called before, by area: a code was in use until the day of the next one, or until that was written down, whichever
    /// is later.
    private func formerCodes(_ condition: SQL, on day: Day) throws -> [String: [FormerCode]] {
        let zone = try networkSetting("zone").flatMap { NetworkZone($0) } ?? .shanghai
        var found: [String: [FormerCode]] = [:]
        try each(
            """
            SELECT a.area_id, a.code, a.until_day,
                (SELECT min(m.recorded_at) FROM area_version m
                    WHERE m.area_id = a.area_id AND m.code = b.code AND m.from_day >= a.until_day) FROM area_version a
            JOIN area_version b ON b.area_id = a.area_id AND b.replaced_at IS NULL AND b.from_day = a.until_day AND b.code <> a.code
            WHERE a.replaced_at IS NULL AND a.until_day <= \(day) AND \(sql: condition) ORDER BY a.until_day, a.area_id
            """
        ) { row in
            guard let area = AreaCode(try row.text(1)) else { return }
            found[try row.text(0), default: []].append(
                FormerCode(area: area, until: max(zone.start(of: try row.day(2)), try row.instant(3))))
        }
        return found
    }

    /// An edge has, besides what its own area was called, whatever came below it from elsewhere: what is not covered by a shorter code that
    /// held at least as long.
    private func placeEdges(above codes: Set<String>, on day: Day) throws {
        let above = Set(codes.flatMap { code in AreaLevel.allCases.map { String(code.prefix($0.rawValue)) } }).sorted()
        for start in stride(from: 0, to: above.count, by: 500) {
            let edges = try all(
                """
                SELECT p.node, p.code FROM node_place p JOIN node n ON n.id = p.node
                    WHERE n.kind = 'edge' AND p.code IN (\(list: above[start..<min(start + 500, above.count)]))
                """
            ) { (node: try $0.text(0), code: try $0.text(1)) }
            for edge in edges {
                guard let area = AreaCode(edge.code) else { continue }
                let below = try formerCodes(
                    """
                    a.area_id IN (SELECT c.area_id FROM area_version c
                        WHERE c.replaced_at IS NULL AND c.from_day <= \(day) AND c.until_day > \(day)
                        AND c.code >= \(area.description) AND c.code < \(area.successor))
                    """, on: day)
                var kept: [FormerCode] = []
                for code in Set(below.values.joined()).sorted(by: { ($0.area, $1.until) < ($1.area, $0.until) })
                where !area.covers(code.area) && !kept.contains(where: { $0.area.covers(code.area) && $0.until >= code.until }) {
                    kept.append(code)
                }
                let latest = kept.sorted { ($0.until, $0.area) < ($1.until, $1.area) }.suffix(FormerCode.most)
                try run("UPDATE node_place SET former = \(FormerCode.text(Array(latest))) WHERE node = \(edge.node)")
            }
        }
    }

    /// The number of a change, greater than all before; also than those that a centre gave before it was put back to an older state.
    private func nextNodeChange(at now: Instant) throws -> Int64 {
        let next = try first(
            "UPDATE node_change SET last = CASE WHEN last < \(now) THEN \(now) ELSE last + 1 END WHERE one = 1 RETURNING last"
        ) { Int64(try $0.int(0)) }
        return next ?? now.milliseconds
    }

    /// The number of the last change.
    package func lastNodeChange() throws -> Int64 { Int64(try count("SELECT last FROM node_change WHERE one = 1")) }

    /// The enrolled nodes within an area that changed after a mark, in the order of their changes; revoked ones too.
    package func nodes(below area: AreaCode, after mark: NodeMark, limit: Int) throws -> [PlacedKey] {
        try all(
            PlacedKey.self,
            """
            SELECT n.id AS node, n.public_key, CASE WHEN n.revoked_at IS NULL THEN 0 ELSE 1 END AS is_revoked, n.kind, p.changed
                FROM node_place p JOIN node n ON n.id = p.node
            WHERE p.code >= \(area.description) AND p.code < \(area.successor) AND (p.changed, p.node) > (\(mark.changed), \(mark.node))
            ORDER BY p.changed, p.node LIMIT \(limit)
            """)
    }

    /// The nodes that left an area with a change or after it, and are not there now.
    package func nodesGone(from area: AreaCode, since changed: Int64) throws -> [String] {
        try all(
            """
            SELECT DISTINCT d.node FROM node_departure d JOIN node_place p ON p.node = d.node
            WHERE d.code >= \(area.description) AND d.code < \(area.successor) AND d.changed >= \(changed)
                AND NOT (p.code >= \(area.description) AND p.code < \(area.successor)) ORDER BY d.node
            """
        ) { try $0.text(0) }
    }
}

extension FormerCode {
    /// The most that a node is told, the latest ones.
    static let most = 500

    /// As a column keeps them.
    static func text(_ codes: [FormerCode]) -> String { codes.map { "\($0.area):\($0.until.milliseconds)" }.joined(separator: " ") }

    static func codes(_ text: String) -> [FormerCode] {
        text.split(separator: " ").compactMap { word in
            let parts = word.split(separator: ":")
            guard parts.count == 2, let area = AreaCode(parts[0]), let until = Int64(parts[1]) else { return nil }
            return FormerCode(area: area, until: Instant(milliseconds: until))
        }
    }
}
