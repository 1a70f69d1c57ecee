import Accounts
import Basics
import Content
import Foundation
import Jobs
import Media
import Registry
import Storage
import Synchronization
import TestKit
import Trust

/// The sample network with a library: data folder, store, keys of its own, a clock that a test sets.
struct LibraryWorld: Sendable {
    let world: SampleWorld
    let folder: URL
    let content: ContentHouse
    let time: Mutable<Instant>
    let city: String
    let county: String

    var database: Database { world.database }
    var clock: Clock { Clock { [time] in time.value } }
    var act: Act { world.act(at: time.value) }
    var today: Day { NetworkZone.shanghai.day(of: time.value) }

    /// The keys of every such world.
    static func seededKeys() throws -> [KeyName: SigningKey] {
        var generator = SeededGenerator(seed: 20110320)
        return Dictionary(
            uniqueKeysWithValues: try KeyName.allCases.map {
                ($0, try SigningKey(seed: (0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next()) }))
            })
    }

    static func with(
        _ engine: Database.Engine, freeBytes: Int64 = 1 << 50, secondPerson: SecondPerson = .never,
        _ body: (LibraryWorld) async throws -> Void
    ) async throws {
        try await withWorld(engine) { world in
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let keys = try CatalogueKeys(seededKeys())
            let content = ContentHouse(
                data: folder, blobs: try BlobStore(folder: folder.appendingPathComponent("blobs")), keys: keys, bell: JobBell(),
                reserve: 1 << 20, secondPerson: secondPerson,
                freeBytes: { _ in freeBytes })
            let areas = try await world.database.read { statements in
                try ["9901", "990101"].map {
                    try statements.area(code: $0, on: Day("2011-03-20") ?? .forever, in: .everything)?.areaID ?? ""
                }
            }
            let library = LibraryWorld(
                world: world, folder: folder, content: content, time: Mutable(SampleWorld.moment("2011-03-20", 9)), city: areas[0],
                county: areas[1])
            try await body(library)
        }
    }

    /// Uploads bytes as the editor of an area would.
    func upload(_ bytes: [UInt8], name: String = "lesson.mp4", announced: Int64? = nil, areaID: String? = nil) async throws -> String {
        let pieces = AsyncStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: 65_536) {
                continuation.yield(Array(bytes[start..<min(start + 65_536, bytes.count)]))
            }
            continuation.finish()
        }
        return try await content.upload(
            pieces, name: name, announced: announced ?? Int64(bytes.count), areaID: areaID ?? county, into: database, by: act)
    }

    func courseware(_ id: String, in scope: Scope = .everything) async throws -> Courseware? {
        let day = today
        return try await database.read { try $0.courseware(id: id, on: day, in: scope) }
    }

    /// A runner for the encoding, with another ffmpeg when a test counts its starts.
    func runner(tools: Tools = Tools(), content: ContentHouse? = nil, ids: IDs = .system) -> JobRunner {
        let content = content ?? self.content
        let job = EncodeJob(database: database, content: content, tools: tools, clock: clock, ids: ids)
        return JobRunner(
            database: database, clock: clock, handlers: [EncodeJob.kind: job.handler], bell: content.bell, poll: .milliseconds(20))
    }

    /// What a node would believe that fetches everything now, whatever area it is in.
    func offer(to set: inout TrustedSet) async throws {
        let now = time.value.milliseconds
        while let root = try await database.read({ [version = set.root.version + 1] in try $0.metadata(role: "root", version: version) }) {
            try set.accept(root: root)
        }
        try await database.read { try $0.latestPublication() }?.offer(to: &set, at: now)
    }

    func publish(_ id: String) async throws {
        try await content.publish(id, in: database, on: today, scope: .everything, categories: { $0.rawValue }, by: act)
    }

    /// Courseware that is encoded, without the work of an encoder: a manifest over some made-up bytes.
    func encoded(_ text: String, areaID: String? = nil) async throws -> String {
        let id = try await upload(Array(text.utf8), areaID: areaID)
        let files = try (0..<3).map { number in
            let bytes = Data("\(text) file \(number)".utf8)
            let hash = try content.blobs.store(bytes)
            return Manifest.File(
                path: try RelativePath(checking: ["poster.jpg", "240p/index.m3u8", "240p/seg0000.ts"][number], at: "test"),
                sha256: try found(SHA256Hex(rawValue: hash)),
                length: Int64(bytes.count), duration: number == 2 ? 2000 : nil)
        }
        let manifest = try Manifest(
            courseware: id, version: 1, title: "x", category: "", speaker: "", unit: "", duration: 2000, poster: files[0],
            renditions: [
                Manifest.Rendition(
                    name: "240p", kind: .hls, height: 240, bandwidth: 100_000, playlist: files[1].path, files: [files[1], files[2]])
            ])
        let hash = try content.blobs.store(Data(manifest.bytes))
        let result = EncodingResult(
            durationMs: 2000, manifestHash: hash, manifestBytes: manifest.bytes.count, posterHash: files[0].sha256.hex, previewHash: "")
        let act = act
        let isOurs = try await database.write { try $0.finishEncoding(id: id, result, by: act) }
        guard isOurs else { throw Missing() }
        return id
    }

    /// The names of all files below the data folder, the store left out.
    var left: [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { !$0.hasPrefix("blobs") }.sorted()
    }

    /// The hashes in the store.
    var stored: [String] {
        let all = FileManager.default.enumerator(atPath: folder.appendingPathComponent("blobs").path)?.compactMap { $0 as? String } ?? []
        return all.map { String($0.split(separator: "/").last ?? "") }.filter { $0.count > 2 }.sorted()
    }
}

struct Missing: Error {}

func found<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// A value that a test changes while others read it.
final class Mutable<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value { mutex.withLock { $0 } }
    func set(_ value: Value) { mutex.withLock { $0 = value } }
}
