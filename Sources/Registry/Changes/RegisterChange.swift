package import Accounts
package import Basics
package import Storage

/// What stands on new things of the register in tables of other modules: given by whoever knows them all. Answers names of what was found.
package typealias RegisterUses = @Sendable (Statements, RegisterThings) throws -> [String]

/// Some things of the register.
package struct RegisterThings: Hashable, Sendable {
    /// Identities of areas, numbers of sites and terminals.
    package let areas: [String]
    package let sites: [Int]
    package let terminals: [Int]
}

/// The tables whose rows have days, and by what they are of one thing.
enum DatedTable: CaseIterable, Sendable {
    case areas, sites, states, stays

    var name: SQL {
        switch self {
        case .areas: "area_version"
        case .sites: "site_version"
        case .states: "site_state"
        case .stays: "terminal_assignment"
        }
    }
    var thing: SQL {
        switch self {
        case .areas: "area_id"
        case .sites, .states: "site"
        case .stays: "terminal"
        }
    }
}

extension Statements {
    /// Keeps what makes rows of the register; answers its id. Refuses a `reason` or a `document` that is none.
    func recordRegisterChange(_ kind: String, from day: Day, through last: Day?, reason: String, document: String, by act: Act) throws
        -> String
    {
        var problems: FieldProblems = [:]
        if kind != "file", !(1...500).contains(reason.unicodeScalars.count) { problems["reason"] = "form.required" }
        if document.unicodeScalars.count > 200 { problems["document"] = "form.too_large" }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let id = act.ids.next()
        try run(
            """
            INSERT INTO register_change (id, kind, from_day, until_day, reason, document, actor, recorded_at)
            VALUES (\(id), \(kind), \(day), \(last?.advanced(by: 1) ?? .forever), \(reason), \(document), \(act.actor.id), \(act.at))
            """)
        return id
    }

    /// Keeps a file as the cause of what it brings in: rows that are made by `act.because(of:)` can be taken back together.
    package func recordFile(today: Day, by act: Act) throws -> String {
        try recordRegisterChange("file", from: today, through: nil, reason: "", document: "", by: act)
    }

    /// Keeps the days of rows that are about to be shortened or lengthened in their place, where what does it can be taken back.
    func noteCut(_ table: DatedTable, where condition: SQL, by act: Act) throws {
        guard let cause = act.cause else { return }
        try run(
            """
            INSERT INTO register_cut (change_id, row_id, from_day, until_day)
            SELECT \(cause), id, from_day, until_day FROM \(sql: table.name) WHERE \(sql: condition)
            ON CONFLICT (change_id, row_id) DO NOTHING
            """)
    }

    /// The first day of what a file said of boxes: what they told from it on counts elsewhere when the file is taken back. Nil for a file
    /// that said nothing of any.
    package func firstPlacedDay(byFile id: String) throws -> Day? {
        try first(
            """
            SELECT min(d) FROM (SELECT min(from_day) AS d FROM terminal_assignment WHERE made_by = \(id)
                UNION ALL SELECT min(CASE WHEN x.from_day < c.from_day THEN x.from_day WHEN x.from_day > c.from_day THEN c.from_day
                    WHEN x.until_day < c.until_day THEN x.until_day ELSE c.until_day END)
                FROM terminal_assignment x JOIN register_cut c ON c.row_id = x.id AND c.change_id = \(id)) AS days
            """
        ) { try $0.optionalInt(0) }.flatMap { $0 }.map { Day(number: $0) }
    }

