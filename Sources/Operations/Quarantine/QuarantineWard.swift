import Accounts
package import Basics
import Foundation
import Registry
package import Storage
import Wire

/// How much room senders have left in quarantine, so far as one transaction has looked.
struct QuarantineWard {
    /// The most facts of one sender that wait: of a terminal, and of an edge, which speaks for boxes without a key. A file brought in on
    /// the machine itself has no bound.
    static func most(of sender: Sender) -> Int { if case .edge = sender { 20_000 } else { 1000 } }
    fileprivate var waiting: [String: Int] = [:]
}

/// Facts of one sender that were refused because too many of it waited.
package struct QuarantineOverflow: Decodable, Hashable, Sendable {
    package let sender: String
    /// Why they would have waited.
    package let reason: String
    package let facts: Int
    package let firstAt: Instant
    package let lastAt: Instant
}

extension Statements {
    /// Keeps a fact for a person; false when its sender has no room left, which is summed. One that waits already for this reason is kept
    /// once.
    func quarantine(
        _ fact: Fact, reason: String, _ received: ReceivedBatch, source: Int, ward: inout QuarantineWard, at now: Instant, ids: IDs
    ) throws -> Bool {
        let (digest, sender) = (fact.digest(waitingFor: reason), received.sender.text)
        guard try first("SELECT 1 FROM quarantine WHERE digest = \(digest)", { try $0.int(0) }) == nil else { return true }
        if received.sender != .commandLine {
            let most = QuarantineWard.most(of: received.sender)
            let waiting =
                try ward.waiting[sender]
                ?? count("SELECT count(*) FROM (SELECT 1 FROM quarantine WHERE sender = \(sender) AND settled_at IS NULL LIMIT \(most)) w")
            ward.waiting[sender] = waiting + 1
            guard waiting < most else {
                try run(
                    """
                    INSERT INTO quarantine_overflow (sender, reason, facts, first_at, last_at)
                        VALUES (\(sender), \(reason), 1, \(now), \(now))
                    ON CONFLICT (sender, reason) DO UPDATE SET facts = quarantine_overflow.facts + 1, last_at = excluded.last_at
                    """)
                return false
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(fact), as: UTF8.self)
        try run(
            """
            INSERT INTO quarantine (id, digest, subject, reason, fact, sender, batch, received_at, source)
            VALUES (\(ids.next()), \(digest), \(fact.subject), \(reason), \(text), \(sender), \(received.batch.id), \(now), \(source))
            """)
        return true
    }

    /// Takes senders off the list of which nothing waits any more: somebody has looked at all of it. What had no room stands in the log of
    /// acts.
    func settleOverflow(by act: Act) throws {
        let settled = try all(
            QuarantineOverflow.self,
            """
            DELETE FROM quarantine_overflow WHERE NOT EXISTS (SELECT 1
                FROM quarantine q WHERE q.sender = quarantine_overflow.sender AND q.settled_at IS NULL)
            RETURNING sender, reason, facts, first_at, last_at
            """)
        for row in settled {
            try record("quarantine.overflow_settled", row.sender, ["reason": row.reason, "facts": String(row.facts)], by: act)
        }
    }

    /// Who had no room left in quarantine, the latest first.
    package func quarantineOverflow(limit: Int) throws -> [QuarantineOverflow] {
        try all(
            QuarantineOverflow.self,
            "SELECT sender, reason, facts, first_at, last_at FROM quarantine_overflow ORDER BY last_at DESC, sender, reason LIMIT \(limit)")
    }

    /// The same for a page: to those who see the whole network, because a sender may stand anywhere.
    func quarantineOverflow(limit: Int, on today: Day, in scope: Scope) throws -> [QuarantineOverflow] {
        guard try isWholeNetwork(scope, on: today) else { return [] }
        return try quarantineOverflow(limit: limit)
    }
}
