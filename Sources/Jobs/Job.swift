package import Basics

/// Where a job stands.
package enum JobState: String, Sendable, Codable, CaseIterable { case ready, running, done, failed, cancelled }

/// One piece of durable work.
package struct Job: Decodable, Hashable, Sendable {
    package let id: String
    /// Which runner does it.
    package let kind: String
    /// The id of what it works on.
    package let subject: String
    package let payload: String
    package let state: JobState
    /// Thousandths done.
    package let progress: Int
    /// A stable code of what is being done now.
    package let step: String
    /// A stable code of why it failed.
    package let problem: String
    /// What was done, skipped and failed, for people.
    package let account: String
    package let attempts: Int
    package let cancelWanted: Bool
    package let madeBy: String
    package let madeAt: Instant
    package let startedAt: Instant?
    package let endedAt: Instant?
}

/// How much work of a kind may wait.
package struct JobBound: Hashable, Sendable {
    package let inAll: Int
    package let ofAccount: Int

    package init(inAll: Int, ofAccount: Int) {
        self.inAll = inAll
        self.ofAccount = ofAccount
    }
}
