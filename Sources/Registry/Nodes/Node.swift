package import Basics

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

    /// The words for where it stands.
    package static let standings = ["enrolled", "claimed", "revoked"]
    package var standing: String { revokedAt != nil ? "revoked" : publicKey != nil ? "enrolled" : "claimed" }
}

/// How long a claim is good.
package enum ClaimRule {
    package static let lifetimeSeconds: Int64 = 7 * 86_400
}
