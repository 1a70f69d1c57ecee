import Foundation
import SystemPackage

/// The worker's side: does what one connection asks for, once, and ends with it.
package struct Workbench: Sendable {
    private let folder: String
    private let programs: [Tool: String]
    private let confinement: Confinement

    /// - Parameters:
    ///   - folder: takes the files of a run, in a folder of its own that is removed with it. It must be there.
    ///   - programs: paths, or names to be looked up in `PATH`; nothing else is ever started.
    package init(folder: String, programs: [Tool: String], confinement: Confinement) {
        (self.folder, self.programs, self.confinement) = (folder, programs, confinement)
    }

    /// Whether a descriptor is a stream socket, which can be served.
    package static func isSocket(_ descriptor: Int32) -> Bool {
        var (type, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == Int32(SOCK_STREAM.rawValue)
    }

    /// Serves the socket, and closes it. Whoever goes away ends the program that runs for him; whoever only looks is told who we are.
    ///
    /// A refusal is sent before it is thrown.
    /// - Returns: what was run and how it ended, for the log; nil when nothing was asked for.
    /// - Throws: `WorkerProblem`, `ProgramProblem`, `Errno` of the folder.
    package func serve(_ socket: Int32) async throws -> String? {
        let line = WorkerLine(socket)
        defer { line.close() }
        do {
            let greeting = WorkerGreeting(
                user: geteuid(), confinement: confinement, tools: Tool.allCases.filter { programs[$0].map(Program.exists) ?? false })
            try await line.writes { try $0.send(Frame(.greeting, saying: greeting)) }
            guard let order = try await first(of: line) else { return nil }
            let shelf = try await Shelf.make(in: folder)
            do {
                let outcome = try await work(order, on: shelf, line)
                await shelf.remove()
                return "\(order.tool.rawValue): \(outcome.status)"
            } catch {
                await shelf.remove()
                throw error
            }
        } catch {
            try? await line.writes { try $0.send(Frame(.refusal, saying: WorkRefusal(error))) }
            throw error
        }
    }

    /// What is asked for; nil when the other end goes without a word.
    private func first(of line: WorkerLine) async throws -> WorkOrder? {
        line.limitReading()
        do {
            let order = try await line.reads { try $0.next().message(WorkOrder.self, .order) }
            try order.check()
            return order
        } catch WorkerProblem.gone {
            return nil
        }
    }

    private func work(_ order: WorkOrder, on shelf: Shelf, _ line: WorkerLine) async throws -> Program.Outcome {
        guard let path = programs[order.tool] else { throw ProgramProblem.missing(order.tool.rawValue) }
        let input = try await line.reads { try shelf.fill(order, from: $0) }
        let (names, reads, writes) = (shelf.names(order), shelf.reads(order), shelf.writes(order))
        let program = Program(
            path, confinement: confinement, reads: reads, writes: writes, memoryMiB: order.memoryMiB, fileMiB: order.fileMiB)
        return try await withThrowingTaskGroup(of: Program.Outcome?.self) { group in
            group.addTask {
                let outcome = try await program.run(order.arguments.map(names.ours), input: input, seconds: order.seconds) { bytes in
                    try await line.writes { line in
                        for start in stride(from: 0, to: bytes.count, by: Frame.longest) {
                            try line.send(Frame(.stream, Array(bytes[start...].prefix(Frame.longest))))
                        }
                    }
                }
                try await line.writes { line in
                    let parcel = try Parcel(writes.map { WorkOrder.Place(path: $0, isFolder: true) }, most: order.fileMiB << 20)
                    try line.send(Frame(.outcome, saying: WorkOutcome(status: outcome.status, log: names.theirs(outcome.log))))
                    try parcel.send(over: line)
                    try line.send(Frame(.end))
                }
                return outcome
            }
            group.addTask {
                try await line.reads { try $0.wait() }
                return nil
            }
            do {
                guard let outcome = try await group.next() ?? nil else { throw WorkerProblem.gone }
                line.stopWaiting()
                return outcome
            } catch {
                group.cancelAll()
                line.stopWaiting()
                throw error
            }
        }
    }
}
