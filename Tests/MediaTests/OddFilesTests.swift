import Foundation
import Media
import Testing

/// Files as people have them, made by a real ffmpeg, probed and encoded.
@Suite struct OddFilesTests {
    private static let picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=8", "-f", "lavfi", "-i", "sine=f=1000:d=8"]
    private static let fast = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac"]

    private func make(_ bench: Bench, _ name: String, _ arguments: [String]) async throws -> URL {
        let file = bench.folder.appendingPathComponent(name)
        try await shell("ffmpeg", ["-nostdin", "-v", "error", "-y"] + arguments + [file.path])
        return file
    }

    /// Encodes the smallest rendition; answers its file.
    private func encode(_ bench: Bench, _ file: URL) async throws -> (probe: Probe, film: URL) {
        let encoder = try bench.encoder()
        let probe = try await encoder.probe(file)
        let steps = plan(probe: probe, ladder: .weakLines)
        let step = try #require(steps.first)
        try await encoder.run(step, source: file)
        if let poster = steps.last { try await encoder.run(poster, source: file) }
        return (probe, encoder.folder(of: step).appendingPathComponent(Step.file))
    }

    private func seconds(_ file: URL) async throws -> Double {
        Double(
            try await shell("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file.path]).trimmingCharacters(
                in: .whitespacesAndNewlines)) ?? 0
    }

