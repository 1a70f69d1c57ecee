import Basics
package import Storage

extension Statements {
    /// A job by its id.
    package func job(id: String) throws -> Job? { try first(Job.self, "SELECT \(sql: jobColumns) FROM job WHERE id = \(id)") }

    /// The newest job about one thing.
    package func latestJob(about subject: String) throws -> Job? {
        try first(Job.self, "SELECT \(sql: jobColumns) FROM job WHERE subject = \(subject) ORDER BY made_at DESC, id DESC LIMIT 1")
    }

    /// Whether work of the same kind that somebody else asked for waits.
    func isAnotherWaiting(behind job: Job, at now: Instant) throws -> Bool {
        try first(
            """
            SELECT 1 FROM job WHERE kind = \(job.kind) AND made_by <> \(job.madeBy) AND (state = 'ready'
            AND due_at <= \(now) OR state = 'running' AND lease_until_at < \(now)) LIMIT 1
            """
        ) { _ in true } ?? false
    }

    /// How many jobs are in each state.
    package func jobCounts() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try each("SELECT state, count(*) FROM job GROUP BY state") { counts[try $0.text(0)] = try $0.int(1) }
        return counts
    }
}
