import Testing
import Trust

struct AttackTests {
    private let start = SampleNetwork.start
    private let day = SampleNetwork.day

    /// A client at publication 2, so that there is something to roll back.
    private func world() throws -> (network: SampleNetwork, first: Publication, second: Publication, client: TrustedSet) {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.publish(3, edition: 2, after: first)
        var client = try network.client()
        try client.take(first)
        try client.take(second)
        return (network, first, second, client)
    }

    /// The client refuses with this code and believes exactly what it believed.
    private func expectRefusal(
        _ code: TrustError.Code, of bytes: [UInt8], as role: MetadataRole, at instant: Int64? = nil, by client: TrustedSet
    ) {
        var set = client
        #expect(refusal { try set.accept(bytes, as: role, at: instant ?? start) } == code)
        #expect(set.stored == client.stored)
        #expect(set.newestTimestamp?.version == client.newestTimestamp?.version)
        #expect(set.wanted == client.wanted)
    }

    private func timestamp(_ version: Int64, snapshot: NamedFile, by keys: [SigningKey]) throws -> [UInt8] {
        try SignedMetadata(signing: Timestamp(version: version, expiresAt: start + day, snapshot: snapshot), with: keys).bytes
    }

    @Test func enrolmentNeedsTheFingerprintOfTheClaim() throws {
        let (network, other) = (try SampleNetwork(), try SampleNetwork(seed: 2))
        #expect(refusal { _ = try TrustedSet(root: other.root, fingerprint: network.fingerprint) } == .fingerprint)
        #expect(refusal { _ = try TrustedSet(root: network.root + " ".bytes, fingerprint: network.fingerprint) } == .fingerprint)
        let second = try network.keys.root(after: network.root, signedAlsoBy: network.keys.root, at: start)
        #expect(refusal { _ = try TrustedSet(root: second, fingerprint: SHA256Hex(of: second)) } == .version)
    }

    @Test func firstRootHasToBeSignedByItself() throws {
        let network = try SampleNetwork()
        var random = Seeded(20)
        let forged = try signedFile(try JSONValue(parsing: network.root)["signed"], by: [try random.key()])
        #expect(refusal { _ = try TrustedSet(root: forged, fingerprint: SHA256Hex(of: forged)) } == .threshold)
    }

    @Test func keysOfAnotherNetworkAreRefusedForEveryRole() throws {
        let (_, _, second, client) = try world()
        let other = try SampleNetwork(seed: 2)
        let foreign = try other.publish(4, after: second)
        expectRefusal(.threshold, of: foreign.timestampBytes, as: .timestamp, by: client)
        expectRefusal(
            .threshold, of: try other.keys.root(after: other.root, signedAlsoBy: other.keys.root, at: start), as: .root, by: client)
        // Snapshot and targets by wrong keys need the thief to hold the parent's key, else the hash refuses them first.
        expectRefusal(.hash, of: second.snapshotBytes.map { $0 == 0x61 ? 0x62 : $0 }, as: .snapshot, by: client)
    }

