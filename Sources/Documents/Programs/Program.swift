import Foundation
import Subprocess

/// Writing to a program that is gone sends SIGPIPE, which would end this process; swift-subprocess 1.0 leaves that to its user. NIO ignores the signal in the same way, but only
/// once it has opened a socket.
private let ignoredPipeSignal: Void = {
    _ = signal(SIGPIPE, SIG_IGN)
}()

/// A program that reads all of its input and writes its result to standard output.
struct Program: Sendable {
    /// No bulletin comes near it; a program that runs wild must not fill the memory.
    static let largest = 256 << 20

    let path: String
    /// The Debian package that has the program.
    let package: String
    let seconds: Int

    /// What the program wrote.
    ///
    /// When the task is cancelled or the time is over, the program gets SIGTERM and two seconds later SIGKILL; it is gone when this returns.
    /// - Throws: `PrintProblem.missing`, `.failed`, `.tookTooLong`, `CancellationError`.
    func run(_ arguments: [String], input: Data) async throws -> Data {
        _ = ignoredPipeSignal
        guard isInstalled else { throw PrintProblem.missing(program: path, package: package) }
        return try await withThrowingTaskGroup(of: Data?.self) { group in
            group.addTask { try await start(arguments, input) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let output = first else { throw PrintProblem.tookTooLong(program: path) }
            try Task.checkCancellation()
            return output
        }
    }

    private var isInstalled: Bool {
        if path.contains("/") { return FileManager.default.isExecutableFile(atPath: path) }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(path)") }
    }

    private func start(_ arguments: [String], _ input: Data) async throws -> Data {
        var options = PlatformOptions()
        options.processGroupID = 0  // Ctrl-C in a terminal is for us; we end our children in order.
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        do {
            // A bulletin can wait for the pages that people look at. (`nice` also takes a path, which needs no type of another package.)
            let result = try await Subprocess.run(
                .name("nice"), arguments: Arguments(["-n", "10", path] + arguments), environment: .inherit.updating(["LC_ALL": "C.UTF-8"]),
                platformOptions: options, input: .inputWriter, output: .data(limit: Self.largest), error: .sequence
            ) { execution in
                async let said = Self.tail(of: execution.standardError)
                // A program may end before it has read everything; its status and its words say why, not the pipe.
                _ = try? await execution.standardInputWriter.write([UInt8](input))
                try? await execution.standardInputWriter.finish()
                return try await said
            }
            try Task.checkCancellation()
            guard result.terminationStatus.isSuccess else { throw failure(result.terminationStatus, result.closureResult) }
            return result.standardOutput
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw PrintProblem.failed(program: path, status: -1, said: String(describing: error))
        }
    }

    private func failure(_ status: TerminationStatus, _ said: String) -> PrintProblem {
        switch status {
        case .exited(let code): .failed(program: path, status: Int(code), said: said)
        case .signaled(let signal): .failed(program: path, status: -Int(signal), said: said)
        }
    }

    /// The last five lines.
    private static func tail(of sequence: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in sequence {
            bytes += piece.withUnsafeBytes { Array($0) }
            if bytes.count > 65_536 { bytes.removeFirst(bytes.count - 4_096) }
        }
        return String(decoding: bytes.suffix(4_096), as: UTF8.self).split(separator: "\n").suffix(5).joined(separator: "\n")
    }
}
