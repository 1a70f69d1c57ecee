package import Accounts
package import Basics
import Foundation
package import Storage
import Wire

/// A fact that a person must decide on.
package struct QuarantinedFact: Decodable, Hashable, Sendable {
    package let id: String
    package let subject: String
    package let reason: String
    package let fact: String
    package let sender: String
    package let receivedAt: Instant
}

extension Statements {
    /// The open work list, oldest first.
    package func quarantined(after id: String = "", limit: Int) throws -> [QuarantinedFact] {
        try all(
            QuarantinedFact.self,
            "SELECT id, subject, reason, fact, sender, received_at FROM quarantine WHERE settled_at IS NULL AND id > \(id) ORDER BY id LIMIT \(limit)")
    }

    /// How many facts wait for a decision, by reason.
    package func quarantineCounts() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try each("SELECT reason, count(*) FROM quarantine WHERE settled_at IS NULL GROUP BY reason") { counts[try $0.text(0)] = try $0.int(1) }
        return counts
    }

    /// Judges open quarantined facts again, after the register was corrected or courseware was made known. Those that nothing stands against any more are
    /// counted now (with a late receipt when late); the others stay. Answers how many were counted.
    package func judgeQuarantineAgain(rules: FactRules, by act: Act) throws -> Int {
        var counted = 0
        var last = ""
        while true {
            let open = try quarantined(after: last, limit: 500)
            guard let end = open.last else { break }
            last = end.id
            let facts = try open.map { try JSONDecoder().decode(Fact.self, from: Data($0.fact.utf8)) }
            let verdicts = try mergeFacts(
                [ReceivedBatch(sender: .commandLine, batch: Batch(id: "quarantine-" + end.id, facts: facts))], rules: rules, at: act.at, ids: act.ids)[0]
            for (row, verdict) in zip(open, verdicts) where verdict.outcome == .stored || verdict.outcome == .duplicate {
                try run("UPDATE quarantine SET settled_at = \(act.at), settlement = 'stored' WHERE id = \(row.id)")
                counted += 1
            }
        }
        try record("quarantine.judged_again", "quarantine", ["counted": String(counted)], by: act)
        return counted
    }

    /// Decides that a quarantined fact will not count.
    package func dismissQuarantined(id: String, by act: Act) throws {
        let changed = try run("UPDATE quarantine SET settled_at = \(act.at), settlement = 'dismissed' WHERE id = \(id) AND settled_at IS NULL")
        guard changed == 1 else { throw Refusal.notFound("quarantined_fact") }
        try record("quarantine.dismissed", id, by: act)
    }
}
