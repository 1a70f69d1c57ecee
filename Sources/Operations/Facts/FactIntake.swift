package import Basics
package import Storage
package import Wire

/// Takes batches in and answers when they are durable. Batches that arrive while a commit is under way share the next one.
package actor FactIntake {
    private struct Waiting {
        let batch: ReceivedBatch
        let answer: CheckedContinuation<Answer, Never>
    }
    private enum Answer {
        case verdicts(Swift.Result<[Verdict], any Error>)
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
    package func accept(_ batch: ReceivedBatch) async throws -> Receipt {
        if isBusy {
            let answer = await withCheckedContinuation { waiting.append(Waiting(batch: batch, answer: $0)) }
            if case .verdicts(let result) = answer { return Receipt(batch: batch.batch.id, epoch: epoch, verdicts: try result.get()) }
        }
        isBusy = true
        // Followers of this commit: as many as fit into one comfortable transaction.
        var followers: [Waiting] = []
        var size = batch.batch.entries.count
        while let next = waiting.first, size + next.batch.batch.entries.count <= 4 * Batch.maximumFacts {
            followers.append(waiting.removeFirst())
            size += next.batch.batch.entries.count
        }
        let results = await commit([batch] + followers.map(\.batch))
        for (follower, result) in zip(followers, results.dropFirst()) { follower.answer.resume(returning: .verdicts(result)) }
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().answer.resume(returning: .lead) }
        return Receipt(batch: batch.batch.id, epoch: epoch, verdicts: try results[0].get())
    }

    private func commit(_ batches: [ReceivedBatch]) async -> [Swift.Result<[Verdict], any Error>] {
        let (rules, ids, now) = (rules, ids, clock.now)
        do {
            return try await database.write(inTurn: true) { try $0.mergeFacts(batches, rules: rules, at: now, ids: ids) }.map { .success($0) }
        } catch {
            guard batches.count > 1 else { return [.failure(error)] }
            // One batch must not spoil its neighbours: each gets a transaction of its own.
            var results: [Swift.Result<[Verdict], any Error>] = []
            for batch in batches { results += await commit([batch]) }
            return results
        }
    }
}
