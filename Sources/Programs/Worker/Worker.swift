import Foundation

/// A process of another user that runs tools for us: `yuanjiao work`, one for each connection to a Unix socket. Files and words go there
/// and back over the connection, because the two users share no folder.
package struct Worker: Hashable, Sendable {
    /// Seconds for the start of a worker, on a machine that has other work.
    private static let startSeconds = 120
    /// Seconds that the end of a program may need to come through.
    private static let grace = 60

    package let socket: String

    /// - Parameter socket: the path of the Unix socket at which it is started.
    package init(socket: String) { self.socket = socket }

    /// Asks who it is.
    /// - Throws: `WorkerProblem`, `CancellationError`.
    package func greeting() async throws -> WorkerGreeting {
        do { return try await connected { _, greeting in greeting } } catch let refusal as WorkRefusal {
            throw WorkerProblem.refused(refusal.sentence)
        }
    }

    /// Runs one program there, as ``Program/run(_:input:seconds:output:)`` does here: cancelled or out of time, it is gone when this
    /// returns, if the worker does as it should.
    ///
    /// What it wrote stands in the folders of `writes` afterwards, which must not hold files of these names; on the way to the worker they
    /// count as empty.
    /// - Throws: `ProgramProblem`, `CancellationError`, what `output` throws.
    func run(
        _ tool: Tool, _ arguments: [String], _ room: Program.Room, input: Data, seconds: Int,
        output: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Program.Outcome {
        do {
            let (order, parcel) = try await offPool {
                let places = room.reads.map { WorkOrder.Place(path: $0, isFolder: Parcel.isFolder($0)) }
                let parcel = try Parcel(places)
                let order = WorkOrder(
                    tool, arguments, reads: places, writes: room.writes, memoryMiB: room.memoryMiB, fileMiB: room.fileMiB, seconds: seconds,
                    bytes: parcel.bytes)
                return (order, parcel)
            }
            return try await connected { line, _ in
                try await line.within(WorkerLine.patience + parcel.bytes >> 20) { try await Self.send(order, parcel, input, over: line) }
                let outcome = try await line.within(seconds + Self.grace) { try await Self.listen(to: line, output) }
                try await line.within(WorkerLine.patience + room.fileMiB) {
                    _ = try await line.reads {
                        try $0.unpack(Unpacking(isFolder: room.writes.map { _ in true }, bytes: room.fileMiB << 20), into: room.writes)
                    }
                }
                return Program.Outcome(status: outcome.status, log: String(decoding: outcome.log.utf8.suffix(4_096), as: UTF8.self))
            }
        } catch let refusal as WorkRefusal {
            throw refusal.problem(tool, seconds: seconds)
        } catch let problem as WorkerProblem {
            throw ProgramProblem.worker(problem)
        }
    }

    /// One connection, greeted; when this returns or throws, the worker has let go of it, or was given ten seconds to.
    private func connected<Result: Sendable>(_ body: @escaping @Sendable (WorkerLine, WorkerGreeting) async throws -> Result) async throws
        -> Result
    {
        let socket = socket
        let line = try await offPool { try WorkerLine.connect(to: socket) }
        do {
            let greeting = try await line.within(Self.startSeconds) {
                try await line.reads { try $0.next().message(WorkerGreeting.self, .greeting) }
            }
            guard greeting.version == WorkerGreeting.version else {
                throw WorkerProblem.nonsense("version \(greeting.version) of what is said on it")
            }
            let result = try await body(line, greeting)
            line.close()
            return result
        } catch {
            await line.leave()
            try Task.checkCancellation()
            throw error
        }
    }

    /// A worker that does not want it all hangs up after it has said why.
    private static func send(_ order: WorkOrder, _ parcel: Parcel, _ input: Data, over line: WorkerLine) async throws {
        do {
            try await line.writes { line in
                try line.send(Frame(.order, saying: order))
                try parcel.send(over: line)
                for start in stride(from: 0, to: input.count, by: Frame.longest) {
                    try line.send(Frame(.stream, Array(input.dropFirst(start).prefix(Frame.longest))))
                }
                try line.send(Frame(.end))
            }
        } catch WorkerProblem.gone {
            _ = try await line.reads { try $0.next() }
            throw WorkerProblem.gone
        }
    }

    /// Hands on what the program says, until it is over.
    private static func listen(to line: WorkerLine, _ output: @Sendable ([UInt8]) async throws -> Void) async throws -> WorkOutcome {
        while true {
            let frame = try await line.reads { try $0.next() }
            try Task.checkCancellation()
            guard frame.kind == .stream else { return try frame.message(WorkOutcome.self, .outcome) }
            try await output(frame.bytes)
        }
    }
}
