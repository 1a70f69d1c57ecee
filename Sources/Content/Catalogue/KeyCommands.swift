package import Accounts
package import Basics
package import Storage
package import Trust

/// Where the keys of the catalogue stand.
package struct KeyStanding: Sendable {
    /// One of the four roles, or a publisher's.
    package let role: String
    package let keyIDs: [String]
    package let threshold: Int
    /// Version of the role's newest file, and when it ends; the root's for the root.
    package let version: Int64
    package let expiresAt: Instant
}

/// What shall be other about keys.
package struct KeyChange: Sendable {
    /// In the root; nil for nothing.
    package let root: RootChange?
    /// Who publishes, all of them, with which keys; nil for what stands.
    package let publishers: [Publisher: [VerifyingKey]]?
    /// Those of them whose keys go onto sticks now.
    package let taken: Set<Publisher>

    package init(root: RootChange?, publishers: [Publisher: [VerifyingKey]]? = nil, taken: Set<Publisher> = []) {
        self.root = root
        self.publishers = publishers
        self.taken = taken
    }
}

extension Statements {
    /// Puts a new root behind the newest, where it is to be other, and the catalogue, signed anew with `keys`, behind the present one:
    /// nodes follow by themselves. Nothing is stored that a node would refuse.
    /// - Parameter signers: keys from sticks and of the root, as many as the newest root and the new one ask for.
    package func changeKeys(_ change: KeyChange, signers: [SigningKey], keys: CatalogueKeys, by act: Act) throws {
        guard let root = try latestMetadata(role: .root), let present = try latestPublication() else {
            throw CatalogueKeys.Problem(description: "There is no catalogue yet. Start the centre once.")
        }
        let instant = act.at.milliseconds
        // What every node would do with it, whatever area it follows.
        var client = try TrustedSet(trusting: root.bytes, following: [""])
        let next = try change.root?.next(after: root.bytes, signers: signers, at: instant, lifetime: RepositoryLifetimes.standard.root)
        if let next { try client.accept(root: next) }
        // Where its keys do not lie here they come from sticks.
        let holders = client.root.signers(of: .targets).values
        let sticks = signers.filter { holders.contains($0.verifyingKey) }
        let isTopSignedAnew = change.publishers != nil || !present.isTopSigned(by: client.root)
        let delegating = isTopSignedAnew ? Repository.Delegating(change.publishers ?? [:], signers: sticks) : nil
        let publication = try keys.repository.publish(delegating: delegating, after: present, at: instant)
        // Keys are changed also when the list of a publisher has ended whose key is on a stick.
        try publication.offer(to: &client, at: nil)
        if let next { try storeRoot(next, version: root.version + 1, at: act.at) }
        try store(publication, at: act.at)
        for publisher in change.taken {
            for key in change.publishers?[publisher] ?? [] {
                try run(
                    """
                    INSERT INTO publisher_stick (key_id, role, taken_at)
                    VALUES (\(key.keyID), \(publisher.role), \(act.at)) ON CONFLICT (key_id) DO NOTHING
                    """
                )
            }
        }
        let changed = change.root?.holders ?? [:]
        let (roles, named) = (
            changed.keys.map(\.rawValue) + (change.publishers ?? [:]).keys.map(\.role),
            changed.values.flatMap(\.keys) + (change.publishers ?? [:]).values.joined()
        )
        try record(
            "catalogue.keys_changed", String(client.root.version),
            ["roles": roles.sorted().joined(separator: " "), "keys": named.map(\.keyID).sorted().joined(separator: " ")], by: act)
    }

    /// Takes up roots that this centre published and forgot, because it was restored from a backup: nodes still have them. Each must follow
    /// from the one before.
    package func recallRoots(_ roots: [[UInt8]], by act: Act) throws {
        guard !roots.isEmpty, let newest = try latestMetadata(role: .root) else { return }
        var set = try TrustedSet(trusting: newest.bytes)
        for root in roots {
            try set.accept(root: root)
            try storeRoot(root, version: set.root.version, at: act.at)
        }
        try record("catalogue.roots_recalled", String(set.root.version), by: act)
    }

    /// Every role as the newest root and the top list have it; empty before the first start.
    package func keyStandings() throws -> [KeyStanding] {
        guard let root = try newestRoot(), let present = try latestPublication() else { return [] }
        var standings = MetadataRole.allCases.compactMap { role -> KeyStanding? in
            guard let holders = root.roles[role] else { return nil }
            let (version, ends): (Int64, Int64) =
                switch role {
                case .root: (root.version, root.expiresAt)
                case .timestamp: (present.timestampContent.version, present.timestampContent.expiresAt)
                case .snapshot: (present.snapshotContent.version, present.snapshotContent.expiresAt)
                case .targets: (present.targetsContent.version, present.targetsContent.expiresAt)
                }
            return KeyStanding(
                role: role.rawValue, keyIDs: holders.keyIDs.sorted(), threshold: holders.threshold, version: version,
                expiresAt: Instant(milliseconds: ends))
        }
        let lists = present.listStandings
        for publisher in present.catalogue.publishers {
            guard let list = lists[publisher.role] else { continue }
            standings.append(
                KeyStanding(
                    role: publisher.role, keyIDs: present.catalogue.signers(of: publisher).map(\.keyID), threshold: 1,
                    version: list.version,
                    expiresAt: Instant(milliseconds: list.expiresAt)))
        }
        return standings
    }
}
