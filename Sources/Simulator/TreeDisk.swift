import Basics
import Node
import Trust
import Wire

/// A disk in memory: what survives a kill.
struct TreeDisk {
    private(set) var records: [String: Record] = [:]
    private(set) var blobs: [SHA256Hex: [UInt8]] = [:]
    private var parts: [SHA256Hex: [UInt8]] = [:]

    mutating func carryOut(_ change: Change) {
        switch change {
        case .store(let key, let record): records[key] = record
        case .remove(let key): records[key] = nil
        }
    }

    /// The bytes of a blob that are here.
    func reached(_ blob: Blob) -> Int64 { Int64(parts[blob.sha256]?.count ?? 0) }

    mutating func append(_ bytes: [UInt8], to blob: Blob, at offset: Int64) {
        guard reached(blob) == offset else { return }
        parts[blob.sha256, default: []] += bytes
    }

    /// Gives a complete part its name, if it has earned it.
    mutating func seal(_ blob: Blob) -> Bool {
        guard let bytes = parts.removeValue(forKey: blob.sha256), Int64(bytes.count) == blob.length, SHA256Hex(of: bytes) == blob.sha256
        else { return false }
        blobs[blob.sha256] = bytes
        return true
    }

    /// Whether the blob is here at its length; another one of its name goes.
    mutating func isWhole(_ blob: Blob) -> Bool {
        guard let bytes = blobs[blob.sha256] else { return false }
        if Int64(bytes.count) != blob.length { blobs[blob.sha256] = nil }
        return Int64(bytes.count) == blob.length
    }

    /// Whether the blob is here and what its name says; another one goes.
    mutating func isSound(_ blob: Blob) -> Bool {
        guard isWhole(blob), let bytes = blobs[blob.sha256] else { return false }
        if SHA256Hex(of: bytes) != blob.sha256 { blobs[blob.sha256] = nil }
        return blobs[blob.sha256] != nil
    }

    /// Spoils one blob as a power cut or an old disk does; false when there is none.
    mutating func rot(using generator: inout SeededGenerator) -> Bool {
        guard !blobs.isEmpty else { return false }
        let hash = blobs.keys.sorted()[generator.below(blobs.count)]
        guard var bytes = blobs[hash], !bytes.isEmpty else { return false }
        switch generator.below(3) {
        case 0: bytes.removeLast(1 + generator.below(bytes.count))
        case 1: bytes[generator.below(bytes.count)] ^= 1
        default:
            blobs[hash] = nil
            return true
        }
        blobs[hash] = bytes
        return true
    }

    mutating func sweep(keeping manifests: [SHA256Hex]) {
        var kept = Set(manifests)
        for manifest in manifests {
            guard let bytes = blobs[manifest], let read = try? Manifest(parsing: bytes) else { continue }
            kept.formUnion(read.blobs.map(\.sha256))
        }
        blobs = blobs.filter { kept.contains($0.key) }
        parts = parts.filter { kept.contains($0.key) }
    }
}
