import Basics
import Crypto
package import Foundation

/// Files named by the SHA-256 of their content, `blobs/ab/abcd…`. A file appears under its name only whole, checked and on disk. Blocking:
/// call it inside `offPool`.
package struct BlobStore: Sendable {
    /// The folder that holds everything.
    package let folder: URL

    /// Uses (and makes) the folder.
    package init(folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Where the content with that hash lies or would lie; nil for anything that is not 64 lower-case hexadecimal digits.
    package func url(_ hash: String) -> URL? {
        guard hash.utf8.count == 64, hash.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        return folder.appendingPathComponent(String(hash.prefix(2))).appendingPathComponent(hash)
    }

    /// The length of stored content; nil when it is not there. A link, or anything else that is no regular file, is no content.
    package func length(_ hash: String) -> Int64? {
        guard let status = status(hash), status.isRegular else { return nil }
        return status.length
    }

    /// Whether anything at all lies under that name.
    package func isTaken(_ hash: String) -> Bool { status(hash) != nil }

    private func status(_ hash: String) -> FileStatus? { url(hash).flatMap { FileStatus(path: $0.path) } }

    /// Stores bytes; answers their hash. The same bytes twice are stored once.
    @discardableResult package func store(_ bytes: Data) throws -> String {
        let hash = hexadecimal(SHA256.hash(data: bytes))
        if length(hash) == Int64(bytes.count) { return hash }
        let part = folder.appendingPathComponent("new-\(hash).part")
        guard FileManager.default.createFile(atPath: part.path, contents: nil) else { throw failure(part) }
        do {
            let handle = try FileHandle(forWritingTo: part)
            try handle.write(contentsOf: bytes)
            try handle.close()
            try adopt(part, as: hash)
        } catch {
            try? FileManager.default.removeItem(at: part)
            throw error
        }
        return hash
    }

    /// Moves a finished file of the same volume under its hash, which the caller has checked; the file and its folder are on disk when this
    /// returns.
    package func adopt(_ file: URL, as hash: String) throws {
        try place(file, as: hash) { rename($0, $1) }
    }

    /// As ``adopt(_:as:)``, but the file keeps its own name too, so that whoever dies before the content is wanted can be cleared up after.
    /// False when the content is in the store already.
    package func lend(_ file: URL, as hash: String) throws -> Bool {
        if let url = url(hash), access(url.path, F_OK) == 0 { return false }
        try place(file, as: hash) { link($0, $1) == 0 || errno == EEXIST ? 0 : -1 }
        return true
    }

    private func place(_ file: URL, as hash: String, by move: (String, String) -> Int32) throws {
        guard let target = url(hash) else { throw StorageError.column("\(hash.prefix(80)) is no SHA-256") }
        try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try sync(file)
        guard move(file.path, target.path) == 0 else { throw failure(target) }
        try sync(target.deletingLastPathComponent())
    }

    /// Removes content; nothing happens when it is not there.
    package func remove(_ hash: String) throws {
        guard let url = url(hash), isTaken(hash) else { return }
        try FileManager.default.removeItem(at: url)
    }

    /// The hash of a file's content and its length, read in pieces.
    package static func hash(of file: URL) throws -> (hash: String, length: Int64) {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hasher = SHA256()
        var length: Int64 = 0
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            hasher.update(data: piece)
            length += Int64(piece.count)
        }
        return (hexadecimal(hasher.finalize()), length)
    }

    /// Bytes free for this program on the volume of a path.
    package static func freeBytes(at url: URL) -> Int64 {
        var status = statvfs()
        guard statvfs(url.path, &status) == 0 else { return 0 }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    private func sync(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY)
        guard descriptor >= 0 else { throw failure(url) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(url) }
    }

    private func failure(_ url: URL) -> StorageError {
        errno == ENOSPC
            ? .diskFull("No room for \(url.lastPathComponent)")
            : .unavailable("\(url.lastPathComponent): \(String(cString: strerror(errno)))")
    }
}
