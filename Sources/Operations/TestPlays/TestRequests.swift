package import Accounts
package import Basics
import Registry
package import Storage

extension Statements {
    /// Asks the terminals of a site for a test play at once; each hears of it with its next receipt. Answers how many were asked.
    /// - Throws: `test_play.no_node` where no program of ours runs, which is the only one that can test itself.
    package func askTestPlay(siteCode: String, on day: Day, in scope: Scope, by act: Act) throws -> Int {
        guard try site(code: siteCode, on: day, in: scope) != nil else { throw Refusal.notFound("site") }
        let terminals = try testableTerminals(siteCode: siteCode, on: day)
        guard !terminals.isEmpty else { throw Refusal.conflict("test_play.no_node") }
        try run(
            """
            INSERT INTO test_request (terminal, asked_at, asked_by)
            \(values: terminals.map { [$0.bound, act.at.bound, act.actor.id.bound] })
            ON CONFLICT (terminal) DO UPDATE SET asked_at = excluded.asked_at, asked_by = excluded.asked_by
            """)
        try record("test_play.asked", siteCode, by: act)
        return terminals.count
    }

    /// The numbers of the terminals at a site in which a program of ours runs.
    package func testableTerminals(siteCode: String, on day: Day) throws -> [Int] {
        try all(
            """
            SELECT t.num FROM terminal_assignment x JOIN site s ON s.num = x.site JOIN terminal t ON t.num = x.terminal
            JOIN node n ON n.id = t.id AND n.public_key IS NOT NULL AND n.revoked_at IS NULL
            WHERE s.code = \(siteCode) AND x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day) ORDER BY t.num
            """
        ) { try $0.int(0) }
    }

    /// When a test was last asked of some terminals, within a day before a moment; what is older is of no use to anybody.
    package func testRequests(_ terminals: [String], at now: Instant) throws -> [String: Instant] {
        var found: [String: Instant] = [:]
        try inParts(terminals) { part in
            try each(
                """
                SELECT t.id, r.asked_at FROM test_request r JOIN terminal t ON t.num = r.terminal
                WHERE t.id IN (\(list: part)) AND r.asked_at > \(now.adding(seconds: -86_400))
                """
            ) { found[try $0.text(0)] = try $0.instant(1) }
        }
        return found
    }
}
