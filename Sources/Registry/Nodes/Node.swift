package import Accounts
package import Basics
package import Storage

/// Where a node stands: about to enrol, enrolled, or sent away.
package enum NodeStanding: String, CaseIterable, Sendable {
    case enrolled, claimed, revoked

    /// The condition on the columns of `node`, or of what a statement calls it.
    package func condition(_ node: SQL = "node") -> SQL {
        switch self {
        case .claimed: "\(sql: node).public_key IS NULL AND \(sql: node).revoked_at IS NULL"
        case .enrolled: "\(sql: node).public_key IS NOT NULL AND \(sql: node).revoked_at IS NULL"
        case .revoked: "\(sql: node).revoked_at IS NOT NULL"
        }
    }
}

/// The life of a node, from its claim on. A revoked one may be claimed again; it stays revoked until it enrols.
package enum NodeLife {
    static let claim = LifeStep<NodeStanding>(
        "claim", from: [.claimed], to: .claimed, event: "node.claim_made", stale: "node.already_enrolled")
    static let claimAgain = LifeStep<NodeStanding>(
        "claim-again", from: [.revoked], to: .revoked, event: "node.claim_made", stale: "node.already_enrolled")
    static let enrol = LifeStep<NodeStanding>(
        "enrol", from: [.claimed, .revoked], to: .enrolled, event: "node.enrolled", stale: "node.claim_unknown")
    static let revoke = LifeStep<NodeStanding>(
        "revoke", from: [.claimed, .enrolled], to: .revoked, event: "node.revoked", stale: "node.already_revoked")
    package static let cycle = LifeCycle("node", [claim, claimAgain, enrol, revoke])
}

/// A program that speaks for itself: an edge or a terminal, enrolled or about to be.
package struct NodeRecord: Decodable, Hashable, Sendable {
    package let id: String
    package let kind: String
    package let name: String
    package let areaID: String
    package let publicKey: String?
    package let enrolledAt: Instant?
    package let revokedAt: Instant?
    package let claimExpiresAt: Instant
    package let version: String

    package var standing: NodeStanding { revokedAt != nil ? .revoked : publicKey != nil ? .enrolled : .claimed }
}

/// How long a claim is good.
package enum ClaimRule {
    package static let lifetimeSeconds: Int64 = 7 * 86_400
}
