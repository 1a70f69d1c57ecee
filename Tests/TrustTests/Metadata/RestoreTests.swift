import Testing
import Trust

struct RestoreTests {
    private let start = SampleNetwork.start

    @Test func restoredSetBelievesTheSameAndGoesOn() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.publish(3, after: first)
        var set = try network.client()
        try set.take(first)
        try set.take(second)
        var restored = try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint)
        #expect(restored.stored == set.stored)
        #expect(restored.catalogue == set.catalogue)
        #expect(refusal { try restored.accept(timestamp: first.timestampBytes, at: start) } == .rollback)
        try restored.take(try network.publish(4, after: second))
        #expect(restored.catalogue?.version == 3)
    }

    @Test func setWithoutCatalogueIsRestored() throws {
        let network = try SampleNetwork()
        let restored = try TrustedSet(restoring: network.client().stored, fingerprint: network.fingerprint)
        #expect(restored.catalogue == nil)
        #expect(restored.stored == TrustedSet.Stored(roots: [network.root], catalogue: nil))
    }

    @Test func diskIsNotTrusted() throws {
        let (network, other) = (try SampleNetwork(), try SampleNetwork(seed: 2))
        let first = try network.publish(2)
        let (second, foreign) = (try network.publish(2, edition: 2, after: first), try other.publish(2))
        func restoring(_ roots: [[UInt8]], _ timestamp: Publication, _ snapshot: Publication, _ targets: Publication) -> TrustError.Code? {
            refusal {
                let catalogue = TrustedSet.Stored.Catalogue(
                    timestamp: timestamp.timestampBytes, snapshot: snapshot.snapshotBytes, targets: targets.targetsBytes)
                _ = try TrustedSet(restoring: TrustedSet.Stored(roots: roots, catalogue: catalogue), fingerprint: network.fingerprint)
            }
        }
        #expect(restoring([network.root], first, first, first) == nil)
        #expect(restoring([], first, first, first) == .parentMissing)
        #expect(restoring([other.root], foreign, foreign, foreign) == .fingerprint)
        #expect(restoring([network.root, network.root], first, first, first) == .version)
        #expect(restoring([network.root, other.root], first, first, first) == .threshold)
        #expect(restoring([network.root], foreign, foreign, foreign) == .threshold)
        #expect(restoring([network.root], second, first, first) == .hash)
        #expect(restoring([network.root], second, second, first) == .hash)
        #expect(restoring([network.root], first, first, second) == .hash)
    }

    @Test func restoringDoesNotAcceptNewFilesPastTheirEnd() throws {
        let network = try SampleNetwork()
        let publication = try network.publish(2)
        var set = try network.client()
        try set.take(publication)
        var restored = try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint)
        let late = start + SampleNetwork.lifetimes.timestamp
        #expect(refusal { try restored.accept(snapshot: publication.snapshotBytes, at: late) } == .expired)
        #expect(restored.catalogue?.files.count == 2)
    }
}
