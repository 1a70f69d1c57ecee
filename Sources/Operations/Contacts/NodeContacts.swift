package import Basics
package import Storage

extension Statements {
    /// Notes when the centre last answered some nodes; an earlier moment changes nothing.
    package func noteNodeContacts(_ heard: [String: Instant]) throws {
        try inParts(heard.sorted { $0.key < $1.key }) { part in
            try run(
                """
                INSERT INTO node_contact (node, heard_at) \(values: part.map { [$0.key.bound, $0.value.bound] })
                ON CONFLICT (node) DO UPDATE SET heard_at = excluded.heard_at WHERE node_contact.heard_at < excluded.heard_at
                """)
        }
    }

    /// When the centre last answered some nodes; those that it never did are not in the answer.
    package func nodeContacts(_ nodes: [String]) throws -> [String: Instant] {
        var found: [String: Instant] = [:]
        try inParts(nodes) { part in
            try each("SELECT node, heard_at FROM node_contact WHERE node IN (\(list: part))") { found[try $0.text(0)] = try $0.instant(1) }
        }
        return found
    }
}
