import Foundation
import Media
import Synchronization
import Testing

/// Real clips through a real ffmpeg.
@Suite struct EncoderTests {
    @Test func aLessonBecomesRenditionsMP4AndPoster() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await Clip.lesson.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines)
            let told = Mutex<[Double]>([])
            for step in steps {
                #expect(!encoder.isDone(step))
                try await encoder.run(step, source: source) { fraction in told.withLock { $0.append(fraction) } }
                #expect(encoder.isDone(step))
            }
            #expect(bench.left == ["240p", "480p", "poster"])
            #expect(bench.processes.count == 3)
            let fractions = told.withLock { $0 }
            #expect(fractions.allSatisfy { (0...1).contains($0) } && fractions.filter { $0 == 1 }.count >= 3)

            // A second run finds everything done.
            for step in steps { try await encoder.run(step, source: source) }
            #expect(bench.processes.count == 3)

            for step in steps[0...1] {
                let (file, playlist) = try film(encoder.folder(of: step))
                #expect(playlist.segments.map(\.duration) == [2_000_000, 4_000_000, 6_000_000, 1_000_000])
                #expect(
                    try Set(FileManager.default.contentsOfDirectory(atPath: encoder.folder(of: step).path)) == ["index.m3u8", "video.mp4"])
                let mp4 = try Data(contentsOf: file)
                let moov = try #require(mp4.range(of: Data("moov".utf8))), mdat = try #require(mp4.range(of: Data("mdat".utf8)))
                #expect(moov.lowerBound < mdat.lowerBound, "the directory stands in front")
                #expect(abs(try await encoder.probe(file).duration - 13_000) < 200)
                // One set of bytes: as a file and by its ranges it holds the very same pictures. (Of the sound an edit list cuts the
                // encoder's priming, which HLS plays.)
                let whole = try await frames("v", file),
                    ranges = try await frames("v", file.deletingLastPathComponent().appendingPathComponent("index.m3u8"))
                #expect(whole == ranges && whole.count > 100, "\(step.name)")
                // The codec that a page names is the one in the stream: bytes of the avcC box.
                guard case .file(let rendition, _) = step.product else { Issue.record("no rendition"); return }
                let box = try #require(mp4.range(of: Data("avcC".utf8))).upperBound
                #expect(rendition.codecs == "avc1." + mp4[(box + 1)..<(box + 4)].map { String(format: "%02X", $0) }.joined() + ",mp4a.40.2")
            }
            // The same key frames in both, one at the head of each segment.
            let keys = try await (keyTimes(encoder.folder(of: steps[0])), keyTimes(encoder.folder(of: steps[1])))
            #expect(keys.0 == keys.1)
            #expect(keys.0.count == 4)
            #expect(zip(keys.0, [0, 2, 6, 12]).allSatisfy { abs($0 - (keys.0[0] + $1)) < 0.001 })

            let poster = encoder.folder(of: steps[2]).appendingPathComponent("poster.jpg")
            #expect(try FileManager.default.contentsOfDirectory(atPath: encoder.folder(of: steps[2]).path) == ["poster.jpg"])
            #expect(try Data(contentsOf: poster).count <= 60_000)
            #expect(
                try await shell("ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", poster.path])
                    == "640,360\n")
        }
    }

    @Test func theRichestPictureStartsWithin300kB() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await Clip.noise.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines)
            for step in steps {
                try await encoder.run(step, source: source)
                let folder = encoder.folder(of: step)
                if step.name == "poster" {
                    #expect((1...60_000).contains(try Data(contentsOf: folder.appendingPathComponent("poster.jpg")).count))
                } else {
                    let first = try film(folder).playlist.segments[0].range.count
                    #expect((10_000...300_000).contains(first), "\(step.name): \(first) bytes")
                }
            }
        }
    }

    @Test func aPictureThatStandsAndIsSilentIsEncodedUpright() async throws {
        try await Bench.with { bench in
            let source = bench.folder.appendingPathComponent("phone.mp4")
            try await shell(
                "ffmpeg", ["-v", "error", "-i", Clip.silent.file.path, "-c", "copy", "-metadata:s:v:0", "rotate=90", source.path])
            let encoder = try bench.encoder()
            let probe = try await encoder.probe(source)
            #expect(probe.video.rotation % 180 == 90)
            let steps = plan(probe: probe, ladder: .weakLines)
            #expect(steps.map(\.name) == ["240p", "poster"])
            for step in steps { try await encoder.run(step, source: source) }
            let made = try await encoder.probe(encoder.folder(of: steps[0]).appendingPathComponent("video.mp4"))
            #expect(made.video.width == 180 && made.video.height == 320 && made.video.rotation == 0)
            #expect(made.audio == nil)
        }
    }

    @Test(arguments: [(Clip.slides, [2, 4, 6, 6, 6, 6]), (.longSound, [2, 4, 3])])
    func eachSegmentHasItsPicture(_ clip: Clip, _ lengths: [Int]) async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await clip.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines)
            for step in steps { try await encoder.run(step, source: source) }
            let (file, playlist) = try film(encoder.folder(of: steps[0]))
            #expect(playlist.segments.map { ($0.duration + 100_000) / 1_000_000 } == lengths)
            let bytes = try Data(contentsOf: file)
            for segment in playlist.segments {
                let part = bench.folder.appendingPathComponent("segment.mp4")
                try (bytes[playlist.head] + bytes[segment.range]).write(to: part)
                let first = try await shell(
                    "ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", part.path])
                #expect(first.hasPrefix("K"))
            }
        }
    }

    /// Only where a box asks for it: the same pictures as a transport stream, repacked.
    @Test func transportStreamsAreMadeWhereBoxesAskForThem() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await Clip.lesson.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines, transportStreams: true)
            #expect(steps.map(\.name) == ["240p", "480p", "240p-ts", "480p-ts", "poster"])
            for step in [steps[0], steps[2]] { try await encoder.run(step, source: source) }
            let playlist = try MediaPlaylist.parse(
                String(contentsOf: encoder.folder(of: steps[2]).appendingPathComponent("index.m3u8"), encoding: .utf8))
            #expect(playlist.segments.map { ($0.duration + 100_000) / 1_000_000 } == [2, 4, 6, 1])
        }
    }

    /// A rendition's file and its playlist.
    private func film(_ folder: URL) throws -> (file: URL, playlist: RangePlaylist) {
        let file = folder.appendingPathComponent("video.mp4")
        let length = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int)
        return (
            file,
            try RangePlaylist.parse(
                String(contentsOf: folder.appendingPathComponent("index.m3u8"), encoding: .utf8), file: "video.mp4", length: length)
        )
    }

    /// What every frame of a stream decodes to.
    private func frames(_ stream: String, _ file: URL) async throws -> [String] {
        try await shell("ffmpeg", ["-nostdin", "-v", "error", "-i", file.path, "-map", "0:\(stream)", "-f", "framemd5", "-"])
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: ",").last.map(String.init) }
    }

    /// Times of the key frames of a rendition in seconds, after a check that no other frame of a segment's head is one.
    private func keyTimes(_ folder: URL) async throws -> [Double] {
        let lines = try await shell(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0",
                folder.appendingPathComponent("index.m3u8").path,
            ])
        let fields = lines.split(separator: "\n").map { $0.split(separator: ",") }.filter { $0.count >= 2 }
        return Set(fields.filter { $0[1].hasPrefix("K") }.compactMap { Double($0[0]) }).sorted()
    }
}
