import Basics
import Foundation
import Media
import Storage
import Trust

/// The finished steps of one source, to be put into the store and described by a manifest.
struct EncodedParcel: Sendable {
    let steps: [Step]
    let folder: @Sendable (Step) -> URL
    /// A name on the volume of the work that nothing else uses.
    let scratch: URL

    /// A file of a step and, for a segment, its length in milliseconds.
    private struct Piece: Sendable {
        let name: String
        let duration: Int64?
    }

    /// Puts every file into the store and names them all. The work stays as it is until the caller removes it, so that a killed run can
    /// begin again here.
    func store(in blobs: BlobStore, courseware: String, version: Int64, title: String) async throws -> Manifest {
        var renditions: [Manifest.Rendition] = []
        var poster: Manifest.File?
        var duration = Int64(steps.first?.probe.duration ?? 0)
        for step in steps {
            switch step.product {
            case .file(let rendition, _):
                let made = try await storeFile(step, in: blobs)
                let variant = MasterPlaylist.Variant(
                    path: step.mainFile, rendition: rendition, playlist: made.playlist.media,
                    sizes: made.playlist.segments.map(\.range.count))
                duration = max(duration, Int64(made.playlist.media.duration))
                renditions.append(
                    Manifest.Rendition(
                        name: step.name, kind: .pieces, height: Int64(rendition.height), bandwidth: Int64(variant.peakRate),
                        playlist: made.files.first?.path,
                        files: made.files, file: try RelativePath(checking: "\(step.name)/\(Step.file)", at: "A file of an encoding"),
                        codecs: rendition.codecs))
            case .hls(let rendition):
                let playlist = try await playlist(of: step)
                let pieces = playlist.segments.map { Piece(name: $0.name, duration: max(1, Int64($0.duration + 500) / 1000)) }
                let files = try await store([Piece(name: step.mainFile, duration: nil)] + pieces, of: step, in: blobs)
                let variant = MasterPlaylist.Variant(
                    path: step.mainFile, rendition: rendition, playlist: playlist, sizes: files.dropFirst().map { Int($0.length) })
                duration = max(duration, Int64(playlist.duration))
                renditions.append(
                    Manifest.Rendition(
                        name: step.name, kind: .hls, height: Int64(rendition.height), bandwidth: Int64(variant.peakRate),
                        playlist: files[0].path, files: files)
                )
            case .poster: poster = try await store([Piece(name: step.mainFile, duration: nil)], of: step, in: blobs).first
            }
        }
        guard let poster else { throw MediaProblem.failed(step: "store", detail: "there is no poster") }
        return try Manifest(
            courseware: courseware, version: version, title: title, category: "", speaker: "", unit: "", duration: duration, poster: poster,
            renditions: renditions)
    }

    /// Bytes of a piece: what a cut line, a power cut or a bad byte can cost a node.
    static let piece = 1 << 20

    /// Puts the playlist and the file of a step into the store, the file in pieces.
    private func storeFile(_ step: Step, in blobs: BlobStore) async throws -> (playlist: RangePlaylist, files: [Manifest.File]) {
        let (folder, most) = (folder(step), Self.piece)
        let file = folder.appendingPathComponent(Step.file)
        let named = try await store([Piece(name: step.mainFile, duration: nil)], of: step, in: blobs)
        let text = try await offPool { String(decoding: try Data(contentsOf: folder.appendingPathComponent(step.mainFile)), as: UTF8.self) }
        var pieces: [Manifest.File] = []
        var length = 0
        while true {
            try Task.checkCancellation()
            let place = length
            let kept = try await offPool { () -> (hash: String, count: Int)? in
                let handle = try FileHandle(forReadingFrom: file)
                defer { try? handle.close() }
                try handle.seek(toOffset: UInt64(place))
                guard let bytes = try handle.read(upToCount: most), !bytes.isEmpty else { return nil }
                return (try blobs.store(bytes), bytes.count)
            }
            guard let kept, let sha256 = SHA256Hex(rawValue: kept.hash) else { break }
            let path = try RelativePath(checking: "\(step.name)/\(Step.file).\(padded(pieces.count, 4))", at: "A file of an encoding")
            pieces.append(Manifest.File(path: path, sha256: sha256, length: Int64(kept.count)))
            length += kept.count
        }
        do { return (try RangePlaylist.parse(text, file: Step.file, length: length), named + pieces) } catch {
            throw MediaProblem.failed(step: step.name, detail: "\(error)")
        }
    }

    private func playlist(of step: Step) async throws -> MediaPlaylist {
        let file = folder(step).appendingPathComponent(step.mainFile)
        return try await offPool {
            guard let bytes = FileManager.default.contents(atPath: file.path) else {
                throw MediaProblem.failed(step: step.name, detail: "its playlist is gone")
            }
            do { return try MediaPlaylist.parse(String(decoding: bytes, as: UTF8.self)) } catch {
                throw MediaProblem.failed(step: step.name, detail: "\(error)")
            }
        }
    }

    private func store(_ pieces: [Piece], of step: Step, in blobs: BlobStore) async throws -> [Manifest.File] {
        let (folder, scratch) = (folder(step), scratch)
        var files: [Manifest.File] = []
        for piece in pieces {
            try Task.checkCancellation()
            let (hash, length) = try await offPool { try keep(folder.appendingPathComponent(piece.name), through: scratch, in: blobs) }
            guard let sha256 = SHA256Hex(rawValue: hash) else {
                throw MediaProblem.failed(step: step.name, detail: "\(piece.name) has no hash")
            }
            let path = try RelativePath(checking: "\(step.name)/\(piece.name)", at: "A file of an encoding")
            files.append(Manifest.File(path: path, sha256: sha256, length: length, duration: piece.duration))
        }
        return files
    }
}

/// Puts a file into the store and leaves it where it is: as a second name of the same bytes, or as a copy where the disk knows no second
/// names. Blocking.
private func keep(_ file: URL, through scratch: URL, in blobs: BlobStore) throws -> (hash: String, length: Int64) {
    let (hash, length) = try BlobStore.hash(of: file)
    guard blobs.length(hash) != length else { return (hash, length) }
    try? FileManager.default.removeItem(at: scratch)
    if link(file.path, scratch.path) != 0 { try FileManager.default.copyItem(at: file, to: scratch) }
    try blobs.adopt(scratch, as: hash)
    return (hash, length)
}
