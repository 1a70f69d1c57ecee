package import Basics
import Crypto
import Foundation
package import Storage

/// What is wrong at one place of the log.
package struct LogFault: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// The entry, or its place, is not what it was when it was chained.
        case changed
        /// The chain names an entry that is gone.
        case missing
        /// Places are left out.
        case gap
        /// The log was sent on further than it goes: its end is gone.
        case cut
        /// Entries stand in the log that never were in line for the chain.
        case unchained
    }
    package let kind: Kind
    /// The place in the chain, from 1; how many entries for ``Kind/unchained``.
    package let position: Int
}

/// The state of the log: how far the chain goes, and what is wrong with it.
package struct LogState: Hashable, Sendable {
    package let entries: Int
    /// The hash of the last place; empty for an empty log.
    package let head: String
    /// The first 100.
    package let faults: [LogFault]
}

/// What the last comparison of the log with its chain said.
package struct LogCheck: Decodable, Hashable, Sendable {
    package let checkedAt: Instant
    package let entries: Int
    package let faults: Int

    package var isWhole: Bool { faults == 0 }
}

/// The log as a chain of hashes (the construction of Schneier and Kelsey's log, without its forgetting key): who changes, removes, adds or
/// reorders entries must write all later links anew, and differs then from what was sent on (`docs/operations.md`).
private struct ChainedEvent {
    let event: Event
    let position: Int

    /// SHA-256 over a JSON array of texts: the hash before, the place, then the columns of the entry in their order, the instant in
    /// milliseconds.
    func hash(after previous: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let texts = [
            previous, String(position), event.id, String(event.happenedAt.milliseconds), event.actor, event.kind, event.subject,
            event.detail, event.refusal, event.address,
            event.agent, event.areaID,
        ]
        return hexadecimal(SHA256.hash(data: try encoder.encode(texts)))
    }
}

extension Database {
    /// Gives every entry that waits its place in the chain, a thousand in one transaction.
    package func chainLog() async throws { while try await write({ try $0.chainEvents(most: 1000) }) == 1000 {} }
}

/// An entry with its place in the chain, as it is sent on.
package struct SentEvent: Hashable, Sendable {
    package let event: Event
    package let position: Int
    package let hash: String

    /// All that is sent on of it, by name.
    var fields: [String: String] {
        [
            "position": String(position), "hash": hash, "id": event.id, "at": String(event.happenedAt.milliseconds), "actor": event.actor,
            "kind": event.kind,
            "subject": event.subject, "detail": event.detail, "refusal": event.refusal, "address": event.address, "agent": event.agent,
            "area": event.areaID,
        ]
    }

    /// One line of JSON, its keys in order.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(fields), as: UTF8.self)
    }
}

extension Statements {
    /// Gives entries that wait their places in the chain, oldest first; answers how many got one. One chains at a time; of two at the same
    /// moment one fails and comes again.
    package func chainEvents(most: Int = 1000) throws -> Int {
        let waiting = try all(
            Event.self, "SELECT \(sql: eventColumns) FROM event e JOIN event_pending p ON p.event_id = e.id ORDER BY e.id LIMIT \(most)")
        guard !waiting.isEmpty else { return 0 }
        let last = try first("SELECT position, hash FROM event_link ORDER BY position DESC LIMIT 1") { (try $0.int(0), try $0.text(1)) }
        var (position, hash) = last ?? (0, "")
        for event in waiting {
            position += 1
            hash = try ChainedEvent(event: event, position: position).hash(after: hash)
            try run("INSERT INTO event_link (position, event_id, hash) VALUES (\(position), \(event.id), \(hash))")
            try run("DELETE FROM event_pending WHERE event_id = \(event.id)")
        }
        return waiting.count
    }

    /// Chained entries that were not sent on yet, in the order of the chain.
    package func unsentEvents(limit: Int) throws -> [SentEvent] {
        try all(
            """
            SELECT \(sql: eventColumns), l.position AS place, l.hash AS link FROM event_link l JOIN event e ON e.id = l.event_id
            WHERE l.position > coalesce((SELECT position FROM event_sent), 0) ORDER BY l.position LIMIT \(limit)
            """
        ) { SentEvent(event: try $0.decode(Event.self), position: try $0.int(10), hash: try $0.text(11)) }
    }

    /// Takes down that the log was sent on up to a place.
    package func noteSent(through position: Int) throws {
        try run(
            """
            INSERT INTO event_sent (only_one, position) VALUES (1, \(position)) ON CONFLICT (only_one) DO UPDATE
            SET position = excluded.position
            """
        )
    }

    /// Takes down what a comparison said.
    package func noteLogCheck(_ state: LogState, at now: Instant) throws {
        try run(
            """
            INSERT INTO event_check (only_one, checked_at, entries, faults) VALUES (1, \(now), \(state.entries), \(state.faults.count))
            ON CONFLICT (only_one) DO UPDATE SET checked_at = excluded.checked_at, entries = excluded.entries, faults = excluded.faults
            """)
    }

    /// What the last comparison said; nil before the first.
    package func logCheck() throws -> LogCheck? {
        try first(LogCheck.self, "SELECT checked_at, entries, faults FROM event_check")
    }

    /// Reads the whole log and compares it with its chain.
    package func verifyLog() throws -> LogState {
        var (faults, previous, expected): ([LogFault], String, Int) = ([], "", 1)
        func note(_ kind: LogFault.Kind, _ position: Int) {
            if faults.count < 100 { faults.append(LogFault(kind: kind, position: position)) }
        }
        try each(
            """
            SELECT \(sql: eventColumns), l.position AS place, l.hash AS link, CASE WHEN e.id IS NULL THEN 1 ELSE 0 END AS gone
            FROM event_link l LEFT JOIN event e ON e.id = l.event_id ORDER BY l.position
            """
        ) { row in
            let (position, link) = (try row.int(10), try row.text(11))
            if position != expected { note(.gap, expected) }
            if try row.int(12) == 1 {
                note(.missing, position)
            } else if try ChainedEvent(event: row.decode(Event.self), position: position).hash(after: previous) != link {
                note(.changed, position)
            }
            (previous, expected) = (link, position + 1)
        }
        let strange = try count(
            """
            SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_link l WHERE l.event_id = e.id)
                AND NOT EXISTS (SELECT 1 FROM event_pending p WHERE p.event_id = e.id)
            """)
        if strange > 0 { note(.unchained, strange) }
        let sent = try count("SELECT coalesce(max(position), 0) FROM event_sent")
        if sent >= expected { note(.cut, expected) }
        let lost = try count("SELECT count(*) FROM event_pending p WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id = p.event_id)")
        if lost > 0 { note(.missing, expected) }
        return LogState(entries: expected - 1, head: previous, faults: faults)
    }
}
