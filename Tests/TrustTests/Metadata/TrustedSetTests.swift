import Testing
import Trust

struct TrustedSetTests {
    private let start = SampleNetwork.start
    private let day = SampleNetwork.day

    @Test func enrolledClientTakesACatalogueInOrder() throws {
        let network = try SampleNetwork()
        let publication = try network.publish(3)
        var set = try network.client()
        #expect(set.root.version == 1)
        #expect(set.catalogue == nil)
        #expect(set.wanted == nil)
        #expect(set.wantedRoot.fileName == "2.root.json")
        #expect(set.wantedTimestamp.fileName == "timestamp.json")

        #expect(try set.accept(timestamp: publication.timestampBytes, at: start) == .accepted)
        #expect(set.wanted?.fileName == "1.snapshot.json")
        #expect(set.wanted?.longest == Int64(publication.snapshotBytes.count))
        #expect(try set.accept(snapshot: publication.snapshotBytes, at: start) == .accepted)
        #expect(set.wanted?.fileName == "1.targets.json")
        #expect(set.wanted?.longest == Int64(publication.targetsBytes.count))
        #expect(set.catalogue == nil)
        #expect(try set.accept(publication.targetsBytes, as: .targets, at: start) == .accepted)
        #expect(set.wanted == nil)
        #expect(set.catalogue?.files == (try SampleNetwork.lessons(3)))
    }

    @Test func sameFilesAgainChangeNothing() throws {
        let network = try SampleNetwork()
        let publication = try network.publish(2)
        var set = try network.client()
        try set.take(publication)
        let before = set.stored
        #expect(try set.accept(root: network.root) == .unchanged)
        #expect(try set.accept(timestamp: publication.timestampBytes, at: start) == .unchanged)
        #expect(try set.accept(snapshot: publication.snapshotBytes, at: start) == .unchanged)
        #expect(try set.accept(targets: publication.targetsBytes, at: start) == .unchanged)
        #expect(set.stored == before)
    }

    @Test func childIsNotBelievedBeforeItsParent() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.publish(3, after: first)
        var set = try network.client()
        #expect(refusal { try set.accept(snapshot: first.snapshotBytes, at: start) } == .parentMissing)
        #expect(refusal { try set.accept(targets: first.targetsBytes, at: start) } == .parentMissing)
        try set.accept(timestamp: first.timestampBytes, at: start)
        #expect(refusal { try set.accept(targets: first.targetsBytes, at: start) } == .parentMissing)
        try set.accept(snapshot: first.snapshotBytes, at: start)
        try set.accept(timestamp: second.timestampBytes, at: start)
        #expect(refusal { try set.accept(targets: first.targetsBytes, at: start) } == .parentMissing)
    }

    @Test func oldCatalogueStaysWhileTheNewOneIsOnItsWay() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.publish(3, after: first)
        var set = try network.client()
        try set.take(first)
        let before = set.stored
        try set.accept(timestamp: second.timestampBytes, at: start)
        #expect(set.catalogue?.version == 1)
        try set.accept(snapshot: second.snapshotBytes, at: start)
        #expect(set.catalogue?.version == 1)
        #expect(set.stored == before)
        #expect(set.newestTimestamp?.version == 2)
        try set.accept(targets: second.targetsBytes, at: start)
        #expect(set.catalogue?.version == 2)
        #expect(set.stored.catalogue?.timestamp == second.timestampBytes)
    }

    @Test func newTimestampOverTheSameListIsCompleteAtOnce() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.repository.refresh(first, at: start + day)
        var set = try network.client()
        try set.take(first)
        #expect(try set.accept(timestamp: second.timestampBytes, at: start + day) == .accepted)
        #expect(set.wanted == nil)
        #expect(set.stored.catalogue?.timestamp == second.timestampBytes)
        #expect(set.stored.catalogue?.targets == first.targetsBytes)
    }

    @Test func catalogueOutlivesEveryEndDate() throws {
        let network = try SampleNetwork()
        var set = try network.client()
        try set.take(try network.publish(2))
        let century = start + 36_500 * day
        let later = try SampleNetwork(seed: 9).publish(1)
        #expect(refusal { try set.accept(timestamp: later.timestampBytes, at: century) } == .expired)
        #expect(set.catalogue?.files.count == 2)
        #expect(try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint).catalogue == set.catalogue)
    }

    @Test func aClockAtTheEpochStillTakesTheCatalogue() throws {
        let network = try SampleNetwork()
        var set = try network.client()
        try set.take(try network.publish(2), at: 0)
        #expect(set.catalogue?.files.count == 2)
    }

    @Test func aListOfThousandsIsTaken() throws {
        let network = try SampleNetwork()
        var set = try network.client()
        try set.take(try network.publish(5_000))
        #expect(set.catalogue?.files.count == 5_000)
    }
}
