package import Basics
package import Storage
package import Wire

/// What a node last said about one courseware version.
package struct HoldingRow: Decodable, Hashable, Sendable {
    package let node: String
    package let coursewareID: String
    package let version: Int
    package let revision: Int
    package let state: Holding.State
    package let doneBytes: Int
    package let totalBytes: Int
    package let reason: String
    package let receivedAt: Instant
}

extension Statements {
    /// Takes in a node's report; false when a later or the same one is stored already.
    package func mergeHolding(_ holding: Holding, at now: Instant) throws -> Bool {
        try run(
            """
            INSERT INTO holding (node, courseware_id, version, revision, state, done_bytes, total_bytes, reason, received_at)
            VALUES (\(holding.node), \(holding.courseware), \(holding.version), \(holding.revision), \(holding.state), \(holding.doneBytes),
                \(holding.totalBytes), \(holding.reason), \(now))
            ON CONFLICT (node, courseware_id, version) DO UPDATE
                SET revision = excluded.revision, state = excluded.state, done_bytes = excluded.done_bytes,
                total_bytes = excluded.total_bytes, reason = excluded.reason, received_at = excluded.received_at
            WHERE holding.revision < excluded.revision
            """) == 1
    }

    /// What the nodes say about one courseware version, by node.
    package func holdings(of coursewareID: String, version: Int) throws -> [HoldingRow] {
        try all(
            HoldingRow.self,
            """
            SELECT node, courseware_id, version, revision, state, done_bytes, total_bytes, reason, received_at FROM holding
            WHERE courseware_id = \(coursewareID) AND version = \(version) ORDER BY node
            """)
    }

    /// The length in milliseconds of each courseware among the given ids; unknown ones are not in the answer.
    package func coursewareLengths(_ ids: [String]) throws -> [String: Int64] {
        var lengths: [String: Int64] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each("SELECT id, duration_ms FROM courseware WHERE id IN (\(list: ids[start..<min(start + 500, ids.count)]))") {
                lengths[try $0.text(0)] = Int64(try $0.int(1))
            }
        }
        return lengths
    }

    /// The newest version of each courseware among the given ids; unknown ones are not in the answer.
    package func coursewareVersions(_ ids: [String]) throws -> [String: Int64] {
        var versions: [String: Int64] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each("SELECT id, version FROM courseware WHERE id IN (\(list: ids[start..<min(start + 500, ids.count)]))") {
                versions[try $0.text(0)] = Int64(try $0.int(1))
            }
        }
        return versions
    }

    /// A node that begins anew counts its reports from the beginning; what it said before stands until it says something.
    package func beginHoldingsAnew(of node: String) throws { try run("UPDATE holding SET revision = 0 WHERE node = \(node)") }
}
