package import Programs

/// Which programs these are, and where they run.
package struct Tools: Sendable {
    package let ffmpeg: String
    package let ffprobe: String
    let workplace: Workplace

    /// - Parameters:
    ///   - ffmpeg: path, or a name to be looked up in `PATH`.
    ///   - ffprobe: path, or a name to be looked up in `PATH`.
    ///   - workplace: a worker has programs of its own, whatever the paths say.
    package init(ffmpeg: String = "ffmpeg", ffprobe: String = "ffprobe", workplace: Workplace = .here(.none)) {
        (self.ffmpeg, self.ffprobe, self.workplace) = (ffmpeg, ffprobe, workplace)
    }

    /// The name of a program that cannot be started, if there is one: for a check before work begins.
    package var missing: String? { [ffmpeg, ffprobe].first { !Program.exists($0) } }

    /// A film of six hours in all renditions stays below these: 64 GiB a file, 8 GiB of memory, most of it for pictures that a telephone
    /// took.
    func program(_ tool: Tool, reads: [String], writes: [String] = []) -> Program {
        Program(tool, tool == .ffprobe ? ffprobe : ffmpeg, at: workplace, reads: reads, writes: writes, memoryMiB: 8192, fileMiB: 65_536)
    }
}

extension Program {
    /// Runs one of the tools, with what went wrong in Media's words.
    func encode(_ arguments: [String], limit: Int, output: @escaping @Sendable ([UInt8]) async -> Void) async throws -> Outcome {
        do { return try await run(arguments, seconds: limit, output: output) } catch ProgramProblem.missing(let name) {
            throw MediaProblem.toolMissing(name: name)
        } catch ProgramProblem.tookTooLong(let seconds) {
            throw MediaProblem.timedOut(seconds: seconds)
        } catch ProgramProblem.diskFull {
            throw MediaProblem.diskFull
        } catch ProgramProblem.worker(let problem) {
            let isAbsent = if case .absent = problem { true } else { false }
            throw MediaProblem.workerAway(problem.description, inTheMiddle: !isAbsent)
        }
    }
}

extension Program.Outcome {
    /// Standard error names a full disk or a spent quota.
    var isDiskFull: Bool { ["No space left on device", "Disk quota exceeded"].contains { log.contains($0) } }
}
