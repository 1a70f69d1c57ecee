import CLibpq
import Dispatch
import Foundation
import Synchronization

/// PostgreSQL through libpq: a few connections, each with a queue of its own on which it may block. Writes are serializable and run again
/// after a conflict.
final class PostgresBackend: Backend {
    private let lines: [Line]
    private let free: FreeLines

    init(_ address: String, connections: Int) async throws {
        lines = (0..<max(1, connections)).map { Line(number: $0, address: address) }
        free = FreeLines(lines)
        try await lines[0].enqueue { try $0.connected().checkCollation() }
    }

    func perform<Result: Sendable>(_ access: Access, _ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        let line = await free.take()
        defer { free.give(line) }
        for attempt in 0... {
            do { return try await line.enqueue { try $0.connected().transaction(access, body) } } catch PostgresConflict.serialization
                where attempt < 12
            {
                try await Task.sleep(for: .milliseconds(min(200, 2 << attempt) + line.number))
            } catch PostgresConflict.serialization {
                throw StorageError.busy("The transaction met other writers too often; try again")
            }
        }
        throw StorageError.busy("The transaction was not tried")
    }

    func close() async {
        for line in lines { try? await line.enqueue { $0.disconnect() } }
    }
}

enum PostgresConflict: Error { case serialization }

/// A connection and the serial queue that alone touches it.
private final class Line: @unchecked Sendable {
    // `connection` is touched only on `queue`.
    let number: Int
    private let address: String
    private let queue: DispatchQueue
    private var connection: PostgresConnection?

    init(number: Int, address: String) {
        self.number = number
        self.address = address
        queue = DispatchQueue(label: "postgres.\(number)")
    }

    func enqueue<Result: Sendable>(_ body: @escaping @Sendable (Line) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
        }
    }

    func connected() throws -> PostgresConnection {
        if let connection, connection.isAlive { return connection }
        connection = nil
        let fresh = try PostgresConnection(address)
        connection = fresh
        return fresh
    }

    func disconnect() { connection = nil }
}

/// Hands out lines, first come first served.
private final class FreeLines: Sendable {
    private struct State {
        var lines: [Line]
        var waiting: [CheckedContinuation<Line, Never>] = []
    }
    private let state: Mutex<State>

    init(_ lines: [Line]) { state = Mutex(State(lines: lines)) }

    func take() async -> Line {
        await withCheckedContinuation { continuation in
            let line: Line? = state.withLock { state in
                if let line = state.lines.popLast() { return line }
                state.waiting.append(continuation)
                return nil
            }
            if let line { continuation.resume(returning: line) }
        }
    }

    func give(_ line: Line) {
        let next: CheckedContinuation<Line, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.lines.append(line)
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume(returning: line)
    }
}
