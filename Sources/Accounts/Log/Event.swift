package import Basics
import Foundation
package import Storage

/// One entry of the log of acts.
package struct Event: Decodable, Hashable, Sendable {
    package let id: String
    package let happenedAt: Instant
    package let actor: String
    package let kind: String
    package let subject: String
    package let detail: String
    /// The code of the refusal when it was not done; empty when it was.
    package let refusal: String
    /// As in ``Place``.
    package let address: String
    package let agent: String
    package let areaID: String
}

/// The columns of an event, in the order of its properties.
let eventColumns: SQL = "e.id, e.happened_at, e.actor, e.kind, e.subject, e.detail, e.refusal, e.address, e.agent, e.area_id"

extension Statements {
    /// Writes the entry of a change, in the transaction of the change, or of what was refused. `kind` is a stable code such as
    /// `site.state_set`, `subject` the id of what was changed. Its place in the chain it gets from ``chainEvents(most:)``: a chain in the
    /// same transaction would let every writer wait for every other one.
    package func record(_ kind: String, _ subject: String, _ detail: [String: String] = [:], refusal: String = "", by act: Act) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(detail), as: UTF8.self)
        let id = act.ids.next()
        try run(
            """
            INSERT INTO event (id, happened_at, actor, kind, subject, detail, refusal, address, agent, area_id)
            VALUES (\(id), \(act.at), \(act.actor.id), \(kind), \(subject), \(text), \(refusal), \(act.place.address), \(act.place.agent),
                \(act.place.areaID))
            """)
        try run("INSERT INTO event_pending (event_id) VALUES (\(id))")
    }

    /// Writes the entry of a change of a record: of each field that is another one, from what to what.
    package func record(_ kind: String, _ subject: String, from before: [String: String], to after: [String: String], by act: Act) throws {
        let changed = after.filter { before[$0.key] ?? "" != $0.value }.map { ($0.key, "\(before[$0.key] ?? "") → \($0.value)") }
        try record(kind, subject, Dictionary(uniqueKeysWithValues: changed), by: act)
    }

    /// The entries about one thing, newest first.
    package func events(about subject: String, limit: Int = 100) throws -> [Event] {
        try all(Event.self, "SELECT \(sql: eventColumns) FROM event e WHERE e.subject = \(subject) ORDER BY e.id DESC LIMIT \(limit)")
    }

    /// How many entries a condition on `e` lets be seen, as far as `most`.
    package func eventCount(where visible: SQL, most: Int) throws -> Int {
        try count("SELECT count(*) FROM (SELECT e.id FROM event e WHERE \(sql: visible) LIMIT \(most)) x")
    }

    /// The condition on `e` by which entries are found that somebody of this name did, of this code, about this, or from this address.
    package func eventsAbout(_ text: String) throws -> SQL {
        let actors = try all("SELECT id FROM account WHERE login = \(text) OR name = \(text) ORDER BY id LIMIT 20") { try $0.text(0) }
        return
            """
            (e.actor IN (\(list: actors)) OR e.subject = \(text) OR e.subject IN (\(list: actors)) OR e.kind = \(text) OR e.address = \
            \(text))
            """
    }

    /// The log, newest first, before the entry with the given id (from the newest for an empty id), as far as a condition on `e.area_id`
    /// lets it be seen.
    package func events(before id: String, limit: Int, where visible: SQL = "1 = 1") throws -> [Event] {
        let before: SQL = id.isEmpty ? "1 = 1" : "e.id < \(id)"
        return try all(
            Event.self,
            "SELECT \(sql: eventColumns) FROM event e WHERE \(sql: before) AND \(sql: visible) ORDER BY e.id DESC LIMIT \(limit)")
    }
}
