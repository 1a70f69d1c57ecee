package import Basics
package import Trust

/// Who a node is since its enrolment.
package struct NodeIdentity: Hashable, Sendable {
    package let node: String
    /// At its enrolment.
    package let place: NodePlace
    package let siteName: String
    /// The network's first root, and its fingerprint as the claim had it.
    package let root: [UInt8]
    package let fingerprint: SHA256Hex
    /// The centre's epoch at enrolment.
    package let epoch: String

    package init(node: String, place: NodePlace, siteName: String = "", root: [UInt8], fingerprint: SHA256Hex, epoch: String) {
        self.node = node
        self.place = place
        self.siteName = siteName
        self.root = root
        self.fingerprint = fingerprint
        self.epoch = epoch
    }
}

/// Everything that can be set about a node's two flows.
package struct NodeSettings: Sendable {
    package var outbox = OutboxSettings()
    package var relay = OutboxSettings(maximumFacts: 2000, maximumBytes: 1 << 20)
    package var sync = SyncSettings()
    /// How long released facts, verdicts and ended plays are kept, milliseconds.
    package var keepFor: Int64 = 90 * 86_400_000
    /// Between two reports of presence, and of one play, milliseconds.
    package var presenceEvery: Int64 = 300_000
    package var playEvery: Int64 = 30_000
    /// A clock before this moment is wrong: when the program was made, or the node enrolled.
    package var notBefore: Instant

    package init(notBefore: Instant) { self.notBefore = notBefore }
}
