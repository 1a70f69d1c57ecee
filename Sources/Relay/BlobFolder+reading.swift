import Basics
package import Foundation
import Storage
import Synchronization
package import Trust

/// A blob is not on the disk, or was not what its name says and is thrown away.
package struct LostBlob: Error, Hashable, Sendable {
    package let blob: Blob
}

extension BlobFolder {
    /// Up to this many bytes a blob is read whole and compared with its name; a longer one by blocks.
    static let wholeUpTo: Int64 = 4 << 20
    private static let block = 1 << 20

    /// Bytes of a verified blob, compared with its name now, while they are read: what lies on a disk is not believed for having been right
    /// once. Throws ``LostBlob``.
    package func read(_ blob: Blob, _ bytes: Range<Int>) async throws -> Data {
        // The caller may have the length from the disk: what is no longer of that length is looked at there.
        if let kept = shown.bytes(of: blob.sha256), kept.count == Int(blob.length) { return kept.subdata(in: bytes) }
        return try await offPool {
            guard blob.length > Self.wholeUpTo else {
                guard let whole = try wholeBytes(of: blob) else { throw LostBlob(blob: blob) }
                shown.keep(whole, of: blob.sha256)
                return whole.subdata(in: bytes)
            }
            return try byBlocks(blob, bytes)
        }
    }

    /// Opens a verified blob: a regular file of its length and no link. Anything else under its name goes. Nil when there is nothing.
    /// Blocking.
    func opened(_ blob: Blob) throws -> FileHandle? {
        guard let url = store.url(blob.sha256.hex) else { return nil }
        // Without O_NONBLOCK a pipe of that name would hold the program up for ever.
        let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ELOOP: try discard(blob.sha256, "a link")
            case ENOENT: break
            // Too many open files, no right: that says nothing about the blob.
            default: throw StorageError.unavailable("\(url.lastPathComponent): \(String(cString: strerror(errno)))")
            }
            return nil
        }
        guard let status = FileStatus(descriptor: descriptor), status.isRegular, status.length == blob.length else {
            close(descriptor)
            try discard(blob.sha256, "no file of \(blob.length) bytes")
            return nil
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private func wholeBytes(of blob: Blob) throws -> Data? {
        guard let handle = try opened(blob) else { return nil }
        defer { try? handle.close() }
        guard let bytes = try? handle.readToEnd() ?? Data(), SHA256Hex(of: bytes) == blob.sha256 else {
            try discard(blob.sha256, "other bytes")
            return nil
        }
        return bytes
    }

    /// The first time all of it is read, and the hashes of its blocks are kept in memory; from then on the blocks that are asked for.
    private func byBlocks(_ blob: Blob, _ bytes: Range<Int>) throws -> Data {
        guard let handle = try opened(blob) else { throw LostBlob(blob: blob) }
        defer { try? handle.close() }
        guard let digests = try shown.blocks(of: blob.sha256) ?? readBlocks(blob, handle) else { throw LostBlob(blob: blob) }
        var data = Data()
        for number in bytes.lowerBound / Self.block...(bytes.upperBound - 1) / Self.block {
            let start = number * Self.block
            try handle.seek(toOffset: UInt64(start))
            guard let read = try? handle.read(upToCount: Self.block), number < digests.count, SHA256Hex(of: read) == digests[number] else {
                shown.forgetBlocks(of: blob.sha256)
                try discard(blob.sha256, "other bytes")
                throw LostBlob(blob: blob)
            }
            data += read.subdata(in: max(bytes.lowerBound - start, 0)..<min(bytes.upperBound - start, read.count))
        }
        return data
    }

    private func readBlocks(_ blob: Blob, _ handle: FileHandle) throws -> [SHA256Hex]? {
        var hasher = ContentHasher()
        var digests: [SHA256Hex] = []
        while let read = try? handle.read(upToCount: Self.block), !read.isEmpty {
            hasher.update(read)
            digests.append(SHA256Hex(of: read))
        }
        guard hasher.length == blob.length, hasher.sha256 == blob.sha256 else {
            try discard(blob.sha256, "other bytes")
            return nil
        }
        shown.keep(digests, of: blob.sha256)
        return digests
    }
}

/// What was compared with its name and may be asked for again at once, in memory: the last blob (at most ``BlobFolder/wholeUpTo`` bytes)
/// and those before it as far as the bound goes, oldest first, and the block hashes of the last long ones.
final class ShownBytes: Sendable {
    private struct State {
        var blobs: [(hash: SHA256Hex, bytes: Data)] = []
        var size = 0
        var blocks: [(hash: SHA256Hex, digests: [SHA256Hex])] = []
    }

    private static let mostTables = 64
    private let state = Mutex(State())
    private let most: Int

    init(most: Int) { self.most = most }

    func bytes(of hash: SHA256Hex) -> Data? {
        state.withLock { state in
            guard let place = state.blobs.lastIndex(where: { $0.hash == hash }) else { return nil }
            let kept = state.blobs.remove(at: place)
            state.blobs.append(kept)
            return kept.bytes
        }
    }

    func keep(_ bytes: Data, of hash: SHA256Hex) {
        state.withLock { state in
            guard !state.blobs.contains(where: { $0.hash == hash }) else { return }
            state.blobs.append((hash, bytes))
            state.size += bytes.count
            // The last one stays, however long: whoever plays it asks for its next part at once.
            while state.size > most, state.blobs.count > 1 { state.size -= state.blobs.removeFirst().bytes.count }
        }
    }

    func blocks(of hash: SHA256Hex) -> [SHA256Hex]? {
        state.withLock { state in
            guard let place = state.blocks.firstIndex(where: { $0.hash == hash }) else { return nil }
            let table = state.blocks.remove(at: place)
            state.blocks.append(table)
            return table.digests
        }
    }

    func keep(_ digests: [SHA256Hex], of hash: SHA256Hex) {
        state.withLock { state in
            state.blocks.removeAll { $0.hash == hash }
            state.blocks.append((hash, digests))
            if state.blocks.count > Self.mostTables { state.blocks.removeFirst() }
        }
    }

    func forgetBlocks(of hash: SHA256Hex) { state.withLock { $0.blocks.removeAll { $0.hash == hash } } }
}
