package import Accounts
package import Basics
import Registry
package import Storage

/// A fact that waits, with the site of its terminal.
package struct PlacedQuarantine: Decodable, Hashable, Sendable {
    package let id: String
    package let subject: String
    package let reason: String
    package let fact: String
    package let sender: String
    package let receivedAt: Instant
    /// Nil for a terminal that the register does not know, or that stands nowhere.
    package let siteCode: String?
    package let siteName: String?
}

/// A terminal whose own clock was wrong, as it said itself, and how its reports of that day are corrected.
package struct ClockErrorDay: Decodable, Hashable, Sendable {
    package let day: Day
    package let terminal: String
    package let aheadMs: Int64
    package let toldAt: Instant
    package let siteCode: String
    package let siteName: String
}

extension Statements {
    /// The work list of a scope, oldest first. What no area holds belongs to those who see the whole network.
    package func quarantined(
        reason: String?, matching words: SearchWords = SearchWords(""), after id: String, limit: Int, on today: Day, in scope: Scope
    ) throws -> [PlacedQuarantine] {
        try all(
            PlacedQuarantine.self,
            """
            SELECT q.id, q.subject, q.reason, q.fact, q.sender, q.received_at, s.code AS site_code, v.name AS site_name
            \(sql: try waiting(reason, words, today, scope)) AND q.id > \(id) ORDER BY q.id LIMIT \(limit)
            """)
    }

    /// How many there are, as far as `most`.
    package func quarantinedCount(reason: String?, matching words: SearchWords, most: Int, on today: Day, in scope: Scope) throws -> Int {
        try count("SELECT count(*) FROM (SELECT q.id \(sql: try waiting(reason, words, today, scope)) LIMIT \(most)) x")
    }

    /// Those of some rows that wait and lie in a scope.
    package func quarantinedIDs(among ids: [String], on today: Day, in scope: Scope) throws -> [String] {
        try all("SELECT q.id \(sql: try waiting(nil, SearchWords(""), today, scope)) AND q.id IN (\(list: ids)) ORDER BY q.id") {
            try $0.text(0)
        }
    }

    private func waiting(_ reason: String?, _ words: SearchWords, _ today: Day, _ scope: Scope) throws -> SQL {
        let seesAll = try isWholeNetwork(scope, on: today)
        let only: SQL = reason.map { "AND q.reason = \($0)" } ?? ""
        let found: SQL = words.isEmpty ? "" : "AND (\(sql: words.condition("v.name_key", code: "q.subject")))"
        return """
            FROM quarantine q
            LEFT JOIN terminal t ON t.id = q.subject
            LEFT JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL AND x.from_day <= \(today)
                AND x.until_day > \(today)
            LEFT JOIN site s ON s.num = x.site
            LEFT JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
            LEFT JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today)
                AND a.until_day > \(today)
            WHERE q.settled_at IS NULL \(sql: only) \(sql: found)
                AND (\(sql: scope.condition("a.code")) OR (a.code IS NULL AND \(seesAll) = 1))
            """
    }

    /// The days from one on at which terminals of a scope said that their clock was wrong, the latest first.
    package func clockErrors(since day: Day, limit: Int, on today: Day, in scope: Scope) throws -> [ClockErrorDay] {
        try all(
            ClockErrorDay.self,
            """
            SELECT e.day, t.id AS terminal, e.ahead_ms, e.told_at, s.code AS site_code, v.name AS site_name FROM clock_error e
            JOIN terminal t ON t.num = e.terminal
            JOIN terminal_assignment x ON x.terminal = t.num AND x.replaced_at IS NULL AND x.from_day <= \(today) AND x.until_day > \(today)
            JOIN site s ON s.num = x.site
            JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
            WHERE e.day >= \(day) AND \(sql: scope.condition("a.code")) ORDER BY e.day DESC, t.id LIMIT \(limit)
            """)
    }

    /// By how many milliseconds the clocks of these terminals were ahead (less than 0: behind), as they said themselves, by day.
    package func clockErrors(terminals: [Int], within days: ClosedRange<Day>) throws -> [(day: Day, terminal: Int, aheadMs: Int64)] {
        guard !terminals.isEmpty else { return [] }
        return try all(
            """
            SELECT day, terminal, ahead_ms FROM clock_error
            WHERE day >= \(days.lowerBound) AND day <= \(days.upperBound) AND terminal IN (\(list: terminals)) ORDER BY day, terminal
            """
        ) { (day: try $0.day(0), terminal: try $0.int(1), aheadMs: Int64(try $0.int(2))) }
    }
}
