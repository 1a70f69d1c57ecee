import AsyncHTTPClient
package import Basics
package import Foundation
import NIOCore
import NIOHTTP1
import Storage
import Trust

/// Trusted metadata of any TUF repository in a folder, and the client workflow over HTTP that keeps it up to date (TUF specification 1.0,
/// section 5).
///
/// What is verified lies in the folder under its name without version: `root.json`, `timestamp.json`, `snapshot.json`, `targets.json`, and
/// delegated roles percent-encoded. The folder is believed as far as its root; everything else in it is verified again each time.
package struct MetadataFolder: Sendable {
    /// Why an update or a download ended.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case noRoot(String)
        case unknownTarget(String)
        case fetch(String, Int)
        case tooLarge(String, Int64)
        case wrongTarget(String)

        package var description: String {
            switch self {
            case .noRoot(let folder): "\(folder) has no trusted root; begin with `init ROOT.json`."
            case .unknownTarget(let name): "No role of the repository names the target \(name.debugDescription)."
            case .fetch(let url, let status): "\(url) was answered with \(status)."
            case .tooLarge(let name, let length): "The target \(name.debugDescription) has \(length) bytes, more than this command holds."
            case .wrongTarget(let name): "What came for the target \(name.debugDescription) is not what the repository signed."
            }
        }
    }

    /// The most bytes of a target, which is verified before a byte of it is written.
    package static let longestTarget: Int64 = 512 << 20
    /// The most roots that one update walks through.
    private static let mostRoots = 1024

    private let folder: URL
    private let clock: Clock

    package init(_ folder: URL, clock: Clock = .system) {
        self.folder = folder
        self.clock = clock
    }

    /// Puts a root there that came by a trusted way. Throws for one that does not verify itself.
    package func begin(root file: URL) async throws {
        let folder = folder
        try await offPool {
            let bytes = [UInt8](try Data(contentsOf: file))
            _ = try TrustedSet(trusting: bytes)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: folder.appendingPathComponent("root.json"), options: .atomic)
        }
    }

    /// Brings the four top-level roles up to date.
    package func refresh(from url: String) async throws {
        try await Self.withClient { client in _ = try await updated(from: url, client) }
    }

    /// Brings everything up to date that says something about a target, and the target into a folder, unless it lies there already. Its
    /// file name is its path, percent-encoded.
    package func download(_ target: String, metadata url: String, targets base: String, into directory: URL) async throws {
        try await Self.withClient { client in
            var set = try await updated(from: url, client)
            let file = try await self.file(of: target, in: &set, from: url, client)
            let location = directory.appendingPathComponent(target.percentEncoded)
            let isThere = try await offPool {
                FileManager.default.contents(atPath: location.path).map {
                    Int64($0.count) == file.length && SHA256Hex(of: $0) == file.sha256
                } ?? false
            }
            guard !isThere else { return }
            guard file.length <= Self.longestTarget else { throw Failure.tooLarge(target, file.length) }
            var segments = target.split(separator: "/", omittingEmptySubsequences: false).map { String($0).percentEncoded }
            if set.root.consistentSnapshot { segments.append("\(file.sha256.hex).\(segments.removeLast())") }
            let source = base.withoutSlash + "/" + segments.joined(separator: "/")
            guard let bytes = try await Self.fetch(source, longest: file.length, client), SHA256Hex(of: bytes) == file.sha256,
                Int64(bytes.count) == file.length
            else {
                throw Failure.wrongTarget(target)
            }
            try await offPool {
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                try Data(bytes).write(to: location, options: .atomic)
            }
        }
    }

    /// The roots that somebody has behind one that is trusted, in order; each follows from the one before.
    package static func roots(after trusted: [UInt8], from url: String) async throws -> [[UInt8]] {
        try await withClient { try await roots(after: trusted, from: url, $0) }
    }

    static func roots(after trusted: [UInt8], from url: String, _ client: HTTPClient) async throws -> [[UInt8]] {
        var (set, found) = (try TrustedSet(trusting: trusted), [[UInt8]]())
        while found.count < mostRoots,
            let next = try await fetch(url.withoutSlash + "/" + set.wantedRoot.fileName, longest: set.wantedRoot.longest, client)
        {
            try set.accept(root: next)
            found.append(next)
        }
        return found
    }

    private static func withClient<Result>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
        let client = ParentClient.httpClient()
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func updated(from url: String, _ client: HTTPClient) async throws -> TrustedSet {
        guard let root = try await stored("root.json") else { throw Failure.noRoot(folder.path) }
        var set = try TrustedSet(trusting: root)
        for _ in 0..<Self.mostRoots {
            guard let next = try await Self.fetch(url.withoutSlash + "/" + set.wantedRoot.fileName, longest: set.wantedRoot.longest, client)
            else { break }
            try set.accept(root: next)
            try await keep(next, "root.json")
        }
        // What was believed before tells a rollback; that it has ended meanwhile does not matter for that. Under new keys it is nobody's
        // word.
        if let timestamp = try await stored("timestamp.json") { _ = try? set.take(timestamp: timestamp, at: nil) }
        if let snapshot = try await stored("snapshot.json") { try? set.recall(snapshot: snapshot) }
        try await take(.timestamp, from: url, into: &set, client)
        if set.wanted?.role == .snapshot { try await take(.snapshot, from: url, into: &set, client) }
        if let targets = try await stored("targets.json") { _ = try? set.accept(targets: targets, at: clock.now.milliseconds) }
        if set.wanted != nil { try await take(.targets, from: url, into: &set, client) }
        return set
    }

    private func take(_ role: MetadataRole, from url: String, into set: inout TrustedSet, _ client: HTTPClient) async throws {
        guard let wanted = role == .timestamp ? set.wantedTimestamp : set.wanted else { return }
        let source = url.withoutSlash + "/" + wanted.fileName
        guard let bytes = try await Self.fetch(source, longest: wanted.longest, client) else { throw Failure.fetch(source, 404) }
        if try isNews(bytes, as: role, &set) { try await keep(bytes, role.rawValue + ".json") }
    }

    private func isNews(_ bytes: [UInt8], as role: MetadataRole, _ set: inout TrustedSet) throws -> Bool {
        do { return try set.accept(bytes, as: role, at: clock.now.milliseconds) == .accepted } catch {
            // Section 5.4.3: of two timestamps of one version the one that is trusted stays, and that is no failure.
            guard error.code == .sameVersion, role == .timestamp else { throw error }
            return false
        }
    }

    /// What the repository says of a target, fetching delegated roles as the search needs them.
    private func file(of target: String, in set: inout TrustedSet, from url: String, _ client: HTTPClient) async throws -> TargetFile {
        while true {
            switch try set.search(target) {
            case .found(let file): return file
            case .missing: throw Failure.unknownTarget(target)
            case .needs(let wanted):
                if let kept = try await stored(wanted.plainName),
                    (try? set.accept(delegated: kept, for: wanted, at: clock.now.milliseconds)) != nil
                {
                    continue
                }
                let name = (set.root.consistentSnapshot ? "\(wanted.version)." : "") + wanted.plainName
                let source = url.withoutSlash + "/" + name
                guard let bytes = try await Self.fetch(source, longest: wanted.longest, client) else { throw Failure.fetch(source, 404) }
                try set.accept(delegated: bytes, for: wanted, at: clock.now.milliseconds)
                try await keep(bytes, wanted.plainName)
            }
        }
    }

    private func stored(_ name: String) async throws -> [UInt8]? {
        let location = folder.appendingPathComponent(name)
        return try await offPool { FileManager.default.contents(atPath: location.path).map { [UInt8]($0) } }
    }

    private func keep(_ bytes: [UInt8], _ name: String) async throws {
        let location = folder.appendingPathComponent(name)
        try await offPool { try Data(bytes).write(to: location, options: .atomic) }
    }

    /// Nil for what the repository does not have.
    static func fetch(_ url: String, longest: Int64, _ client: HTTPClient) async throws -> [UInt8]? {
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(60))
        switch response.status.code {
        case 200: return try await read(response.body, upTo: Int(longest))
        case 403, 404: return nil
        default: throw Failure.fetch(url, Int(response.status.code))
        }
    }
}

extension String {
    fileprivate var withoutSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
