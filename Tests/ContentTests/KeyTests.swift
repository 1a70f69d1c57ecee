import Accounts
import Basics
import Content
import Foundation
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web

/// Keys are changed without a visit to any node: a client that knew the old ones follows by itself, and the old ones are nobody's any more.
@Suite struct KeyTests {
    private let passphrase = "a passphrase for tests"

    private func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: [UInt8](repeating: byte, count: 32)) }

    /// An order is taken when the root's keys signed it, once, and no older one after it.
    @Test(arguments: Database.Engine.required)
    func aStopOrderIsTakenOnceAndInOrder(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (keys, act, root) = (library.content.keys, library.act, try #require(try LibraryWorld.seededKeys()[.root]))
            @Sendable func order(_ version: Int64, stops: Bool = true, days: Int64 = 1, by signer: SigningKey) throws -> [UInt8] {
                try StopOrder(
                    version: version, expiresAt: act.at.milliseconds + days * 86_400_000, areas: ["9901"], stops: stops, signedBy: [signer]
                ).bytes
            }
            func give(_ bytes: [UInt8]) async throws {
                try await library.database.write { try $0.giveStopOrder(bytes, in: .everything, by: act) }
            }
            let first = try order(5, by: root)
            await #expect(throws: Refusal.conflict("stop.no_root")) { try await give(first) }
            try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            #expect(try await library.database.read { try $0.stopOrders() }.isEmpty)
            await #expect(throws: Refusal.invalid(["order": "stop.not_signed"])) { try await give(try order(6, by: try key(9))) }
            await #expect(throws: Refusal.invalid(["order": "stop.not_signed"])) { try await give([1, 2]) }
            await #expect(throws: Refusal.invalid(["order": "stop.expired"])) { try await give(try order(6, days: -1, by: root)) }
            try await give(first)
            for older in [first, try order(4, by: root)] {
                await #expect(throws: Refusal.conflict("stop.older")) { try await give(older) }
            }
            #expect(try await library.database.read { try $0.stopOrders() }.map(\.order.version) == [5])
            await #expect(throws: Refusal.forbidden("stop.not_yours")) {
                try await library.database.write {
                    try $0.giveStopOrder(try order(6, by: root), in: Scope(areas: [AreaCode("990101")].compactMap { $0 }), by: act)
                }
            }
            // One for another place lifts nothing.
            let other = try StopOrder(
                version: 7, expiresAt: act.at.milliseconds + 86_400_000, areas: ["990102"], stops: false, signedBy: [root])
            try await give(other.bytes)
            #expect(try await library.database.read { try $0.stopOrders() }.map(\.order.version) == [5, 7])
            try await give(try order(8, stops: false, by: root))
            #expect(try await library.database.read { try $0.stopOrders() }.map { "\($0.order.version) \($0.order.stops)" } == ["8 false"])
            #expect(try await library.database.read { try $0.events(about: "5") }.map(\.kind) == ["stop.given"])
            #expect(try await library.database.read { try $0.events(about: "8") }.map(\.kind) == ["stop.lifted"])
            // Receipts count by node.
            for (node, kind) in [("T1", "stop.obeyed"), ("T2", "stop.obeyed"), ("T1", "stop.lifted")] {
                let report = IncidentReport(reporter: node, kind: kind, about: "5", firstAt: act.at, lastAt: act.at, count: 1)
                _ = try await library.database.write { try $0.mergeIncident(report, at: act.at) }
            }
            #expect(try await library.database.read { try $0.stopReceipts(kind: "stop.obeyed", version: 5) } == 2)
            #expect(try await library.database.read { try $0.openIncidents() } == [:])
        }
    }

    /// The keys of a library's world with some others, and without that of the root.
    private func keys(_ fresh: [KeyName: SigningKey], without gone: [KeyName] = [.root]) throws -> CatalogueKeys {
        try CatalogueKeys(LibraryWorld.seededKeys().merging(fresh) { _, fresh in fresh }.filter { !gone.contains($0.key) })
    }

    /// A client that takes everything there is from where it stands.
    private func follow(_ set: inout TrustedSet, _ library: LibraryWorld) async throws { try await library.offer(to: &set) }

    private func client(_ library: LibraryWorld) async throws -> (TrustedSet, courseware: String) {
        let (keys, act) = (library.content.keys, library.act)
        try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
        let courseware = try await library.encoded("one")
        try await library.publish(courseware)
        let first = try #require(try await library.database.read { try $0.metadata(role: "root", version: 1) })
        var set = try TrustedSet(root: first, fingerprint: SHA256Hex(of: first), following: [""])
        try await follow(&set, library)
        return (set, courseware)
    }

    @Test(
        arguments: Database.Engine.required,
        [[KeyName.timestamp], [.snapshot], [.targets], [.publishers], [.timestamp, .snapshot, .targets, .publishers]])
    func onlineKeysAreChangedAndNodesFollow(_ engine: Database.Engine, _ names: [KeyName]) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, id) = try await client(library)
            let courseware = id
            let (old, act) = (try LibraryWorld.seededKeys(), library.act)
            let fresh = Dictionary(uniqueKeysWithValues: try names.enumerated().map { ($1, try key(UInt8(100 + $0))) })
            let next = try keys(fresh)
            let publishers = set.catalogue?.publishers ?? []
            #expect(publishers.map(\.role) == ["network", "area-990101"])
            // Somebody who has the old keys drove the versions far ahead.
            let forward = try SignedMetadata(
                signing: Timestamp(
                    version: JSONValue.largestInteger, expiresAt: library.time.value.milliseconds + 86_400_000,
                    snapshot: set.newestTimestamp?.snapshot ?? NamedFile(version: 1, length: 1, sha256: nil)),
                with: [try found(old[.timestamp])])
            if names.contains(.timestamp) { try set.accept(timestamp: forward.bytes, at: library.time.value.milliseconds) }
            let holders = Dictionary(
                uniqueKeysWithValues: fresh.compactMap { name, key in name.role.map { ($0, RootChange.Holders([key.verifyingKey])) } })
            let change = KeyChange(
                root: holders.isEmpty ? nil : RootChange(holders),
                publishers: names.contains(.publishers) ? try next.made(for: Set(publishers)) : nil)
            let root = try #require(old[.root])
            try await library.database.write { try $0.changeKeys(change, signers: [root], keys: next, by: act) }
            try await follow(&set, library)
            #expect(set.root.version == (holders.isEmpty ? 1 : 2) && set.catalogue?.files.count == 1)
            for name in names {
                if let role = name.role { #expect(set.root.signers(of: role).values.map(\.hex) == [fresh[name]?.verifyingKey.hex]) }
            }
            // What the old keys sign is nobody's word.
            if names.contains(.timestamp) {
                #expect(throws: TrustError.self) { try set.accept(timestamp: forward.bytes, at: library.time.value.milliseconds) }
            }
            let stale = library.content.keys
            await #expect(throws: CatalogueKeys.Problem.self) {
                try await library.database.write { try $0.ensureCatalogue(stale, by: act) }
            }
            // A centre that still runs with them publishes nothing that nobody would believe.
            await #expect(throws: Refusal.conflict("catalogue.keys_changed")) {
                try await library.database.write { try $0.withdrawCourseware(id: courseware, keys: stale, by: act) }
            }
            await #expect(throws: Refusal.conflict("catalogue.keys_changed")) {
                try await library.database.write { _ = try $0.refreshCatalogue(stale, by: act) }
            }
            // And the new ones publish.
            try await library.database.write { try $0.withdrawCourseware(id: courseware, keys: next, by: act) }
            try await follow(&set, library)
            #expect(set.catalogue?.files.isEmpty == true)
            let standings = try await library.database.read { try $0.keyStandings() }
            #expect(
                standings.map(\.role) == MetadataRole.allCases.map(\.rawValue) + ["network", "area-990101"]
                    && standings.allSatisfy { $0.threshold == 1 && $0.keyIDs.count == 1 })
        }
    }

    /// Two of three root keys sign; one lost and one stolen are replaced by the other two; fewer are refused, and nothing is stored.
    @Test(arguments: Database.Engine.required)
    func theRootIsTakenOfflineAndItsKeysReplaced(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, _) = try await client(library)
            let (roots, act, online) = (try (1...4).map { try key(UInt8($0)) }, library.act, try keys([:]))
            let old = try #require(try LibraryWorld.seededKeys()[.root])
            func change(_ holders: [SigningKey], _ signers: [SigningKey]) async throws {
                let change = RootChange([.root: .init(holders.map(\.verifyingKey), threshold: 2)])
                try await library.database.write { try $0.changeKeys(KeyChange(root: change), signers: signers, keys: online, by: act) }
            }
            for too in [[old], [old, roots[0]], Array(roots.prefix(3)), []] {
                await #expect(throws: TrustError.self) { try await change(Array(roots.prefix(3)), too) }
            }
            #expect(try await library.database.read { try $0.newestRoot()?.version } == 1)
            try await change(Array(roots.prefix(3)), [old] + roots.prefix(2))
            try await follow(&set, library)
            // The third was stolen: the other two put the fourth in its place, and the thief's signature is worth nothing.
            await #expect(throws: TrustError.self) { try await change([roots[0], roots[1], roots[3]], [roots[0], old]) }
            try await change([roots[0], roots[1], roots[3]], [roots[0], roots[1]])
            try await follow(&set, library)
            #expect(set.root.version == 3 && set.root.roles[.root]?.threshold == 2)
            await #expect(throws: TrustError.self) { try await change([roots[2]], [roots[0], roots[2]]) }
            #expect(set.catalogue?.files.count == 1)
        }
    }

    /// With root and targets on three sticks the centre goes on publishing for whom it may; who else may publish is for two of the sticks
    /// to say.
    @Test(arguments: Database.Engine.required)
    func whoPublishesIsSaidBySticks(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, first) = try await client(library)
            let (sticks, act, day) = (try (1...3).map { try key(UInt8($0)) }, library.act, library.today)
            let old = try LibraryWorld.seededKeys()
            let online = try keys([:], without: [.root, .targets])
            let holders = RootChange.Holders(sticks.map(\.verifyingKey), threshold: 2)
            let offline = KeyChange(root: RootChange([.root: holders, .targets: holders]))
            let present = try await library.database.read { try $0.latestPublication() }
            let signers = [try found(old[.root])] + sticks
            try await library.database.write { try $0.changeKeys(offline, signers: signers, keys: online, by: act) }
            try await follow(&set, library)
            #expect(
                set.root.roles[.targets]?.threshold == 2 && set.catalogue?.files.count == 1
                    && set.catalogue?.version == (present?.catalogue.version ?? 0) + 1)
            #expect(try await library.database.read { try $0.countyCodes(on: day) }.contains("990102"))

            // The county goes on with its key; another one has none, and publishes under the network's.
            let content = ContentHouse(data: library.folder, blobs: library.content.blobs, keys: online, bell: library.content.bell)
            let areas = try await library.database.read { try $0.area(code: "990102", on: day, in: .everything)?.areaID ?? "" }
            let second = try await library.encoded("two", areaID: areas)
            for id in [first, second] {
                try await content.publish(id, in: library.database, on: day, scope: .everything, categories: { $0.rawValue + "x" }, by: act)
            }
            try await follow(&set, library)
            #expect(set.catalogue?.files(of: "network").keys.map(\.rawValue) == ["courseware/network/\(second)/1.json"])

            // One stick is too few, two are enough.
            let county = try #require(Publisher(area: "990102"))
            let catalogue = try #require(set.catalogue)
            var publishers = Dictionary(uniqueKeysWithValues: catalogue.publishers.map { ($0, catalogue.signers(of: $0)) })
            publishers.merge(try online.made(for: [county])) { _, new in new }
            let more = KeyChange(root: nil, publishers: publishers)
            for too in [[], [sticks[0]], [sticks[0], try found(old[.targets])]] {
                await #expect(throws: TrustError.self) {
                    try await library.database.write { try $0.changeKeys(more, signers: too, keys: online, by: act) }
                }
            }
            try await library.database.write { try $0.changeKeys(more, signers: [sticks[0], sticks[2]], keys: online, by: act) }
            try await content.publish(second, in: library.database, on: day, scope: .everything, categories: { $0.rawValue + "y" }, by: act)
            try await follow(&set, library)
            #expect(set.catalogue?.files(of: "network").isEmpty == true)
            #expect(set.catalogue?.files(of: "area-990102").keys.map(\.rawValue) == ["courseware/990102/\(second)/2.json"])
            // Another county's list is not followed there.
            var far = try TrustedSet(
                root: try #require(try await library.database.read { try $0.metadata(role: "root", version: 1) }),
                fingerprint: SHA256Hex(of: try #require(try await library.database.read { try $0.metadata(role: "root", version: 1) })),
                following: ["990103001"])
            try await follow(&far, library)
            #expect(far.catalogue?.files.isEmpty == true && far.catalogue?.publishers == set.catalogue?.publishers)
        }
    }

    /// Whatever lies online: with every publisher on a stick, and with files that a stop in the middle left behind, the centre goes on.
    @Test func aCentreStartsWithNothingOnlineButSnapshotAndTimestamp() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let (keys, act, stick) = (library.content.keys, library.act, try key(7))
            try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            let signing = try CatalogueKeys(LibraryWorld.seededKeys(), others: [.network: stick])
            let taking = KeyChange(root: nil, publishers: [.network: [stick.verifyingKey]], taken: [.network])
            try await library.database.write { try $0.changeKeys(taking, signers: [], keys: signing, by: act) }
            try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            // A secret that was rotated away is no centre's any more.
            let stale = try self.keys([.publishers: try key(8)], without: [])
            try await library.database.write {
                try $0.changeKeys(KeyChange(root: nil, publishers: try keys.made(for: [.network])), signers: [], keys: keys, by: act)
            }
            await #expect(throws: CatalogueKeys.Problem.self) {
                try await library.database.write { try $0.ensureCatalogue(stale, by: act) }
            }

            let folder = library.folder.appendingPathComponent("keys")
            let files = KeyFolder(folder)
            _ = try CatalogueKeys.loadOrMake(in: folder, entropy: .system)
            let named = try #require(try await library.database.read { try $0.namedKeys() })
            let kept = try LibraryWorld.seededKeys()
            for name in [KeyName.snapshot, .timestamp, .publishers] { try files.stage([name: try #require(kept[name])]) }
            // Root and targets in the folder are others than the root names.
            let loaded = try CatalogueKeys.loadOrMake(in: folder, entropy: .system, named: named)
            #expect(!loaded.mayDelegate)
            try await library.database.write { try $0.ensureCatalogue(loaded, by: act) }
        }
    }

    /// What the top list named before there were publishers goes on for programs of then and of now, until sticks sign it.
    @Test func aCatalogueFromBeforeGoesOnForOldAndNew() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let (act, kept) = (library.act, try LibraryWorld.seededKeys())
            let old = Repository(
                keys: RepositoryKeys(
                    root: kept[.root], targets: kept[.targets], snapshot: try found(kept[.snapshot]), timestamp: try found(kept[.timestamp])
                ), lifetimes: .standard
            )
            let first = try await library.encoded("one")
            let path = try RelativePath(checking: "courseware/\(first)/1.json", at: "test")
            let file = TargetFile(length: 3, sha256: SHA256Hex(of: [1, 2, 3]), custom: ["kind": "courseware"])
            let publication = try old.publish(["targets": [path: file]], after: nil, at: act.at.milliseconds)
            let root = try old.firstRoot(at: act.at.milliseconds)
            try await library.database.write { statements in
                for (role, bytes) in [("root", root)] + publication.signedFiles.map({ ($0.role, $0.bytes) }) {
                    try statements.run("INSERT INTO metadata (role, version, body, made_at) VALUES (\(role), 1, \(bytes), \(act.at))")
                }
            }
            let keys = library.content.keys
            try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            func files(_ role: String) async throws -> [String] {
                try await library.database.read { try $0.latestPublication() }?.catalogue.files(of: role).keys.map(\.rawValue).sorted()
                    ?? []
            }
            #expect(try await files("targets") == ["courseware/\(first)/1.json"])
            #expect(try await files("network") == ["courseware/network/\(first)/1.json"])
            let second = try await library.encoded("two")
            try await library.publish(second)
            #expect(try await files("targets") == ["courseware/\(first)/1.json", "courseware/\(second)/1.json"].sorted())
            #expect(try await files("area-990101") == ["courseware/990101/\(second)/1.json"])
            try await library.database.write { try $0.withdrawCourseware(id: second, keys: keys, by: act) }
            #expect(try await files("targets") == ["courseware/\(first)/1.json"])
            let sticks = try (1...3).map { try key(UInt8($0)) }
            let holders = RootChange.Holders(sticks.map(\.verifyingKey), threshold: 2)
            let online = try self.keys([:], without: [.root, .targets])
            let signers = [try found(kept[.root])] + sticks
            try await library.database.write {
                try $0.changeKeys(
                    KeyChange(root: RootChange([.root: holders, .targets: holders])), signers: signers, keys: online, by: act)
            }
            #expect(try await files("targets").isEmpty)
            #expect(try await files("network") == ["courseware/network/\(first)/1.json"])
        }
    }

    /// With its key on a stick nothing of a publisher's is shown before the stick has signed: approved courseware waits, withdrawing too.
    @Test(arguments: Database.Engine.required)
    func whatIsApprovedWaitsForTheKeyOnTheStick(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, first) = try await client(library)
            let (keys, act, day, stick, withdrawn) = (library.content.keys, library.act, library.today, try key(7), first)
            let (network, county) = (Publisher.network, try #require(Publisher(area: "990101")))
            let publishers = [network: set.catalogue?.signers(of: network) ?? [], county: [stick.verifyingKey]]
            let taking = KeyChange(root: nil, publishers: publishers, taken: [county])
            // Without the new key its list cannot be signed, and nothing changes.
            await #expect(throws: TrustError.self) {
                try await library.database.write {
                    try $0.changeKeys(KeyChange(root: nil, publishers: publishers), signers: [], keys: keys, by: act)
                }
            }
            let signing = try CatalogueKeys(LibraryWorld.seededKeys(), others: [county: stick])
            try await library.database.write { try $0.changeKeys(taking, signers: [], keys: signing, by: act) }
            #expect(try await library.database.read { try $0.namedKeys() }?.isOnStick(county) == true)
            let second = try await library.encoded("two")
            try await library.publish(second)
            try await follow(&set, library)
            #expect(set.catalogue?.files.count == 1)
            #expect(try await library.courseware(second)?.state == .ready)
            #expect(try await library.database.read { try $0.waitingPublications(on: day) }.map(\.courseware.id) == [second])
            await #expect(throws: Refusal.conflict("catalogue.key_elsewhere")) {
                try await library.database.write { try $0.withdrawCourseware(id: withdrawn, keys: keys, by: act) }
            }
            #expect(try await library.courseware(withdrawn)?.state == .published)
            // It is taken back, asked for anew, and waits again.
            let waits = try #require(try await library.courseware(second))
            try await library.database.write { try $0.declinePublication(waits, remark: "", by: act) }
            #expect(try await library.database.read { try $0.waitingPublications(on: day) }.isEmpty)
            try await library.publish(second)
            // The centre's own keys have nothing to sign here; the stick's have.
            func waiting(_ keys: CatalogueKeys) async throws -> [Refusal?] {
                try await library.content.publishWaiting(
                    in: library.database, on: day, categories: { $0.rawValue }, with: keys, by: library.act
                ).map(\.refusal)
            }
            #expect(try await waiting(keys).isEmpty)
            let draft = CoursewareForm.texts(
                title: "changed after it was approved", category: "", speaker: "", unit: "", areas: "990101", kinds: [])
            try await library.database.write {
                try $0.changeCourseware(
                    id: second, try $0.coursewareFields(try CoursewareForm.form.read(draft), on: day, in: .everything), by: act)
            }
            #expect(try await waiting(signing) == [Refusal.conflict("approval.stale")])
            library.time.set(library.time.value.adding(seconds: 60))
            try await library.publish(second)
            #expect(try await waiting(signing) == [nil])
            #expect(try await waiting(signing).isEmpty)
            try await library.database.write { try $0.withdrawCourseware(id: withdrawn, keys: signing, by: act) }
            try await follow(&set, library)
            #expect(set.catalogue?.files.keys.map(\.rawValue) == ["courseware/990101/\(second)/1.json"])
            // What is of the network does not wait.
            let wide = CoursewareForm.texts(title: "for all", category: "", speaker: "", unit: "", areas: "", kinds: [])
            let third = try await library.encoded("three", areaID: library.city)
            try await library.database.write {
                try $0.changeCourseware(
                    id: third, try $0.coursewareFields(try CoursewareForm.form.read(wide), on: day, in: .everything), by: act)
            }
            try await library.publish(third)
            #expect(try await library.courseware(third)?.state == .published)
        }
    }

    /// A machine that stops at any point of a change has keys that fit its root when it starts again.
    @Test(arguments: [false, true])
    func aStopInTheMiddleOfAChangeLeavesKeysThatFit(_ isPublished: Bool) throws {
        let place = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: place) }
        let folder = place.appendingPathComponent("keys")
        let made = try CatalogueKeys.loadOrMake(in: folder, entropy: .system)
        let first = try made.repository.firstRoot(at: 0)
        let (files, fresh, offline) = (KeyFolder(folder), try key(9), try key(8))
        let root = try files.load(.root)
        let change = RootChange([.timestamp: .init([fresh.verifyingKey]), .root: .init([offline.verifyingKey])])
        let second = try change.next(after: first, signers: [root, offline], at: 0, lifetime: 1000)
        try files.stage([.timestamp: fresh])
        let newest = NamedKeys(root: try SignedMetadata<Root>(parsing: isPublished ? second : first).content, catalogue: nil)
        _ = try CatalogueKeys.loadOrMake(in: folder, entropy: .system, named: newest)
        #expect(try newest.root.signers(of: .timestamp).values.contains(files.load(.timestamp).verifyingKey))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        // Nothing is removed by a start, which may know less than a command that runs beside it.
        #expect(
            names == ["publishers.key", "root.key", "snapshot.key", "targets.key", "timestamp.key"]
                + (isPublished ? [] : ["timestamp.key.next"]))
        try files.removeForeign(by: newest)
        #expect(files.present.contains(.root) == !isPublished)
        // A start without any keys beside a catalogue makes no new ones.
        try FileManager.default.removeItem(at: folder)
        #expect(throws: CatalogueKeys.Problem.self) { try CatalogueKeys.loadOrMake(in: folder, entropy: .system, named: newest) }
    }

    @Test func aSealedKeyIsOpenedByItsPassphraseAlone() throws {
        let (key, salt) = (try key(5), [UInt8](repeating: 3, count: 16))
        let sealed = try SealedKey(key, passphrase: passphrase, salt: salt, cost: 10)
        #expect(!String(decoding: sealed.bytes, as: UTF8.self).contains(hexadecimal(key.seed)))
        let read = try SealedKey(reading: sealed.bytes)
        #expect(try read.open(passphrase).seed == key.seed && read.publicKey == key.verifyingKey.hex)
        #expect(throws: TrustError.self) { try read.open(passphrase + " ") }
        let other = try self.key(6).verifyingKey.hex
        for (old, new) in [
            (key.verifyingKey.hex, other), ("\"cost\" : 10", "\"cost\" : 11"), ("\"cost\" : 10", "\"cost\" : 40"),
            ("yuanjiao-key-1", "yuanjiao-key-2"),
            ("\"salt\" : \"03", "\"salt\" : \"04"),
        ] {
            let changed = Data(String(decoding: sealed.bytes, as: UTF8.self).replacing(old, with: new).utf8)
            #expect(throws: TrustError.self, "\(old)") { try SealedKey(reading: changed).open(passphrase) }
        }
        #expect(throws: TrustError.self) { try SealedKey(reading: Data("{}".utf8)) }
    }
}
