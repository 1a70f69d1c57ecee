/// A node that the centre has enrolled.
package struct KnownNode: Hashable, Sendable, Codable {
    package let node: String
    package let publicKey: String
    package let revoked: Bool
    /// `edge` or `terminal`; nil from a centre that does not say it.
    package let kind: String?

    private enum CodingKeys: String, CodingKey {
        case node, revoked, kind
        case publicKey = "public_key"
    }

    package init(node: String, publicKey: String, revoked: Bool, kind: String? = nil) {
        self.node = node
        self.publicKey = publicKey
        self.revoked = revoked
        self.kind = kind
    }
}

/// What an edge hears about the nodes of its area: those that came or changed since it last asked, and those that left.
package struct NodeNews: Hashable, Sendable, Codable {
    /// The most nodes in one answer.
    package static let most = 5000

    /// What to ask with next; the centre's own words.
    package let version: String
    /// Whether the list begins anew: what the edge knew before is no longer true.
    package let whole: Bool
    /// Whether there is more to ask for at once.
    package let more: Bool
    package let nodes: [KnownNode]
    package let gone: [String]

    package init(version: String, whole: Bool, more: Bool, nodes: [KnownNode], gone: [String]) {
        self.version = version
        self.whole = whole
        self.more = more
        self.nodes = nodes
        self.gone = gone
    }
}
