package import Storage

extension Statements {
    /// The nodes whose word an edge believes, by id.
    package func knownNodes() throws -> [String: KnownNode] {
        var nodes: [String: KnownNode] = [:]
        try each("SELECT node, public_key, revoked FROM known_node ORDER BY node") { row in
            let node = KnownNode(node: try row.text(0), publicKey: try row.text(1), revoked: try row.int(2) != 0)
            nodes[node.node] = node
        }
        return nodes
    }

    /// Puts the centre's newest list in the place of the one before.
    package func replaceKnownNodes(_ nodes: [KnownNode]) throws {
        try run("DELETE FROM known_node")
        for node in nodes {
            try run(
                """
                INSERT INTO known_node (node, public_key, revoked) VALUES (\(node.node), \(node.publicKey), \(node.revoked))
                ON CONFLICT (node) DO UPDATE SET public_key = excluded.public_key, revoked = excluded.revoked
                """)
        }
    }
}
