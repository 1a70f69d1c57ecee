import Basics
import Node
import Trust

/// Made-up courseware of a few kilobytes: everything that a real one has, small.
enum TreeCourseware {
    static let chunk: Int64 = 4096

    /// A manifest and its blobs.
    static func make(_ name: String, version: Int64, using generator: inout SeededGenerator) throws -> (
        manifest: Manifest, blobs: [SHA256Hex: [UInt8]]
    ) {
        var blobs: [SHA256Hex: [UInt8]] = [:]
        func file(_ path: String, _ length: Int, duration: Int64? = nil) throws -> Manifest.File {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(length + 8)
            while bytes.count < length { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
            let hash = SHA256Hex(of: bytes)
            blobs[hash] = bytes
            return Manifest.File(
                path: try RelativePath(checking: path, at: "path"), sha256: hash, length: Int64(bytes.count), duration: duration)
        }
        func pieces(_ name: String, _ height: Int64, piece: Int) throws -> Manifest.Rendition {
            let playlist = try file("\(name)/index.m3u8", 300)
            let pieces = try (0...2).map { try file("\(name)/video.mp4.000\($0)", piece) }
            return Manifest.Rendition(
                name: name, kind: .pieces, height: height, bandwidth: Int64(piece) * 50, playlist: playlist.path,
                files: [playlist] + pieces,
                file: try RelativePath(checking: "\(name)/video.mp4", at: "path"), codecs: "avc1.4D401E,mp4a.40.2")
        }
        let manifest = try Manifest(
            courseware: name, version: version, title: "Lesson \(name)", category: "", speaker: "", unit: "", duration: 30_000,
            poster: try file("poster.jpg", 1500),
            renditions: [
                try pieces("480p", 480, piece: 9000), try pieces("240p", 240, piece: 3500),
                Manifest.Rendition(
                    name: "mp4", kind: .mp4, height: 480, bandwidth: 500_000, playlist: nil, files: [try file("mp4/video.mp4", 25_000)]),
            ])
        blobs[SHA256Hex(of: manifest.bytes)] = manifest.bytes
        return (manifest, blobs)
    }
}