    /// Takes a file back, as if it had never come: while nothing stands on it. Throws `Refusal.conflict` otherwise, and changes nothing.
    package func takeBackFile(_ id: String, uses: RegisterUses, today: Day, by act: Act) throws {
        let change = try first(
            "SELECT recorded_at FROM register_change WHERE id = \(id) AND kind = 'file' AND taken_back_at IS NULL", { try $0.instant(0) })
        guard let recordedAt = change else { throw Refusal.conflict("import.taken_back") }
        for table in DatedTable.allCases where try isOvertaken(table, id, since: recordedAt) { throw Refusal.conflict("import.overtaken") }
        let new = RegisterThings(
            areas: try all(newThings("area_version", "area_id", id)) { try $0.text(0) },
            sites: try all(newThings("site_version", "site", id)) { try $0.int(0) },
            terminals: try all(newThings("terminal_assignment", "terminal", id)) { try $0.int(0) })
        guard try uses(self, new).isEmpty else { throw Refusal.conflict("import.in_use") }
        do {
            try run("DELETE FROM terminal_assignment WHERE made_by = \(id)")
            try run("DELETE FROM site_state WHERE made_by = \(id)")
            try run("DELETE FROM site_version WHERE made_by = \(id)")
            try run("DELETE FROM area_version WHERE made_by = \(id)")
            try run("DELETE FROM area_decision WHERE made_by = \(id)")
            try run("UPDATE terminal_assignment SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
            try run("UPDATE site_state SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
            try run("UPDATE site_version SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
            try run("UPDATE area_version SET replaced_at = NULL, replaced_by = NULL WHERE replaced_by = \(id)")
            try run("UPDATE terminal_assignment SET \(sql: daysBefore("terminal_assignment", id))")
            try run("UPDATE site_state SET \(sql: daysBefore("site_state", id))")
            try run("UPDATE area_version SET \(sql: daysBefore("area_version", id))")
            try inParts(new.terminals) { try run("DELETE FROM terminal WHERE num IN (\(list: $0))") }
            try inParts(new.sites) { try run("DELETE FROM site WHERE num IN (\(list: $0))") }
            try inParts(new.areas) { try run("DELETE FROM area WHERE id IN (\(list: $0))") }
        } catch StorageError.constraint {
            // A table of another module names one of them.
            throw Refusal.conflict("import.in_use")
        }
        try run("DELETE FROM register_cut WHERE change_id = \(id)")
        try run("UPDATE register_change SET taken_back_at = \(act.at) WHERE id = \(id)")
        try placeNodes(on: today, at: act.at)
    }

    /// Whether something later was said of a thing that a change touched, or one of its rows was replaced.
    private func isOvertaken(_ table: DatedTable, _ id: String, since instant: Instant) throws -> Bool {
        let found = try count(
            """
            SELECT count(*) FROM (
                SELECT 1 AS one FROM \(sql: table.name)
                    WHERE made_by = \(id) AND replaced_at IS NOT NULL AND coalesce(replaced_by, '') <> \(id)
                UNION ALL
                SELECT 1 AS one FROM \(sql: table.name) x WHERE (x.recorded_at > \(instant) OR x.replaced_at > \(instant))
                    AND coalesce(x.made_by, '') <> \(id) AND x.\(sql: table.thing) IN (
                        SELECT y.\(sql: table.thing) FROM \(sql: table.name) y WHERE y.made_by = \(id) OR y.replaced_by = \(id)
                            OR y.id IN (SELECT c.row_id FROM register_cut c WHERE c.change_id = \(id)))) AS later
            """)
        return found > 0
    }

    /// The things of which a change made the first rows.
    private func newThings(_ table: SQL, _ thing: SQL, _ id: String) -> SQL {
        """
        SELECT DISTINCT x.\(sql: thing) FROM \(sql: table) x WHERE x.made_by = \(id) AND NOT EXISTS (
            SELECT 1 FROM \(sql: table) y WHERE y.\(sql: thing) = x.\(sql: thing) AND coalesce(y.made_by, '') <> \(id))
        """
    }

    /// The days that rows of a table had before a change, for those whose days it changed.
    private func daysBefore(_ table: SQL, _ id: String) -> SQL {
        """
        from_day = (SELECT c.from_day FROM register_cut c WHERE c.change_id = \(id) AND c.row_id = \(sql: table).id),
        until_day = (SELECT c.until_day FROM register_cut c WHERE c.change_id = \(id) AND c.row_id = \(sql: table).id)
        WHERE id IN (SELECT c.row_id FROM register_cut c WHERE c.change_id = \(id))
        """
    }

    /// 500 of them a statement.
    private func inParts<Key>(_ keys: [Key], _ body: ([Key]) throws -> Void) throws {
        for start in stride(from: 0, to: keys.count, by: 500) { try body(Array(keys[start..<min(start + 500, keys.count)])) }
    }
}
