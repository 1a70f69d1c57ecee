package import Accounts
package import Basics
import Registry
package import Storage

/// A box, and where it stands, or stood last.
package struct TerminalRecord: Decodable, Hashable, Sendable {
    package let id: String
    package let siteCode: String
    package let siteName: String
    package let areaCode: String
    package let areaName: String
    package let fromDay: Day
    package let untilDay: Day
    /// Whether a node of our own runs in it.
    package let isNode: Bool
}

/// Which boxes somebody asks for.
package enum TerminalStanding: String, CaseIterable, Sendable { case placed, nowhere }

extension Statements {
    /// Boxes whose present or last place the scope sees, by id, behind the given one.
    package func terminals(
        _ standing: TerminalStanding? = nil, words: SearchWords = SearchWords(""), after id: String = "", limit: Int, on day: Day,
        in scope: Scope
    ) throws -> [TerminalRecord] {
        let isWide = scope.areas.contains { $0.level <= .county }
        let source = try terminalSource(standing, words, on: day, in: scope, isWide: isWide)
        return try all(
            TerminalRecord.self, "\(sql: selection) \(sql: source) AND t.id > \(id) ORDER BY t.id LIMIT \(limit)")
    }

    /// How many of them there are. One assignment is one box, so that only what the scope or the words ask of its site is looked up.
    package func terminalCount(
        _ standing: TerminalStanding? = nil, words: SearchWords = SearchWords(""), on day: Day, in scope: Scope
    ) throws -> Int {
        let within: SQL = """
            EXISTS (SELECT 1 FROM site_version w WHERE w.site = x.site AND w.replaced_at IS NULL AND w.from_day <= \(day)
                AND w.until_day > \(day) AND w.area_id IN (\(sql: areas(within: scope, on: day))))
            """
        let seen = try isWholeNetwork(scope, on: day) ? "1 = 1" : within
        return try count(
            """
            SELECT count(*) FROM terminal_assignment x
            WHERE \(sql: found(words, on: day)) AND \(sql: condition(standing, on: day)) AND \(sql: isLast(on: day)) AND \(sql: seen)
            """)
    }

    /// A box by its id, when the scope sees where it stands or stood last.
    package func terminal(id: String, on day: Day, in scope: Scope) throws -> TerminalRecord? {
        try first(TerminalRecord.self, "\(sql: selection) \(sql: try terminalSource(on: day, in: scope)) AND t.id = \(id)")
    }

    /// The boxes whose number holds the words, and those at sites whose name does, all of them, to be counted: looked for in those tables
    /// alone. Whoever wants the first few looks at one box behind the other and is through soon.
    private func found(_ words: SearchWords, on day: Day) -> SQL {
        if words.isEmpty { return "1 = 1" }
        return """
            (x.terminal IN (SELECT u.num FROM terminal u WHERE \(sql: words.condition("lower(u.id)")))
                OR x.site IN (SELECT w.site FROM site_version w WHERE w.replaced_at IS NULL AND w.from_day <= \(day)
                    AND w.until_day > \(day) AND \(sql: words.condition("w.name_key"))))
            """
    }

    /// The identities of the areas within the scope: few for many sites.
    private func areas(within scope: Scope, on day: Day) -> SQL {
        """
        SELECT b.area_id FROM area_version b WHERE b.replaced_at IS NULL AND b.from_day <= \(day) AND b.until_day > \(day)
            AND \(sql: scope.condition("b.code"))
        """
    }

    /// An assignment that holds today, or the last that did.
    private func isLast(on day: Day) -> SQL {
        """
        x.replaced_at IS NULL AND x.from_day <= \(day) AND (x.until_day > \(day) OR NOT EXISTS (SELECT 1 FROM terminal_assignment y
            WHERE y.terminal = x.terminal AND y.replaced_at IS NULL AND y.from_day <= \(day) AND y.from_day > x.from_day))
        """
    }

    private func condition(_ standing: TerminalStanding?, on day: Day) -> SQL {
        switch standing {
        case nil: "1 = 1"
        case .placed: "x.until_day > \(day)"
        case .nowhere: "x.until_day <= \(day)"
        }
    }

    private var selection: SQL {
        """
        SELECT t.id, s.code AS site_code, v.name AS site_name, a.code AS area_code, a.name AS area_name, x.from_day, x.until_day,
            CASE WHEN EXISTS (SELECT 1 FROM node n WHERE n.id = t.id) THEN 1 ELSE 0 END AS is_node
        """
    }

    /// A scope that is wide is asked of each box: one behind the other by their ids they are found soon. Of a narrow one its few sites are.
    private func terminalSource(
        _ standing: TerminalStanding? = nil, _ words: SearchWords = SearchWords(""), on day: Day, in scope: Scope, isWide: Bool = false
    ) throws -> SQL {
        let seen: SQL =
            if try isWholeNetwork(scope, on: day) {
                "1 = 1"
            } else if isWide {
                // An expression, so that no index of areas makes the boxes come in another order than that of the list.
                "coalesce(v.area_id, '') IN (\(sql: areas(within: scope, on: day)))"
            } else { scope.condition("a.code") }
        return """
            FROM terminal t JOIN terminal_assignment x ON x.terminal = t.num
            JOIN site s ON s.num = x.site
            JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day) AND a.until_day > \(day)
            WHERE (\(sql: words.condition("lower(t.id)")) OR \(sql: words.condition("v.name_key")))
                AND \(sql: condition(standing, on: day)) AND \(sql: isLast(on: day)) AND \(sql: seen)
            """
    }
}
