import Accounts
import Basics
import Offices
import Registry
import Storage

/// Which tables name papers by numbers that people typed.
enum PaperMentioning {
    /// No more numbers than so many are looked at.
    static let most = 5000

    /// The numbers that were typed in a scope, with how often and on what; a formula is everybody's.
    static func found(_ statements: Statements, _ scope: Scope, _ today: Day) throws -> [PaperMention] {
        let placed: SQL = """
            JOIN site_version v ON v.site = t.site AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(today) AND a.until_day > \(today)
            """
        let parts: [(PaperUse, SQL)] = [
            (
                .decision,
                """
                area_decision t JOIN area_version a ON \(sql: statements.lastVersion(of: "t.area_id"))
                WHERE t.taken_back_at IS NULL AND \(sql: scope.condition("a.code"))
                """
            ),
            (.state, "site_state t \(sql: placed) WHERE t.replaced_at IS NULL AND \(sql: scope.condition("a.code"))"),
            (
                .change,
                """
                (SELECT c.document, c.recorded_at, min(w.site) AS site FROM register_change c JOIN site_version w ON w.made_by = c.id
                    WHERE c.document <> '' GROUP BY c.id, c.document, c.recorded_at) t \(sql: placed)
                WHERE \(sql: scope.condition("a.code"))
                """
            ),
            (
                .exclusion,
                """
                (SELECT document, proposed_at AS recorded_at, area_id, state FROM exclusion_proposal) t
                JOIN area_version a ON \(sql: statements.lastVersion(of: "t.area_id"))
                WHERE t.state IN ('proposed', 'approved') AND \(sql: scope.condition("a.code"))
                """
            ),
            (.formula, "formula t WHERE 1 = 1"),
        ]
        var mentions: [String: PaperMention] = [:]
        for (use, part) in parts {
            let rows = try statements.all(
                """
                SELECT t.document, count(*), min(t.recorded_at) FROM \(sql: part) AND t.document <> ''
                GROUP BY t.document ORDER BY t.document LIMIT \(most)
                """
            ) { (try $0.text(0), try $0.int(1), try $0.instant(2)) }
            for (document, count, since) in rows {
                let known = mentions[document]
                mentions[document] = PaperMention(
                    document: document, counts: (known?.counts ?? [:]).merging([use: count]) { $1 },
                    since: known.map { min($0.since, since) } ?? since)
            }
        }
        return mentions.values.sorted { $0.document < $1.document }
    }
}
