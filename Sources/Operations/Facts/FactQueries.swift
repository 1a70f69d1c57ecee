package import Basics
package import Storage
import Wire

extension Statements {
    /// The stored minutes of terminal-days; days without any are not in the answer.
    func storedPresence(_ keys: Set<TerminalDay>) throws -> [TerminalDay: MinuteSet] { try storedPresenceAndSources(keys).minutes }

    /// The stored minutes of terminal-days, and by their numbers who wrote them.
    func storedPresenceAndSources(_ keys: Set<TerminalDay>) throws -> (minutes: [TerminalDay: MinuteSet], sources: [TerminalDay: Int]) {
        var (found, sources): ([TerminalDay: MinuteSet], [TerminalDay: Int]) = ([:], [:])
        try inParts(keys.sorted()) { part in
            try each(
                """
                WITH k(day, terminal) AS (\(values: part.map { [$0.day.number.bound, $0.terminal.bound] }))
                SELECT p.day, p.terminal, p.minutes, p.source FROM k JOIN presence p ON p.day = k.day AND p.terminal = k.terminal
                """
            ) { row in
                let key = TerminalDay(day: try row.day(0), terminal: try row.int(1))
                found[key] = try row.minutes(2)
                sources[key] = try row.optionalInt(3)
            }
        }
        return (found, sources)
    }

    /// The stored plays with these keys.
    func storedPlays(_ keys: Set<PlayKey>) throws -> [PlayKey: StoredPlay] {
        var found: [PlayKey: StoredPlay] = [:]
        try inParts(keys.sorted()) { part in
            try each(
                """
                WITH k(terminal, boot, sequence) AS (\(values: part.map { [$0.terminal.bound, $0.boot.bound, $0.sequence.bound] }))
                SELECT p.terminal, p.boot, p.sequence, p.courseware, p.mode, p.intervals, p.source FROM k
                JOIN play p ON p.terminal = k.terminal AND p.boot = k.boot AND p.sequence = k.sequence
                """
            ) { row in
                let play = try storedPlay(row)
                found[PlayKey(terminal: play.terminal, boot: play.boot, sequence: play.sequence)] = play
            }
        }
        return found
    }

    /// The plays that touch terminal-days.
    func storedPlays(touching keys: Set<TerminalDay>) throws -> [StoredPlay] {
        var found: Set<StoredPlay> = []
        try inParts(keys.sorted()) { part in
            try each(
                """
                WITH k(day, terminal) AS (\(values: part.map { [$0.day.number.bound, $0.terminal.bound] }))
                SELECT p.terminal, p.boot, p.sequence, p.courseware, p.mode, p.intervals, p.source FROM k
                JOIN play p ON p.terminal = k.terminal AND p.first_day <= k.day AND p.first_day >= k.day - 2 AND p.last_day >= k.day
                """
            ) { found.insert(try storedPlay($0)) }
        }
        return found.sorted { ($0.terminal, $0.boot, $0.sequence) < ($1.terminal, $1.boot, $1.sequence) }
    }

    /// How far the reports of terminals are complete, claim by claim.
    func storedWatermarks(_ keys: Set<WatermarkKey>) throws -> [WatermarkKey: Instant] {
        try claims(terminals: Set(keys.map(\.terminal)).sorted())
    }

    /// Everything that the given terminals reported complete: from when each claim speaks, and how far it reaches.
    package func claims(terminals: [Int]) throws -> [WatermarkKey: Instant] {
        var found: [WatermarkKey: Instant] = [:]
        try inParts(terminals) { part in
            try each("SELECT terminal, since_at, through_at FROM watermark_claim WHERE terminal IN (\(list: part))") {
                found[WatermarkKey(terminal: try $0.int(0), since: try $0.instant(1))] = try $0.instant(2)
            }
        }
        return found
    }

