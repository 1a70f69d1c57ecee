import Basics
package import Foundation
import Storage
import Trust

/// Writes the body of an upload to the disk in constant memory and hashes it on the way.
package struct UploadIntake: Sendable {
    /// A body that is whole on the disk.
    package struct Received: Sendable {
        package let file: URL
        package let hash: String
        package let length: Int64
    }
    /// Bytes that are written at once.
    private static let piece = 1 << 20

    let folder: URL
    let reserve: Int64
    let freeBytes: @Sendable (URL) -> Int64

    /// Parts stand in `folder`; `reserve` bytes of its volume stay free.
    package init(folder: URL, reserve: Int64, freeBytes: @escaping @Sendable (URL) -> Int64) {
        self.folder = folder
        self.reserve = reserve
        self.freeBytes = freeBytes
    }

    /// Takes a body whose length the browser has announced. Whatever goes wrong (a refusal, a browser that closes, the end of the program),
    /// nothing is left behind. Throws `Refusal.diskFull`, and `Refusal.invalid` for an empty body and for one that ends too early.
    package func receive<Body: AsyncSequence>(_ body: Body, id: String, announced: Int64?) async throws -> Received
    where Body.Element == [UInt8] {
        if announced == 0 { throw Refusal.invalid(["file": "upload.empty"]) }
        let (folder, needed) = (folder, (announced ?? 0).addingReportingOverflow(reserve))
        try await offPool { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        guard !needed.overflow, freeBytes(folder) >= needed.partialValue else { throw Refusal.diskFull }
        let file = folder.appendingPathComponent("\(id).part")
        do {
            let part = try await offPool { try PartFile(making: file.path) }
            var hasher = ContentHasher()
            var head: [UInt8] = []
            try await eachPiece(of: body) { bytes in
                if head.count < UploadKind.headBytes { head += bytes.prefix(UploadKind.headBytes - head.count) }
                if head.count == UploadKind.headBytes, hasher.length < Int64(UploadKind.headBytes), let kind = UploadKind(head: head) {
                    throw kind.refusal
                }
                hasher = try await write(bytes, to: part, hasher)
            }
            if hasher.length < Int64(UploadKind.headBytes), let kind = UploadKind(head: head) { throw kind.refusal }
            if hasher.length == 0 { throw Refusal.invalid(["file": "upload.empty"]) }
            if let announced, hasher.length != announced { throw Refusal.invalid(["file": "upload.incomplete"]) }
            let whole = folder.appendingPathComponent("\(id).\(hasher.sha256.hex).part")
            try await offPool { try FileManager.default.moveItem(at: file, to: whole) }
            return Received(file: whole, hash: hasher.sha256.hex, length: hasher.length)
        } catch {
            try? await offPool { try FileManager.default.removeItem(at: file) }
            throw error
        }
    }

    /// Gives a body on in pieces that are worth a write. What came before the body broke off is given on too.
    func eachPiece<Body: AsyncSequence>(of body: Body, _ take: ([UInt8]) async throws -> Void) async throws where Body.Element == [UInt8] {
        var waiting: [UInt8] = []
        do {
            for try await bytes in body {
                waiting += bytes
                guard waiting.count >= Self.piece else { continue }
                let piece = waiting
                waiting.removeAll(keepingCapacity: true)
                try await take(piece)
            }
        } catch {
            if !waiting.isEmpty, !(error is Refusal) { try await take(waiting) }
            throw error
        }
        if !waiting.isEmpty { try await take(waiting) }
    }

    /// Whether the disk has more than the reserve. Blocking.
    var hasRoom: Bool { freeBytes(folder) >= reserve }

    /// Whether an upload in pieces is whole and has the name of its content. Blocking.
    func isSealed(_ id: String) throws -> Bool { parts().contains { $0.hasPrefix("\(id).") && $0 != "\(id).part" } }

    /// Where the bytes of an upload in pieces stand.
    func part(of id: String) -> URL { folder.appendingPathComponent("\(id).part") }

    /// How many bytes a file has; 0 when there is none. Blocking.
    func length(of file: URL) -> Int64 { FileStatus(path: file.path)?.length ?? 0 }

    /// Gives the file of an upload that is whole the name of its content. Blocking.
    func seal(_ file: URL, id: String) throws -> Received {
        let (hash, length) = try BlobStore.hash(of: file)
        let whole = folder.appendingPathComponent("\(id).\(hash).part")
        try FileManager.default.moveItem(at: file, to: whole)
        return Received(file: whole, hash: hash, length: length)
    }

    private func write(_ bytes: [UInt8], to part: PartFile, _ hasher: ContentHasher) async throws -> ContentHasher {
        return try await offPool {
            guard hasRoom else { throw Refusal.diskFull }
            var hasher = hasher
            hasher.update(bytes)
            try part.write(bytes)
            return hasher
        }
    }

    /// The hashes of uploads that were whole when an earlier process died; the store may have their content although the library does not
    /// know it. Blocking.
    func wholeParts() -> Set<String> {
        Set(parts().compactMap { name in name.split(separator: ".").dropLast().last.map(String.init) }.filter { $0.count == 64 })
    }

    /// Removes the parts that an earlier process left, but those of these uploads, which go on; also one that was whole and not yet
    /// courseware. Blocking.
    func sweep(keeping open: Set<String>) throws {
        for name in parts() {
            let id = String(name.prefix { $0 != "." })
            guard !open.contains(id) else {
                if name != "\(id).part" { try FileManager.default.moveItem(at: folder.appendingPathComponent(name), to: part(of: id)) }
                continue
            }
            try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    private func parts() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".part") }
    }
}

/// An open file that grows; closed when nobody holds it any more. Blocking.
final class PartFile: Sendable {
    private let descriptor: Int32

    init(making path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    /// Opens the file of an upload that goes on; what lies behind `offset` was never promised.
    init(opening path: String, from offset: Int64) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure() }
        guard ftruncate(descriptor, off_t(offset)) == 0 else { throw Self.failure() }
    }

    deinit { close(descriptor) }

    /// Comes back when everything is on the disk.
    func sync() throws { guard fsync(descriptor) == 0 else { throw Self.failure() } }

    func write(_ bytes: [UInt8]) throws { try write(bytes) { Foundation.write(descriptor, $0, $1) } }

    func write(_ bytes: [UInt8], at offset: Int64) throws {
        var place = off_t(offset)
        try write(bytes) { start, length in
            let count = pwrite(descriptor, start, length, place)
            place += max(off_t(count), 0)
            return count
        }
    }

    private func write(_ bytes: [UInt8], with call: (UnsafeRawPointer?, Int) -> Int) throws {
        try bytes.withUnsafeBytes { buffer in
            var position = 0
            while position < buffer.count {
                let count = call(buffer.baseAddress?.advanced(by: position), buffer.count - position)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Self.failure()
                }
                position += count
            }
        }
    }

    private static func failure() -> any Error {
        errno == ENOSPC || errno == EDQUOT
            ? Refusal.diskFull : StorageError.unavailable("The upload could not be written: \(String(cString: strerror(errno)))")
    }
}
