import Basics
import Node
import Relay
import Synchronization
import Trust

/// One lesson as the television page lists it.
struct TelevisionItem: Encodable, Sendable {
    struct Source: Encodable, Sendable {
        let type: String
        let src: String
    }

    let id: String
    let title: String
    let category: String
    let speaker: String
    let unit: String
    let duration: Int64
    let poster: String
    let sources: [Source]

    private enum CodingKeys: String, CodingKey {
        case id, title, category, speaker, unit, poster, sources
        case duration = "duration_ms"
    }

    /// A lesson with the renditions that are here: as files with what is in them, by HLS, and as MP4 of before. The page tries what the box
    /// is surest of first.
    init(_ manifest: Manifest, renditions: [String]) {
        let folder = "/tv/media/\(manifest.courseware)/"
        id = manifest.courseware
        title = manifest.title
        category = manifest.category
        speaker = manifest.speaker
        unit = manifest.unit
        duration = manifest.duration
        poster = folder + manifest.poster.path.rawValue
        let here = manifest.renditions.filter { renditions.contains($0.name) }
        let hls = here.compactMap { $0.playlist.map { Source(type: "application/vnd.apple.mpegurl", src: folder + $0.rawValue) } }
        let files = here.compactMap { one in
            one.file.map { Source(type: "video/mp4; codecs=\"\(one.codecs ?? "")\"", src: folder + $0.rawValue) }
        }
        let mp4 = here.filter { $0.kind == .mp4 }.compactMap {
            $0.files.first.map { Source(type: "video/mp4", src: folder + $0.path.rawValue) }
        }
        sources = files + hls + mp4
    }
}

/// What the terminal can show: complete, verified courseware with its manifests, read from the blobs once.
final class TelevisionShelf: Sendable {
    private static let mostManifests = 8
    private let blobs: BlobFolder
    private let items = Mutex<[String: TelevisionItem]>([:])
    /// The manifests used last, oldest first: one film is read in hundreds of pieces.
    private let manifests = Mutex<[(hash: SHA256Hex, manifest: Manifest)]>([])

    init(blobs: BlobFolder) { self.blobs = blobs }

    /// The list, in the order of the holdings; one whose manifest is not on the disk is left out.
    func items(of holdings: [StoredHolding]) async throws -> [TelevisionItem] {
        var list: [TelevisionItem] = []
        for holding in holdings {
            let key = holding.manifest + holding.renditions.joined(separator: ",")
            if let item = items.withLock({ $0[key] }) {
                list.append(item)
            } else if let manifest = try await manifest(of: holding) {
                let item = TelevisionItem(manifest, renditions: holding.renditions)
                items.withLock { $0[key] = item }
                list.append(item)
            }
        }
        return list
    }

    /// The manifest of a holding; nil when it is not on the disk.
    func manifest(of holding: StoredHolding) async throws -> Manifest? {
        guard let hash = SHA256Hex(rawValue: holding.manifest) else { return nil }
        if let known = manifests.withLock({ $0.first { $0.hash == hash }?.manifest }) { return known }
        guard let bytes = try await blobs.read(hash) else { return nil }
        let manifest = try Manifest(parsing: bytes)
        manifests.withLock {
            $0.removeAll { $0.hash == hash }
            $0.append((hash, manifest))
            if $0.count > Self.mostManifests { $0.removeFirst() }
        }
        return manifest
    }
}
