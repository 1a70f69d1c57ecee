package import Basics

/// What became of one fact.
package struct Verdict: Hashable, Sendable, Codable {
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Counted now.
        case stored
        /// Was counted before; nothing changed.
        case duplicate
        /// Kept for a person to decide on; not counted.
        case quarantined
        /// Not kept; `reason` says why.
        case refused
        /// An edge keeps it and has no word from the centre yet. The only outcome that does not release the fact.
        case held
    }

    package let id: String
    package let outcome: Outcome
    /// A stable code such as `fact.future`; empty when there is nothing to explain.
    package let reason: String
    /// A sentence for people; empty when there is nothing to explain.
    package let sentence: String

    private enum CodingKeys: String, CodingKey {
        case id, reason, sentence
        case outcome = "verdict"
    }

    package init(id: String, _ outcome: Outcome, reason: String = "", sentence: String = "") {
        self.id = id
        self.outcome = outcome
        self.reason = reason
        self.sentence = sentence
    }

    /// The same word about a fact that is called otherwise.
    package func named(_ id: String) -> Verdict { Verdict(id: id, outcome, reason: reason, sentence: sentence) }

    /// Whether the centre has spoken, so that the fact need not be sent again.
    package var isFinal: Bool { outcome != .held }
}

/// The answer to a batch, and to a question about facts sent earlier.
package struct Receipt: Hashable, Sendable, Codable {
    package let batch: String
    /// Changes when the centre was restored from a backup; nodes then offer again what they kept.
    package let epoch: String
    package let verdicts: [Verdict]
    /// The centre's time when it answered; an edge gives none of its own.
    package let at: Instant?
    /// From an edge that was asked: the centre's answers from which the verdicts are, closed.
    package let answers: [ClosedAnswer]?
    /// Where the node stands on this day; only the centre says it.
    package let place: ToldPlace?
    /// When somebody last asked this terminal for a test play; only the centre says it.
    package let testAsked: Instant?

    private enum CodingKeys: String, CodingKey {
        case batch, epoch, verdicts, at, answers, place
        case testAsked = "test_asked_at"
    }

    package init(
        batch: String, epoch: String, verdicts: [Verdict], at: Instant? = nil, answers: [ClosedAnswer]? = nil, place: ToldPlace? = nil,
        testAsked: Instant? = nil
    ) {
        self.batch = batch
        self.epoch = epoch
        self.verdicts = verdicts
        self.at = at
        self.answers = answers
        self.place = place
        self.testAsked = testAsked
    }

    /// The same answer with the time at which it goes out, where its node stands then, and when a test play was asked of it.
    package func answered(at instant: Instant, to place: ToldPlace?, testAsked: Instant? = nil) -> Receipt {
        Receipt(batch: batch, epoch: epoch, verdicts: verdicts, at: instant, place: place, testAsked: testAsked)
    }
}

/// A node's question what became of facts that its parent holds: the body of `POST /api/v1/receipts`.
package struct ReceiptQuestion: Hashable, Sendable, Codable {
    package let ids: [String]

    /// More is answered with 413.
    package static let maximumIDs = 1000

    package init(ids: [String]) { self.ids = ids }
}
