import Subprocess

/// One run of ffmpeg or ffprobe as a child process.
struct Program: Sendable {
    /// How it ended.
    struct Outcome: Sendable {
        let isSuccess: Bool
        /// The end of what it said on standard error.
        let log: String

        /// Standard error names a full disk or a spent quota; our children speak English.
        var isDiskFull: Bool { ["No space left on device", "Disk quota exceeded"].contains { log.contains($0) } }
    }

    let launcher: [String]
    let path: String
    let arguments: [String]

    /// Runs to the end, hands standard output to `output` piece by piece.
    ///
    /// When the task is cancelled or the time is over, the program gets SIGTERM and three seconds later SIGKILL; it is gone when this returns.
    /// - Throws: `MediaProblem.toolMissing`, `MediaProblem.timedOut` after `limit` seconds, `CancellationError`.
    func run(limit: Int, output: @escaping @Sendable ([UInt8]) async -> Void) async throws -> Outcome {
        guard Tools.exists(path) else { throw MediaProblem.toolMissing(name: path) }
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await start(output) }
            group.addTask {
                try await Task.sleep(for: .seconds(limit))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let outcome = first else { throw MediaProblem.timedOut(seconds: limit) }
            try Task.checkCancellation()
            return outcome
        }
    }

    /// The body never throws while the child lives: both pipes are read to their ends, which come when the child is gone.
    private func start(_ output: @escaping @Sendable ([UInt8]) async -> Void) async throws -> Outcome {
        var options = PlatformOptions()
        options.processGroupID = 0  // Ctrl-C in a terminal is for us; we end our children in order.
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(3))]
        let command = launcher + [path] + arguments
        let result = try await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst())), environment: .inherit.updating(["LC_ALL": "C"]),
            platformOptions: options, input: .none, output: .sequence, error: .sequence
        ) { execution in
            async let log = Self.tail(of: execution.standardError)
            for try await piece in execution.standardOutput { await output(piece.withUnsafeBytes { Array($0) }) }
            return try await log
        }
        return Outcome(isSuccess: result.terminationStatus.isSuccess, log: result.closureResult)
    }

    /// The last 4 kB: a hostile file can make ffmpeg say any amount.
    private static func tail(of sequence: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in sequence {
            bytes += piece.withUnsafeBytes { Array($0) }
            if bytes.count > 65_536 { bytes.removeFirst(bytes.count - 4_096) }
        }
        return String(decoding: bytes.suffix(4_096), as: UTF8.self)
    }
}
