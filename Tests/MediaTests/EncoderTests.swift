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
            #expect(bench.left == ["240p", "480p", "mp4", "poster"])
            #expect(bench.processes.count == 4)
            let fractions = told.withLock { $0 }
            #expect(fractions.allSatisfy { (0...1).contains($0) } && fractions.filter { $0 == 1 }.count >= 4)

            // A second run finds everything done.
            for step in steps { try await encoder.run(step, source: source) }
            #expect(bench.processes.count == 4)

            let playlists = try steps[0...1].map {
                try MediaPlaylist.parse(String(contentsOf: encoder.folder(of: $0).appendingPathComponent("index.m3u8"), encoding: .utf8))
            }
            for (step, playlist) in zip(steps, playlists) {
                #expect(playlist.segments.map(\.duration) == [2_000_000, 4_000_000, 6_000_000, 1_000_000])
                let files = try FileManager.default.contentsOfDirectory(atPath: encoder.folder(of: step).path)
                #expect(Set(files) == Set(playlist.segments.map(\.name) + ["index.m3u8"]))
            }
            // The same key frames in both, one at the head of each segment.
            let keys = try await (keyTimes(encoder.folder(of: steps[0])), keyTimes(encoder.folder(of: steps[1])))
            #expect(keys.0 == keys.1)
            #expect(keys.0.count == 4)
            #expect(zip(keys.0, [0, 2, 6, 12]).allSatisfy { abs($0 - (keys.0[0] + $1)) < 0.001 })

            let mp4 = try Data(contentsOf: encoder.folder(of: steps[2]).appendingPathComponent("video.mp4"))
            let moov = try #require(mp4.range(of: Data("moov".utf8))), mdat = try #require(mp4.range(of: Data("mdat".utf8)))
            #expect(moov.lowerBound < mdat.lowerBound, "the directory stands in front")
            #expect(abs(try await encoder.probe(encoder.folder(of: steps[2]).appendingPathComponent("video.mp4")).duration - 13_000) < 200)
            // The codec that a master playlist names is the one in the stream: bytes of the avcC box.
            guard case .mp4(let rendition) = steps[2].product else { Issue.record("no rendition"); return }
            let box = try #require(mp4.range(of: Data("avcC".utf8))).upperBound
            #expect(rendition.codecs == "avc1." + mp4[(box + 1)..<(box + 4)].map { String(format: "%02X", $0) }.joined() + ",mp4a.40.2")

            let poster = encoder.folder(of: steps[3]).appendingPathComponent("poster.jpg")
            #expect(try FileManager.default.contentsOfDirectory(atPath: encoder.folder(of: steps[3]).path) == ["poster.jpg"])
            #expect(try Data(contentsOf: poster).count <= 60_000)
            #expect(try await shell("ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", poster.path]) == "640,360\n")
        }
    }

    @Test func theRichestPictureStartsWithin300kB() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await Clip.noise.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines)
            for step in steps where step.name != "mp4" {
                try await encoder.run(step, source: source)
                let folder = encoder.folder(of: step)
                if step.name == "poster" {
                    #expect((1...60_000).contains(try Data(contentsOf: folder.appendingPathComponent("poster.jpg")).count))
                } else {
                    let first = try Data(contentsOf: folder.appendingPathComponent("seg0000.ts")).count
                    #expect((10_000...300_000).contains(first), "\(step.name): \(first) bytes")
                }
            }
        }
    }

    @Test func aPictureThatStandsAndIsSilentIsEncodedUpright() async throws {
        try await Bench.with { bench in
            let source = bench.folder.appendingPathComponent("phone.mp4")
            try await shell("ffmpeg", ["-v", "error", "-i", Clip.silent.file.path, "-c", "copy", "-metadata:s:v:0", "rotate=90", source.path])
            let encoder = try bench.encoder()
            let probe = try await encoder.probe(source)
            #expect(probe.video.rotation % 180 == 90)
            let steps = plan(probe: probe, ladder: .weakLines)
            #expect(steps.map(\.name) == ["240p", "mp4", "poster"])
            for step in steps { try await encoder.run(step, source: source) }
            let made = try await encoder.probe(encoder.folder(of: steps[1]).appendingPathComponent("video.mp4"))
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
            let folder = encoder.folder(of: steps[0])
            let playlist = try MediaPlaylist.parse(String(contentsOf: folder.appendingPathComponent("index.m3u8"), encoding: .utf8))
            #expect(playlist.segments.map { ($0.duration + 100_000) / 1_000_000 } == lengths)
            for segment in playlist.segments {
                let file = folder.appendingPathComponent(segment.name).path
                let first = try await shell("ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", file])
                #expect(first.hasPrefix("K"))
            }
        }
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
