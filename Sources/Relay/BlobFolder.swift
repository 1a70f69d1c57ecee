package import Foundation
package import Storage
package import Trust

/// A node's blobs: `blobs/ab/<sha256>` complete and verified, `<sha256>.part` on its way.
package struct BlobFolder: Sendable {
    private let store: BlobStore
    private let reserve: Int64

    /// Uses the folder. `reserve` bytes of the volume are never filled with blobs, so that facts can be noted when no film fits any more.
    package init(_ store: BlobStore, reserve: Int64 = 32 << 20) {
        self.store = store
        self.reserve = reserve
    }

    /// Whether that many bytes more may be put here.
    package func hasRoom(for bytes: Int64) async throws -> Bool { try await offPool { BlobStore.freeBytes(at: store.folder) >= bytes + reserve } }

    /// Where a verified blob lies and how long it is; nil when it is not here. Blocking, but one look at a folder only.
    package func verified(_ hash: SHA256Hex) -> (url: URL, length: Int64)? {
        guard let url = store.url(hash.hex), let length = store.length(hash.hex) else { return nil }
        return (url, length)
    }

    private func part(_ blob: Blob) -> URL? { store.url(blob.sha256.hex)?.appendingPathExtension("part") }

    /// How many bytes of a blob are here: nil when it is complete and verified.
    package func reached(_ blob: Blob) async throws -> Int64? {
        try await offPool {
            if store.length(blob.sha256.hex) != nil { return nil }
            guard let part = part(blob) else { return 0 }
            var status = stat()
            return stat(part.path, &status) == 0 ? Int64(status.st_size) : 0
        }
    }

    /// Puts bytes behind the `offset` bytes that are there; answers how many there are now. Throws `diskFull`.
    package func append(_ bytes: [UInt8], to blob: Blob, at offset: Int64) async throws -> Int64 {
        try await offPool {
            guard let part = part(blob) else { return 0 }
            try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
            let descriptor = open(part.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
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
            ? .diskFull("No room for \(url.lastPathComponent)") : .unavailable("\(url.lastPathComponent): \(String(cString: strerror(errno)))")
    }

    /// Gives a complete part its name if its content has that hash, else removes it. False when it was removed.
    package func seal(_ blob: Blob) async throws -> Bool {
        try await offPool {
            guard store.length(blob.sha256.hex) == nil else { return true }
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

    /// The bytes of a small verified blob; nil when it is not here.
    package func read(_ hash: SHA256Hex, longest: Int64 = Manifest.longest) async throws -> [UInt8]? {
        try await offPool {
            guard let (url, length) = verified(hash), length <= longest else { return nil }
            return [UInt8](try Data(contentsOf: url))
        }
    }

    /// Removes everything that none of these manifests names.
    package func sweep(keeping manifests: [SHA256Hex]) async throws {
        try await offPool {
            var kept = Set(manifests.map(\.hex))
            for hash in manifests {
                guard let (url, _) = verified(hash) else { continue }
                // A manifest that cannot be read must not cost its courseware: then nothing is removed.
                kept.formUnion(try Manifest(parsing: [UInt8](try Data(contentsOf: url))).blobs.map(\.sha256.hex))
            }
            let files = FileManager.default
            for folder in try files.contentsOfDirectory(at: store.folder, includingPropertiesForKeys: nil) where folder.lastPathComponent.utf8.count == 2 {
                for file in try files.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                    let name = file.lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
                    if !kept.contains(name) { try files.removeItem(at: file) }
                }
            }
        }
    }
}
