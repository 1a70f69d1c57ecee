import Testing
import Trust

struct RootRotationTests {
    private let start = SampleNetwork.start
    private let old: SampleNetwork
    private let first: Publication
    private let client: TrustedSet

    init() throws {
        old = try SampleNetwork()
        first = try old.publish(2)
        var client = try old.client()
        try client.take(first)
        self.client = client
    }

    /// The old network with some of its keys replaced.
    private func rotated(root: Bool = false, targets: Bool = false, snapshot: Bool = false, timestamp: Bool = false) throws -> (
        keys: SampleKeys, repository: Repository
    ) {
        let fresh = try SampleNetwork(seed: 2).keys
        let keys = SampleKeys(
            root: root ? fresh.root : old.keys.root, targets: targets ? fresh.targets : old.keys.targets,
            snapshot: snapshot ? fresh.snapshot : old.keys.snapshot,
            timestamp: timestamp ? fresh.timestamp : old.keys.timestamp)
        return (keys, Repository(keys: keys.all, lifetimes: SampleNetwork.lifetimes))
    }

    @Test func newRootKeyTakesOverWhenBothSign() throws {
        let keys = try rotated(root: true).keys
        var set = client
        let second = try keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start)
        #expect(try set.accept(root: second) == .accepted)
        #expect(try set.accept(root: second) == .unchanged)
        #expect(set.root.version == 2)
        #expect(set.wantedRoot.fileName == "3.root.json")
        #expect(set.catalogue == client.catalogue)
        // From now on the old key alone is not enough, the new one is.
        let byOld = try old.keys.root(after: second, signedAlsoBy: old.keys.root, at: start)
        #expect(refusal { try set.accept(root: byOld) } == .threshold)
        let third = try keys.root(after: second, signedAlsoBy: keys.root, at: start)
        #expect(try set.accept(root: third) == .accepted)
    }

    @Test func rootSignedByOneSideOnlyIsRefused() throws {
        let keys = try rotated(root: true).keys
        let both = try JSONValue(parsing: keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start))
        for signers in [[], [old.keys.root], [keys.root], [keys.root, keys.root], [old.keys.timestamp, keys.root]] {
            var set = client
            #expect(refusal { try set.accept(root: signedFile(both["signed"], by: signers)) } == .threshold)
            #expect(set.root.version == 1)
        }
    }

    @Test func noVersionMayBeLeftOut() throws {
        let second = try old.keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start)
        let third = try old.keys.root(after: second, signedAlsoBy: old.keys.root, at: start)
        var set = client
        #expect(refusal { try set.accept(root: third) } == .version)
        try set.accept(root: second)
        try set.accept(root: third)
        #expect(refusal { try set.accept(root: second) } == .rollback)
        #expect(set.root.version == 3)
    }

    @Test func expiredRootsMayLieOnTheWay() throws {
        let late = start + 3 * SampleNetwork.lifetimes.root
        let second = try old.keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start)
        let third = try old.keys.root(after: second, signedAlsoBy: old.keys.root, at: late)
        let publication = try old.publish(3, after: first, at: late)
        var set = client
        try set.accept(root: second)
        #expect(refusal { try set.accept(timestamp: publication.timestampBytes, at: late) } == .expired)
        try set.accept(root: third)
        try set.take(publication, at: late)
        #expect(set.catalogue?.version == 2)
    }

    @Test(arguments: [(true, false), (false, true), (true, true)])
    func newOnlineKeysRecoverFromFastForward(_ timestamp: Bool, _ snapshot: Bool) throws {
        let (keys, repository) = try rotated(snapshot: snapshot, timestamp: timestamp)
        var set = client
        // The thief of the timestamp key signs the highest version there is.
        let forward = try SignedMetadata(
            signing: Timestamp(
                version: JSONValue.largestInteger, expiresAt: start + 1000,
                snapshot: SignedMetadata<Snapshot>(parsing: first.snapshotBytes).named),
            with: [old.keys.timestamp])
        try set.accept(timestamp: forward.bytes, at: start)
        let second = try repository.publish(["targets": SampleNetwork.lessons(3)], after: first, at: start)
        #expect(refusal { try set.accept(timestamp: second.timestampBytes, at: start) } != nil)
        try set.accept(root: keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start))
        #expect(set.newestTimestamp == nil)
        #expect(set.catalogue?.version == 1)
        try set.take(second)
        #expect(set.catalogue?.version == 2)
    }

    @Test func revokedTargetsKeyTakesItsCatalogueOffTheScreen() throws {
        let (keys, repository) = try rotated(targets: true)
        var set = client
        try set.accept(root: keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start))
        #expect(set.catalogue == nil)
        #expect(set.stored.catalogue == nil)
        let second = try repository.publish(["targets": SampleNetwork.lessons(1)], after: first, at: start)
        try set.take(second)
        #expect(set.catalogue?.files.count == 1)
    }

    @Test func listUnderNewOnlineKeysNeedsNoNewTargets() throws {
        let keys = try rotated(snapshot: true, timestamp: true).keys
        var set = client
        try set.accept(root: keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start))
        let targets = try SignedMetadata<Targets>(parsing: first.targetsBytes)
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 1, expiresAt: start + 1000, targets: targets.named), with: [keys.snapshot])
        let timestamp = try SignedMetadata(
            signing: Timestamp(version: 1, expiresAt: start + 1000, snapshot: snapshot.named), with: [keys.timestamp])
        try set.accept(timestamp: timestamp.bytes, at: start)
        #expect(set.wanted?.role == .snapshot)
        try set.accept(snapshot: snapshot.bytes, at: start)
        #expect(set.wanted == nil)
        #expect(set.stored.catalogue?.snapshot == snapshot.bytes)
        #expect(try TrustedSet(restoring: set.stored, fingerprint: old.fingerprint).catalogue == set.catalogue)
    }

    @Test func restoringReplaysTheRootsThatCameAfterTheCatalogue() throws {
        var kept = client
        try kept.accept(
            root: rotated(root: true, snapshot: true, timestamp: true).keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start))
        let restored = try TrustedSet(restoring: kept.stored, fingerprint: old.fingerprint)
        #expect(restored.root.version == 2)
        #expect(restored.catalogue == client.catalogue)
        #expect(restored.newestTimestamp == nil)
        #expect(restored.stored == kept.stored)

        // A disk that kept the catalogue of a revoked key beside the root that revokes it.
        let revoking = try rotated(targets: true).keys.root(after: old.root, signedAlsoBy: old.keys.root, at: start)
        let stale = TrustedSet.Stored(roots: [old.root, revoking], catalogue: client.stored.catalogue)
        #expect(try TrustedSet(restoring: stale, fingerprint: old.fingerprint).catalogue == nil)
    }
}
