import Foundation
import Media
import Testing

/// Real files before a real ffprobe.
@Suite struct ProbeFilesTests {
    @Test(arguments: [Clip.lesson, .streamed, .matroska, .flash])
    func aWholeFileIsAccepted(_ clip: Clip) async throws {
        try await Bench.with { bench in
            let probe = try await bench.encoder().probe(clip.file)
            #expect(abs(probe.duration - 13_000) < 100)
            #expect(probe.video.width == 640 && probe.video.height == 360 && probe.video.codec == "h264")
            #expect(probe.audio?.codec == "aac")
            #expect(bench.processes.isEmpty, "probing does not start the encoder")
        }
    }

    @Test func silenceIsAccepted() async throws {
        try await Bench.with { bench in
            let probe = try await bench.encoder().probe(Clip.silent.file)
            #expect(probe.audio == nil)
            #expect(probe.duration == 4000)
        }
    }

    /// A directory at the end is lost with the end; one in front promises more than there is.
    @Test(arguments: [Clip.lesson, .streamed, .matroska, .flash])
    func aFileCutAtThreeFifthsIsFound(_ clip: Clip) async throws {
        try await Bench.with { bench in
            let whole = try await Data(contentsOf: clip.file)
            let cut = try bench.file("cut-\(clip.name)", whole.prefix(whole.count * 6 / 10))
            let problem = await #expect(throws: MediaProblem.self) { try await bench.encoder().probe(cut) }
            guard case .truncated(let expected, let found) = problem else { Issue.record("\(String(describing: problem))"); return }
            if clip == .lesson {
                #expect(expected == nil && found == nil)
            } else {
                #expect(abs((expected ?? 0) - 13_000) < 100)
                #expect((5_000...9_500).contains(found ?? 0), "\(String(describing: found))")
            }
        }
    }

    @Test func filesThatAreNoVideoHaveTheirOwnProblems() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder()
            let text = try bench.file("text.mp4", "Dear editor, this is the lesson.\n".utf8)
            await #expect(throws: MediaProblem.notMedia) { try await encoder.probe(text) }
            let empty = try bench.file("empty.mp4", [])
            await #expect(throws: MediaProblem.empty) { try await encoder.probe(empty) }
            let random = try bench.file("random.mp4", (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
            await #expect(throws: MediaProblem.notMedia) { try await encoder.probe(random) }
            await #expect(throws: MediaProblem.noVideo) { try await encoder.probe(Clip.soundOnly.file) }
        }
    }

    /// Without the list of allowed containers ffmpeg 5.1 opens these and the file that they name.
    @Test(arguments: [
        "#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:13,\nfile://VICTIM\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:13,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile 'VICTIM'\n",
        "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\"><Period><AdaptationSet><Representation><BaseURL>VICTIM</BaseURL></Representation></AdaptationSet></Period></MPD>",
    ])
    func aListThatNamesOtherFilesIsRefused(_ text: String) async throws {
        try await Bench.with { bench in
            let victim = try await Clip.lesson.file
            let list = try bench.file("list.mp4", text.replacing("VICTIM", with: victim.path).utf8)
            let encoder = try bench.encoder()
            await #expect(throws: MediaProblem.notMedia) { try await encoder.probe(list) }
            // Not even when somebody encodes it without having probed it.
            let steps = plan(probe: try await encoder.probe(victim), ladder: .weakLines)
            for step in [steps[0], steps[2]] {
                let problem = await #expect(throws: MediaProblem.self) { try await encoder.run(step, source: list) }
                #expect(problem?.code == "media.failed")
            }
            #expect(bench.left.isEmpty)
        }
    }

    @Test func aMissingProgramIsNamed() async throws {
        try await Bench.with { bench in
            let tools = Tools(ffmpeg: "ffmpeg", ffprobe: bench.folder.appendingPathComponent("none").path)
            #expect(tools.missing == tools.ffprobe)
            let encoder = Encoder(tools: tools, work: bench.work)
            let clip = try await Clip.silent.file
            await #expect(throws: MediaProblem.toolMissing(name: tools.ffprobe)) { try await encoder.probe(clip) }
        }
    }
}
