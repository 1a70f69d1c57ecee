package import Basics
package import Storage

/// An enrolled node as an edge needs to know it.
package struct PlacedKey: Decodable, Hashable, Sendable {
    package let node: String
    package let publicKey: String
    package let isRevoked: Bool
    package let changed: Int64
}

/// How far an asker is: everything up to a change and, of those that changed with it, up to a node.
package struct NodeMark: Hashable, Sendable {
    package let changed: Int64
    package let node: String

    /// For so long departures are remembered; who was away for longer begins anew. Changes are numbered by the milliseconds at which they were made.
    package static let memorySeconds: Int64 = 400 * 86_400

    /// Before the first change.
    package static let beginning = NodeMark(changed: 0, node: "")

    package init(changed: Int64, node: String) {
        self.changed = changed
        self.node = node
    }
}

extension Statements {
    /// Takes down where the enrolled nodes stand on a day, so far as it is not what was known: a terminal in the area of its site, an edge in its own; nowhere when that area is
    /// no longer there. Answers how many moved. Register, decisions on areas and the change of day move nodes; whoever moves them calls this, and a clock does for the day.
    @discardableResult package func placeNodes(on day: Day, at now: Instant) throws -> Int {
        try run("DELETE FROM node_departure WHERE changed < \(now.adding(seconds: -NodeMark.memorySeconds))")
        return try place(nil, on: day, at: now)
    }

    /// Takes down where a node stands that has a new key.
    func nodeEnrolled(_ id: String, on day: Day, at now: Instant) throws { if try place(id, on: day, at: now) == 0 { try nodeChanged(id, at: now) } }

    /// Takes down that the key or the right of a node is another.
    func nodeChanged(_ id: String, at now: Instant) throws { try run("UPDATE node_place SET changed = \(try nextNodeChange(at: now)) WHERE node = \(id)") }

    private func place(_ id: String?, on day: Day, at now: Instant) throws -> Int {
        let only: SQL = id.map { "AND n.id = \($0)" } ?? ""
        let moved = try all(
            """
            SELECT n.id, coalesce(s.code, a.code, ''), coalesce(p.code, ''),
                CASE WHEN n.kind = 'terminal' THEN coalesce(v.kind, '') END, CASE WHEN n.kind = 'terminal' THEN coalesce(v.name, '') END FROM node n
            LEFT JOIN terminal t ON t.id = n.id AND n.kind = 'terminal'
            LEFT JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day)
            LEFT JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
            LEFT JOIN area_version s ON s.area_id = v.area_id AND s.replaced_at IS NULL AND s.from_day <= \(day) AND s.until_day > \(day)
            LEFT JOIN area_version a ON a.area_id = n.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            LEFT JOIN node_place p ON p.node = n.id
            WHERE n.public_key IS NOT NULL \(sql: only) AND (p.code IS DISTINCT FROM coalesce(s.code, a.code, '')
                OR p.site_kind IS DISTINCT FROM CASE WHEN n.kind = 'terminal' THEN coalesce(v.kind, '') END
                OR p.site_name IS DISTINCT FROM CASE WHEN n.kind = 'terminal' THEN coalesce(v.name, '') END) ORDER BY n.id
            """
        ) { (node: try $0.text(0), code: try $0.text(1), before: try $0.text(2), siteKind: try $0.optionalText(3), siteName: try $0.optionalText(4)) }
        guard !moved.isEmpty else { return 0 }
        let changed = try nextNodeChange(at: now)
        for start in stride(from: 0, to: moved.count, by: 500) {
            let part = moved[start..<min(start + 500, moved.count)]
            try run(
                """
                INSERT INTO node_place (node, code, site_kind, site_name, changed)
                \(values: part.map { [$0.node.bound, $0.code.bound, $0.siteKind.bound, $0.siteName.bound, changed.bound] })
                ON CONFLICT (node) DO UPDATE SET code = excluded.code, site_kind = excluded.site_kind, site_name = excluded.site_name, changed = excluded.changed
                """)
            let left = part.filter { !$0.before.isEmpty && $0.before != $0.code }.map { [$0.before.bound, changed.bound, $0.node.bound] }
            if !left.isEmpty { try run("INSERT INTO node_departure (code, changed, node) \(values: left)") }
        }
        return moved.count
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
            SELECT n.id AS node, n.public_key, CASE WHEN n.revoked_at IS NULL THEN 0 ELSE 1 END AS is_revoked, p.changed FROM node_place p JOIN node n ON n.id = p.node
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