    @Test func snapshotAndTargetsByWrongKeysAreRefusedEvenWhenTheirParentsAreStolen() throws {
        let (network, _, second, client) = try world()
        let keys = network.keys
        let (thief, foreign) = (try SampleNetwork(seed: 2).keys, try SampleNetwork(seed: 2).publish(4, after: second))
        let snapshotNamed = try SignedMetadata<Snapshot>(parsing: foreign.snapshotBytes).named
        var set = client
        try set.accept(timestamp: timestamp(3, snapshot: snapshotNamed, by: [keys.timestamp]), at: start)
        expectRefusal(.threshold, of: foreign.snapshotBytes, as: .snapshot, by: set)

        let targetsNamed = try SignedMetadata<Targets>(parsing: foreign.targetsBytes).named
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 3, expiresAt: start + day, targets: targetsNamed), with: [keys.snapshot])
        set = client
        try set.accept(timestamp: timestamp(3, snapshot: snapshot.named, by: [keys.timestamp]), at: start)
        try set.accept(snapshot: snapshot.bytes, at: start)
        expectRefusal(.threshold, of: foreign.targetsBytes, as: .targets, by: set)
        #expect(thief.targets.verifyingKey != keys.targets.verifyingKey)
        #expect(set.catalogue?.version == 2)
    }

    @Test func aRoleCannotSignForAnother() throws {
        let (network, _, second, client) = try world()
        let snapshot = try SignedMetadata<Snapshot>(parsing: second.snapshotBytes).named
        for key in [network.keys.root, network.keys.targets, network.keys.snapshot] {
            expectRefusal(.threshold, of: try timestamp(3, snapshot: snapshot, by: [key]), as: .timestamp, by: client)
        }
        // One role's file in the place of another's.
        expectRefusal(.shape, of: network.root, as: .timestamp, by: client)
        expectRefusal(.shape, of: second.timestampBytes, as: .root, by: client)
    }

    @Test func oldVersionsOfEachRoleAreRefused() throws {
        let (network, first, second, client) = try world()
        expectRefusal(.rollback, of: first.timestampBytes, as: .timestamp, by: client)

        let oldSnapshot = try SignedMetadata<Snapshot>(parsing: first.snapshotBytes)
        expectRefusal(
            .rollback, of: try timestamp(3, snapshot: oldSnapshot.named, by: [network.keys.timestamp]), as: .timestamp, by: client)

        // A thief of the timestamp's and the snapshot's keys names the old list under new versions.
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 3, expiresAt: start + day, targets: oldSnapshot.content.targets), with: [network.keys.snapshot])
        var set = client
        try set.accept(timestamp: timestamp(3, snapshot: snapshot.named, by: [network.keys.timestamp]), at: start)
        expectRefusal(.rollback, of: snapshot.bytes, as: .snapshot, by: set)
        #expect(set.catalogue?.version == 2)

        var rooted = client
        try rooted.accept(root: network.keys.root(after: network.root, signedAlsoBy: network.keys.root, at: start))
        expectRefusal(.rollback, of: network.root, as: .root, by: rooted)
        #expect(second.files.count == 3)
    }

    @Test func sameVersionWithOtherContentIsRefusedForEachRole() throws {
        let (network, first, second, client) = try world()
        let twin = try network.publish(4, edition: 9, after: first)
        expectRefusal(.sameVersion, of: twin.timestampBytes, as: .timestamp, by: client)

        let twinSnapshot = try SignedMetadata<Snapshot>(parsing: twin.snapshotBytes)
        expectRefusal(
            .sameVersion, of: try timestamp(3, snapshot: twinSnapshot.named, by: [network.keys.timestamp]), as: .timestamp, by: client)

        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 3, expiresAt: start + day, targets: twinSnapshot.content.targets), with: [network.keys.snapshot])
        var set = client
        try set.accept(timestamp: timestamp(3, snapshot: snapshot.named, by: [network.keys.timestamp]), at: start)
        expectRefusal(.sameVersion, of: snapshot.bytes, as: .snapshot, by: set)

        let twinRoot = try network.repository.firstRoot(at: start + day)
        expectRefusal(.sameVersion, of: twinRoot, as: .root, by: client)
        #expect(second.files.count == 3)
    }

    @Test func mixedFilesOfTwoPublicationsAreRefused() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        // As long as the first to the byte, so that only the hash tells them apart.
        let second = try network.publish(2, edition: 2, after: first)
        var set = try network.client()
        try set.accept(timestamp: second.timestampBytes, at: start)
        #expect(first.snapshotBytes.count == second.snapshotBytes.count)
        expectRefusal(.hash, of: first.snapshotBytes, as: .snapshot, by: set)
        try set.accept(snapshot: second.snapshotBytes, at: start)
        #expect(first.targetsBytes.count == second.targetsBytes.count)
        expectRefusal(.hash, of: first.targetsBytes, as: .targets, by: set)
        expectRefusal(.length, of: second.targetsBytes + [0x20], as: .targets, by: set)
        expectRefusal(.length, of: [], as: .targets, by: set)
    }

    @Test func fileWithAnotherVersionThanItsParentSaysIsRefused() throws {
        let (network, _, second, client) = try world()
        let targets = try SignedMetadata(signing: Targets(version: 7, expiresAt: start + day, files: [:]), with: [network.keys.targets])
        let lying = NamedFile(version: 3, length: targets.named.length, sha256: targets.named.sha256)
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 3, expiresAt: start + day, targets: lying), with: [network.keys.snapshot])
        var set = client
        try set.accept(timestamp: timestamp(3, snapshot: snapshot.named, by: [network.keys.timestamp]), at: start)
        try set.accept(snapshot: snapshot.bytes, at: start)
        expectRefusal(.version, of: targets.bytes, as: .targets, by: set)

        let skewed = NamedFile(version: 4, length: snapshot.named.length, sha256: snapshot.named.sha256)
        set = client
        try set.accept(timestamp: timestamp(3, snapshot: skewed, by: [network.keys.timestamp]), at: start)
        expectRefusal(.version, of: snapshot.bytes, as: .snapshot, by: set)
        #expect(second.files.count == 3)
    }

    @Test func expiredFilesAreNotAccepted() throws {
        let network = try SampleNetwork()
        let publication = try network.publish(2)
        let lifetimes = SampleNetwork.lifetimes
        let client = try network.client()
        expectRefusal(.expired, of: publication.timestampBytes, as: .timestamp, at: start + lifetimes.timestamp, by: client)
        var set = client
        try set.accept(timestamp: publication.timestampBytes, at: start + lifetimes.timestamp - 1)
        // The way down ends with the timestamp, and each file has its own end date besides.
        expectRefusal(.expired, of: publication.snapshotBytes, as: .snapshot, at: start + lifetimes.timestamp, by: set)
        let fresh = try network.repository.refresh(publication, at: start + lifetimes.snapshot)
        try set.accept(timestamp: fresh.timestampBytes, at: start + lifetimes.snapshot)
        expectRefusal(.expired, of: publication.snapshotBytes, as: .snapshot, at: start + lifetimes.snapshot, by: set)
        try set.accept(snapshot: publication.snapshotBytes, at: start)
        expectRefusal(.expired, of: publication.targetsBytes, as: .targets, at: start + lifetimes.snapshot, by: set)
        expectRefusal(.expired, of: publication.targetsBytes, as: .targets, at: start + lifetimes.targets, by: set)
    }

    @Test func targetsHaveTheirOwnEndDate() throws {
        let network = try SampleNetwork()
        let targets = try SignedMetadata(signing: Targets(version: 1, expiresAt: start, files: [:]), with: [network.keys.targets])
        let snapshot = try SignedMetadata(
            signing: Snapshot(version: 1, expiresAt: start + day, targets: targets.named), with: [network.keys.snapshot])
        var set = try network.client()
        try set.accept(timestamp: timestamp(1, snapshot: snapshot.named, by: [network.keys.timestamp]), at: start)
        try set.accept(snapshot: snapshot.bytes, at: start)
        expectRefusal(.expired, of: targets.bytes, as: .targets, at: start, by: set)
        expectRefusal(.expired, of: targets.bytes, as: .targets, at: start + day, by: set)
        #expect(try set.accept(targets: targets.bytes, at: start - 1) == .accepted)
    }

    @Test func aFrozenTimestampIsNoticedWhenItExpires() throws {
        let (_, _, second, client) = try world()
        // The same bytes for ever: in order until the end date, then refused although nothing changed.
        var set = client
        #expect(try set.accept(timestamp: second.timestampBytes, at: start + day) == .unchanged)
        expectRefusal(.expired, of: second.timestampBytes, as: .timestamp, at: start + SampleNetwork.lifetimes.timestamp, by: client)
    }

    @Test func anExpiredRootAcceptsNoTimestamp() throws {
        let (network, _, second, client) = try world()
        let end = start + SampleNetwork.lifetimes.root
        let late = try network.publish(3, after: second, at: end)
        expectRefusal(.expired, of: late.timestampBytes, as: .timestamp, at: end, by: client)
        var set = client
        try set.accept(root: network.keys.root(after: network.root, signedAlsoBy: network.keys.root, at: end))
        #expect(try set.accept(timestamp: late.timestampBytes, at: end) == .accepted)
    }
}
