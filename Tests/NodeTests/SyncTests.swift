import Basics
import Foundation
import Node
import Testing
import Trust
import Wire

/// A signed catalogue, its blobs, a sync and its disk.
struct World {
    private let repository: Repository
    private var publication: Publication?
    private(set) var files: [String: [UInt8]] = [:]
    var blobs: [SHA256Hex: [UInt8]] = [:]
    var offers: [String: Offer] = [:]
    var machine: Sync
    var parts: [SHA256Hex: [UInt8]] = [:]
    var here: [SHA256Hex: [UInt8]] = [:]
    var disk = Disk()
    /// Every errand done.
    var errands: [Errand] = []
    var facts: [Holding] = []
    let root: [UInt8]

    init(appetite: Appetite = .all(kinds: [.hls])) throws {
        func key(_ number: UInt8) throws -> SigningKey { try SigningKey(seed: Array(repeating: number, count: 32)) }
        repository = Repository(
            keys: RepositoryKeys(
                root: try key(1), targets: try key(2), snapshot: try key(3), timestamp: try key(4),
                publishers: PublisherKeys(secret: try key(5))),
            lifetimes: .standard)
        root = try repository.firstRoot(at: noon.milliseconds)
        files["1.root.json"] = root
        machine = try Self.sync(root, appetite, [:])
        try publish("a", segments: [300, 500])
    }

