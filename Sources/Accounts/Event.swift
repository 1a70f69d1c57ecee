package import Basics
import Foundation
package import Storage

/// One entry of the audit log.
package struct Event: Decodable, Hashable, Sendable {
    package let id: String
    package let happenedAt: Instant
    package let actor: String
    package let kind: String
    package let subject: String
    package let detail: String
}

extension Statements {
    /// Writes the audit entry of a change, in the transaction of the change. `kind` is a stable code such as `site.state_set`, `subject` the id of what was changed.
    package func record(_ kind: String, _ subject: String, _ detail: [String: String] = [:], by act: Act) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(detail), as: UTF8.self)
        try run(
            """
            INSERT INTO event (id, happened_at, actor, kind, subject, detail)
            VALUES (\(act.ids.next()), \(act.at), \(act.actor.id), \(kind), \(subject), \(text))
            """)
    }

    /// The entries about one thing, newest first.
    package func events(about subject: String, limit: Int = 100) throws -> [Event] {
        try all(
            Event.self,
            """
            SELECT id, happened_at, actor, kind, subject, detail FROM event WHERE subject = \(subject) ORDER BY id DESC LIMIT \(limit)
            """)
    }
}

extension Statements {
    /// The whole log, newest first, before the entry with the given id (from the newest for an empty id).
    package func events(before id: String, limit: Int) throws -> [Event] {
        let before: SQL = id.isEmpty ? "" : "WHERE id < \(id)"
        return try all(Event.self, "SELECT id, happened_at, actor, kind, subject, detail FROM event \(sql: before) ORDER BY id DESC LIMIT \(limit)")
    }
}
