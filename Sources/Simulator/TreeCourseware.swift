import Basics
import Node
import Trust

/// Made-up courseware of a few kilobytes: everything that a real one has, small.
enum TreeCourseware {
    static let chunk: Int64 = 4096

    /// A manifest and its blobs.
    static func make(_ name: String, version: Int64, using generator: inout SeededGenerator) throws -> (manifest: Manifest, blobs: [SHA256Hex: [UInt8]]) {
        var blobs: [SHA256Hex: [UInt8]] = [:]
        func file(_ path: String, _ length: Int, duration: Int64? = nil) throws -> Manifest.File {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(length + 8)
            while bytes.count < length { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
            let hash = SHA256Hex(of: bytes)
            blobs[hash] = bytes
            return Manifest.File(path: try RelativePath(checking: path, at: "path"), sha256: hash, length: Int64(bytes.count), duration: duration)
        }
        func hls(_ name: String, _ height: Int64, segment: Int) throws -> Manifest.Rendition {
            let playlist = try file("\(name)/index.m3u8", 300)
            let segments = try (1...3).map { try file("\(name)/\($0).ts", segment, duration: 10_000) }
            return Manifest.Rendition(
                name: name, kind: .hls, height: height, bandwidth: Int64(segment) * 50, playlist: playlist.path, files: [playlist] + segments)
        }
        let manifest = try Manifest(
            courseware: name, version: version, title: "Lesson \(name)", category: "", speaker: "", unit: "", duration: 30_000,
            poster: try file("poster.jpg", 1500),
            renditions: [
                try hls("480p", 480, segment: 9000), try hls("240p", 240, segment: 3500),
                Manifest.Rendition(name: "mp4", kind: .mp4, height: 480, bandwidth: 500_000, playlist: nil, files: [try file("mp4/video.mp4", 25_000)]),
            ])
        blobs[SHA256Hex(of: manifest.bytes)] = manifest.bytes
        return (manifest, blobs)
    }
}
