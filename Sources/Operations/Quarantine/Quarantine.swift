package import Accounts
package import Basics
import Foundation
package import Storage
package import Wire

/// A fact that a person must decide on.
package struct QuarantinedFact: Decodable, Hashable, Sendable {
    package let id: String
    package let subject: String
    package let reason: String
    package let fact: String
    package let sender: String
    package let receivedAt: Instant
    /// The edge that carried it, and the file in which it stood; none when neither did.
    package let relay: String?
    package let file: String?
    /// Number of its source; none for what came before sources were kept.
    package let source: Int?

    /// Who says it. What came before sources were kept is the word of whoever lets it count now, as it was then.
    fileprivate var sayer: Sender { source == nil ? .commandLine : Sender(text: sender) ?? .commandLine }

    /// Where it came from, as one text.
    fileprivate var origin: String { [source == nil ? "" : sender, relay ?? "", file ?? ""].joined(separator: "\n") }
}

/// Which of the facts that wait.
package struct QuarantineFilter: Sendable {
    /// A code such as `fact.future`.
    package var reason: String?
    /// A terminal's id.
    package var terminal: String?
    /// The one row with this id.
    package var id: String?
    /// The rows with these ids.
    package var ids: [String]?
    /// Received at this moment or after it, and before that one.
    package var from: Instant?
    package var before: Instant?

    /// All of them, unless something is set.
    package init(
        reason: String? = nil, terminal: String? = nil, id: String? = nil, ids: [String]? = nil, from: Instant? = nil,
        before: Instant? = nil
    ) {
        self.ids = ids
        self.reason = reason
        self.terminal = terminal
        self.id = id
        self.from = from
        self.before = before
    }

    fileprivate var condition: SQL {
        var condition: SQL = "q.settled_at IS NULL"
        if let reason { condition = "\(sql: condition) AND q.reason = \(reason)" }
        if let terminal { condition = "\(sql: condition) AND q.subject = \(terminal)" }
        if let id { condition = "\(sql: condition) AND q.id = \(id)" }
        if let ids { condition = "\(sql: condition) AND q.id IN (\(list: ids))" }
        if let from { condition = "\(sql: condition) AND q.received_at >= \(from)" }
        if let before { condition = "\(sql: condition) AND q.received_at < \(before)" }
        return condition
    }
}

/// What judging again came to.
package struct JudgedAgain: Sendable {
    /// How many rows had this reason and got this verdict.
    package struct Change: Hashable, Comparable, Sendable {
        package let reason: String
        package let outcome: Verdict.Outcome
        /// Why the fact still waits or is refused; empty for one that counts.
        package let now: String

        package static func < (left: Change, right: Change) -> Bool {
            (left.reason, left.outcome.rawValue, left.now) < (right.reason, right.outcome.rawValue, right.now)
        }
    }

    package internal(set) var counts: [Change: Int] = [:]
    /// The first of those that count now; at most fifty.
    package internal(set) var first: [QuarantinedFact] = []

    /// How many count now.
    package var counted: Int { counts.filter { $0.key.outcome == .stored || $0.key.outcome == .duplicate }.values.reduce(0, +) }
}

extension Statements {
    /// The open work list, oldest first.
    package func quarantined(matching filter: QuarantineFilter = QuarantineFilter(), after id: String = "", limit: Int) throws
        -> [QuarantinedFact]
    {
        try all(
            QuarantinedFact.self,
            """
            SELECT q.id, q.subject, q.reason, q.fact, q.sender, q.received_at, nullif(o.relay, '') AS relay, nullif(o.file, '')
                AS file, q.source FROM quarantine q
            LEFT JOIN fact_source o ON o.num = q.source WHERE \(sql: filter.condition) AND q.id > \(id) ORDER BY q.id LIMIT \(limit)
            """)
    }

    /// How many facts wait for a decision, by reason.
    package func quarantineCounts() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try each("SELECT reason, count(*) FROM quarantine WHERE settled_at IS NULL GROUP BY reason") {
            counts[try $0.text(0)] = try $0.int(1)
        }
        return counts
    }

    /// How many wait that match.
    package func quarantineCount(matching filter: QuarantineFilter) throws -> Int {
        try count("SELECT count(*) FROM quarantine q WHERE \(sql: filter.condition)")
    }

    /// Judges open quarantined facts again, after the register was corrected or courseware was made known; by the moment at which each
    /// came, because what was ahead of the clock then is no truer now, and as the word of whoever sent it. Those that nothing stands
    /// against any more are counted (with a late receipt when late); the others stay.
    package func judgeQuarantineAgain(matching filter: QuarantineFilter = QuarantineFilter(), rules: FactRules, by act: Act) throws
        -> JudgedAgain
    {
        var judged = JudgedAgain()
        var last = ""
        while true {
            let open = try quarantined(matching: filter, after: last, limit: 500)
            guard let end = open.last else { break }
            last = end.id
            let bySender = Dictionary(grouping: open, by: \.origin).sorted { $0.key < $1.key }.map(\.value)
            let batches = try bySender.map { rows in
                let facts = try rows.map { try JSONDecoder().decode(Fact.self, from: Data($0.fact.utf8)) }
                return ReceivedBatch(
                    sender: rows[0].sayer, batch: Batch(id: "quarantine-" + end.id, facts: facts), relay: rows[0].relay, file: rows[0].file,
                    waiting: rows)
            }
            for (row, verdict) in zip(bySender.joined(), try mergeFacts(batches, rules: rules, at: act.at, ids: act.ids).joined()) {
                judged.counts[JudgedAgain.Change(reason: row.reason, outcome: verdict.outcome, now: verdict.reason), default: 0] += 1
                guard verdict.outcome == .stored || verdict.outcome == .duplicate else { continue }
                if judged.first.count < 50 { judged.first.append(row) }
                try run("UPDATE quarantine SET settled_at = \(act.at), settlement = 'stored' WHERE id = \(row.id)")
            }
        }
        try settleOverflow(by: act)
        try record("quarantine.judged_again", "quarantine", ["counted": String(judged.counted)], by: act)
        return judged
    }

    /// Decides that a quarantined fact will not count.
    package func dismissQuarantined(id: String, by act: Act) throws {
        guard try dismissQuarantined(matching: QuarantineFilter(id: id), by: act) == 1 else { throw Refusal.notFound("quarantined_fact") }
    }

    /// Decides that the quarantined facts that match will not count. Answers how many.
    @discardableResult package func dismissQuarantined(matching filter: QuarantineFilter, by act: Act) throws -> Int {
        var dismissed = 0
        while true {
            let open = try quarantined(matching: filter, limit: 500)
            guard !open.isEmpty else {
                try settleOverflow(by: act)
                return dismissed
            }
            try run("UPDATE quarantine SET settled_at = \(act.at), settlement = 'dismissed' WHERE id IN (\(list: open.map(\.id)))")
            for row in open { try record("quarantine.dismissed", row.id, by: act) }
            dismissed += open.count
        }
    }
}
