/// The signing side of the centre: values in, signed bytes out. Whoever calls it stores the outcome before the next call.
package struct Repository: Sendable {
    private let keys: RepositoryKeys
    private let lifetimes: RepositoryLifetimes

    package init(keys: RepositoryKeys, lifetimes: RepositoryLifetimes) {
        self.keys = keys
        self.lifetimes = lifetimes
    }

    /// Root version 1, self-signed at an instant (UTC milliseconds). The SHA-256 of the bytes is the fingerprint that claims carry. Throws `trust.key` without the root's key.
    package func firstRoot(at instant: Int64) throws(TrustError) -> [UInt8] {
        guard let root = keys.root else { throw TrustError(.key, "The root's key is not here; a network begins with it.") }
        let byRole: [MetadataRole: VerifyingKey] = [
            .root: root.verifyingKey, .targets: keys.targets.verifyingKey, .snapshot: keys.snapshot.verifyingKey, .timestamp: keys.timestamp.verifyingKey,
        ]
        let content = Root(
            version: 1, expiresAt: instant + lifetimes.root, keys: Array(byRole.values), roles: byRole.mapValues { Root.Role(keyIDs: [$0.keyID], threshold: 1) })
        return try SignedMetadata(signing: content, with: [root]).bytes
    }

    /// Signs a new list of files and what names it, each one version above the previous publication, or all version 1.
    package func publish(_ files: [RelativePath: TargetFile], after previous: Publication?, at instant: Int64) throws(TrustError) -> Publication {
        let targets = try SignedMetadata(
            signing: Targets(version: next(previous?.targets), expiresAt: instant + lifetimes.targets, files: files), with: [keys.targets])
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: next(previous?.snapshot), expiresAt: instant + lifetimes.snapshot, targets: targets.named), with: [keys.snapshot])
        return Publication(targets: targets, snapshot: snapshot, timestamp: try timestamp(of: snapshot, after: previous?.timestamp, at: instant))
    }

    /// The same publication under a new timestamp.
    package func refresh(_ publication: Publication, at instant: Int64) throws(TrustError) -> Publication {
        Publication(
            targets: publication.targets, snapshot: publication.snapshot,
            timestamp: try timestamp(of: publication.snapshot, after: publication.timestamp, at: instant))
    }

    /// What a timer of the centre has to publish at this instant so that nothing ever expires: nil while everything is in the first half of its
    /// life and the timestamp is not due, else a new timestamp, or the same list signed anew in all three files.
    package func renew(_ publication: Publication, at instant: Int64) throws(TrustError) -> Publication? {
        let targetsDue = isDue(publication.targets, lifetimes.targets, at: instant)
        if targetsDue || isDue(publication.snapshot, lifetimes.snapshot, at: instant) { return try publish(publication.files, after: publication, at: instant) }
        let signed = publication.timestamp.content.expiresAt - lifetimes.timestamp
        return instant - signed >= min(lifetimes.timestamp / 2, lifetimes.timestampEvery) ? try refresh(publication, at: instant) : nil
    }

    private func isDue<Content>(_ file: SignedMetadata<Content>, _ lifetime: Int64, at instant: Int64) -> Bool {
        instant >= file.content.expiresAt - lifetime / 2
    }

    private func timestamp(of snapshot: SignedMetadata<Snapshot>, after previous: SignedMetadata<Timestamp>?, at instant: Int64) throws(TrustError)
        -> SignedMetadata<Timestamp>
    {
        try SignedMetadata(
            signing: Timestamp(version: next(previous), expiresAt: instant + lifetimes.timestamp, snapshot: snapshot.named), with: [keys.timestamp])
    }

    private func next<Content>(_ previous: SignedMetadata<Content>?) -> Int64 { (previous?.content.version ?? 0) + 1 }
}
