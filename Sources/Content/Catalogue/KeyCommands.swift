package import Accounts
package import Basics
package import Storage
package import Trust

/// Where the keys of the catalogue stand.
package struct KeyStanding: Sendable {
    package let role: MetadataRole
    package let keyIDs: [String]
    package let threshold: Int
    /// Version of the role's newest file, and when it ends; the root's for the root.
    package let version: Int64
    package let expiresAt: Instant
}

extension Statements {
    /// Puts a new root behind the newest, and the catalogue, signed anew with `keys`, behind the present one: nodes follow by themselves. Nothing is stored that a node would refuse.
    /// - Parameter signers: keys of the root, as many as the newest and the new one ask for.
    package func changeRoot(_ change: RootChange, signers: [SigningKey], keys: CatalogueKeys, by act: Act) throws {
        guard let root = try latestMetadata(role: .root), let present = try latestPublication() else {
            throw CatalogueKeys.Problem(description: "There is no catalogue yet. Start the centre once.")
        }
        let instant = act.at.milliseconds
        let next = try change.next(after: root.bytes, signers: signers, at: instant, lifetime: RepositoryLifetimes.standard.root)
        let publication = try keys.repository.publish(present.files, after: present, at: instant)
        var client = try TrustedSet(trusting: root.bytes)
        try client.accept(root: next)
        try client.accept(timestamp: publication.namedBytes[2].bytes, at: instant)
        try client.accept(snapshot: publication.namedBytes[1].bytes, at: instant)
        try client.accept(targets: publication.namedBytes[0].bytes, at: instant)
        try store([(.root, root.version + 1, next)], at: act.at)
        try store(publication, at: act.at)
        let roles = change.holders.keys.map(\.rawValue).sorted().joined(separator: " ")
        try record(
            "catalogue.keys_changed", String(root.version + 1), ["roles": roles, "keys": change.holders.values.flatMap(\.keys).map(\.keyID).sorted().joined(separator: " ")],
            by: act)
    }

    /// Takes up roots that this centre published and forgot, because it was restored from a backup: nodes still have them. Each must follow from the one before.
    package func recallRoots(_ roots: [[UInt8]], by act: Act) throws {
        guard !roots.isEmpty, let newest = try latestMetadata(role: .root) else { return }
        var set = try TrustedSet(trusting: newest.bytes)
        for root in roots {
            try set.accept(root: root)
            try store([(.root, set.root.version, root)], at: act.at)
        }
        try record("catalogue.roots_recalled", String(set.root.version), by: act)
    }

    /// Every role as the newest root has it; empty before the first start.
    package func keyStandings() throws -> [KeyStanding] {
        guard let bytes = try latestMetadata(role: .root)?.bytes, let present = try latestPublication() else { return [] }
        let root = try SignedMetadata<Root>(parsing: bytes).content
        return MetadataRole.allCases.compactMap { role in
            guard let holders = root.roles[role] else { return nil }
            let (version, ends): (Int64, Int64) =
                switch role {
                case .root: (root.version, root.expiresAt)
                case .timestamp: (present.timestampContent.version, present.timestampContent.expiresAt)
                case .snapshot: (present.snapshotContent.version, present.snapshotContent.expiresAt)
                case .targets: (present.targetsContent.version, present.targetsContent.expiresAt)
                }
            return KeyStanding(role: role, keyIDs: holders.keyIDs.sorted(), threshold: holders.threshold, version: version, expiresAt: Instant(milliseconds: ends))
        }
    }

    /// The newest root; nil before the first start.
    package func newestRoot() throws -> Root? { try latestMetadata(role: .root).map { try SignedMetadata<Root>(parsing: $0.bytes).content } }
}
