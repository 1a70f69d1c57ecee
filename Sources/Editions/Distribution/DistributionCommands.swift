package import Accounts
package import Basics
import Figures
package import Registry
package import Storage

extension Statements {
    /// Sends an edition to areas; those that have it already are left alone. Answers how many were added.
    @discardableResult package func distribute(_ edition: Edition, to areas: [Area], by act: Act) throws -> Int {
        guard !areas.isEmpty else { return 0 }
        var added = 0
        for start in stride(from: 0, to: areas.count, by: 500) {
            let rows: [[Value]] = areas[start..<min(start + 500, areas.count)].map {
                [edition.id.bound, $0.areaID.bound, act.at.bound, "".bound, 0.bound]
            }
            added += try run(
                """
                INSERT INTO edition_recipient (edition, area_id, sent_at, received_by, reminders) \(values: rows)
                ON CONFLICT (edition, area_id) DO NOTHING
                """
            )
        }
        if added > 0 { try record("edition.sent", edition.id, ["areas": String(added)], by: act) }
        return added
    }

    /// Confirms for an area that an edition arrived; answers whether it had not been confirmed. A second confirmation changes nothing.
    @discardableResult package func confirmReceipt(edition id: String, areaID: String, by act: Act) throws -> Bool {
        let changed = try run(
            """
            UPDATE edition_recipient SET received_by = \(act.actor.id), received_at = \(act.at)
            WHERE edition = \(id) AND area_id = \(areaID) AND received_at IS NULL
            """
        )
        if changed > 0 { try record("edition.received", id, ["area": areaID], by: act) }
        return changed > 0
    }

    /// Reminds the areas that have not confirmed an edition; at most once a day, so that a button pressed twice is one reminder. An area
    /// that is no more is left in peace. Answers how many were reminded.
    package func remindRecipients(of edition: Edition, today: Day, by act: Act) throws -> Int {
        let dayAgo = act.at.adding(seconds: -86_400)
        let reminded = try run(
            """
            UPDATE edition_recipient SET reminders = reminders + 1, reminded_at = \(act.at)
            WHERE edition = \(edition.id) AND received_at IS NULL AND (reminded_at IS NULL OR reminded_at < \(dayAgo))
                AND EXISTS (SELECT 1 FROM area_version v WHERE v.area_id = edition_recipient.area_id AND v.replaced_at IS NULL
                    AND v.until_day > \(today))
            """)
        if reminded > 0 { try record("edition.reminded", edition.id, ["areas": String(reminded)], by: act) }
        return reminded
    }

    /// To whom an edition was sent, by area code.
    package func recipients(of edition: String) throws -> [Recipient] {
        try all(
            Recipient.self,
            """
            SELECT r.edition, r.area_id, a.code AS area_code, a.name
                AS area_name, r.sent_at, r.received_by, r.received_at, r.reminders, r.reminded_at,
                a.until_day
            FROM edition_recipient r JOIN area_version a ON \(sql: lastName("a", of: "r.area_id"))
                WHERE r.edition = \(edition) ORDER BY a.code
            """)
    }

    /// What was sent to the topmost areas of a scope, newest first, behind a place; confirmed or not. What went to areas below them is for
    /// those areas to confirm.
    package func received(in scope: Scope, isOpen: Bool? = nil, after place: ReceivedPlace? = nil, limit: Int) throws -> [ReceivedEdition] {
        let behind: SQL = place.map { "AND (r.sent_at, r.edition, a.code) < (\($0.sentAt), \($0.edition), \($0.area))" } ?? ""
        return try all(
            ReceivedEdition.self,
            """
            SELECT r.edition, e.month, e.number, e.document, i.name AS issuer, r.area_id, a.code AS area_code, a.name
                AS area_name, r.sent_at, r.received_at, r.reminders
            FROM edition_recipient r JOIN edition e ON e.id = r.edition
            JOIN area_version a ON \(sql: lastName("a", of: "r.area_id")) JOIN area_version i ON \(sql: lastName("i", of: "e.area_id"))
            WHERE \(sql: own(scope, isOpen)) \(sql: behind)
            ORDER BY r.sent_at DESC, r.edition DESC, a.code DESC LIMIT \(limit)
            """)
    }

    package func receivedCount(in scope: Scope, isOpen: Bool?) throws -> Int {
        try count(
            """
            SELECT count(*) FROM edition_recipient r JOIN area_version a ON \(sql: lastName("a", of: "r.area_id"))
            WHERE \(sql: own(scope, isOpen))
            """)
    }

    private func own(_ scope: Scope, _ isOpen: Bool?) -> SQL {
        let confirmed: SQL = isOpen.map { $0 ? "AND r.received_at IS NULL" : "AND r.received_at IS NOT NULL" } ?? ""
        return "a.code IN (\(list: scope.topmost.map(\.description))) \(sql: confirmed)"
    }

    /// Whether an edition was sent to one of the topmost areas of a scope. What an area got before it came below another is not for that
    /// other.
    package func isSent(_ edition: String, to scope: Scope) throws -> Bool {
        let own = scope.topmost.map(\.description)
        return try count(
            """
            SELECT count(*) FROM edition_recipient r JOIN area_version a ON \(sql: lastName("a", of: "r.area_id"))
            WHERE r.edition = \(edition) AND a.code IN (\(list: own))
            """) > 0
    }

    /// The row of an area that is or was its last.
    private func lastName(_ version: SQL, of area: SQL) -> SQL {
        """
        \(sql: version).area_id = \(sql: area) AND \(sql: version).replaced_at IS NULL
            AND \(sql: version).until_day = (SELECT max(w.until_day)
                FROM area_version w WHERE w.area_id = \(sql: area) AND w.replaced_at IS NULL)
        """
    }
}
