package import Basics
package import Storage
package import Wire

/// Takes batches in and answers when they are durable. Batches that arrive while a commit is under way share the next one.
package actor FactIntake {
    /// What became of one batch.
    package typealias Outcome = Swift.Result<Receipt, any Error>
    private struct Waiting {
        let batches: [ReceivedBatch]
        let answer: CheckedContinuation<Answer, Never>

        var size: Int { batches.reduce(0) { $0 + $1.batch.entries.count } }
    }
    private enum Answer {
        case outcomes([Outcome])
        /// The commit before is done and yours is next: carry it out.
        case lead
    }

    private let database: Database
    private let rules: FactRules
    private let clock: Clock
    private let ids: IDs
    private let epoch: String
    private var waiting: [Waiting] = []
    private var isBusy = false

    package init(database: Database, rules: FactRules, clock: Clock, ids: IDs, epoch: String) {
        self.database = database
        self.rules = rules
        self.clock = clock
        self.ids = ids
        self.epoch = epoch
    }

    /// Merges a batch. When this returns, every `stored` of the receipt is on disk.
    package func accept(_ batch: ReceivedBatch) async throws -> Receipt { try await accept([batch])[0].get() }

    /// Merges batches of several senders; answers for each, in order. A batch that cannot be merged spoils no other.
    package func accept(_ batches: [ReceivedBatch]) async -> [Outcome] {
        guard !batches.isEmpty else { return [] }
        if isBusy {
            let answer = await withCheckedContinuation { waiting.append(Waiting(batches: batches, answer: $0)) }
            if case .outcomes(let outcomes) = answer { return outcomes }
        }
        isBusy = true
        // Followers of this commit: as many as fit into one comfortable transaction.
        var followers: [Waiting] = []
        var size = batches.reduce(0) { $0 + $1.batch.entries.count }
        while let next = waiting.first, size + next.size <= 4 * Batch.maximumFacts {
            followers.append(waiting.removeFirst())
            size += next.size
        }
        var outcomes = await commit(batches + followers.flatMap(\.batches))[...]
        let own = Array(outcomes.prefix(batches.count))
        outcomes = outcomes.dropFirst(batches.count)
        for follower in followers {
            follower.answer.resume(returning: .outcomes(Array(outcomes.prefix(follower.batches.count))))
            outcomes = outcomes.dropFirst(follower.batches.count)
        }
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().answer.resume(returning: .lead) }
        return own
    }

    private func commit(_ batches: [ReceivedBatch]) async -> [Outcome] {
        let (rules, ids, now, epoch) = (rules, ids, clock.now, epoch)
        do {
            let verdicts = try await database.write(inTurn: true) { try $0.mergeFacts(batches, rules: rules, at: now, ids: ids) }
            return zip(batches, verdicts).map { .success(Receipt(batch: $0.batch.id, epoch: epoch, verdicts: $1)) }
        } catch {
            guard batches.count > 1 else { return [.failure(error)] }
            // One batch must not spoil its neighbours: each gets a transaction of its own.
            var outcomes: [Outcome] = []
            for batch in batches { outcomes += await commit([batch]) }
            return outcomes
        }
    }
}
