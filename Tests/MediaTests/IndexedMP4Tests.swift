import Basics
import Foundation
import Media
import Testing

/// Files of fragments, as ffmpeg writes them and as nobody does.
@Suite struct IndexedMP4Tests {
    @Test(arguments: [Clip.lesson, .silent]) func everySampleIsWhereItWas(_ clip: Clip) async throws {
        try await withFolder { folder in
            let fragments = try await Self.fragments(of: clip, in: folder)
            let file = folder.appendingPathComponent("video.mp4")
            let playlist = try IndexedMP4.make(from: fragments, into: file)
            let length = try FileHandle(forReadingFrom: file).seekToEnd()
            #expect(try RangePlaylist.parse(playlist.text, file: "video.mp4", length: Int(length)) == playlist)
            #expect(try await Self.content(of: file) == Self.content(of: fragments))
        }
    }

    @Test func whatIsBrokenIsRefusedAndNeverEndsTheProgram() async throws {
        try await withFolder { folder in
            let whole = [UInt8](try Data(contentsOf: await Self.fragments(of: .lesson, in: folder)))
            let broken = folder.appendingPathComponent("broken.mp4"), made = folder.appendingPathComponent("made.mp4")
            var generator = SeededGenerator(seed: 20_110_305)
            // The directories are what is read; they are found by their names, as a reader of the format would.
            let places = whole.indices.dropLast(8).filter {
                ["moov", "moof"].contains(String(decoding: whole[$0..<($0 + 4)], as: UTF8.self))
            }
            var refused = 0
            for round in 0..<600 {
                var bytes = whole
                switch round % 4 {
                case 0: bytes.removeLast(1 + generator.below(whole.count - 1))
                case 1: bytes[places[generator.below(places.count)] + generator.below(900)] = UInt8(generator.below(256))
                case 2: for at in 0..<4 { bytes[places[generator.below(places.count)] + generator.below(200) + at] = 0xFF }
                default: bytes[places[generator.below(places.count)] - 1 - generator.below(4)] ^= UInt8(1 << generator.below(8))
                }
                try Data(bytes).write(to: broken)
                do { _ = try IndexedMP4.make(from: broken, into: made) } catch is MP4Problem { refused += 1 }
            }
            #expect(refused > 200)
        }
    }

    @Test func aFileOfNothingIsRefused() async throws {
        try await withFolder { folder in
            let empty = folder.appendingPathComponent("empty.mp4")
            for bytes in [[], Array(repeating: 0, count: 8), [0, 0, 0, 8] + Array("moov".utf8), [0, 0, 0, 8] + Array("moof".utf8)]
                as [[UInt8]]
            {
                try Data(bytes).write(to: empty)
                #expect(throws: MP4Problem.self) { try IndexedMP4.make(from: empty, into: folder.appendingPathComponent("made.mp4")) }
            }
        }
    }

    private static func fragments(of clip: Clip, in folder: URL) async throws -> URL {
        let file = folder.appendingPathComponent("fragments.mp4")
        let form = ["-c", "copy", "-movflags", "+frag_keyframe+delay_moov+default_base_moof+skip_trailer", "-f", "mp4"]
        try await shell("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", clip.file.path] + form + [file.path])
        return file
    }

    /// The packets of each track, as a hash.
    private static func content(of file: URL) async throws -> String {
        try await shell("ffmpeg", ["-nostdin", "-v", "error", "-i", file.path, "-map", "0", "-c", "copy", "-f", "streamhash", "-"])
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("yuanjiao-mp4-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }
}
