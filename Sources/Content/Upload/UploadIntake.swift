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

    /// Takes a body whose length the browser has announced. Whatever goes wrong (a refusal, a browser that closes, the end of the program), nothing is left behind.
    /// Throws `Refusal.diskFull`, and `Refusal.invalid` for an empty body and for one that ends too early.
    package func receive<Body: AsyncSequence>(_ body: Body, id: String, announced: Int64?) async throws -> Received where Body.Element == [UInt8] {
        if announced == 0 { throw Refusal.invalid(["file": "upload.empty"]) }
        let (folder, needed) = (folder, (announced ?? 0).addingReportingOverflow(reserve))
        try await offPool { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        guard !needed.overflow, freeBytes(folder) >= needed.partialValue else { throw Refusal.diskFull }
        let file = folder.appendingPathComponent("\(id).part")
        do {
            let part = try await offPool { try PartFile(making: file.path) }
            let hasher = try await fill(part, from: body)
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

    private func fill<Body: AsyncSequence>(_ part: PartFile, from body: Body) async throws -> ContentHasher where Body.Element == [UInt8] {
        var hasher = ContentHasher()
        var waiting: [UInt8] = []
        for try await bytes in body {
            waiting += bytes
            if waiting.count >= Self.piece {
                hasher = try await write(waiting, to: part, hasher)
                waiting.removeAll(keepingCapacity: true)
            }
        }
        return waiting.isEmpty ? hasher : try await write(waiting, to: part, hasher)
    }

    private func write(_ bytes: [UInt8], to part: PartFile, _ hasher: ContentHasher) async throws -> ContentHasher {
        let (folder, reserve, freeBytes) = (folder, reserve, freeBytes)
        return try await offPool {
            guard freeBytes(folder) >= reserve else { throw Refusal.diskFull }
            var hasher = hasher
            hasher.update(bytes)
            try part.write(bytes)
            return hasher
        }
    }

    /// The hashes of uploads that were whole when an earlier process died; the store may have their content although the library does not know it. Blocking.
    func wholeParts() -> Set<String> { Set(parts().compactMap { name in name.split(separator: ".").dropLast().last.map(String.init) }.filter { $0.count == 64 }) }

    /// Removes the parts that an earlier process left. Blocking.
    func sweep() throws {
        for name in parts() { try FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
    }

    private func parts() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".part") } }
}

/// An open file that grows; closed when nobody holds it any more. Blocking.
private final class PartFile: Sendable {
    private let descriptor: Int32

    init(making path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var position = 0
            while position < buffer.count {
                let count = Foundation.write(descriptor, buffer.baseAddress?.advanced(by: position), buffer.count - position)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Self.failure()
                }
                position += count
            }
        }
    }

    private static func failure() -> any Error {
        errno == ENOSPC || errno == EDQUOT ? Refusal.diskFull : StorageError.unavailable("The upload could not be written: \(String(cString: strerror(errno)))")
    }
}
