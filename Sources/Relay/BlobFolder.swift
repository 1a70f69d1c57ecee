package import Foundation
package import Storage
import Synchronization
package import Trust

/// A node's blobs: `blobs/ab/<sha256>` complete and verified, `<sha256>.part` on its way.
package struct BlobFolder: Sendable {
    let store: BlobStore
    private let reserve: Int64
    private let say: @Sendable (SHA256Hex, String) -> Void
    private let checking = CheckedPart()
    let shown: ShownBytes

    /// What became of a piece of a check.
    package enum Check: Hashable, Sendable { case reached(Int64), sound, gone }

    /// Uses the folder. `reserve` bytes of the volume are never filled with blobs, so that facts can be noted when no film fits any more.
    /// `say` hears of each blob that is thrown away, and why. `memory` bounds the bytes that are kept for who asks for the next part of
    /// them.
    package init(
        _ store: BlobStore, reserve: Int64 = 32 << 20, memory: Int = 1 << 20,
        say: @escaping @Sendable (SHA256Hex, String) -> Void = { _, _ in }
    ) {
        self.store = store
        self.reserve = reserve
        self.say = say
        shown = ShownBytes(most: memory)
    }

    /// A file that is not what its name says is worth nothing: it goes, and that is said.
    func discard(_ hash: SHA256Hex, _ why: String) throws {
        try store.remove(hash.hex)
        say(hash, why)
    }

    /// Whether the blob lies here at its full length; one of another length is thrown away. Blocking.
    private func isWhole(_ blob: Blob) throws -> Bool {
        guard let length = store.length(blob.sha256.hex) else {
            // A link or a folder of that name would stand in the way of the file.
            if store.isTaken(blob.sha256.hex) { try discard(blob.sha256, "no file") }
            return false
        }
        if length != blob.length { try discard(blob.sha256, "\(length) bytes instead of \(blob.length)") }
        return length == blob.length
    }

    /// Whether that many bytes more may be put here.
    package func hasRoom(for bytes: Int64) async throws -> Bool {
        try await offPool { BlobStore.freeBytes(at: store.folder) >= bytes + reserve }
    }

    /// Where a verified blob lies and how long it is; nil when it is not here. Blocking, but one look at a folder only.
    package func verified(_ hash: SHA256Hex) -> (url: URL, length: Int64)? {
        guard let url = store.url(hash.hex), let length = store.length(hash.hex) else { return nil }
        return (url, length)
    }

    private func part(_ blob: Blob) -> URL? { store.url(blob.sha256.hex)?.appendingPathExtension("part") }

    /// How many bytes of a blob are here: nil when it is complete and verified.
    package func reached(_ blob: Blob) async throws -> Int64? {
        try await offPool {
            if try isWhole(blob) { return nil }
            guard let part = part(blob) else { return 0 }
            return FileStatus(path: part.path)?.length ?? 0
        }
    }

    /// Puts bytes behind the `offset` bytes that are there; answers how many there are now. Throws `diskFull`.
    package func append(_ bytes: [UInt8], to blob: Blob, at offset: Int64) async throws -> Int64 {
        try await offPool {
            guard let part = part(blob) else { return 0 }
            try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
            let descriptor = open(part.path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw failure(part) }
            defer { close(descriptor) }
            let start = Int64(lseek(descriptor, 0, SEEK_END))
            guard start == offset else { return start }
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { throw failure(part) }
                written += count
            }
            return start + Int64(written)
        }
    }

    private func failure(_ url: URL) -> StorageError {
        errno == ENOSPC || errno == EDQUOT
            ? .diskFull("No room for \(url.lastPathComponent)")
            : .unavailable("\(url.lastPathComponent): \(String(cString: strerror(errno)))")
    }

    /// Gives a complete part its name if its content has that hash, else removes it. False when it was removed.
    package func seal(_ blob: Blob) async throws -> Bool {
        try await offPool {
            if try isWhole(blob) { return true }
            guard let part = part(blob), FileManager.default.fileExists(atPath: part.path) else { return false }
            let (hash, length) = try BlobStore.hash(of: part)
            guard hash == blob.sha256.hex, length == blob.length else {
                try FileManager.default.removeItem(at: part)
                return false
            }
            try store.adopt(part, as: hash)
            return true
        }
    }

    /// The bytes of a small verified blob; nil when it is not here, or was not what its name says and is thrown away.
    package func read(_ hash: SHA256Hex, longest: Int64 = Manifest.longest) async throws -> [UInt8]? {
        try await offPool {
            guard let (_, length) = verified(hash) else { return nil }
            let handle = length <= longest ? try opened(Blob(sha256: hash, length: length)) : nil
            defer { try? handle?.close() }
            guard let bytes = (try? handle?.readToEnd()).map({ [UInt8]($0) }) ?? (length == 0 ? [] : nil), SHA256Hex(of: bytes) == hash
            else {
                try discard(hash, "other bytes")
                return nil
            }
            return bytes
        }
    }

    /// Which of these blobs are not here at their full length; those of another length are thrown away.
    package func lacking(_ blobs: [Blob]) async throws -> [SHA256Hex] {
        try await offPool { try blobs.filter { try !isWhole($0) }.map(\.sha256) }
    }

    /// Reads at most `most` bytes more of a verified blob, from the disk and not from memory, and at its end compares it with its name.
    /// Throws when the file cannot be opened.
    package func check(_ blob: Blob, most: Int64) async throws -> Check {
        try await offPool {
            guard try isWhole(blob) else { return .gone }
            var hasher = checking.take(blob)
            guard let handle = try opened(blob) else { return .gone }
            defer { try? handle.close() }
            let from = hasher.length
            _ = posix_fadvise(handle.fileDescriptor, off_t(from), off_t(most), POSIX_FADV_DONTNEED)
            do {
                try handle.seek(toOffset: UInt64(from))
                while hasher.length < min(from + most, blob.length),
                    let piece = try handle.read(upToCount: Int(min(from + most - hasher.length, 1 << 18))), !piece.isEmpty
                {
                    hasher.update(piece)
                }
            } catch {
                try discard(blob.sha256, "it cannot be read: \(error)")
                return .gone
            }
            _ = posix_fadvise(handle.fileDescriptor, off_t(from), off_t(most), POSIX_FADV_DONTNEED)
            if hasher.length < blob.length, hasher.length > from {
                checking.put(blob, hasher)
                return .reached(hasher.length)
            }
            guard hasher.length == blob.length, hasher.sha256 == blob.sha256 else {
                try discard(blob.sha256, "other bytes")
                return .gone
            }
            return .sound
        }
    }

    /// Removes everything that none of these manifests names.
    package func sweep(keeping manifests: [SHA256Hex]) async throws {
        try await offPool {
            var kept = Set(manifests.map(\.hex))
            for hash in manifests {
                // A manifest that cannot be read must not cost its courseware: then nothing is removed.
                guard let (_, length) = verified(hash), let handle = try opened(Blob(sha256: hash, length: length)) else { continue }
                defer { try? handle.close() }
                kept.formUnion(try Manifest(parsing: [UInt8](try handle.readToEnd() ?? Data())).blobs.map(\.sha256.hex))
            }
            let files = FileManager.default
            for folder in try files.contentsOfDirectory(at: store.folder, includingPropertiesForKeys: nil)
            where folder.lastPathComponent.utf8.count == 2 {
                for file in try files.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                    let name = file.lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
                    if !kept.contains(name) { try files.removeItem(at: file) }
                }
            }
        }
    }
}

/// The blob that is being checked, as far as it was read. One at a time: another one begins anew.
private final class CheckedPart: Sendable {
    private let part = Mutex<(blob: Blob, hasher: ContentHasher)?>(nil)

    func take(_ blob: Blob) -> ContentHasher {
        part.withLock { kept in
            defer { kept = nil }
            return kept?.blob == blob ? kept?.hasher ?? ContentHasher() : ContentHasher()
        }
    }

    func put(_ blob: Blob, _ hasher: ContentHasher) { part.withLock { $0 = (blob, hasher) } }
}
