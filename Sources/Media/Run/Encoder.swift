package import Foundation
package import Logging
import Programs

/// Runs steps. The results of one source stand side by side in `work`: a folder per finished step, `<step>.part` while it is being made.
///
/// One run at a time per folder: whoever calls holds the job.
package struct Encoder: Sendable {
    let tools: Tools
    let work: URL
    let log: Logger

    package init(tools: Tools, work: URL, log: Logger = Logger(label: "media")) {
        (self.tools, self.work, self.log) = (tools, work, log)
    }

    /// Where the result of a step stands once it is done.
    package func folder(of step: Step) -> URL { work.appendingPathComponent(step.name, isDirectory: true) }

    /// Whether the step is finished, also by an earlier process. A finished step is complete and checked, and is never run again.
    package func isDone(_ step: Step) -> Bool { FileManager.default.fileExists(atPath: folder(of: step).path) }

    /// Runs one step unless it is done. What a killed run left behind is removed first; whatever goes wrong, nothing is left behind.
    ///
    /// - Parameters:
    ///   - source: the uploaded file, probed before.
    ///   - limit: seconds after which ffmpeg is ended; `step.timeLimit` unless given.
    ///   - progress: told how much is done, rising from 0 to 1, about twice a second; the encoder waits for it.
    /// - Throws: `MediaProblem`; `CancellationError` when the task was cancelled, with ffmpeg gone.
    package func run(_ step: Step, source: URL, limit: Int? = nil, progress: @escaping @Sendable (Double) async -> Void = { _ in })
        async throws
    {
        if isDone(step) { return }
        let part = work.appendingPathComponent("\(step.name).part", isDirectory: true)
        try Task.checkCancellation()
        try await Disk.perform {
            try Disk.remove(part)
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        }
        do {
            try await encode(step, source: source, into: part, limit: limit ?? step.timeLimit, progress: progress)
            try await finish(step, in: part)
            try Task.checkCancellation()
            let final = folder(of: step)
            try await Disk.perform { try Disk.seal(part, as: final) }
        } catch {
            try? await Disk.perform { try Disk.remove(part) }
            throw error
        }
        await progress(1)
    }

    private func encode(
        _ step: Step, source: URL, into part: URL, limit: Int, progress: @escaping @Sendable (Double) async -> Void
    ) async throws {
        let arguments = step.arguments(source: source.path, work: work.path, output: part.path)
        let reader = Running(ProgressReader(duration: step.probe.duration))
        log.debug("ffmpeg starts", metadata: ["step": "\(step.name)", "source": "\(source.lastPathComponent)"])
        let program = tools.program(.ffmpeg, reads: [step.input(source: source.path, work: work.path)], writes: [part.path])
        let outcome = try await program.encode(arguments, limit: limit) { bytes in
            if let fraction = reader.change({ $0.take(bytes) }) { await progress(fraction) }
        }
        if outcome.isDiskFull { throw MediaProblem.diskFull }
        guard outcome.status == 0 else { throw MediaProblem.failed(step: step.name, detail: lastLine(of: outcome.log)) }
    }

    /// The last thing that was said, without the addresses and paths of this machine's folders.
    private func lastLine(of text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        return (lines.last ?? "no reason given").replacingOccurrences(of: work.path, with: "").prefix(300).description
    }
}
