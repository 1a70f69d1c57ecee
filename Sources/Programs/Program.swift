package import Foundation
import Subprocess

/// Why a program did not run to its end. A cancelled run throws `CancellationError` instead.
package enum ProgramProblem: Error, Hashable, Sendable {
    /// It is not on this machine.
    case missing(String)
    /// It did not end within so many seconds and was stopped.
    case tookTooLong(seconds: Int)
}

/// Another's program as a child process: niced, confined, bounded, gone when the run is over and when we are gone.
package struct Program: Sendable {
    /// How it ended.
    package struct Outcome: Sendable {
        /// 0 for success; the negative number of a signal.
        package let status: Int
        /// The last 4 kB of what it said on standard error.
        package let log: String
    }

    package let path: String
    private let launcher: [String]

    /// - Parameters:
    ///   - path: a path, or a name to be looked up in `PATH`.
    ///   - reads: files and folders that it may read, by absolute path.
    ///   - writes: folders that it may write into, by absolute path.
    ///   - memoryMiB: the most address space of each of its processes.
    ///   - fileMiB: the most that it may write into one file.
    package init(_ path: String, confinement: Confinement, reads: [String] = [], writes: [String] = [], memoryMiB: Int, fileMiB: Int) {
        self.path = path
        let limits = ["--as=\(memoryMiB << 20)", "--fsize=\(fileMiB << 20)", "--nofile=1024", "--core=0"]
        launcher =
            ["nice", "-n", "10"] + (Self.exists("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : []) + (Self.exists("prlimit") ? ["prlimit"] + limits : [])
            + confinement.launcher(path, reads: reads, writes: writes)
    }

    /// What stands before the program's arguments, itself included.
    package var command: [String] { launcher + [path] }

    /// Whether it can be started.
    package static func exists(_ program: String) -> Bool {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Runs to the end: hands it `input`, hands standard output to `output` piece by piece.
    ///
    /// When the task is cancelled or the time is over, the program gets SIGTERM and three seconds later SIGKILL; it is gone when this returns.
    /// - Throws: `ProgramProblem`, `CancellationError`, what `output` throws.
    package func run(_ arguments: [String], input: Data = Data(), seconds: Int, output: @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Outcome {
        _ = ignoredPipeSignal
        guard Self.exists(path) else { throw ProgramProblem.missing(path) }
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await start(arguments, input, output) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let outcome = first else { throw ProgramProblem.tookTooLong(seconds: seconds) }
            try Task.checkCancellation()
            return outcome
        }
    }

    /// The body throws nothing of its own while the child lives: both pipes are read to their ends, which come when the child is gone.
    private func start(_ arguments: [String], _ input: Data, _ output: @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Outcome {
        var options = PlatformOptions()
        options.processGroupID = 0  // Ctrl-C in a terminal is for us; we end our children in order.
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(3))]
        let result = try await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst()) + arguments), environment: .custom(Self.environment), platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            async let log = Self.tail(of: execution.standardError)
            async let _ = Self.hand(input, to: execution.standardInputWriter)
            for try await piece in execution.standardOutput { try await output(piece.withUnsafeBytes { Array($0) }) }
            return try await log
        }
        switch result.terminationStatus {
        case .exited(let code): return Outcome(status: Int(code), log: result.closureResult)
        case .signaled(let signal): return Outcome(status: -Int(signal), log: result.closureResult)
        }
    }

    /// Nothing of ours: no address of a database, no setting. Our children speak English.
    private static var environment: [Environment.Key: String] {
        let own = ProcessInfo.processInfo.environment
        var environment: [Environment.Key: String] = ["LC_ALL": "C.UTF-8", "PATH": own["PATH"] ?? "/usr/bin:/bin"]
        for (key, name) in [("HOME" as Environment.Key, "HOME"), ("TMPDIR", "TMPDIR")] { if let value = own[name] { environment[key] = value } }
        return environment
    }

    /// A program may end before it has read everything; its status and its words say why, not the pipe.
    private static func hand(_ input: Data, to writer: StandardInputWriter) async {
        if !input.isEmpty { _ = try? await writer.write([UInt8](input)) }
        try? await writer.finish()
    }

    /// The last 4 kB: a hostile file can make a program say any amount.
    private static func tail(of sequence: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in sequence {
            bytes += piece.withUnsafeBytes { Array($0) }
            if bytes.count > 65_536 { bytes.removeFirst(bytes.count - 4_096) }
        }
        return String(decoding: bytes.suffix(4_096), as: UTF8.self)
    }
}

/// Writing to a program that is gone sends SIGPIPE, which would end this process; swift-subprocess 1.0 leaves that to its user. NIO ignores the signal in the same way, but only
/// once it has opened a socket.
private let ignoredPipeSignal: Void = {
    _ = signal(SIGPIPE, SIG_IGN)
}()