    private static func sync(_ root: [UInt8], _ appetite: Appetite, _ records: [String: Record]) throws -> Sync {
        try Sync(
            node: "n", place: NodePlace(area: try #require(AreaCode("130128")), siteKind: nil), appetite: appetite,
            settings: SyncSettings(chunk: 256), root: root,
            fingerprint: SHA256Hex(of: root), generator: SeededGenerator(seed: 1), records: records)
    }

    mutating func restart(appetite: Appetite = .all(kinds: [.hls])) throws { machine = try Self.sync(root, appetite, disk.records) }

    mutating func publish(_ name: String, version: Int64 = 1, segments: [Int], at instant: Instant = noon) throws {
        func file(_ path: String, _ length: Int, duration: Int64? = nil) throws -> Manifest.File {
            let bytes = Array("\(name)/\(path)".utf8) + [UInt8](repeating: 7, count: length)
            let hash = SHA256Hex(of: bytes)
            blobs[hash] = bytes
            return Manifest.File(
                path: try RelativePath(checking: path, at: "path"), sha256: hash, length: Int64(bytes.count), duration: duration)
        }
        let playlist = try file("h/index.m3u8", 10)
        let manifest = try Manifest(
            courseware: name, version: version, title: "t\(version)", category: "", speaker: "", unit: "", duration: 1000,
            poster: try file("poster.jpg", 20),
            renditions: [
                .init(
                    name: "h", kind: .hls, height: 1, bandwidth: 1, playlist: playlist.path,
                    files: [playlist] + (try segments.map { try file("h/\($0)", $0, duration: 1) }))
            ])
        let hash = SHA256Hex(of: manifest.bytes)
        blobs[hash] = manifest.bytes
        offers[name] = Offer(
            courseware: name, version: version, publishedAt: instant, audience: Audience(areas: [], kinds: []),
            manifest: Blob(sha256: hash, length: Int64(manifest.bytes.count)))
        try sign(at: instant)
    }

    mutating func sign(at instant: Instant) throws {
        let targets = offers.values.compactMap(\.target)
        let next = try repository.publish(
            ["network": Dictionary(uniqueKeysWithValues: targets.map { ($0.path, $0.file) })], after: publication, at: instant.milliseconds)
        publication = next
        for file in next.signedFiles { files[file.name] = file.bytes }
    }

    /// The next errand, the catalogue's before others.
    private mutating func next(_ ways: [DownWay], at now: Instant) -> Errand? {
        for way in ways { if case .errand(let errand) = machine.next(way, at: now) { return errand } }
        return nil
    }

    /// Does errands until there is nothing to do, or `most` were done.
    mutating func sync(at now: Instant, most: Int = 1000, ways: [DownWay] = DownWay.allCases, answer: (Errand) -> Outcome? = { _ in nil })
        -> [Change]
    {
        var all = take(machine.start(at: now))
        for _ in 0..<most {
            guard let errand = next(ways, at: now) else { break }
            errands.append(errand)
            all += take(machine.finished(errand, answer(errand) ?? outcome(errand), at: now))
        }
        return all
    }

    private mutating func take(_ actions: [Action]) -> [Change] {
        for case .holding(let holding) in reports(actions) { facts.append(holding) }
        let changes = changes(actions)
        disk.carryOut(changes)
        return changes
    }

    /// Whether a blob is here and what its name says; another one goes.
    private mutating func isSound(_ hash: SHA256Hex) -> Bool {
        if let bytes = here[hash], SHA256Hex(of: bytes) == hash { return true }
        here[hash] = nil
        return false
    }

    enum Harm: CaseIterable { case short, empty, changed, gone }

    mutating func harm(_ hash: SHA256Hex, _ harm: Harm) {
        switch harm {
        case .short: here[hash]?.removeLast()
        case .empty: here[hash] = []
        case .changed: here[hash]?[3] ^= 1
        case .gone: here[hash] = nil
        }
    }

    private mutating func outcome(_ errand: Errand) -> Outcome {
        switch errand {
        case .metadata(let name, _, _): return files[name].map { .content($0) } ?? .missing
        case .fetch(let blob, let chunk, _):
            if here[blob.sha256]?.count == Int(blob.length) { return .present }
            here[blob.sha256] = nil
            let bytes = blobs[blob.sha256] ?? []
            let reached = parts[blob.sha256]?.count ?? 0
            parts[blob.sha256, default: []] += bytes[reached..<min(bytes.count, reached + Int(chunk))]
            return .reached(Int64(parts[blob.sha256]?.count ?? 0))
        case .seal(let blob):
            guard let part = parts.removeValue(forKey: blob.sha256), SHA256Hex(of: part) == blob.sha256 else { return .sealed(false) }
            here[blob.sha256] = part
            return .sealed(true)
        case .look(let blobs):
            let lacking = blobs.map(\.sha256).filter { hash in here[hash]?.count != self.blobs[hash]?.count }
            for hash in lacking { here[hash] = nil }
            return .lacking(lacking)
        case .check(let blob, _):
            if isSound(blob.sha256) { return .present }
            return .missing
        case .read(let blob): return isSound(blob.sha256) ? here[blob.sha256].map { .content($0) } ?? .missing : .missing
        case .sweep(let manifests):
            var kept = Set(manifests)
            for hash in manifests { kept.formUnion((here[hash].flatMap { try? Manifest(parsing: $0) })?.blobs.map(\.sha256) ?? []) }
            here = here.filter { kept.contains($0.key) }
            return .done
        }
    }
}

@Suite struct SyncTests {
    @Test func theCatalogueComesFirstThenManifestThenContent() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let metadata = world.errands.compactMap { if case .metadata(let name, _, _) = $0 { name } else { nil } }
        #expect(metadata == ["timestamp.json", "2.root.json", "1.snapshot.json", "1.targets.json", "1.network.json"])
        #expect(world.machine.complete.map(\.courseware) == ["a"])
        #expect(world.facts.map(\.state).first == .known && world.facts.map(\.state).last == .complete)
        #expect(world.facts.map(\.revision) == Array(1...Int64(world.facts.count)))
        let last = try #require(world.facts.last)
        #expect(last.doneBytes == last.totalBytes && last.doneBytes == world.here.values.reduce(0) { $0 + Int64($1.count) })
        #expect(
            world.machine.files.keys.sorted() == ["1.network.json", "1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"])
    }

    @Test func anUnchangedTimestampCostsOneRequest() throws {
        var world = try World()
        _ = world.sync(at: noon)
        world.errands = []
        _ = world.sync(at: noon.adding(seconds: 100))
        #expect(world.errands.filter { if case .metadata = $0 { true } else { false } }.count == 1)
        #expect(!world.errands.contains { if case .fetch = $0 { true } else { false } })
    }

    @Test(arguments: World.Harm.allCases) func whatIsNotRightOnTheDiskIsFetchedAgainAndMakesNoFact(_ harm: World.Harm) throws {
        var world = try World()
        _ = world.sync(at: noon)
        var now = noon
        for lost in world.here.keys.sorted() {
            let right = world.here[lost], told = world.facts.count
            world.harm(lost, harm)
            // Beyond the hour of the look; the content is read a little later.
            now = now.adding(seconds: 4000)
            for _ in 0..<12 {
                _ = world.sync(at: now)
                now = now.adding(seconds: 5)
            }
            #expect(world.here[lost] == right && world.machine.complete.count == 1)
            #expect(world.facts.count == told, "It was whole again within the minute")
            try world.restart()
        }
        #expect(world.machine.holdings.map(\.state) == [.complete])
    }

    @Test func aLossThatLastsIsToldOnceAndItsEndOnce() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let told = world.facts.count, lost = try #require(world.here.keys.sorted().first)
        world.harm(lost, .gone)
        _ = world.machine.recheck(courseware: "a", at: noon)
        for second in 1..<600 {
            _ = world.sync(at: noon.adding(seconds: Int64(second))) { if case .fetch = $0 { .missing } else { nil } }
            #expect(world.machine.complete.isEmpty)
        }
        #expect(world.facts.count == told + 1 && world.facts.last?.state == .failed)
        for second in 600..<1400 { _ = world.sync(at: noon.adding(seconds: Int64(second))) }
        #expect(world.facts.last?.state == .complete && world.machine.complete.count == 1)
        #expect(world.facts.dropFirst(told).filter { $0.state == .complete }.count == 1)
    }

    @Test func aDiskThatGoesOnLosingIsTriedEverMoreRarelyAndAHundredRequestsMakeNoFactEach() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let told = world.facts.count, hash = try #require(world.here.max { $0.value.count < $1.value.count }?.key)
        world.errands = []
        for second in 1..<3600 {
            let now = noon.adding(seconds: Int64(second))
            if !world.machine.complete.isEmpty {
                world.harm(hash, .short)
                for _ in 0..<100 { _ = world.machine.recheck(courseware: "a", at: now) }
            }
            _ = world.sync(at: now)
        }
        let rounds = world.errands.filter { if case .seal(let blob) = $0 { blob.sha256 == hash } else { false } }.count
        #expect((3...20).contains(rounds), "\(rounds) rounds")
        #expect(world.facts.count - told <= 20, "\(world.facts.count - told) facts")
    }

    @Test func nothingIsSweptWhileAManifestIsFetchedAgain() throws {
        var world = try World()
        try world.publish("b", segments: [400])
        _ = world.sync(at: noon)
        #expect(world.machine.complete.count == 2)
        let manifest = try #require(world.offers["a"]?.manifest.sha256), content = Set(world.here.keys)
        world.harm(manifest, .gone)
        world.offers["b"] = nil
        try world.sign(at: noon.adding(seconds: 60))
        _ = world.machine.recheck(courseware: "a", at: noon.adding(seconds: 90))
        for second in 100..<200 { _ = world.sync(at: noon.adding(seconds: Int64(second))) { if case .fetch = $0 { .failed } else { nil } } }
        #expect(content.subtracting(world.here.keys) == [manifest])
        for second in 200..<500 { _ = world.sync(at: noon.adding(seconds: Int64(second))) }
        #expect(world.machine.complete.map(\.courseware) == ["a"] && world.here.count < content.count)
    }

    @Test func chunksGoOnWhereTheyStoppedAfterARestart() throws {
        var world = try World()
        try world.publish("a", version: 2, segments: [2000])
        _ = world.sync(at: noon, most: 16)
        let before = world.parts.values.reduce(0) { $0 + $1.count } + world.here.values.reduce(0) { $0 + $1.count }
        #expect(before > 0 && world.machine.complete.isEmpty)
        let sizes = world.parts
        try world.restart()
        _ = world.sync(at: noon)
        #expect(world.machine.complete.map(\.version) == [2])
        for (hash, part) in sizes { #expect(world.here[hash]?.starts(with: part) == true) }
        let fetches = world.errands.filter { if case .fetch(let blob, _, _) = $0 { blob.length > 2000 } else { false } }
        #expect(fetches.count == 8, "2 kB in chunks of 256 bytes, none fetched twice")
    }

    @Test func badContentIsNeverCompleteAndIsTriedAgain() throws {
        var world = try World()
        var isBad = true
        var now = noon
        _ = world.sync(at: now) { if case .seal = $0, isBad { .sealed(false) } else { nil } }
        #expect(world.machine.complete.isEmpty && world.machine.refused == 1)
        #expect(world.facts.last?.state == .failed && world.facts.last?.reason == "blob.hash")
        isBad = false
        world.parts = [:]
        now = now.adding(seconds: 600)
        _ = world.sync(at: now)
        #expect(world.machine.complete.count == 1 && world.facts.last?.state == .complete)
    }

    @Test func oneSpoiledBlobDoesNotKeepTheOthersBack() throws {
        var world = try World()
        let bad = try #require(world.blobs.first { String(decoding: $0.value.prefix(7), as: UTF8.self) == "a/h/300" }?.key)
        var tries: [Instant] = []
        var now = noon
        for _ in 0..<40 {
            var spoiled = 0
            _ = world.sync(at: now) {
                guard case .seal(let blob) = $0, blob.sha256 == bad else { return nil }
                spoiled += 1
                return .sealed(false)
            }
            if spoiled > 0 { tries.append(now) }
            world.parts[bad] = nil
            now = now.adding(seconds: 30)
        }
        #expect(world.here.count == 4 && world.machine.complete.isEmpty && world.facts.last?.reason == "blob.hash")
        #expect((3...20).contains(tries.count), "tried ever more rarely, but tried")
        _ = world.sync(at: now.adding(seconds: 7200))
        #expect(world.machine.complete.count == 1)
    }

    @Test(arguments: ["timestamp.json", "1.snapshot.json", "1.targets.json"]) func forgedMetadataIsNotBelieved(_ name: String) throws {
        var world = try World()
        let files = world.files
        _ = world.sync(at: noon) {
            guard case .metadata(name, _, _) = $0, var bytes = files[name] else { return nil }
            bytes[bytes.count / 2] ^= 1
            return .content(bytes)
        }
        #expect(world.machine.trusted.catalogue == nil && world.machine.refused == 1 && world.disk.records["trusted"] == nil)
        _ = world.sync(at: noon.adding(seconds: 600))
        #expect(world.machine.complete.count == 1)
    }

    @Test func theNewestPublicationComesFirstButPicturesBeforeFilms() throws {
        var world = try World()
        try world.publish("new", segments: [100], at: noon.adding(seconds: 60))
        _ = world.sync(at: noon.adding(seconds: 120))
        var order: [String] = []
        for case .seal(let blob) in world.errands {
            guard let bytes = world.here[blob.sha256] else { continue }
            let text = String(decoding: bytes.prefix(40), as: UTF8.self)
            order.append(text.hasPrefix("{") ? "manifest" : String(text.prefix { $0 != "\u{7}" }))
        }
        #expect(
            order == [
                "manifest", "new/poster.jpg", "manifest", "a/poster.jpg", "new/h/index.m3u8", "new/h/100", "a/h/index.m3u8", "a/h/300",
                "a/h/500",
            ])
    }

    @Test func withdrawnCoursewareGoes() throws {
        var world = try World()
        try world.publish("b", segments: [100])
        _ = world.sync(at: noon)
        #expect(world.machine.complete.count == 2)
        world.offers["a"] = nil
        try world.sign(at: noon)
        _ = world.sync(at: noon.adding(seconds: 100))
        #expect(world.machine.complete.map(\.courseware) == ["b"])
        #expect(world.facts.last.map { [$0.courseware, $0.state.rawValue] } == ["a", "removed"])
        #expect(world.here.values.allSatisfy { !String(decoding: $0.prefix(2), as: UTF8.self).hasPrefix("a/") })
        #expect(world.disk.records["sweep"] == nil)
    }

    @Test func withdrawnAndPublishedAgainGoesOnWithItsRevisions() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let offer = world.offers["a"]
        world.offers["a"] = nil
        try world.sign(at: noon)
        _ = world.sync(at: noon.adding(seconds: 100))
        world.offers["a"] = offer
        try world.sign(at: noon)
        try world.restart()
        _ = world.sync(at: noon.adding(seconds: 200))
        #expect(world.machine.complete.count == 1)
        #expect(world.facts.map(\.revision) == Array(1...Int64(world.facts.count)))
    }

    @Test func theOldVersionIsShownUntilTheNewOneIsComplete() throws {
        var world = try World()
        _ = world.sync(at: noon)
        try world.publish("a", version: 2, segments: [300, 900])
        _ = world.sync(at: noon.adding(seconds: 100), most: 9)
        #expect(world.machine.complete.map(\.version) == [1])
        _ = world.sync(at: noon.adding(seconds: 100))
        #expect(world.machine.complete.map(\.version) == [2])
        let unfinished = world.facts.filter { $0.version == 2 && $0.state == .fetching }
        #expect(try #require(unfinished.first).doneBytes < (try #require(world.facts.last { $0.version == 2 })).doneBytes)
    }

    /// A version that nobody offers any more goes, also when it is the higher one: somebody had the key for a while, or the centre came
    /// back from a backup.
    @Test func whatIsNotOfferedAnyMoreGoesWhateverItsVersion() throws {
        var world = try World()
        try world.publish("a", version: JSONValue.largestInteger, segments: [30])
        _ = world.sync(at: noon)
        #expect(world.machine.complete.map(\.version) == [JSONValue.largestInteger])
        try world.publish("a", version: 3, segments: [40], at: noon.adding(seconds: 60))
        _ = world.sync(at: noon.adding(seconds: 100), ways: [.catalogue])
        // It is shown until the honest one is complete.
        #expect(world.machine.complete.map(\.version) == [JSONValue.largestInteger])
        _ = world.sync(at: noon.adding(seconds: 100))
        #expect(world.machine.complete.map(\.version) == [3])
    }

    /// What was under way when the records were read again is an answer to nothing: no timestamp, no incident.
    @Test func anAnswerToAnotherQuestionIsNone() throws {
        var world = try World()
        _ = world.sync(at: noon)
        for name in ["2.root.json", "1.snapshot.json", "1.network.json"] {
            let errand = Errand.metadata(name: name, longest: 100, source: 0)
            #expect(world.machine.finished(errand, .content(Array("{}".utf8)), at: noon).isEmpty)
        }
        #expect(world.machine.refused == 0 && world.machine.takeNoticed().isEmpty)
        _ = world.sync(at: noon.adding(seconds: 200))
        #expect(world.machine.complete.count == 1)
    }

    @Test func aParentThatDoesNotHaveItYetIsNoFailure() throws {
        var world = try World()
        _ = world.sync(at: noon) { if case .fetch = $0 { .missing } else { nil } }
        #expect(world.facts.map(\.state) == [.known])
        guard case .wait(let until) = world.machine.next(.courseware, at: noon) else { throw Unexpected() }
        #expect(until.milliseconds(since: noon) <= 2000)
        _ = world.sync(at: noon.adding(seconds: 60))
        #expect(world.machine.complete.count == 1)
    }

    /// While a film is on its way the catalogue is looked at, and a withdrawal that comes meanwhile is carried out: also while a sweep is
    /// under way.
    @Test func theCatalogueDoesNotWaitForAFilm() throws {
        var world = try World()
        _ = world.sync(at: noon, most: 5)
        guard case .errand(.fetch(let blob, _, _)) = world.machine.next(.courseware, at: noon) else { throw Unexpected() }
        guard case .wait = world.machine.next(.catalogue, at: noon) else { throw Unexpected() }
        world.offers["a"] = nil
        try world.publish("b", segments: [10], at: noon.adding(seconds: 60))
        _ = world.sync(at: noon.adding(seconds: 100), ways: [.catalogue])
        // What the film's errand brings is nobody's any more.
        #expect(world.machine.finished(.fetch(blob, chunk: 1, source: 0), .reached(blob.length), at: noon.adding(seconds: 100)).isEmpty)
        guard case .errand(.sweep(let kept)) = world.machine.next(.courseware, at: noon.adding(seconds: 100)) else { throw Unexpected() }
        world.offers["b"] = nil
        try world.publish("c", segments: [10], at: noon.adding(seconds: 160))
        _ = world.sync(at: noon.adding(seconds: 200), ways: [.catalogue])
        let after = world.machine.finished(.sweep(keeping: kept), .done, at: noon.adding(seconds: 200))
        #expect(!after.contains { if case .change(.remove("sweep")) = $0 { true } else { false } })
        guard case .errand(.sweep(let again)) = world.machine.next(.courseware, at: noon.adding(seconds: 200)) else { throw Unexpected() }
        #expect(again != kept)
        _ = world.machine.finished(.sweep(keeping: again), .done, at: noon.adding(seconds: 200))
        _ = world.sync(at: noon.adding(seconds: 300))
        #expect(world.machine.complete.map(\.courseware) == ["c"])
    }

    @Test func aFullDiskIsSaidAndPasses() throws {
        var world = try World()
        _ = world.sync(at: noon) { if case .fetch = $0 { .full } else { nil } }
        #expect(world.facts.last?.reason == "disk.full" && world.facts.count == 2)
        _ = world.sync(at: noon.adding(seconds: 600))
        #expect(world.machine.complete.count == 1 && world.facts.last?.reason == "")
    }

    @Test func progressIsToldAtMostEveryFiveSeconds() throws {
        var world = try World()
        try world.publish("a", version: 2, segments: [20_000])
        _ = world.sync(at: noon)
        #expect(world.facts.filter { $0.state == .fetching }.count == 1)
    }

    @Test func aRestartBelievesTheDiskAndAsksForNothingComplete() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let told = world.facts.count
        world.errands = []
        try world.restart()
        #expect(world.machine.complete.count == 1)
        _ = world.sync(at: noon)
        #expect(!world.errands.contains { if case .fetch = $0 { true } else { false } } && world.facts.count == told)
    }

    @Test func aHoldingWhoseFactWasLostInAStopIsToldAgain() throws {
        var world = try World()
        _ = world.sync(at: noon, most: 5)
        guard case .holding(let holding)? = world.disk.records["holding/a/1"] else { throw Unexpected() }
        let last = try #require(world.facts.last)
        #expect(holding.isReported && last.revision == holding.revision)
        // As the disk stands between the first and the last change.
        let before = try #require(try unreported(holding))
        world.disk.records["holding/a/1"] = before
        try world.restart()
        _ = world.sync(at: noon, most: 0)
        #expect(world.facts.last?.revision == holding.revision + 1)
    }

    /// The record as it was stored before its fact was queued.
    private func unreported(_ holding: StoredHolding) throws -> Record? {
        var world = try World()
        var seen: Record?
        for change in world.sync(at: noon, most: 5) {
            if case .store("holding/a/1", let record) = change, case .holding(let stored) = record, !stored.isReported,
                stored.revision == holding.revision
            {
                seen = record
            }
        }
        return seen
    }

    @Test func anotherLineSettingLooksAgain() throws {
        var world = try World()
        _ = world.sync(at: noon)
        try world.restart(appetite: .one(kilobitsPerSecond: 100, kind: .hls))
        _ = world.sync(at: noon)
        #expect(world.machine.complete.map(\.renditions) == [["h"]])
    }

    @Test func missingFilesAreFetchedAgain() throws {
        var world = try World()
        _ = world.sync(at: noon)
        let lost = try #require(world.here.keys.sorted().first)
        world.here[lost] = nil
        _ = world.machine.recheck(courseware: "a", at: noon)
        #expect(world.machine.complete.isEmpty)
        _ = world.sync(at: noon.adding(seconds: 60))
        #expect(world.machine.complete.count == 1 && world.here[lost] != nil)
    }

    private struct Unexpected: Error {}

    /// A file longer than its parent names it is another one, however long it goes on.
    @Test func anAnswerThatIsTooLongIsNoticed() throws {
        var world = try World()
        _ = world.sync(at: noon) { errand in if case .metadata(let name, _, _) = errand, name.contains("snapshot") { .tooLong } else { nil }
        }
        #expect(world.machine.takeNoticed() == [Noticed(.metadata, about: "trust.length")])
        _ = world.sync(at: noon.adding(seconds: 200))
        #expect(world.machine.complete.count == 1 && world.machine.takeNoticed().isEmpty)
    }

    /// A parent that gives the beginning of a film and denies the rest is noticed after an hour; one that does not have it at all is waited
    /// for.
    @Test func theRestThatIsDeniedIsNoticed() throws {
        for gives in [false, true] {
            var world = try World()
            try world.publish("a", version: 2, segments: [20_000])
            var begun = false
            func deny(_ errand: Errand) -> Outcome? {
                guard case .fetch(let blob, _, _) = errand, blob.length > 2000 else { return nil }
                defer { begun = true }
                return gives && !begun ? .reached(1000) : .missing
            }
            for minutes in stride(from: 0, through: 58, by: 2) {
                _ = world.sync(at: noon.adding(seconds: Int64(minutes) * 60), answer: deny)
            }
            #expect(world.machine.takeNoticed().isEmpty)
            for minutes in stride(from: 60, through: 70, by: 2) {
                _ = world.sync(at: noon.adding(seconds: Int64(minutes) * 60), answer: deny)
            }
            let noticed = world.machine.takeNoticed()
            #expect(noticed.map(\.kind) == (gives ? [.blob] : []))
            _ = world.sync(at: noon.adding(seconds: 7200))
            #expect(world.machine.complete.map(\.version) == [2] && world.machine.takeNoticed().isEmpty)
        }
    }

    /// The centre signs what it decides: a decision without a signature lets go of nothing, and is told.
    @Test func aDecisionWithoutASignatureIsNoticed() throws {
        func heard(_ outcomes: [Verdict.Outcome]) throws -> Heard {
            let receipt = Receipt(batch: "b", epoch: "e", verdicts: outcomes.enumerated().map { Verdict(id: String($0), $1) }, at: noon)
            let request = SignedRequest("POST", Endpoint.facts, node: "n", body: SHA256Hex(of: [UInt8]()))
            return try Heard(SignedAnswer(to: request, status: 200, body: try JSONEncoder().encode(receipt), signature: nil), keys: [:])
        }
        let honest = try heard([.held, .held])
        #expect(honest.held == ["0", "1"] && honest.refusal == nil && honest.words.isEmpty)
        for outcome in [Verdict.Outcome.stored, .duplicate, .quarantined, .refused] {
            let forged = try heard([.held, outcome])
            #expect(forged.held == ["0"] && forged.refusal?.code == .answerSignature && forged.words.isEmpty)
        }
    }

    /// A parent that answers for more than a day with nothing new keeps something back; one that does not answer says nothing; a restart
    /// forgets nothing.
    @Test func aCatalogueThatStandsStillIsNoticed() throws {
        var world = try World()
        let hour: Int64 = 3_600_000
        func at(_ hours: Int64) -> Instant { noon.adding(milliseconds: hours * hour) }
        _ = world.sync(at: at(0))
        for hours in 1...24 {
            _ = world.sync(at: at(Int64(hours)))
            #expect(world.machine.freshness.frozenSince == nil, "\(hours)")
        }
        try world.restart()
        #expect(world.machine.freshness.frozenSince == nil)
        _ = world.sync(at: at(25))
        #expect(world.machine.freshness.frozenSince == noon && world.machine.freshness.unchangedFor == 25 * hour)
        try world.sign(at: at(26))
        _ = world.sync(at: at(26))
        #expect(world.machine.freshness.frozenSince == nil && world.machine.freshness.unchangedFor == 0)
        // A cut line of a week.
        try world.restart()
        _ = world.sync(at: at(200)) { errand in if case .metadata = errand { .failed } else { nil } }
        #expect(world.machine.freshness.frozenSince == nil)
        // A clock that was set back begins anew instead of never.
        try world.restart()
        _ = world.sync(at: at(-100))
        _ = world.sync(at: at(-70))
        #expect(world.machine.freshness.frozenSince == at(-100))
    }
}
