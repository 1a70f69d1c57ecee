import Foundation
import SystemPackage

/// The folder of one run at a worker: open to its user alone, held by a lock as long as the worker lives, so that the next one sweeps what
/// a killed one left.
struct Shelf: Sendable {
    /// Bytes of the disk that files for a run leave free.
    private static let reserve = 64 << 20
    private static let prefix = "run-"

    private let path: String
    private let lock: FileDescriptor

    /// - Throws: `Errno`.
    static func make(in folder: String) async throws -> Shelf {
        let whole = try await offPool {
            let whole = try open(folder)
            // One at a time, so that nobody sweeps a folder that was made and not locked yet.
            guard flock(whole.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
            return whole
        }
        defer { try? whole.close() }
        for left in try await offPool({ try abandoned(in: folder) }) { await remove(left) }
        return try await offPool { try Shelf(newIn: folder) }
    }

    private init(newIn folder: String) throws {
        var template = Array("\(folder)/\(Self.prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = try Self.open(path)
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Nobody holds these; nor what does not open, which only a program that was taken over can have done.
    private static func abandoned(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(prefix) }.map { "\(folder)/\($0)" }.filter {
            path in
            guard let left = try? open(path) else { return true }
            defer { try? left.close() }
            return flock(left.rawValue, LOCK_EX | LOCK_NB) == 0
        }
    }

    func reads(_ order: WorkOrder) -> [String] { order.reads.indices.map { "\(path)/r\($0)" } }

    func writes(_ order: WorkOrder) -> [String] { order.writes.indices.map { "\(path)/w\($0)" } }

    func names(_ order: WorkOrder) -> PathNames {
        PathNames(Array(zip(order.reads.map(\.path) + order.writes, reads(order) + writes(order))))
    }

    /// Takes the files of the order off the line; blocks; answers what is for standard input.
    /// - Throws: `ProgramProblem.diskFull`, `WorkerProblem`.
    func fill(_ order: WorkOrder, from line: WorkerLine) throws -> Data {
        let folders = zip(order.reads, reads(order)).filter(\.0.isFolder).map(\.1) + writes(order)
        for folder in folders {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw Errno(rawValue: errno) }
        guard Double(status.f_bavail) * Double(status.f_frsize) >= Double(order.bytes + Self.reserve) else { throw ProgramProblem.diskFull }
        return try line.unpack(
            Unpacking(isFolder: order.reads.map(\.isFolder), bytes: order.bytes, input: WorkOrder.mostInput), into: reads(order))
    }

    func remove() async {
        await Self.remove(path)
        try? lock.close()
    }

    /// By coreutils, because a program may have closed folders to us, and made them deeper than a path can say. What stays is swept another
    /// time, and fails nobody's run.
    private static func remove(_ path: String) async {
        for (name, arguments) in [("chmod", ["-R", "u+rwX"]), ("rm", ["-rf"])] {
            _ = try? await Program(name, confinement: .none, memoryMiB: 1024, fileMiB: 1).run(arguments + ["--", path], seconds: 600) { _ in
            }
        }
    }

    private static func open(_ folder: String) throws -> FileDescriptor {
        try FileDescriptor.open(FilePath(folder), .readOnly, options: [.directory, .noFollow, .closeOnExec])
    }
}

/// What the asker calls a path and what the worker does. A path within an argument ends with it or goes on with a slash; where an argument
/// is a pattern for names, `%` in it stands doubled. Ours hold none.
package struct PathNames: Sendable {
    private let pairs: [(theirs: String, ours: String)]

    package init(_ pairs: [(theirs: String, ours: String)]) { self.pairs = pairs.sorted { $0.theirs.utf8.count > $1.theirs.utf8.count } }

    /// An argument with our paths in place of theirs.
    package func ours(_ argument: String) -> String {
        pairs.reduce(argument) { text, pair in
            Set([pair.theirs, pair.theirs.replacing("%", with: "%%")]).reduce(text) { Self.replaced(pair.ours, for: $1, in: $0) }
        }
    }

    /// What a program said, with their paths in place of ours.
    package func theirs(_ said: String) -> String { pairs.reduce(said) { $0.replacing($1.ours, with: $1.theirs) } }

    private static func replaced(_ new: String, for old: String, in text: String) -> String {
        var (done, rest) = ("", text[...])
        while let found = rest.firstRange(of: old) {
            let isWhole = rest[found.upperBound...].first.map { $0 == "/" } ?? true
            done += rest[..<found.lowerBound] + (isWhole ? new : old)
            rest = rest[found.upperBound...]
        }
        return done + rest
    }
}
