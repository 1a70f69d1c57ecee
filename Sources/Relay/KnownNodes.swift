package import Storage
package import Wire

extension Statements {
    /// The nodes whose word an edge believes, by id.
    package func knownNodes() throws -> [String: KnownNode] {
        var nodes: [String: KnownNode] = [:]
        try each("SELECT node, public_key, revoked, kind FROM known_node ORDER BY node") { row in
            let node = KnownNode(
                node: try row.text(0), publicKey: try row.text(1), revoked: try row.int(2) != 0, kind: try row.optionalText(3))
            nodes[node.node] = node
        }
        return nodes
    }

    /// How far the list is; nil before the first.
    package func knownVersion() throws -> String? { try first("SELECT version FROM known_version WHERE one = 1") { try $0.text(0) } }

    /// Puts what the centre said into the list.
    package func learn(_ news: NodeNews) throws {
        if news.whole { try run("DELETE FROM known_node") }
        for id in news.gone { try run("DELETE FROM known_node WHERE node = \(id)") }
        for node in news.nodes {
            try run(
                """
                INSERT INTO known_node (node, public_key, revoked, kind)
                    VALUES (\(node.node), \(node.publicKey), \(node.revoked), \(node.kind))
                ON CONFLICT (node) DO UPDATE SET public_key = excluded.public_key, revoked = excluded.revoked, kind = excluded.kind
                """)
        }
        try run(
            """
            INSERT INTO known_version (one, version) VALUES (1, \(news.version)) ON CONFLICT (one) DO UPDATE SET version = excluded.version
            """
        )
    }
}
