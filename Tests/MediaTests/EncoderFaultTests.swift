import Foundation
import Media
import Programs
import Synchronization
import Testing

/// What happens when something goes wrong in the middle of a step.
@Suite struct EncoderFaultTests {
    /// Runs a step at the speed of a film without end, so that it is never over before somebody looks, and calls `act` with the process id
    /// of ffmpeg once it has begun to write.
    private func interrupted(_ bench: Bench, by act: @escaping @Sendable (Task<Void, any Error>, Int32) -> Void) async throws -> (
        Encoder, Step, any Error
    ) {
        let encoder = try bench.encoder(program: #"exec ffmpeg -re -stream_loop -1 "$@""#), source = try await Clip.lesson.file
        let step = plan(probe: try await encoder.probe(source), ladder: .weakLines)[0]
        let task = Task { try await encoder.run(step, source: source) }
        let written = bench.work.appendingPathComponent("240p.part/fragments.mp4").path
        while bench.processes.isEmpty || (try? FileManager.default.attributesOfItem(atPath: written)[.size] as? Int) ?? 0 == 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(isAlive(bench.processes[0]))
        act(task, bench.processes[0])
        let failure = await #expect(throws: (any Error).self) { try await task.value }
        return (encoder, step, try #require(failure))
    }

    @Test func cancellingLeavesNoFolderAndNoProcess() async throws {
        try await Bench.with { bench in
            let (encoder, step, failure) = try await interrupted(bench) { task, _ in task.cancel() }
            #expect(failure is CancellationError)
            #expect(bench.left.isEmpty)
            #expect(!encoder.isDone(step))
            #expect(!isAlive(bench.processes[0]))
        }
    }

    @Test func aKilledStepIsMadeAgainAndTheFinishedOnesAreNot() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(), source = try await Clip.silent.file
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines)
            try await encoder.run(steps[0], source: source)
            // kill -9 of ffmpeg itself:
            let killed = try bench.encoder(program: "kill -9 $$")
            let problem = await #expect(throws: MediaProblem.self) { try await killed.run(steps[1], source: source) }
            #expect(problem?.code == "media.failed")
            #expect(bench.left == ["240p"])
            // kill -9 of us leaves a half-filled folder behind:
            let part = bench.work.appendingPathComponent("poster.part")
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: part.appendingPathComponent("left.ts"))
            for step in steps { try await encoder.run(step, source: source) }
            #expect(bench.left == ["240p", "poster"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: encoder.folder(of: steps[1]).path) == ["poster.jpg"])
            #expect(bench.processes.count == steps.count + 1)
        }
    }

    @Test func killingFFmpegInTheMiddleFailsTheStep() async throws {
        try await Bench.with { bench in
            let (_, _, failure) = try await interrupted(bench) { _, process in kill(process, SIGKILL) }
            #expect((failure as? MediaProblem)?.code == "media.failed")
            #expect(bench.left.isEmpty)
        }
    }

    /// ffmpeg does not mind when nobody reads its progress; the kernel's parent-death signal ends it.
    @Test
    func ffmpegDiesWithTheProcessThatStartedIt() async throws {
        try await Bench.with { bench in
            let source = try await Clip.silent.file
            let parent = Process(), notes = Pipe()
            parent.executableURL = URL(fileURLWithPath: "/bin/sh")
            let arguments = ["-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", source.path, "-c", "copy", "-f", "null", "-"]
            parent.arguments =
                ["-c", #""$@" & echo $!; wait"#, "sh"] + Program("ffmpeg", confinement: .none, memoryMiB: 8192, fileMiB: 1024).command
                + arguments
            parent.standardOutput = notes
            try parent.run()
            let child = try #require(
                Int32(
                    String(decoding: notes.fileHandleForReading.availableData, as: UTF8.self).trimmingCharacters(
                        in: .whitespacesAndNewlines)))
            while try String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8) != "ffmpeg\n" {
                try await Task.sleep(for: .milliseconds(20))
            }
            kill(parent.processIdentifier, SIGKILL)
            for _ in 0..<15_000 where isAlive(child) { try await Task.sleep(for: .milliseconds(20)) }
            #expect(!isAlive(child))
        }
    }

    @Test func aStepThatTakesTooLongIsEnded() async throws {
        try await Bench.with { bench in
            let encoder = try bench.encoder(program: "exec sleep 600"), source = try await Clip.silent.file
            let step = plan(probe: try await encoder.probe(source), ladder: .weakLines)[0]
            await #expect(throws: MediaProblem.timedOut(seconds: 1)) { try await encoder.run(step, source: source, limit: 1) }
            #expect(bench.left.isEmpty)
            #expect(!isAlive(bench.processes[0]))
        }
    }

    /// A small disk is mounted over the folder of the step, where only ffmpeg sees it.
    @Test(.enabled(if: canMount))
    func aFullDiskIsNamedAndLeavesNothing() async throws {
        try await Bench.with { bench in
            let source = try await Clip.lesson.file
            let real = try bench.encoder()
            let steps = plan(probe: try await real.probe(source), ladder: .weakLines)
            for step in [steps[1], steps[2]] {
                let mount = "mount -t tmpfs -o size=\(step.name == "poster" ? "4k" : "200k") none '\(bench.work.path)/\(step.name).part'"
                let full = try bench.encoder(program: #"exec unshare -m sh -c "\#(mount) && exec ffmpeg \"\$@\"" ffmpeg "$@""#)
                await #expect(throws: MediaProblem.diskFull) { try await full.run(step, source: source) }
                #expect(bench.left.isEmpty)
            }
            try await real.run(steps[2], source: source)
            #expect(bench.left == ["poster"], "it goes on when there is room again")
        }
    }

    static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test func whatTheEncoderSaysLastIsKept() async throws {
        try await Bench.with { bench in
            let source = try await Clip.silent.file, real = try bench.encoder()
            let step = plan(probe: try await real.probe(source), ladder: .weakLines)[0]
            let failing = try bench.encoder(
                program: "yes 'much noise' | head -c 3000000 >&2; printf '\\nEncoder is out of paper\\n' >&2; exit 1")
            await #expect(throws: MediaProblem.failed(step: "240p", detail: "Encoder is out of paper")) {
                try await failing.run(step, source: source)
            }
            let full = try bench.encoder(program: "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1")
            await #expect(throws: MediaProblem.diskFull) { try await full.run(step, source: source) }
            #expect(bench.left.isEmpty)
        }
    }

    /// ffmpeg ends with 0 when the source breaks off or when it writes nothing.
    @Test func aResultThatIsTooShortOrMissingIsNotKept() async throws {
        try await Bench.with { bench in
            let source = try await Clip.silent.file, encoder = try bench.encoder()
            let real = try await encoder.probe(source)
            let longer = Probe(
                duration: 20_000, container: real.container, video: .init(index: 0, codec: "h264", width: 320, height: 180), audio: nil)
            let step = plan(probe: longer, ladder: .weakLines)[0]
            await #expect(throws: MediaProblem.truncated(expected: 20_000, found: 4_000)) { try await encoder.run(step, source: source) }
            for step in plan(probe: real, ladder: .weakLines) {
                await #expect(throws: (any Error).self) { try await bench.encoder(program: "exit 0").run(step, source: source) }
            }
            #expect(bench.left.isEmpty)
        }
    }

    @Test func aTransportStreamWaitsForItsRendition() async throws {
        try await Bench.with { bench in
            let source = try await Clip.silent.file, encoder = try bench.encoder()
            let steps = plan(probe: try await encoder.probe(source), ladder: .weakLines, transportStreams: true)
            let problem = await #expect(throws: MediaProblem.self) { try await encoder.run(steps[1], source: source) }
            #expect(problem?.code == "media.failed")
            #expect(bench.left.isEmpty)
        }
    }
}
