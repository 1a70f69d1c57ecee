import Basics
import Foundation
import Jobs
import Storage
import Synchronization
import TestKit

/// A clock that a test sets.
final class HandClock: Sendable {
    private let time = Mutex(Instant(milliseconds: 1_300_000_000_000))
    var clock: Clock { Clock { self.time.withLock { $0 } } }
    var now: Instant { time.withLock { $0 } }
    func advance(seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// A database with the queue in it.
struct JobsWorld: Sendable {
    let database: Database
    let hands = HandClock()
    let ids: IDs

    init(database: Database) {
        self.database = database
        let counter = Mutex(0)
        ids = IDs {
            counter.withLock {
                $0 += 1
                return "job-\($0)"
            }
        }
    }

    static func with(_ engine: Database.Engine, _ body: (JobsWorld) async throws -> Void) async throws {
        try await withDatabase(engine) { database in
            _ = try await database.migrate(try Jobs.migrations, at: Instant(milliseconds: 1))
            try await body(JobsWorld(database: database))
        }
    }

    func enqueue(_ kind: String = "work", subject: String = "thing", of person: String = "tester") async throws -> String {
        let (now, ids) = (hands.now, ids)
        return try await database.write { try $0.enqueueJob(kind: kind, subject: subject, payload: "p", madeBy: person, at: now, ids: ids) }
    }

    func claim(_ kinds: [String] = ["work"]) async throws -> Job? {
        let now = hands.now
        return try await database.write { try $0.claimJob(kinds: kinds, lease: 30_000, at: now) }
    }

    func job(_ id: String) async throws -> Job {
        guard let job = try await database.read({ try $0.job(id: id) }) else { throw Missing() }
        return job
    }

    func runner(bell: JobBell = JobBell(), poll: Duration = .milliseconds(10), _ handler: @escaping JobRunner.Handler) -> JobRunner {
        JobRunner(database: database, clock: hands.clock, handlers: ["work": handler], bell: bell, poll: poll)
    }

    struct Missing: Error {}
}
