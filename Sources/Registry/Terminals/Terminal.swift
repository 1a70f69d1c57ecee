package import Basics
package import Storage

/// That a terminal stands at a site from a day on, until the day before `untilDay`.
package struct Assignment: Decodable, Hashable, Sendable {
    package let terminal: Int
    package let terminalID: String
    package let site: Int
    package let fromDay: Day
    package let untilDay: Day
}

extension Statements {
    /// All assignments of a site, by first day.
    package func assignments(site: Int) throws -> [Assignment] {
        try all(
            Assignment.self,
            """
            SELECT x.terminal, t.id AS terminal_id, x.site, x.from_day, x.until_day
                FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
            WHERE x.site = \(site) AND x.replaced_at IS NULL ORDER BY x.from_day, t.id
            """)
    }

    /// All assignments of the named terminals, and of every other terminal at their sites. Unknown names are simply not in the answer.
    package func assignments(around terminalIDs: [String]) throws -> [Assignment] {
        var found: [Assignment] = []
        for start in stride(from: 0, to: terminalIDs.count, by: 500) {
            let part = terminalIDs[start..<min(start + 500, terminalIDs.count)]
            found += try all(
                Assignment.self,
                """
                SELECT x.terminal, t.id AS terminal_id, x.site, x.from_day, x.until_day
                    FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
                WHERE x.replaced_at IS NULL AND x.site IN (
                    SELECT y.site FROM terminal_assignment y JOIN terminal u ON u.num = y.terminal
                        WHERE u.id IN (\(list: part)) AND y.replaced_at IS NULL)
                """)
        }
        return Array(Set(found))
    }

    /// The private numbers of terminals by their names.
    package func terminalNumbers(_ terminalIDs: [String]) throws -> [String: Int] {
        var numbers: [String: Int] = [:]
        for start in stride(from: 0, to: terminalIDs.count, by: 500) {
            let part = terminalIDs[start..<min(start + 500, terminalIDs.count)]
            try each("SELECT id, num FROM terminal WHERE id IN (\(list: part))") { numbers[try $0.text(0)] = try $0.int(1) }
        }
        return numbers
    }
}
