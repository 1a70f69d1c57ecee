package import Basics
package import Storage

extension Statements {
    /// Puts a job in the queue; answers its id. The audit entry is that of the command which asks for it.
    @discardableResult package func enqueueJob(
        kind: String, subject: String, payload: String = "", madeBy: String, at now: Instant, ids: IDs
    ) throws -> String {
        let id = ids.next()
        try run(
            """
            INSERT INTO job (id, kind, subject, payload, state, progress, step, problem, account, attempts, due_at, lease_until_at,
                cancel_wanted, made_by, made_at)
            VALUES (\(id), \(kind), \(subject), \(payload), 'ready', 0, '', '', '', 0, \(now), 0, 0, \(madeBy), \(now))
            """)
        return id
    }

    /// Refuses more work than may wait: `job.too_many_own`, `job.too_many`. Ask before work is done for a job that would find no room, and
    /// again where it is put into the queue.
    package func requireRoom(_ bound: JobBound, kind: String, of account: String) throws {
        let own =
            try first("SELECT count(*) FROM job WHERE state = 'ready' AND kind = \(kind) AND made_by = \(account)") { try $0.int(0) } ?? 0
        guard own < bound.ofAccount else { throw Refusal.conflict("job.too_many_own") }
        let all = try first("SELECT count(*) FROM job WHERE state = 'ready' AND kind = \(kind)") { try $0.int(0) } ?? 0
        guard all < bound.inAll else { throw Refusal.conflict("job.too_many") }
    }

    /// Takes a job that is ready, or whose runner has died: of him whose last turn was longest ago, and of his the oldest, so that nobody's
    /// hundred films stand before another's one. Two runners never get the same one.
    package func claimJob(kinds: [String], lease milliseconds: Int64, at now: Instant) throws -> Job? {
        try first(
            Job.self,
            """
            UPDATE job SET state = 'running', problem = '', attempts = attempts + 1,
                lease_until_at = \(now.adding(milliseconds: milliseconds)), started_at = coalesce(started_at, \(now)),
                turn_at = \(now)
            WHERE id = (SELECT id FROM job WHERE kind IN (\(list: kinds)) AND due_at <= \(now) AND (state = 'ready' OR state = 'running'
                AND lease_until_at < \(now))
                ORDER BY (SELECT coalesce(max(o.turn_at), 0) FROM job o
                    WHERE o.kind = job.kind AND o.made_by = job.made_by), due_at, id LIMIT 1)
                AND (state = 'ready' OR state = 'running' AND lease_until_at < \(now))
            RETURNING \(sql: jobColumns)
            """)
    }

    /// Renews the lease and tells how far the job is; false when the job is no longer this runner's or is to be cancelled.
    package func advanceJob(id: String, attempt: Int, progress: Int, step: String, lease milliseconds: Int64, at now: Instant) throws
        -> Bool
    {
        try run(
            """
            UPDATE job SET progress = \(progress), step = \(step), lease_until_at = \(now.adding(milliseconds: milliseconds))
            WHERE id = \(id) AND state = 'running' AND attempts = \(attempt) AND cancel_wanted = 0
            """) == 1
    }

    /// Renews the lease and no more; false when the job is no longer this runner's or is to be cancelled.
    package func renewLease(id: String, attempt: Int, lease milliseconds: Int64, at now: Instant) throws -> Bool {
        try run(
            """
            UPDATE job SET lease_until_at = \(now.adding(milliseconds: milliseconds))
            WHERE id = \(id) AND state = 'running' AND attempts = \(attempt) AND cancel_wanted = 0
            """) == 1
    }

    /// Ends a job with its account; false when it is no longer this runner's.
    @discardableResult package func endJob(
        id: String, attempt: Int, as state: JobState, problem: String = "", account: String, at now: Instant
    ) throws -> Bool {
        try run(
            """
            UPDATE job SET state = \(state), problem = \(problem), account = \(account), ended_at = \(now),
                progress = CASE WHEN \(state) = 'done' THEN 1000 ELSE progress END
            WHERE id = \(id) AND state = 'running' AND attempts = \(attempt)
            """) == 1
    }

    /// Puts a job back into the queue for later (no room on the disk, a busy server, the end of the program), or at its old place when
    /// `until` is nil. One that is to be cancelled is not put back.
    package func postponeJob(id: String, attempt: Int, problem: String, until: Instant?) throws {
        try run(
            """
            UPDATE job SET state = 'ready', problem = \(problem), due_at = coalesce(\(until), due_at), lease_until_at = 0
            WHERE id = \(id) AND state = 'running' AND attempts = \(attempt) AND cancel_wanted = 0
            """)
    }

    /// Puts every running job back at once; answers how many. Only for the start of a centre, when no runner can be alive: it is the only
    /// process that runs jobs.
    @discardableResult package func releaseLeases() throws -> Int {
        try run("UPDATE job SET state = 'ready', lease_until_at = 0 WHERE state = 'running'")
    }

    /// Asks for the end of a job: at once when it waits, else as soon as its runner looks. False when it has ended already.
    package func cancelJob(id: String, at now: Instant) throws -> Bool {
        let waiting = try run(
            "UPDATE job SET state = 'cancelled', cancel_wanted = 1, ended_at = \(now) WHERE id = \(id) AND state = 'ready'")
        if waiting == 1 { return true }
        return try run("UPDATE job SET cancel_wanted = 1 WHERE id = \(id) AND state = 'running'") == 1
    }
}

/// The columns of a job, as `Job` decodes them.
let jobColumns: SQL =
    "id, kind, subject, payload, state, progress, step, problem, account, attempts, cancel_wanted, made_by, made_at, started_at, ended_at"
