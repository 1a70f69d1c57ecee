package import Basics
package import Storage

extension Statements {
    /// Who said the minutes of terminals on some days, by day and terminal; rows from before sources were kept are not in the answer.
    package func presenceSources(terminals: [Int], within days: ClosedRange<Day>) throws -> [Day: [Int: [SourceShare]]] {
        var found: [Day: [Int: [SourceShare]]] = [:]
        try each(
            """
            SELECT p.day, p.terminal, NULL, o.num, o.said_by, o.relay, o.file FROM presence p JOIN fact_source o ON o.num = p.source
            WHERE p.day IN (\(list: days.map(\.number))) AND p.terminal IN (\(list: terminals))
            UNION ALL SELECT s.day, s.terminal, s.added_minutes, o.num, o.said_by, o.relay, o.file
                FROM presence_source s JOIN fact_source o ON o.num = s.source
            WHERE s.day IN (\(list: days.map(\.number))) AND s.terminal IN (\(list: terminals))
            ORDER BY 1, 2, 4
            """
        ) { row in
            let source = FactSource(num: try row.int(3), saidBy: try row.text(4), relay: try row.text(5), file: try row.text(6))
            found[try row.day(0), default: [:]][try row.int(1), default: []].append(
                SourceShare(source: source, addedMinutes: try row.optionalInt(2)))
        }
        return found
    }

    /// The days on which something of terminals came from some sources, alone or with others: minutes, tests, or the plays
    /// that touch them.
    func terminalDays(from sources: [Int], within days: ClosedRange<Day>, _ zone: NetworkZone) throws -> Set<TerminalDay> {
        var found: Set<TerminalDay> = []
        try inParts(Array(days)) { part in
            try each(
                """
                SELECT day, terminal FROM presence WHERE day IN (\(list: part.map(\.number))) AND source IN (\(list: sources))
                UNION ALL SELECT day, terminal FROM presence_source
                    WHERE day IN (\(list: part.map(\.number))) AND source IN (\(list: sources))
                UNION ALL SELECT day, terminal FROM test_play WHERE day IN (\(list: part.map(\.number))) AND source IN (\(list: sources))
                """
            ) { found.insert(TerminalDay(day: try $0.day(0), terminal: try $0.int(1))) }
        }
        let plays = try all(
            """
            SELECT terminal, boot, sequence, courseware, mode, intervals, source FROM play p
            WHERE first_day >= \(days.lowerBound.advanced(by: -2)) AND first_day <= \(days.upperBound) AND last_day >= \(days.lowerBound)
                AND (source IN (\(list: sources)) OR EXISTS (
                    SELECT 1 FROM play_source s WHERE s.terminal = p.terminal AND s.boot = p.boot AND s.sequence = p.sequence
                        AND s.source IN (\(list: sources))))
            """, storedPlay)
        for play in plays {
            for day in play.coverage.days(zone) where days.contains(day) { found.insert(TerminalDay(day: day, terminal: play.terminal)) }
        }
        return found
    }

    /// The terminals whose reports some sources called complete up to these days or beyond.
    func terminals(completedBy sources: [Int], from day: Day, _ zone: NetworkZone) throws -> [Int] {
        try all(
            """
            SELECT DISTINCT terminal FROM watermark_claim
            WHERE source IN (\(list: sources)) AND through_at > \(zone.start(of: day)) ORDER BY terminal
            """
        ) { try $0.int(0) }
    }
}
