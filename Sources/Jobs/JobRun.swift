package import Basics
package import Storage
import Synchronization

/// One attempt at a job, as its handler sees it.
package final class JobRun: Sendable {
    private struct Told {
        var at: Instant
        var step: String
    }
    /// Progress is written at most this often; a new step at once.
    private static let interval: Int64 = 400

    package let job: Job
    private let database: Database
    private let clock: Clock
    private let lease: Int64
    private let told: Mutex<Told>

    /// A run of a job that was claimed; leases are in milliseconds.
    package init(_ job: Job, database: Database, clock: Clock, lease: Int64) {
        self.job = job
        self.database = database
        self.clock = clock
        self.lease = lease
        told = Mutex(Told(at: Instant(milliseconds: 0), step: job.step))
    }

    /// Tells how much is done, 0 to 1, and the stable code of what is being done; renews the lease. Call it as often as you like.
    /// Throws `CancellationError` when the job is to be cancelled or is another runner's by now.
    package func report(_ fraction: Double, step: String) async throws {
        let now = clock.now
        let isDue = told.withLock { told in
            guard step != told.step || now.milliseconds(since: told.at) >= Self.interval else { return false }
            told = Told(at: now, step: step)
            return true
        }
        guard isDue else { return }
        let (id, attempt, lease, progress) = (job.id, job.attempts, lease, Int(max(0, min(1, fraction)) * 999))
        let isOurs = try await database.write {
            try $0.advanceJob(id: id, attempt: attempt, progress: progress, step: step, lease: lease, at: now)
        }
        guard isOurs else { throw CancellationError() }
    }

    /// To be called between two pieces of long work, of which the first is not done again: goes back into the queue when somebody else's
    /// work of this kind waits, which then has its turn. Throws `JobFailure.gaveWay`.
    package func giveWay() async throws {
        let (job, now) = (job, clock.now)
        if try await database.read({ try $0.isAnotherWaiting(behind: job, at: now) }) { throw JobFailure.gaveWay }
    }
}
