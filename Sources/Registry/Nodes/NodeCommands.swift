package import Accounts
package import Basics
package import Storage

extension Statements {
    /// Prepares the enrolment of an edge or, when `id` is a terminal's, of that terminal: keeps the digest of the one-time code for seven
    /// days. A new claim for an enrolled node is refused until the node is revoked, so that a key is never replaced in silence.
    package func prepareClaim(id: String, kind: String, name: String, areaID: String, codeDigest: String, by act: Act) throws {
        let expires = act.at.adding(seconds: ClaimRule.lifetimeSeconds)
        let changed = try run(
            """
            INSERT INTO node (id, kind, name, area_id, claim_digest, claim_expires_at, version, made_at)
            VALUES (\(id), \(kind), \(name), \(areaID), \(codeDigest), \(expires), '', \(act.at))
            ON CONFLICT (id) DO UPDATE SET claim_digest = excluded.claim_digest, claim_expires_at = excluded.claim_expires_at,
                name = excluded.name
            WHERE node.kind = excluded.kind
                AND (\(sql: NodeLife.claim.stands { $0.condition() }) OR \(sql: NodeLife.claimAgain.stands { $0.condition() }))
            """)
        guard changed == 1 else { throw Refusal.conflict(NodeLife.claim.stale) }
        try record(NodeLife.claim.event, id, ["kind": kind], by: act)
    }

    /// Enrols the node whose claim has this code: the key is the node's from now on, and no other key can use the code. The same key may
    /// ask again until the claim ends, because its answer may have been lost. The day of the first enrolment stays. The edges of its area
    /// hear of it as it stands on `day`. Throws `node.claim_unknown`, and `node.key_taken` for the key of another node.
    package func enrolNode(codeDigest: String, publicKey: String, version: String, on day: Day, by act: Act) throws -> NodeRecord {
        let claimed = try first("SELECT id FROM node WHERE claim_digest = \(codeDigest)") { try $0.text(0) }
        guard let claimed else { throw Refusal.forbidden("node.claim_unknown") }
        let holder = try first("SELECT id FROM node WHERE public_key = \(publicKey) AND revoked_at IS NULL AND id <> \(claimed)") {
            try $0.text(0)
        }
        guard holder == nil else { throw Refusal.conflict("node.key_taken") }
        let node = try first(
            NodeRecord.self,
            """
            UPDATE node SET public_key = \(publicKey), enrolled_at = coalesce(enrolled_at, \(act.at)), revoked_at = NULL,
                version = \(version)
            WHERE claim_digest = \(codeDigest) AND claim_expires_at > \(act.at)
                AND (\(sql: NodeLife.enrol.stands { $0.condition() }) OR public_key = \(publicKey))
            RETURNING id, kind, name, area_id, public_key, enrolled_at, revoked_at, claim_expires_at, version
            """)
        guard let node else { throw Refusal.forbidden(NodeLife.enrol.stale) }
        try nodeEnrolled(node.id, on: day, at: act.at)
        try record(NodeLife.enrol.event, node.id, ["kind": node.kind], by: act)
        return node
    }

    /// Takes a node's right to report and to fetch away at once.
    package func revokeNode(id: String, reason: String, by act: Act) throws {
        let changed = try run(
            """
            UPDATE node SET revoked_at = \(act.at), claim_digest = NULL
            WHERE id = \(id) AND (\(sql: NodeLife.revoke.stands { $0.condition() }))
            """)
        guard changed == 1 else { throw try node(id: id) == nil ? Refusal.notFound("node") : Refusal.conflict(NodeLife.revoke.stale) }
        try nodeChanged(id, at: act.at)
        try record(NodeLife.revoke.event, id, ["reason": reason], by: act)
    }

    /// Sets one of the network's settings (zone, name, epoch, first day, sample).
    package func setNetworkSetting(_ name: String, _ content: String, by act: Act) throws {
        try run(
            """
            INSERT INTO network_setting (name, content) VALUES (\(name), \(content)) ON CONFLICT (name) DO UPDATE
            SET content = excluded.content
            """
        )
        try record("network.setting_set", name, ["content": content], by: act)
    }
}
