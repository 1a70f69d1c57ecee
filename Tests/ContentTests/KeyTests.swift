import Accounts
import Basics
import Content
import Foundation
import Storage
import TestKit
import Testing
import Trust

/// Keys are changed without a visit to any node: a client that knew the old ones follows by itself, and the old ones are nobody's any more.
@Suite struct KeyTests {
    private let passphrase = "a passphrase for tests"

    private func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: [UInt8](repeating: byte, count: 32)) }

    /// An order is taken when the root's keys signed it, once, and no older one after it.
    @Test(arguments: Database.Engine.required)
    func aStopOrderIsTakenOnceAndInOrder(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (keys, act, root) = (library.content.keys, library.act, try #require(try LibraryWorld.seededKeys().root))
            @Sendable func order(_ version: Int64, stops: Bool = true, days: Int64 = 1, by signer: SigningKey) throws -> [UInt8] {
                try StopOrder(version: version, expiresAt: act.at.milliseconds + days * 86_400_000, areas: ["9901"], stops: stops, signedBy: [signer]).bytes
            }
            func give(_ bytes: [UInt8]) async throws { try await library.database.write { try $0.giveStopOrder(bytes, in: .everything, by: act) } }
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
                try await library.database.write { try $0.giveStopOrder(try order(6, by: root), in: Scope(areas: [AreaCode("990101")].compactMap { $0 }), by: act) }
            }
            // One for another place lifts nothing.
            let other = try StopOrder(version: 7, expiresAt: act.at.milliseconds + 86_400_000, areas: ["990102"], stops: false, signedBy: [root])
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

    /// The keys of a library's world with some others.
    private func keys(_ library: LibraryWorld, root: SigningKey? = nil, _ fresh: [MetadataRole: SigningKey]) throws -> CatalogueKeys {
        let old = try LibraryWorld.seededKeys()
        return CatalogueKeys(
            RepositoryKeys(
                root: root, targets: fresh[.targets] ?? old.targets, snapshot: fresh[.snapshot] ?? old.snapshot, timestamp: fresh[.timestamp] ?? old.timestamp))
    }

    /// A client that takes everything there is from where it stands.
    private func follow(_ set: inout TrustedSet, _ library: LibraryWorld) async throws {
        let instant = library.time.value.milliseconds
        while let root = try await library.database.read({ [version = set.wantedRoot] in
            try $0.metadata(role: .root, version: Int64(version.fileName.split(separator: ".")[0]) ?? 0)
        }) {
            try set.accept(root: root)
        }
        for role in [MetadataRole.timestamp, .snapshot, .targets] {
            guard let newest = try await library.database.read({ try $0.latestMetadata(role: role) }) else { continue }
            try set.accept(newest.bytes, as: role, at: instant)
        }
    }

    private func client(_ library: LibraryWorld) async throws -> (TrustedSet, courseware: String) {
        let (keys, act) = (library.content.keys, library.act)
        try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
        let courseware = try await library.encoded("one")
        try await library.publish(courseware)
        let first = try #require(try await library.database.read { try $0.metadata(role: .root, version: 1) })
        var set = try TrustedSet(root: first, fingerprint: SHA256Hex(of: first))
        try await follow(&set, library)
        return (set, courseware)
    }

    @Test(arguments: Database.Engine.required, [[MetadataRole.timestamp], [.snapshot], [.targets], [.timestamp, .snapshot, .targets]])
    func onlineKeysAreChangedAndNodesFollow(_ engine: Database.Engine, _ roles: [MetadataRole]) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, id) = try await client(library)
            let courseware = id
            let (old, act) = (try LibraryWorld.seededKeys(), library.act)
            let fresh = Dictionary(uniqueKeysWithValues: try roles.enumerated().map { ($1, try key(UInt8(100 + $0))) })
            let next = try keys(library, fresh)
            // Somebody who has the old keys drove the versions far ahead.
            let forward = try SignedMetadata(
                signing: Timestamp(
                    version: JSONValue.largestInteger, expiresAt: library.time.value.milliseconds + 86_400_000,
                    snapshot: set.newestTimestamp?.snapshot ?? NamedFile(version: 1, length: 1, sha256: nil)),
                with: [old.timestamp])
            if roles.contains(.timestamp) { try set.accept(timestamp: forward.bytes, at: library.time.value.milliseconds) }
            let change = RootChange(fresh.mapValues { RootChange.Holders([$0.verifyingKey]) })
            let root = try #require(old.root)
            try await library.database.write { try $0.changeRoot(change, signers: [root], keys: next, by: act) }
            try await follow(&set, library)
            #expect(set.root.version == 2 && set.catalogue?.files.count == 1)
            for role in roles { #expect(set.root.signers(of: role).values.map(\.hex) == [fresh[role]?.verifyingKey.hex]) }
            // What the old keys sign is nobody's word.
            if roles.contains(.timestamp) { #expect(throws: TrustError.self) { try set.accept(timestamp: forward.bytes, at: library.time.value.milliseconds) } }
            let stale = library.content.keys
            await #expect(throws: CatalogueKeys.Problem.self) { try await library.database.write { try $0.ensureCatalogue(stale, by: act) } }
            // A centre that still runs with them publishes nothing that nobody would believe.
            await #expect(throws: Refusal.conflict("catalogue.keys_changed")) {
                try await library.database.write { try $0.withdrawCourseware(id: courseware, keys: stale, by: act) }
            }
            await #expect(throws: Refusal.conflict("catalogue.keys_changed")) { try await library.database.write { _ = try $0.refreshCatalogue(stale, by: act) } }
            // And the new ones publish.
            try await library.database.write { try $0.withdrawCourseware(id: courseware, keys: next, by: act) }
            try await follow(&set, library)
            #expect(set.catalogue?.files.isEmpty == true)
            let standings = try await library.database.read { try $0.keyStandings() }
            #expect(standings.map(\.role) == MetadataRole.allCases && standings.allSatisfy { $0.threshold == 1 && $0.keyIDs.count == 1 })
        }
    }

    /// Two of three root keys sign; one lost and one stolen are replaced by the other two; fewer are refused, and nothing is stored.
    @Test(arguments: Database.Engine.required)
    func theRootIsTakenOfflineAndItsKeysReplaced(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            var (set, _) = try await client(library)
            let (roots, act, online) = (try (1...4).map { try key(UInt8($0)) }, library.act, try keys(library, [:]))
            let old = try #require(try LibraryWorld.seededKeys().root)
            func change(_ holders: [SigningKey], _ signers: [SigningKey]) async throws {
                let change = RootChange([.root: .init(holders.map(\.verifyingKey), threshold: 2)])
                try await library.database.write { try $0.changeRoot(change, signers: signers, keys: online, by: act) }
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
        let newest = try SignedMetadata<Root>(parsing: isPublished ? second : first).content
        _ = try CatalogueKeys.loadOrMake(in: folder, entropy: .system, root: newest)
        #expect(try newest.signers(of: .timestamp).values.contains(files.load(.timestamp).verifyingKey))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        // Nothing is removed by a start, which may know less than a command that runs beside it.
        #expect(names == ["root.key", "snapshot.key", "targets.key", "timestamp.key"] + (isPublished ? [] : ["timestamp.key.next"]))
        try files.removeForeignRoot(by: newest)
        #expect(files.present.contains(.root) == !isPublished)
        // A start without any keys beside a catalogue makes no new ones.
        try FileManager.default.removeItem(at: folder)
        #expect(throws: CatalogueKeys.Problem.self) { try CatalogueKeys.loadOrMake(in: folder, entropy: .system, root: newest) }
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
            (key.verifyingKey.hex, other), ("\"cost\" : 10", "\"cost\" : 11"), ("\"cost\" : 10", "\"cost\" : 40"), ("yuanjiao-key-1", "yuanjiao-key-2"),
            ("\"salt\" : \"03", "\"salt\" : \"04"),
        ] {
            let changed = Data(String(decoding: sealed.bytes, as: UTF8.self).replacing(old, with: new).utf8)
            #expect(throws: TrustError.self, "\(old)") { try SealedKey(reading: changed).open(passphrase) }
        }
        #expect(throws: TrustError.self) { try SealedKey(reading: Data("{}".utf8)) }
    }
}
