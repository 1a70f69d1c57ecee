package import Accounts
package import Basics
package import Storage

extension Statements {
    /// A node by its id.
    package func node(id: String) throws -> NodeRecord? {
        try first(
            NodeRecord.self,
            "SELECT id, kind, name, area_id, public_key, enrolled_at, revoked_at, claim_expires_at, version FROM node WHERE id = \(id)")
    }

    /// The nodes of a scope by id, behind the given one.
    package func nodes(_ filter: NodeFilter = NodeFilter(), after id: String = "", limit: Int = 100_000, on day: Day, in scope: Scope)
        throws -> [NodeRecord]
    {
        try all(
            NodeRecord.self,
            """
            SELECT n.id, n.kind, n.name, n.area_id, n.public_key, n.enrolled_at, n.revoked_at, n.claim_expires_at, n.version FROM node n
            JOIN area_version a ON a.area_id = n.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE n.id > \(id) AND \(sql: scope.condition("a.code")) AND \(sql: filter.condition) ORDER BY n.id LIMIT \(limit)
            """)
    }

    /// How many nodes of a scope there are.
    package func nodeCount(_ filter: NodeFilter, on day: Day, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM node n
            JOIN area_version a ON a.area_id = n.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE \(sql: scope.condition("a.code")) AND \(sql: filter.condition)
            """)
    }

    /// The condition on `i.reporter` by which incidents are seen: of nodes that stand within the scope; the centre's own for whoever sees
    /// the whole network.
    package func visibleIncidents(in scope: Scope, on day: Day) throws -> SQL {
        if try isWholeNetwork(scope, on: day) { return "1 = 1" }
        return "i.reporter IN (SELECT p.node FROM node_place p WHERE \(sql: scope.condition("p.code")))"
    }

    /// What nodes are called; those that are unknown are not in the answer.
    package func nodeNames(_ ids: [String]) throws -> [String: String] {
        try names(ids) { "SELECT id, name FROM node WHERE id IN (\(sql: $0))" }
    }

    /// When those of the named nodes that joined did so, for the last time.
    package func enrolmentInstants(_ ids: [String]) throws -> [String: Instant] {
        var found: [String: Instant] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(
                """
                SELECT id, enrolled_at FROM node WHERE enrolled_at IS NOT NULL AND id IN (\(list: ids[start..<min(start + 500, ids.count)]))
                """
            ) {
                found[try $0.text(0)] = try $0.instant(1)
            }
        }
        return found
    }

    /// One of the network's settings; nil when it was never set.
    package func networkSetting(_ name: String) throws -> String? {
        try first("SELECT content FROM network_setting WHERE name = \(name)") { try $0.text(0) }
    }

    /// The present site of a terminal.
    package func presentSite(ofTerminal id: String, on day: Day) throws -> Site? {
        let code = try first(
            """
            SELECT s.code FROM terminal t
            JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day)
            JOIN site s ON s.num = x.site WHERE t.id = \(id)
            """
        ) { try $0.text(0) }
        return try code.flatMap { try site(code: $0, on: day, in: .everything) }
    }
}

/// Which nodes a list shows.
package struct NodeFilter: Sendable {
    let kind: String
    let standing: String
    let words: SearchWords
    /// A condition of another feature on `n`.
    let also: SQL

    /// Empty texts for any.
    package init(kind: String = "", standing: String = "", words: SearchWords = SearchWords(""), also: SQL = "1 = 1") {
        (self.kind, self.standing, self.words, self.also) = (kind, standing, words, also)
    }

    var condition: SQL {
        let ofKind: SQL = kind.isEmpty ? "1 = 1" : "n.kind = \(kind)"
        let standing: SQL = NodeStanding(rawValue: self.standing)?.condition("n") ?? "1 = 1"
        return "\(sql: ofKind) AND \(sql: standing) AND \(sql: words.condition("lower(n.name)", code: "n.id")) AND \(sql: also)"
    }
}
