package import Foundation
import Subprocess

/// Why a program did not run to its end. A cancelled run throws `CancellationError` instead.
package enum ProgramProblem: Error, Hashable, Sendable {
    /// It is not on this machine.
    case missing(String)
    /// It did not end within so many seconds and was stopped.
    case tookTooLong(seconds: Int)
    /// A disk that takes its files is full.
    case diskFull
    /// The worker that was to run it did not.
    case worker(WorkerProblem)
}

/// Another's program as a child process, niced, confined, bounded, gone when the run is over and when we are gone; or at a worker, where it
/// is the same under another user.
package struct Program: Sendable {
    /// What a run may read, write and use.
    struct Room: Sendable {
        let reads: [String]
        let writes: [String]
        let memoryMiB: Int
        let fileMiB: Int
    }

    /// How it ended.
    package struct Outcome: Sendable {
        /// 0 for success; the negative number of a signal.
        package let status: Int
        /// The last 4 kB of what it said on standard error.
        package let log: String

        init(status: Int, log: String) { (self.status, self.log) = (status, log) }

        init(_ ending: TerminationStatus, _ log: String) {
            switch ending {
            case .exited(let code): self.init(status: Int(code), log: log)
            case .signaled(let signal): self.init(status: -Int(signal), log: log)
            }
        }
    }

    package let path: String
    private let launcher: [String]
    private let variables: [String: String]
    /// Where it is run when it is no child of ours.
    private let elsewhere: (worker: Worker, tool: Tool, room: Room)?

    /// One of the tools, where they run.
    /// - Parameters:
    ///   - path: a path, or a name to be looked up in `PATH`; a worker starts its own.
    ///   - reads: files, and folders of files, that it may read, by absolute path; what is not named here is not there.
    ///   - writes: empty folders that it may write files into, by absolute path.
    ///   - memoryMiB: the most address space of each of its processes.
    ///   - fileMiB: the most that it may write into one file; at a worker also into all of them.
    package init(
        _ tool: Tool, _ path: String, at workplace: Workplace, reads: [String] = [], writes: [String] = [], memoryMiB: Int, fileMiB: Int
    ) {
        switch workplace {
        case .here(let confinement):
            self.init(path, confinement: confinement, reads: reads, writes: writes, memoryMiB: memoryMiB, fileMiB: fileMiB)
        case .worker(let worker):
            self.init(elsewhere: worker, tool, Room(reads: reads, writes: writes, memoryMiB: memoryMiB, fileMiB: fileMiB))
        }
    }

    private init(elsewhere worker: Worker, _ tool: Tool, _ room: Room) {
        (path, launcher, variables, elsewhere) = (tool.rawValue, [], [:], (worker, tool, room))
    }

    /// A child of ours.
    /// - Parameters:
    ///   - path: a path, or a name to be looked up in `PATH`.
    ///   - reads: files and folders that it may read, by absolute path.
    ///   - writes: folders that it may write into, by absolute path.
    ///   - memoryMiB: the most address space of each of its processes.
    ///   - fileMiB: the most that it may write into one file.
    ///   - variables: what its environment says beyond the little that every one's does.
    package init(
        _ path: String, confinement: Confinement, reads: [String] = [], writes: [String] = [], memoryMiB: Int, fileMiB: Int,
        variables: [String: String] = [:]
    ) {
        self.path = path
        self.variables = variables
        elsewhere = nil
        let limits = ["--as=\(memoryMiB << 20)", "--fsize=\(fileMiB << 20)", "--nofile=1024", "--core=0"]
        launcher =
            ["nice", "-n", "10"] + (Self.exists("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : [])
            + (Self.exists("prlimit") ? ["prlimit"] + limits : [])
            + confinement.launcher(path, reads: reads, writes: writes)
    }

    /// Whether it runs on this machine under our own user.
    var isChild: Bool { elsewhere == nil }

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
    /// When the task is cancelled or the time is over, the program gets SIGTERM and three seconds later SIGKILL; it is gone when this
    /// returns.
    /// - Throws: `ProgramProblem`, `CancellationError`, what `output` throws.
    package func run(_ arguments: [String], input: Data = Data(), seconds: Int, output: @escaping @Sendable ([UInt8]) async throws -> Void)
        async throws -> Outcome
    {
        if let elsewhere {
            return try await elsewhere.worker.run(elsewhere.tool, arguments, elsewhere.room, input: input, seconds: seconds, output: output)
        }
        guard Self.exists(path) else { throw ProgramProblem.missing(path) }
        return try await Self.within(seconds) { try await start(arguments, input, output) }
    }

    /// What programs do within so many seconds; they are ended when the time is over or the task is cancelled.
    static func within<Result: Sendable>(_ seconds: Int, _ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        _ = ignoredPipeSignal
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else { throw ProgramProblem.tookTooLong(seconds: seconds) }
            try Task.checkCancellation()
            return result
        }
    }

    static var options: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0  // Ctrl-C in a terminal is for us; we end our children in order.
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(3))]
        return options
    }

    /// The body throws nothing of its own while the child lives: both pipes are read to their ends, which come when the child is gone.
    private func start(_ arguments: [String], _ input: Data, _ output: @escaping @Sendable ([UInt8]) async throws -> Void) async throws
        -> Outcome
    {
        let result = try await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst()) + arguments), environment: .custom(environment),
            platformOptions: Self.options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            async let log = Self.tail(of: execution.standardError)
            async let _ = Self.hand(input, to: execution.standardInputWriter)
            for try await piece in execution.standardOutput { try await output(piece.withUnsafeBytes { Array($0) }) }
            return try await log
        }
        return Outcome(result.terminationStatus, result.closureResult)
    }

    /// Nothing of ours unless it was given: no address of a database, no setting. Our children speak English.
    var environment: [Environment.Key: String] {
        let own = ProcessInfo.processInfo.environment
        var environment: [Environment.Key: String] = ["LC_ALL": "C.UTF-8", "PATH": own["PATH"] ?? "/usr/bin:/bin"]
        for (key, name) in [("HOME" as Environment.Key, "HOME"), ("TMPDIR", "TMPDIR")] {
            if let value = own[name] { environment[key] = value }
        }
        for (name, value) in variables { environment[Environment.Key(stringLiteral: name)] = value }
        return environment
    }

    /// A program may end before it has read everything; its status and its words say why, not the pipe.
    private static func hand(_ input: Data, to writer: StandardInputWriter) async {
        if !input.isEmpty { _ = try? await writer.write([UInt8](input)) }
        try? await writer.finish()
    }

    /// The last 4 kB: a hostile file can make a program say any amount.
    static func tail(of sequence: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in sequence {
            bytes += piece.withUnsafeBytes { Array($0) }
            if bytes.count > 65_536 { bytes.removeFirst(bytes.count - 4_096) }
        }
        return String(decoding: bytes.suffix(4_096), as: UTF8.self)
    }
}

/// Writing to a program that is gone sends SIGPIPE, which would end this process; swift-subprocess 1.0 leaves that to its user. NIO ignores
/// the signal in the same way, but only once it has opened a socket.
private let ignoredPipeSignal: Void = {
    _ = signal(SIGPIPE, SIG_IGN)
}()
