import Testing
import Trust

struct RepositoryTests {
    private let start = SampleNetwork.start
    private let day = SampleNetwork.day

    @Test func publishingRaisesEveryVersionByOne() throws {
        let network = try SampleNetwork()
        var publication: Publication?
        for version in 1...3 as ClosedRange<Int64> {
            let next = try network.publish(Int(version), after: publication)
            #expect(
                [next.targetsContent.version, next.snapshotContent.version, next.timestampContent.version] == [version, version, version])
            #expect(next.signedFiles.map(\.name) == ["\(version).targets.json", "\(version).snapshot.json", "timestamp.json"])
            #expect(next.files == (try SampleNetwork.lessons(Int(version))))
            publication = next
        }
    }

    @Test func refreshTouchesTheTimestampOnly() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let second = try network.repository.refresh(first, at: start + day)
        #expect(second.targetsBytes == first.targetsBytes)
        #expect(second.snapshotBytes == first.snapshotBytes)
        #expect(second.timestampContent.version == 2)
        #expect(second.timestampContent.expiresAt == start + day + SampleNetwork.lifetimes.timestamp)
        let third = try network.publish(2, after: second)
        #expect([third.targetsContent.version, third.snapshotContent.version, third.timestampContent.version] == [2, 2, 3])
    }

    @Test func publicationIsReadBackFromItsBytes() throws {
        let network = try SampleNetwork()
        let (first, second) = (try network.publish(2), try network.publish(3))
        let read = try Publication(targets: first.targetsBytes, snapshot: first.snapshotBytes, timestamp: first.timestampBytes)
        #expect(read.files == first.files)
        #expect(try network.publish(3, after: read).targetsContent.version == 2)
        #expect(
            refusal { _ = try Publication(targets: second.targetsBytes, snapshot: first.snapshotBytes, timestamp: first.timestampBytes) }
                == .hash)
        #expect(
            refusal { _ = try Publication(targets: first.targetsBytes, snapshot: first.snapshotBytes, timestamp: second.timestampBytes) }
                == .hash)
    }

    @Test func signingIsDeterministic() throws {
        let (one, two) = (try SampleNetwork(), try SampleNetwork())
        #expect(one.root == two.root)
        #expect(try one.publish(5).targetsBytes == two.publish(5).targetsBytes)
    }

    /// The bytes of the first release: boxes in the field hold such files. python-tuf 7.0.1 read and verified these very bytes.
    @Test func formatOfTheFilesIsFixed() throws {
        let network = try SampleNetwork()
        let publication = try network.publish(1)
        #expect(network.fingerprint.hex == "d45477e1fba2d802cd2b409f062739434b2c385011ead456f7a2986f178f9231")
        #expect(
            publication.signedFiles.map { SHA256Hex(of: $0.bytes).hex } == [
                "53558a1e947fb63ac6f07f6cd1733cfafd50bfdbd073777f879df156fd8fbcf3",
                "f0d22dc22c6840d8f4cedc459644e0f86a820d866f30bf9221685cdc97722409",
                "f494ae57f5510d83b8a0c587a4638840a34271f6bb1ea2cedc1ca3146a1cecbd",
            ])
    }

    @Test func renewalComesAtHalfOfEachLife() throws {
        let network = try SampleNetwork()
        let first = try network.publish(2)
        let repository = network.repository
        #expect(try repository.renew(first, at: start + 5 * day - 1) == nil)
        let refreshed = try #require(try repository.renew(first, at: start + 5 * day))
        #expect([refreshed.targetsContent.version, refreshed.timestampContent.version] == [1, 2])
        let snapshot = try #require(try repository.renew(first, at: start + 50 * day))
        #expect([snapshot.targetsContent.version, snapshot.snapshotContent.version, snapshot.timestampContent.version] == [1, 2, 2])
        let renewed = try #require(try repository.renew(first, at: start + 183 * day))
        #expect([renewed.targetsContent.version, renewed.snapshotContent.version, renewed.timestampContent.version] == [2, 2, 2])
        #expect(renewed.files == first.files)
    }

    @Test func aDailyTimerKeepsAClientSuppliedForThreeYears() throws {
        let network = try SampleNetwork()
        var publication = try network.publish(2)
        var set = try network.client()
        try set.take(publication)
        for number in 1...1_100 as ClosedRange<Int64> {
            let now = start + number * day
            publication = try network.repository.renew(publication, at: now) ?? publication
            try set.accept(timestamp: publication.timestampBytes, at: now)
            while let wanted = set.wanted {
                try set.accept(wanted.role == .snapshot ? publication.snapshotBytes : publication.targetsBytes, as: wanted.role, at: now)
            }
        }
        #expect(set.catalogue?.version == publication.targetsContent.version)
        #expect(publication.targetsContent.version > 3)
    }

    @Test func endDatesBeyondTheYear9999AreRefused() throws {
        let network = try SampleNetwork()
        #expect(refusal { _ = try network.repository.firstRoot(at: 253_402_300_799_000) } == .shape)
        #expect(refusal { _ = try network.publish(1, at: -3_650 * 100 * day) } == .shape)
    }

    @Test func whatNoClientWouldReadIsNotSigned() throws {
        let network = try SampleNetwork()
        let path = try RelativePath(checking: "a.json", at: "test")
        let file = TargetFile(length: 1, sha256: SHA256Hex(of: [UInt8]()), custom: ["large": .integer(Int64.max)])
        #expect(refusal { _ = try network.repository.publish(["targets": [path: file]], after: nil, at: start) } == .json)
    }

    @Test func customMembersKeepControlCharacters() throws {
        let network = try SampleNetwork()
        let path = try RelativePath(checking: "a.json", at: "test")
        let file = TargetFile(length: 1, sha256: SHA256Hex(of: [UInt8]()), custom: ["note": "一\n二\u{0}\"\\"])
        let publication = try network.repository.publish(["targets": [path: file]], after: nil, at: start)
        var set = try network.client()
        try set.take(publication)
        #expect(set.catalogue?.files[path] == file)
    }

    @Test func customMembersMayBeMissingButAreAnObject() throws {
        let network = try SampleNetwork()
        let path = try RelativePath(checking: "a.json", at: "test")
        let file = TargetFile(length: 0, sha256: SHA256Hex(of: [UInt8]()))
        let publication = try network.repository.publish(["targets": [path: file]], after: nil, at: start)
        #expect(publication.files == [path: file])
        var signed = try JSONValue(parsing: publication.targetsBytes)["signed"]
        #expect(signed["targets"]["a.json"]["custom"] == .null)
        signed["targets"]["a.json"]["custom"] = "text"
        #expect(refusal { _ = try SignedMetadata<Targets>(parsing: signedFile(signed, by: [network.keys.targets])) } == .shape)
    }

    /// A repository may call a target so; to a node it is none, and no other file is lost by it.
    @Test(arguments: ContentTests.hostilePaths)
    func hostileTargetPathsAreNobodysFiles(_ path: String) throws {
        let network = try SampleNetwork()
        var signed = try JSONValue(parsing: network.publish(0).targetsBytes)["signed"]
        let file: JSONValue = ["length": 0, "hashes": ["sha256": .string(SHA256Hex(of: [UInt8]()).hex)]]
        signed["targets"] = [(path): file, "good.json": file]
        let targets = try SignedMetadata<Targets>(parsing: signedFile(signed, by: [network.keys.targets])).content
        #expect(targets.files.keys.map(\.rawValue) == ["good.json"] && targets.entries[path] != nil)
    }
}
