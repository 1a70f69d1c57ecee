package import Basics
package import Logging
import ServiceLifecycle
package import Storage

/// Does the jobs of the queue, one after the other. A job is done at least once: a handler finds out by itself what an earlier attempt has
/// finished.
package struct JobRunner: Service {
    /// Does one job; answers its account (what was done, skipped, failed). Throws `JobFailure`; it is cancelled when the job is to end or
    /// the program stops.
    package typealias Handler = @Sendable (JobRun) async throws -> String

    private let database: Database
    private let clock: Clock
    private let handlers: [String: Handler]
    private let bell: JobBell
    private let log: Logger
    private let lease: Int64
    private let poll: Duration

    /// - Parameters:
    ///   - handlers: by kind of job; jobs of other kinds stay in the queue.
    ///   - lease: milliseconds after which the job of a dead runner is taken again.
    ///   - poll: between two looks into the queue and at the wish to cancel.
    package init(
        database: Database, clock: Clock, handlers: [String: Handler], bell: JobBell, log: Logger = Logger(label: "jobs"),
        lease: Int64 = 30_000,
        poll: Duration = .milliseconds(500)
    ) {
        self.database = database
        self.clock = clock
        self.handlers = handlers
        self.bell = bell
        self.log = log
        self.lease = lease
        self.poll = poll
    }

    /// Runs until the program stops; then the job in hand goes back to the queue.
    package func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do { if try await runNext() { continue } } catch {
                // The disk may be full or the server away: the queue waits with them.
                log.warning("the queue of jobs cannot be read", metadata: ["error": "\(error)"])
            }
            await pause()
        }
    }

    /// Does the next job that is due; false when there is none.
    package func runNext() async throws -> Bool {
        let (kinds, lease, now) = (handlers.keys.sorted(), lease, clock.now)
        guard let job = try await database.write({ try $0.claimJob(kinds: kinds, lease: lease, at: now) }), let handler = handlers[job.kind]
        else {
            return false
        }
        let log = with(job)
        guard !job.cancelWanted else {
            try await end(job, as: .cancelled, problem: "", account: "")
            return true
        }
        log.info("job begins", metadata: ["attempt": "\(job.attempts)"])
        let (outcome, stop) = await perform(job, handler)
        try await settle(job, outcome, stop, log)
        return true
    }

    private enum Stop { case cancelWanted, lost, shutdown }
    private enum Event: Sendable {
        case ended(Result<String, any Error>)
        case stop(Stop)
        case none
    }

    /// The handler beside a watch on the wishes of others. When one of them comes, the handler is cancelled and waited for.
    private func perform(_ job: Job, _ handler: @escaping Handler) async -> (Result<String, any Error>, Stop?) {
        await withTaskGroup(of: Event.self) { group in
            let run = JobRun(job, database: database, clock: clock, lease: lease)
            group.addTask {
                do { return .ended(.success(try await handler(run))) } catch { return .ended(.failure(error)) }
            }
            group.addTask { await watch(job) }
            group.addTask { (try? await gracefulShutdown()) == nil ? .none : .stop(.shutdown) }
            var stop: Stop?
            while let event = await group.next() {
                switch event {
                case .ended(let outcome):
                    group.cancelAll()
                    return (outcome, stop)
                case .stop(let reason):
                    stop = stop ?? reason
                    group.cancelAll()
                case .none: break
                }
            }
            return (.failure(CancellationError()), stop)
        }
    }

    /// Looks at the job at each poll and renews its lease at each third of it.
    private func watch(_ job: Job) async -> Event {
        var renewedAt = clock.now
        while true {
            do { try await Task.sleep(for: poll) } catch { return .none }
            do {
                let current = try await database.read { try $0.job(id: job.id) }
                guard let current, current.state == .running, current.attempts == job.attempts else { return .stop(.lost) }
                if current.cancelWanted { return .stop(.cancelWanted) }
                let (lease, now) = (lease, clock.now)
                if now.milliseconds(since: renewedAt) >= lease / 3 {
                    _ = try await database.write { try $0.renewLease(id: job.id, attempt: job.attempts, lease: lease, at: now) }
                    renewedAt = now
                }
            } catch {
                guard !Task.isCancelled else { return .none }
                log.warning("the lease of a job could not be renewed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            }
        }
    }

    private func settle(_ job: Job, _ outcome: Result<String, any Error>, _ stop: Stop?, _ log: Logger) async throws {
        switch outcome {
        case .success(let account):
            log.info("job done")
            try await end(job, as: .done, problem: "", account: account)
        case .failure(JobFailure.failed(let code, let account)):
            log.warning("job failed", metadata: ["problem": "\(code)", "account": "\(account)"])
            try await end(job, as: .failed, problem: code, account: account)
        case .failure(JobFailure.postponed(let code, let seconds)): try await postpone(job, problem: code, seconds: seconds, log)
        case .failure(JobFailure.gaveWay):
            log.info("job gives way to another")
            try await insist { try $0.postponeJob(id: job.id, attempt: job.attempts, problem: "", until: nil) }
        case .failure(StorageError.diskFull): try await postpone(job, problem: "disk.full", seconds: 10, log)
        case .failure(StorageError.busy), .failure(StorageError.unavailable): try await postpone(job, problem: "busy", seconds: 5, log)
        case .failure(let error) where error is CancellationError || stop != nil:
            switch stop {
            case .cancelWanted:
                log.info("job cancelled")
                try await end(job, as: .cancelled, problem: "", account: "")
            case .lost: log.info("job is another runner's")
            case .shutdown: try await postpone(job, problem: "", seconds: 0, log)
            // The handler saw the wish in `report` before the watch did, or gave up by itself.
            case nil: try await settleGivenUp(job, log)
            }
        case .failure(let error):
            log.error("job met a defect", metadata: ["error": "\(error)"])
            try await end(job, as: .failed, problem: "job.defect", account: "\(error)")
        }
    }

    private func settleGivenUp(_ job: Job, _ log: Logger) async throws {
        guard try await database.read({ try $0.job(id: job.id) })?.cancelWanted == true else {
            return try await postpone(job, problem: "", seconds: 5, log)
        }
        log.info("job cancelled")
        try await end(job, as: .cancelled, problem: "", account: "")
    }

    private func end(_ job: Job, as state: JobState, problem: String, account: String) async throws {
        let now = clock.now
        try await insist { _ = try $0.endJob(id: job.id, attempt: job.attempts, as: state, problem: problem, account: account, at: now) }
    }

    private func postpone(_ job: Job, problem: String, seconds: Int64, _ log: Logger) async throws {
        log.info("job goes back to the queue", metadata: ["problem": "\(problem)"])
        let until = clock.now.adding(seconds: seconds)
        try await insist { try $0.postponeJob(id: job.id, attempt: job.attempts, problem: problem, until: until) }
    }

    /// Writes how a job ended. While the disk is full or the server away it tries again at each poll, until the lease is over and the job
    /// is anybody's.
    private func insist(_ write: @escaping @Sendable (Statements) throws -> Void) async throws {
        let deadline = clock.now.adding(milliseconds: lease)
        while true {
            do { return try await database.write(write) } catch let error as StorageError
                where error.mayPass && clock.now < deadline && !Task.isShuttingDownGracefully
            {
                try await Task.sleep(for: poll)
            }
        }
    }

    /// Until the bell rings, the next look is due or the program stops.
    private func pause() async {
        await withTaskGroup(of: Void.self) { group in
            let (bell, poll) = (bell, poll)
            group.addTask { await bell.wait() }
            group.addTask { try? await Task.sleep(for: poll) }
            group.addTask { try? await gracefulShutdown() }
            await group.next()
            group.cancelAll()
        }
    }

    private func with(_ job: Job) -> Logger {
        var log = log
        log[metadataKey: "job"] = "\(job.id)"
        log[metadataKey: "kind"] = "\(job.kind)"
        return log
    }
}
