import Testing
import Trust

/// Publishers: each signs a list of its own, and a client follows those that concern its area.
struct DelegationTests {
    private let start = SampleNetwork.start
    private let east = Publisher(area: "990101")
    private let west = Publisher(area: "990102")
    private let network: SampleNetwork
    private let secret: PublisherKeys
    private let repository: Repository

    init() throws {
        network = try SampleNetwork()
        var random = Seeded(77)
        secret = PublisherKeys(secret: try random.key())
        let keys = network.keys
        repository = Repository(
            keys: RepositoryKeys(
                root: keys.root, targets: keys.targets, snapshot: keys.snapshot, timestamp: keys.timestamp, publishers: secret),
            lifetimes: SampleNetwork.lifetimes
        )
    }

    private func list(_ publisher: Publisher, _ names: String...) throws -> [RelativePath: TargetFile] {
        var files: [RelativePath: TargetFile] = [:]
        for name in names {
            let path = try RelativePath(checking: publisher.path(courseware: name, version: 1), at: "test")
            files[path] = TargetFile(length: 1, sha256: SHA256Hex(of: name.bytes))
        }
        return files
    }

    private func made(_ publishers: Publisher...) throws -> [Publisher: [VerifyingKey]] {
        Dictionary(uniqueKeysWithValues: try publishers.map { ($0, [try #require(try secret.made(for: $0)).verifyingKey]) })
    }

    /// The network, two counties, a lesson of each.
    private func published(_ repository: Repository? = nil) throws -> Publication {
        let (east, west) = (try #require(east), try #require(west))
        return try (repository ?? self.repository).publish(
            ["network": list(.network, "all"), east.role: list(east, "east"), west.role: list(west, "west")],
            delegating: .init(made(.network, east, west), signers: []), after: nil, at: start)
    }

    private func client(_ area: String?) throws -> TrustedSet {
        try TrustedSet(root: network.root, fingerprint: network.fingerprint, following: area.map { [$0] })
    }

    private func names(_ set: TrustedSet) -> [String] {
        (set.catalogue?.files.keys.map { String($0.rawValue.split(separator: "/")[2]) } ?? []).sorted()
    }

    /// Takes all that a client wants and answers what it fetched.
    @discardableResult private func take(_ publication: Publication, _ set: inout TrustedSet) throws -> [String] {
        try set.accept(timestamp: publication.timestampBytes, at: start)
        var fetched: [String] = []
        while let wanted = set.wanted {
            fetched.append(wanted.fileName)
            let bytes = try #require(publication.signedFiles.first { $0.name == wanted.fileName }).bytes
            #expect(wanted.longest == Int64(bytes.count))
            try set.accept(bytes, wanted: wanted, at: start)
        }
        return fetched
    }

    @Test(arguments: [
        ("990101", ["all", "east"]), ("990101001001", ["all", "east"]), ("990102", ["all", "west"]), ("990103", ["all"]),
        ("9901", ["all", "east", "west"]),
        ("", ["all", "east", "west"]),
    ])
    func aClientFollowsWhoConcernsItsArea(_ area: String, _ expected: [String]) throws {
        var set = try client(area)
        let fetched = try take(published(), &set)
        #expect(names(set) == expected)
        #expect(fetched.count == 2 + expected.count)
        #expect(try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint, following: [area]).catalogue == set.catalogue)
    }

    /// A county's change costs the others nothing but a snapshot, and its own nodes one list.
    @Test func onlyWhatChangedIsFetched() throws {
        let first = try published()
        let next = try repository.publish(["area-990102": try list(try #require(west), "west", "new")], after: first, at: start)
        var (east, west) = (try client("990101"), try client("990102"))
        try take(first, &east)
        try take(first, &west)
        #expect(try take(next, &east) == ["2.snapshot.json"])
        #expect(try take(next, &west) == ["2.snapshot.json", "2.area-990102.json"])
        #expect(names(west) == ["all", "new", "west"] && names(east) == ["all", "east"])
        #expect(next.targetsBytes == first.targetsBytes && next.bytes("network") == first.bytes("network"))
    }

    @Test func theOldCatalogueStaysUntilTheLastListHasCome() throws {
        let first = try published()
        let next = try repository.publish(["network": [:], "area-990101": try list(try #require(east), "moved")], after: first, at: start)
        var set = try client("990101")
        try take(first, &set)
        try set.accept(timestamp: next.timestampBytes, at: start)
        try set.accept(snapshot: next.snapshotBytes, at: start)
        let network = try #require(set.wanted)
        try set.accept(next.bytes("network"), wanted: network, at: start)
        #expect(names(set) == ["all", "east"])
        let last = try #require(set.wanted)
        #expect(last.list == "area-990101")
        try set.accept(next.bytes("area-990101"), wanted: last, at: start)
        #expect(names(set) == ["moved"])
    }

    /// What a county signs for paths of others is nobody's word, and a list under another county's key is refused.
    @Test func aPublisherNamesItsOwnPathsAlone() throws {
        let (east, west) = (try #require(east), try #require(west))
        var files = try list(east, "own")
        files.merge(try list(west, "stolen")) { first, _ in first }
        files.merge(try list(.network, "all")) { first, _ in first }
        files[try RelativePath(checking: "courseware/990101/deep/er/1.json", at: "test")] = TargetFile(
            length: 1, sha256: SHA256Hex(of: "x".bytes))
        let publication = try repository.publish(
            ["network": [:], east.role: files, west.role: [:]], delegating: .init(made(.network, east, west), signers: []), after: nil,
            at: start)
        var set = try client("")
        try take(publication, &set)
        #expect(names(set) == ["own"])

        // The east's key put in the place of the west's: whatever is signed with the west's own is not taken.
        let swapped = try repository.publish(
            delegating: .init(
                [.network: made(.network)[.network] ?? [], east: made(east)[east] ?? [], west: made(west)[west] ?? []], signers: []),
            after: nil, at: start)
        let thief = try #require(try secret.made(for: east))
        let forged = try SignedMetadata(
            signing: Targets(version: 1, expiresAt: start + 1000, files: try list(west, "forged")), with: [thief])
        let snapshot = try SignedMetadata(
            signing: Snapshot(
                version: 1, expiresAt: start + 1000, targets: SignedMetadata<Targets>(parsing: swapped.targetsBytes).named,
                delegated: ["area-990102.json": forged.named]),
            with: [network.keys.snapshot])
        let timestamp = try SignedMetadata(
            signing: Timestamp(version: 1, expiresAt: start + 1000, snapshot: snapshot.named), with: [network.keys.timestamp])
        var victim = try client("990102")
        try victim.accept(timestamp: timestamp.bytes, at: start)
        try victim.accept(snapshot: snapshot.bytes, at: start)
        try victim.accept(targets: swapped.targetsBytes, at: start)
        let wanted = try #require(victim.wanted)
        #expect(wanted.list == "area-990102")
        #expect(refusal { try victim.accept(forged.bytes, wanted: wanted, at: start) } == .threshold)
        #expect(victim.catalogue == nil)
        // Behind its end date it is not taken either, and not with another byte.
        #expect(refusal { try victim.accept(forged.bytes + [0x20], wanted: wanted, at: start) } == .length)
    }

    /// After a change of a publisher's key its list is signed anew, and what lay on the disk under the old one is not recalled.
    @Test func aPublishersKeyIsReplaced() throws {
        let east = try #require(east)
        let first = try published()
        var set = try client("990101")
        try take(first, &set)
        var random = Seeded(5)
        let fresh = try random.key()
        let keys = network.keys
        func with(_ others: [Publisher: SigningKey]) -> Repository {
            Repository(
                keys: RepositoryKeys(
                    root: keys.root, targets: keys.targets, snapshot: keys.snapshot, timestamp: keys.timestamp,
                    publishers: PublisherKeys(secret: try? SigningKey(seed: seed), others: others)),
                lifetimes: SampleNetwork.lifetimes)
        }
        var again = Seeded(77)
        let seed = try again.key().seed
        var publishers = Dictionary(uniqueKeysWithValues: first.catalogue.publishers.map { ($0, first.catalogue.signers(of: $0)) })
        publishers[east] = [fresh.verifyingKey]
        #expect(refusal { _ = try with([:]).publish(delegating: .init(publishers, signers: []), after: first, at: start) } == .key)
        let next = try with([east: fresh]).publish(delegating: .init(publishers, signers: []), after: first, at: start)
        #expect(try take(next, &set) == ["2.snapshot.json", "2.targets.json", "2.area-990101.json"])
        #expect(names(set) == ["all", "east"])
        // The old secret publishes for the others, not for the east.
        #expect(try with([:]).canSign("network", in: next) && !with([:]).canSign("area-990101", in: next))
        #expect(refusal { _ = try with([:]).publish(["area-990101": [:]], after: next, at: start) } == .key)
        // What is due and cannot be signed here does not keep the rest from being renewed.
        let renewed = try #require(try with([:]).renew(next, at: start + 200 * SampleNetwork.day))
        #expect(renewed.bytes("area-990101") == next.bytes("area-990101") && renewed.bytes("network") != next.bytes("network"))
    }

    /// A county's list that nobody has keeps nothing else back: the network's withdrawal is heard, the county's films stay as they were,
    /// and the list is asked for again.
    @Test func aListThatIsMissingIsPassedOver() throws {
        let (east, first) = (try #require(east), try published())
        let next = try repository.publish(["network": [:], east.role: try list(east, "east", "new")], after: first, at: start)
        var set = try client("990101")
        try take(first, &set)
        try set.accept(timestamp: next.timestampBytes, at: start)
        var isPassed = set.passOverWanted()
        #expect(!isPassed)
        try set.accept(snapshot: next.snapshotBytes, at: start)
        // The network's own list is waited for.
        #expect(set.wanted?.list == "network")
        isPassed = set.passOverWanted()
        #expect(!isPassed)
        try set.accept(next.bytes("network"), wanted: try #require(set.wanted), at: start)
        #expect(set.wanted?.list == east.role)
        isPassed = set.passOverWanted()
        #expect(isPassed && set.lacksList)
        #expect(names(set) == ["east"] && set.wanted == nil)
        // Nobody below is given a list that does not belong to the snapshot; a restart believes the same.
        #expect(set.publication?.signedFiles.map(\.role) == ["network", "targets", "snapshot", "timestamp"])
        let restored = try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint, following: ["990101"])
        #expect(names(restored) == ["east"] && restored.wanted?.list == east.role)
        // The next look brings it.
        #expect(try take(next, &set) == ["2.area-990101.json"])
        #expect(names(set) == ["east", "new"] && !set.lacksList)
        // Under another key the old list is nobody's word.
        var random = Seeded(9)
        let fresh = try random.key()
        var publishers = Dictionary(uniqueKeysWithValues: next.catalogue.publishers.map { ($0, next.catalogue.signers(of: $0)) })
        publishers[east] = [fresh.verifyingKey]
        let keys = network.keys
        var again = Seeded(77)
        let other = Repository(
            keys: RepositoryKeys(
                root: keys.root, targets: keys.targets, snapshot: keys.snapshot, timestamp: keys.timestamp,
                publishers: PublisherKeys(secret: try again.key(), others: [east: fresh])), lifetimes: SampleNetwork.lifetimes)
        let rekeyed = try other.publish(delegating: .init(publishers, signers: []), after: next, at: start)
        try set.accept(timestamp: rekeyed.timestampBytes, at: start)
        try set.accept(snapshot: rekeyed.snapshotBytes, at: start)
        try set.accept(targets: rekeyed.targetsBytes, at: start)
        isPassed = set.passOverWanted()
        #expect(isPassed && names(set).isEmpty)
    }

    /// A node that was moved shows what it has, and asks for the list of its new place.
    @Test func aMovedNodeAsksForTheListOfItsPlace() throws {
        var set = try client("990101")
        let publication = try published()
        try take(publication, &set)
        var moved = try TrustedSet(restoring: set.stored, fingerprint: network.fingerprint, following: ["990102"])
        #expect(names(moved).contains("all") && moved.wanted?.list == "area-990102")
        let wanted = try #require(moved.wanted)
        try moved.accept(publication.bytes("area-990102"), wanted: wanted, at: start)
        #expect(names(moved).contains("west") && moved.wanted == nil)
    }

    @Test func namesAndPathsOfPublishers() throws {
        #expect(Publisher(role: "network") == .network && Publisher(role: "area-9901")?.area == "9901")
        for name in ["targets", "area-", "area-x", "area-1", "area-9901 ", "Network", "area-1234567890123"] {
            #expect(Publisher(role: name) == nil)
        }
        for path in ["courseware/9901/a/1.json", "courseware/network/a/1.json"] {
            #expect(Publisher(path: try RelativePath(checking: path, at: "test")) != nil)
        }
        #expect(Publisher(path: try RelativePath(checking: Publisher.oldPath(courseware: "a", version: 1), at: "test")) == .network)
        for path in ["courseware/1.json", "courseware/x/a/1.json", "other/9901/a/1.json", "courseware/9901/a/b/1.json"] {
            #expect(Publisher(path: try RelativePath(checking: path, at: "test")) == nil)
        }
        let county = try #require(east)
        #expect(
            county.mayPublish(for: ["990101", "990101001"]) && !county.mayPublish(for: []) && !county.mayPublish(for: ["9901"])
                && Publisher.network.mayPublish(for: []))
        #expect(Publisher.network < county)
    }
}
