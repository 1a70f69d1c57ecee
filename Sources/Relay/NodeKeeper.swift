package import Basics
package import Node
package import Storage
import Synchronization

/// Keeps a node's logic and its disk in step: what ``change(_:)`` answers is on disk.
///
/// After a write that failed (a full disk) the logic in memory knows more than the disk; it is then thrown away and read from the disk
/// again, as after a kill. Questions are answered meanwhile from what the disk has.
package final class NodeKeeper<Machine: NodeMachine>: Sendable {
    private struct State {
        var machine: Machine?
        /// Whether `start` has reached the disk.
        var isStarted = false
    }

    private let state = Mutex(State())
    private let database: Database
    private let clock: Clock
    private let make: @Sendable ([String: Record]) throws -> Machine

    /// Reads the disk. `make` builds the logic from records, each time with a new boot number.
    package init(database: Database, clock: Clock, make: @escaping @Sendable ([String: Record]) throws -> Machine) async throws {
        self.database = database
        self.clock = clock
        self.make = make
        try await recover()
        // A full disk is no reason not to serve what is here.
        do { try await change { _ in ([], ()) } } catch StorageError.diskFull {}
    }

    /// Lets the logic do something and carries its changes out, in one transaction and in the order of the calls.
    package func change<Answer: Sendable>(_ body: @escaping @Sendable (inout Machine) throws -> (changes: [Change], answer: Answer))
        async throws -> Answer
    {
        let isRefusal = Mutex(false)
        do {
            return try await database.write { statements in
                // The database has one writer, so changes reach it in the order in which the logic made them.
                let (changes, answer) = try self.state.withLock { state throws -> ([Change], Answer) in
                    guard var machine = try state.machine.take() ?? self.make(try statements.nodeRecords()) as Machine? else {
                        throw NotReady()
                    }
                    defer { state.machine = machine }
                    let before = state.isStarted ? [] : machine.start(at: self.clock.now)
                    do {
                        let (changes, answer) = try body(&machine)
                        state.isStarted = true
                        return (before + changes, answer)
                    } catch {
                        isRefusal.withLock { $0 = true }
                        throw error
                    }
                }
                try statements.carryOut(changes)
                try self.followPlace(statements)
                return answer
            }
        } catch {
            // A refusal of the logic itself changed nothing.
            if !isRefusal.withLock({ $0 }) {
                state.withLock { $0 = State() }
                try? await recover()
            }
            throw error
        }
    }

    /// A machine that was moved follows other lists from here on.
    private func followPlace(_ statements: Statements) throws {
        let moved = state.withLock { $0.machine.flatMap { $0.standing.isMoved ? $0 : nil } }
        guard let moved else { return }
        var anew = try make(try statements.nodeRecords())
        anew.takeOver(from: moved)
        try statements.carryOut(anew.start(at: clock.now))
        state.withLock { [anew] in $0 = State(machine: anew, isStarted: true) }
    }

    /// Asks the logic something that needs no disk; nil while it has to be read from the disk again.
    package func ask<Answer>(_ body: (inout Machine) -> sending Answer) -> sending Answer? {
        state.withLock { state -> sending Answer? in
            guard var machine = state.machine.take() else { return nil }
            defer { state.machine = machine }
            return body(&machine)
        }
    }

    /// Asks the logic something, after the disk was read again if that was due.
    package func read<Answer: Sendable>(_ body: (inout Machine) -> Answer) async throws -> Answer {
        for _ in 0..<3 {
            if let answer = ask({ body(&$0) }) { return answer }
            try await recover()
        }
        throw StorageError.unavailable("The node's records are thrown away faster than they can be read again")
    }

    /// Reads the disk again if that is due, in the writer's turn, so that no change is under way.
    package func recover() async throws {
        try await database.write { statements in
            try self.state.withLock { state in
                if state.machine == nil { state = State(machine: try self.make(try statements.nodeRecords())) }
            }
        }
    }
}

private struct NotReady: Error {}
