package import Basics
package import Node
package import Storage
import Synchronization

/// Keeps a node's logic and its disk in step: what ``change(_:)`` answers is on disk.
///
/// After a write that failed (a full disk) the logic in memory knows more than the disk; it is then thrown away and read from the disk again, as after a kill.
package final class NodeKeeper<Machine: NodeMachine>: Sendable {
    private let machine: Mutex<Machine?>
    private let database: Database
    private let clock: Clock
    private let make: @Sendable ([String: Record]) throws -> Machine

    /// Reads the disk. `make` builds the logic from records, each time with a new boot number.
    package init(database: Database, clock: Clock, make: @escaping @Sendable ([String: Record]) throws -> Machine) async throws {
        self.database = database
        self.clock = clock
        self.make = make
        machine = Mutex(nil)
        try await change { _ in ([], ()) }
    }

    /// Lets the logic do something and carries its changes out, in one transaction and in the order of the calls.
    package func change<Answer: Sendable>(_ body: @escaping @Sendable (inout Machine) throws -> (changes: [Change], answer: Answer)) async throws -> Answer {
        let refusal = Mutex<(any Error)?>(nil)
        do {
            return try await database.write { statements in
                // The database has one writer, so changes reach it in the order in which the logic made them.
                let (changes, answer) = try self.machine.withLock { kept throws -> ([Change], Answer) in
                    var before: [Change] = []
                    if kept == nil {
                        var fresh = try self.make(try statements.nodeRecords())
                        before = fresh.start(at: self.clock.now)
                        kept = fresh
                    }
                    guard var machine = kept.take() else { throw NotReady() }
                    defer { kept = machine }
                    do {
                        let (changes, answer) = try body(&machine)
                        return (before + changes, answer)
                    } catch {
                        refusal.withLock { $0 = error }
                        throw error
                    }
                }
                try statements.carryOut(changes)
                return answer
            }
        } catch {
            // A refusal of the logic changed nothing.
            if refusal.withLock({ $0 }) == nil { machine.withLock { $0 = nil } }
            throw error
        }
    }

    /// Asks the logic something that needs no disk; nil while it has to be read from the disk again.
    package func ask<Answer>(_ body: (inout Machine) -> sending Answer) -> sending Answer? {
        machine.withLock { kept -> sending Answer? in
            guard var machine = kept.take() else { return nil }
            defer { kept = machine }
            return body(&machine)
        }
    }

    /// Reads the disk again if that is due.
    package func recover() async throws { try await change { _ in ([], ()) } }
}

private struct NotReady: Error {}