    /// The first and the last day from which there is a fact; nil where there is none.
    package func factDays() throws -> ClosedRange<Day>? {
        let found = try all("SELECT min(day), max(day) FROM presence UNION ALL SELECT min(first_day), max(last_day) FROM play") {
            (try $0.optionalInt(0), try $0.optionalInt(1))
        }
        guard let first = found.compactMap(\.0).min(), let last = found.compactMap(\.1).max() else { return nil }
        return Day(number: first)...Day(number: max(first, last))
    }

    /// Whether anything was ever played.
    package func hasPlays() throws -> Bool { try first("SELECT 1 FROM play LIMIT 1") { try $0.int(0) } != nil }

    /// Presence of the given terminals within some days, by day.
    package func presence(terminals: [Int], within days: ClosedRange<Day>) throws -> [(day: Day, terminal: Int, minutes: MinuteSet)] {
        try all(
            """
            SELECT day, terminal, minutes FROM presence
            WHERE day IN (\(list: days.map(\.number))) AND terminal IN (\(list: terminals)) ORDER BY day, terminal
            """
        ) { (try $0.day(0), try $0.int(1), try $0.minutes(2)) }
    }

    /// Plays of the given terminals that touch some days, by first day.
    package func plays(terminals: [Int], within days: ClosedRange<Day>) throws -> [StoredPlay] {
        try all(
            """
            SELECT terminal, boot, sequence, courseware, mode, intervals, source FROM play
            WHERE terminal IN (\(list: terminals)) AND first_day <= \(days.upperBound)
                AND last_day >= \(days.lowerBound) ORDER BY first_day, terminal, boot, sequence
            """, storedPlay)
    }

    /// The plays of the given terminals that touch some days, as they were known at a moment.
    package func plays(terminals: [Int], within days: ClosedRange<Day>, knownAt moment: Instant) throws -> [StoredPlay] {
        var before: [PlayKey: PlayCoverage] = [:]
        // The earliest change after the moment says what was known at it.
        try each(
            """
            SELECT terminal, boot, sequence, known FROM late_play
            WHERE first_day >= \(days.lowerBound.advanced(by: -2)) AND first_day <= \(days.upperBound) AND terminal IN (\(list: terminals))
                AND received_at > \(moment)
            ORDER BY received_at DESC
            """
        ) { row in
            guard let known = PlayCoverage(encoded: try row.bytes(3)) else { throw StorageError.column("A late play cannot be read") }
            before[PlayKey(terminal: try row.int(0), boot: Int64(try row.int(1)), sequence: Int64(try row.int(2)))] = known
        }
        return try plays(terminals: terminals, within: days).compactMap { play in
            guard let known = before[PlayKey(terminal: play.terminal, boot: play.boot, sequence: play.sequence)] else { return play }
            return known.intervals.isEmpty
                ? nil
                : StoredPlay(
                    terminal: play.terminal, boot: play.boot, sequence: play.sequence, courseware: play.courseware, mode: play.mode,
                    coverage: known, source: play.source)
        }
    }

    /// Late minutes of the given terminals within some days.
    package func lateMinutes(terminals: [Int], within days: ClosedRange<Day>) throws -> [(
        day: Day, terminal: Int, receivedAt: Instant, minutes: MinuteSet
    )] {
        try all(
            """
            SELECT day, terminal, received_at, minutes FROM late_receipt
            WHERE day IN (\(list: days.map(\.number))) AND terminal IN (\(list: terminals)) ORDER BY day, terminal, received_at
            """
        ) { (try $0.day(0), try $0.int(1), try $0.instant(2), try $0.minutes(3)) }
    }

    func storedPlay(_ row: Row) throws -> StoredPlay {
        guard let mode = PlayMode(rawValue: try row.text(4)), let coverage = PlayCoverage(encoded: try row.bytes(5)) else {
            throw StorageError.column("A stored play cannot be read")
        }
        return StoredPlay(
            terminal: try row.int(0), boot: Int64(try row.int(1)), sequence: Int64(try row.int(2)), courseware: try row.text(3), mode: mode,
            coverage: coverage,
            source: try row.optionalInt(6))
    }
}