    /// The luma of a frame, line by line.
    private func luma(_ file: URL, at time: Double, width: Int, height: Int) async throws -> [UInt8] {
        let raw = file.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("frame-\(UUID().uuidString).raw")
        try await shell(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-y", "-ss", String(time), "-i", file.path, "-frames:v", "1", "-pix_fmt", "gray", "-f",
                "rawvideo", raw.path,
            ])
        return [UInt8](try Data(contentsOf: raw)).prefix(width * height).map { $0 }
    }

    /// A recorder that writes to a pipe knows no length: browsers, and recorders whose power went.
    @Test(arguments: [("webm", ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]), ("matroska", Self.fast)])
    func aRecordingWithoutALengthHasThatOfItsPackets(_ format: String, _ codecs: [String]) async throws {
        try await Bench.with { bench in
            let file = bench.folder.appendingPathComponent("recording")
            try await shell(
                "sh", ["-c", "ffmpeg -nostdin -v error \"$@\" - > '\(file.path)'", "sh"] + Self.picture + codecs + ["-f", format])
            let (probe, film) = try await encode(bench, file)
            #expect(abs(probe.duration - 8_000) < 150 && probe.notes.map(\.code) == [.cutOff])
            #expect(abs(try await seconds(film) - 8) < 0.3)
        }
    }

    /// Broadcasts joined one behind the other: the clock runs ahead by an hour, goes back by an hour, or begins anew.
    @Test(arguments: [["one", "hour"], ["hour", "one"], ["one", "one"]])
    func joinedBroadcastsAreAsLongAsBoth(_ parts: [String]) async throws {
        try await Bench.with { bench in
            let one = try await make(bench, "one.ts", Self.picture + Self.fast)
            _ = try await make(bench, "hour.ts", ["-i", one.path, "-c", "copy", "-output_ts_offset", "3600"])
            let joined = try bench.file(
                "joined.ts", try parts.flatMap { try Data(contentsOf: bench.folder.appendingPathComponent("\($0).ts")) })
            let (probe, film) = try await encode(bench, joined)
            #expect(abs(probe.duration - 16_000) < 300, "\(probe.duration)")
            #expect(probe.notes.map(\.code) == [.joined])
            #expect(abs(try await seconds(film) - 16) < 0.5)
        }
    }

    @Test func aPictureThatTurnsKeepsItsShape() async throws {
        try await Bench.with { bench in
            let lying = try await make(bench, "lying.ts", ["-f", "lavfi", "-i", "color=white:s=640x360:r=25:d=4"] + Self.fast)
            let standing = try await make(
                bench, "standing.ts", ["-f", "lavfi", "-i", "color=white:s=360x640:r=25:d=4"] + Self.fast + ["-output_ts_offset", "4"])
            let call = try bench.file("call.ts", try [lying, standing].flatMap { try Data(contentsOf: $0) })
            let (_, film) = try await encode(bench, call)
            let width = 426, row = 120 * width
            let before = try await luma(film, at: 1, width: width, height: 240),
                after = try await luma(film, at: 6, width: width, height: 240)
            #expect(before[row + 20] > 200 && before[row + width / 2] > 200)
            #expect(after[row + 20] < 40 && after[row + width / 2] > 200 && after[row + width - 20] < 40)
            // 240 lines of a picture of 9:16 are 135 across.
            #expect(abs(after[row..<row + width].count { $0 > 128 } - 135) <= 3)
        }
    }

    @Test(arguments: [("smpte2084", 439, 573), ("arib-std-b67", 397, 721)])
    func whitePaperOfHighDynamicRangeIsWhite(_ transfer: String, _ grey: Int, _ white: Int) async throws {
        try await Bench.with { bench in
            let source = "color=c=black:s=640x360:r=25:d=2,format=yuv420p10le,geq=lum='if(lt(X,320),\(grey),\(white))':cb=512:cr=512"
            let parameters = "log-level=none:colorprim=bt2020:transfer=\(transfer):colormatrix=bt2020nc"
            let file = try await make(
                bench, "hdr.mp4",
                [
                    "-f", "lavfi", "-i", source, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", parameters, "-color_primaries",
                    "bt2020", "-color_trc", transfer,
                ]
                    + ["-colorspace", "bt2020nc", "-tag:v", "hvc1"])
            let (probe, film) = try await encode(bench, file)
            #expect(probe.notes.map(\.code) == [.hdr])
            let raw = bench.folder.appendingPathComponent("frame.yuv")
            try await shell(
                "ffmpeg", ["-nostdin", "-v", "error", "-y", "-ss", "1", "-i", film.path, "-frames:v", "1", "-f", "rawvideo", raw.path])
            let luma = [UInt8](try Data(contentsOf: raw))
            #expect(
                (95...150).contains(luma[120 * 426 + 60]) && luma[120 * 426 + 360] >= 215,
                "\(luma[120 * 426 + 60]) \(luma[120 * 426 + 360])")
            let marks = try await shell(
                "ffprobe", ["-v", "error", "-show_entries", "stream=color_transfer,color_primaries", "-of", "csv=p=0", film.path])
            #expect(!marks.contains(transfer) && !marks.contains("bt2020"))
        }
    }

    /// The head says that pixels are a hundred times as high as wide: nobody believes it.
    @Test func pixelsThatNoPictureHasDoNotMakeAStripe() async throws {
        try await Bench.with { bench in
            let file = try await make(
                bench, "odd.mp4", ["-f", "lavfi", "-i", "color=white:s=640x480:r=25:d=2", "-vf", "setsar=1/100"] + Self.fast)
            let (probe, film) = try await encode(bench, file)
            #expect(probe.notes.map(\.code) == [.pixels])
            let row = try await luma(film, at: 1, width: 320, height: 240)[120 * 320..<121 * 320]
            #expect(row.allSatisfy { $0 > 200 })
        }
    }

    /// A telephone that says PQ and forgets the colours.
    @Test func highDynamicRangeWithoutItsColoursIsEncoded() async throws {
        try await Bench.with { bench in
            let file = try await make(
                bench, "hdr.mp4",
                ["-f", "lavfi", "-i", "color=white:s=640x360:r=25:d=2,format=yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast"]
                    + ["-x265-params", "log-level=none:transfer=smpte2084", "-color_trc", "smpte2084", "-tag:v", "hvc1"])
            let (probe, film) = try await encode(bench, file)
            #expect(probe.notes.map(\.code) == [.hdr] && !probe.video.assumedColours.isEmpty)
            #expect(try await seconds(film) > 1.8)
        }
    }

    /// Two channels that cancel each other are heard; two that do not are left as they are.
    @Test(arguments: [("c0=c0|c1=-1*c0", true), ("c0=c0|c1=c0", false), ("c0=c0|c1=0*c0", false)])
    func soundInOppositePhaseIsHeard(_ channels: String, _ isOpposed: Bool) async throws {
        try await Bench.with { bench in
            let file = try await make(
                bench, "voice.mp4",
                [
                    "-f", "lavfi", "-i", "testsrc2=s=320x180:r=15:d=4", "-f", "lavfi", "-i", "sine=f=600:d=4", "-af",
                    "pan=stereo|\(channels)",
                ] + Self.fast)
            let (probe, film) = try await encode(bench, file)
            #expect(probe.notes.map(\.code) == (isOpposed ? [.phase] : []))
            let told = try await shell("sh", ["-c", "ffmpeg -nostdin -hide_banner -i '\(film.path)' -af volumedetect -f null - 2>&1"])
            let loudness = told.firstMatch(of: /mean_volume: (-?[0-9.]+)/).flatMap { Double($0.1) } ?? -100
            #expect(loudness > -40, "\(loudness)")
        }
    }

    @Test func aSinglePictureStandsUnderALongVoice() async throws {
        try await Bench.with { bench in
            let file = try await make(
                bench, "voice.mkv",
                ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=0.04", "-f", "lavfi", "-i", "sine=d=20", "-c:v", "libx264", "-c:a", "aac"])
            let (probe, film) = try await encode(bench, file)
            #expect(abs(probe.duration - 20_000) < 150 && probe.notes.map(\.code) == [.still])
            #expect(abs(try await seconds(film) - 20) < 0.5)
        }
    }
}
