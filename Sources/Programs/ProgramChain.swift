import Foundation
import Subprocess
import SystemPackage

/// Programs one behind the other: each reads what the one before it writes, the last one writes a file. None of it passes through us.
package struct ProgramChain: Sendable {
    private let links: [(program: Program, arguments: [String])]

    /// At least one program, all of them children of ours: what they hand on does not go to a worker.
    package init(_ links: [(program: Program, arguments: [String])]) {
        precondition(links.allSatisfy(\.program.isChild), "A chain is made of children")
        self.links = links
    }

    /// Runs to the end and has the file on the disk; answers how each ended. The file must not be there yet, is its user's alone, and is
    /// removed again when a program fails.
    ///
    /// When the task is cancelled or the time is over, the programs are ended as those of ``Program``.
    /// - Throws: `ProgramProblem`, `CancellationError`, `Errno` when the file cannot be made.
    package func run(into path: String, seconds: Int) async throws -> [Program.Outcome] {
        for link in links where !Program.exists(link.program.path) { throw ProgramProblem.missing(link.program.path) }
        let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        defer { try? file.close() }
        do {
            let outcomes = try await Program.within(seconds) { try await ends(into: file) }
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            if outcomes.contains(where: { $0.status != 0 }) { unlink(path) }
            return outcomes
        } catch {
            unlink(path)
            throw error
        }
    }

    private func ends(into file: FileDescriptor) async throws -> [Program.Outcome] {
        try await withThrowingTaskGroup(of: (Int, Program.Outcome).self) { group in
            var input: FileDescriptor?
            for (place, link) in links.enumerated() {
                let isLast = place == links.count - 1
                let pipe = isLast ? nil : try FileDescriptor.pipe()
                let (from, into) = (input, pipe?.writeEnd)
                group.addTask {
                    (place, try await link.program.start(link.arguments, from: from, into: into ?? file, closesOutput: !isLast))
                }
                input = pipe?.readEnd
            }
            var found: [Int: Program.Outcome] = [:]
            for try await (place, outcome) in group { found[place] = outcome }
            return found.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}

extension Program {
    /// With files in place of standard input, or with none, and standard output; the input is closed for us, and the output where it is
    /// said so.
    fileprivate func start(_ arguments: [String], from input: FileDescriptor?, into output: FileDescriptor, closesOutput: Bool) async throws
        -> Outcome
    {
        guard let input else { return try await start(arguments, .none, .fileDescriptor(output, closeAfterSpawningProcess: closesOutput)) }
        return try await start(
            arguments, .fileDescriptor(input, closeAfterSpawningProcess: true),
            .fileDescriptor(output, closeAfterSpawningProcess: closesOutput))
    }

    private func start(_ arguments: [String], _ input: some InputProtocol, _ output: FileDescriptorOutput) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst()) + arguments), environment: .custom(environment),
            platformOptions: Self.options,
            input: input, output: output, error: .sequence
        ) { try await Self.tail(of: $0.standardError) }
        return Outcome(result.terminationStatus, result.closureResult)
    }
}
