/// The signing side of the centre: values in, signed bytes out. Whoever calls it stores the outcome before the next call.
package struct Repository: Sendable {
    private let keys: RepositoryKeys
    private let lifetimes: RepositoryLifetimes

    package init(keys: RepositoryKeys, lifetimes: RepositoryLifetimes) {
        self.keys = keys
        self.lifetimes = lifetimes
    }

    /// Root version 1, self-signed at an instant (UTC milliseconds). The SHA-256 of the bytes is the fingerprint that claims carry. Throws
    /// `trust.key` without the keys of root and targets.
    package func firstRoot(at instant: Int64) throws(TrustError) -> [UInt8] {
        guard let root = keys.root, let targets = keys.targets else {
            throw TrustError(.key, "The keys of root and targets are not here; a network begins with them.")
        }
        let byRole: [MetadataRole: VerifyingKey] = [
            .root: root.verifyingKey, .targets: targets.verifyingKey, .snapshot: keys.snapshot.verifyingKey,
            .timestamp: keys.timestamp.verifyingKey,
        ]
        let content = Root(
            version: 1, expiresAt: instant + lifetimes.root, keys: Array(byRole.values),
            roles: byRole.mapValues { Root.Role(keyIDs: [$0.keyID], threshold: 1) })
        return try SignedMetadata(signing: content, with: [root]).bytes
    }

    /// Who shall publish from now on, and by whose signatures that is said.
    package struct Delegating: Sendable {
        let publishers: [Publisher: [VerifyingKey]]
        let signers: [SigningKey]

        /// - Parameters:
        ///   - publishers: all of them, with their keys; none leaves them as they are.
        ///   - signers: keys of the role `targets` that are not in the repository's keys.
        package init(_ publishers: [Publisher: [VerifyingKey]], signers: [SigningKey]) {
            self.publishers = publishers
            self.signers = signers
        }
    }

    /// Signs lists that say something else, and what names them, each one version above the previous publication, or all version 1. Lists
    /// that are not given stay as they are, unless they have to be signed anew for a delegation. Throws `trust.key` for a list whose key is
    /// not here.
    /// - Parameters:
    ///   - lists: whole lists by role; the top one under `targets`.
    ///   - delegating: when who may publish changes.
    package func publish(
        _ lists: [String: [RelativePath: TargetFile]] = [:], delegating: Delegating? = nil, after previous: Publication?, at instant: Int64
    ) throws(TrustError) -> Publication {
        let top = try targets(lists[MetadataRole.targets.rawValue], delegating, after: previous?.targets, at: instant)
        var signed: [String: SignedMetadata<Targets>] = [:]
        for role in top.content.delegations?.roles ?? [] {
            let present = previous?.lists[role.name]
            if let present, lists[role.name] == nil, top.content.delegations?.hold(present, as: role.name) == true {
                signed[role.name] = present
            } else {
                signed[role.name] = try list(of: role, lists[role.name] ?? present?.content.files ?? [:], after: present, at: instant)
            }
        }
        return try named(top, signed, after: previous, at: instant)
    }

    /// Whether the list of a role can be signed with the keys at hand.
    package func canSign(_ role: String, in publication: Publication) throws(TrustError) -> Bool {
        guard let role = publication.targets.content.delegations?.roles.first(where: { $0.name == role }) else { return false }
        return try keys.publishers.key(of: role) != nil
    }

    /// The same publication under a new timestamp.
    package func refresh(_ publication: Publication, at instant: Int64) throws(TrustError) -> Publication {
        Publication(
            targets: publication.targets, lists: publication.lists, snapshot: publication.snapshot,
            timestamp: try timestamp(of: publication.snapshot, after: publication.timestamp, at: instant))
    }

    /// What a timer of the centre has to publish at this instant so that nothing ever expires: nil while everything whose key is here is in
    /// the first half of its life and the timestamp is not due, else a new timestamp, or what is due signed anew with what names it.
    package func renew(_ publication: Publication, at instant: Int64) throws(TrustError) -> Publication? {
        var due: [String: [RelativePath: TargetFile]] = [:]
        for role in publication.targets.content.delegations?.roles ?? [] {
            guard let list = publication.lists[role.name], isDue(list, lifetimes.targets, at: instant),
                try keys.publishers.key(of: role) != nil
            else { continue }
            due[role.name] = list.content.files
        }
        if keys.targets != nil, isDue(publication.targets, lifetimes.targets, at: instant) {
            due[MetadataRole.targets.rawValue] = publication.targets.content.files
        }
        if !due.isEmpty || isDue(publication.snapshot, lifetimes.snapshot, at: instant) {
            return try publish(due, after: publication, at: instant)
        }
        let signed = publication.timestamp.content.expiresAt - lifetimes.timestamp
        return instant - signed >= min(lifetimes.timestamp / 2, lifetimes.timestampEvery) ? try refresh(publication, at: instant) : nil
    }

    private func isDue<Content>(_ file: SignedMetadata<Content>, _ lifetime: Int64, at instant: Int64) -> Bool {
        instant >= file.content.expiresAt - lifetime / 2
    }

    private func targets(
        _ files: [RelativePath: TargetFile]?, _ delegating: Delegating?, after previous: SignedMetadata<Targets>?, at instant: Int64
    ) throws(TrustError)
        -> SignedMetadata<Targets>
    {
        if let previous, files == nil, delegating == nil { return previous }
        let first = previous == nil ? try keys.publishers.made(for: .network).map { [Publisher.network: [$0.verifyingKey]] } : nil
        let publishers = delegating?.publishers ?? first ?? [:]
        let sticks = delegating?.signers ?? []
        let signers = sticks.isEmpty ? [keys.targets].compactMap { $0 } : sticks
        guard !signers.isEmpty else { throw TrustError(.key, "The key of the top list is not here; name the keys on the sticks.") }
        let content = Targets(
            // Where its keys lie on sticks who may publish changes rarely and is said for as long as the root; and it names no lesson.
            version: next(previous), expiresAt: instant + (sticks.isEmpty ? lifetimes.targets : lifetimes.root),
            files: files ?? (sticks.isEmpty ? previous?.content.files : nil) ?? [:],
            delegations: publishers.isEmpty ? previous?.content.delegations : Delegations(to: publishers))
        return try SignedMetadata(signing: content, with: signers)
    }

    private func list(
        of role: Delegations.Role, _ files: [RelativePath: TargetFile], after previous: SignedMetadata<Targets>?, at instant: Int64
    ) throws(TrustError) -> SignedMetadata<Targets> {
        guard let key = try keys.publishers.key(of: role) else {
            throw TrustError(.key, "The key of the publisher \(role.name) is not here.")
        }
        return try SignedMetadata(
            signing: Targets(version: next(previous), expiresAt: instant + lifetimes.targets, files: files), with: [key])
    }

    private func named(
        _ targets: SignedMetadata<Targets>, _ lists: [String: SignedMetadata<Targets>], after previous: Publication?, at instant: Int64
    ) throws(TrustError)
        -> Publication
    {
        let snapshot = try SignedMetadata(
            signing: Snapshot(
                version: next(previous?.snapshot), expiresAt: instant + lifetimes.snapshot, targets: targets.named,
                delegated: Dictionary(uniqueKeysWithValues: lists.map { (Snapshot.name(of: $0.key), $0.value.named) })),
            with: [keys.snapshot])
        return Publication(
            targets: targets, lists: lists, snapshot: snapshot,
            timestamp: try timestamp(of: snapshot, after: previous?.timestamp, at: instant))
    }

    private func timestamp(of snapshot: SignedMetadata<Snapshot>, after previous: SignedMetadata<Timestamp>?, at instant: Int64)
        throws(TrustError)
        -> SignedMetadata<Timestamp>
    {
        try SignedMetadata(
            signing: Timestamp(version: next(previous), expiresAt: instant + lifetimes.timestamp, snapshot: snapshot.named),
            with: [keys.timestamp])
    }

    private func next<Content>(_ previous: SignedMetadata<Content>?) -> Int64 { (previous?.content.version ?? 0) + 1 }
}
