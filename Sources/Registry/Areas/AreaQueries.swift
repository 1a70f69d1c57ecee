package import Accounts
package import Basics
package import Storage

extension Statements {
    /// The area that has a code on a day, when the scope covers it.
    package func area(code: String, on day: Day, in scope: Scope) throws -> Area? {
        try first(
            Area.self,
            """
            SELECT area_id, code, name, parent_id FROM area_version
            WHERE code = \(code) AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL AND \(sql: scope.condition("code"))
            """)
    }

    /// The area that has a code on a day; where none has it then, the area to which it belonged last, as it is on that day. So a code leads
    /// on over a recoding.
    package func areaEver(code: String, on day: Day, in scope: Scope) throws -> Area? {
        if let area = try area(code: code, on: day, in: scope) { return area }
        let id = try first(
            "SELECT area_id FROM area_version WHERE code = \(code) AND replaced_at IS NULL ORDER BY until_day DESC, from_day DESC LIMIT 1"
        ) { try $0.text(0) }
        guard let id, let area = try area(id: id, on: day), let known = area.areaCode, scope.covers(known) else { return nil }
        return area
    }

    /// Which area had which of some codes on a day, as it was known at a moment. Codes that none had are not in the answer.
    package func identities(ofCodes codes: [String], on day: Day, knownAt moment: Instant) throws -> [String: String] {
        var found: [String: String] = [:]
        for start in stride(from: 0, to: codes.count, by: 500) {
            try each(
                """
                SELECT code, area_id FROM area_version WHERE code IN (\(list: codes[start..<min(start + 500, codes.count)]))
                    AND from_day <= \(day) AND until_day > \(day)
                    AND recorded_at <= \(moment) AND (replaced_at IS NULL OR replaced_at > \(moment)) ORDER BY recorded_at
                """
            ) { found[try $0.text(0)] = try $0.text(1) }
        }
        return found
    }

    /// The condition by which `a` is the last version of the area that a column names: one that is no more keeps the code and name that it
    /// had.
    package func lastVersion(of column: SQL) -> SQL {
        """
        a.area_id = \(sql: column) AND a.replaced_at IS NULL AND a.until_day = (
            SELECT max(w.until_day) FROM area_version w WHERE w.area_id = \(sql: column) AND w.replaced_at IS NULL)
        """
    }

    /// What areas are called, or were last, with their codes, by their identities.
    package func areaNames(_ ids: [String]) throws -> [String: String] {
        try names(ids) {
            """
            SELECT a.area_id, a.name || ' ' || a.code FROM area_version a
            WHERE a.area_id IN (\(sql: $0)) AND \(sql: lastVersion(of: "a.area_id"))
            """
        }
    }

    /// The area with an identity as it is on a day.
    package func area(id: String, on day: Day) throws -> Area? {
        try first(
            Area.self,
            """
            SELECT area_id, code, name, parent_id
            FROM area_version WHERE area_id = \(id) AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL
            """
        )
    }

    /// The areas directly below one, by code. Those outside the scope are left out, those above a part of it stay, so that a way leads down
    /// to it.
    package func children(of area: Area, on day: Day, in scope: Scope) throws -> [Area] {
        try all(
            Area.self,
            """
            SELECT area_id, code, name, parent_id FROM area_version
            WHERE parent_id = \(area.areaID) AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL ORDER BY code
            """
        ).filter { child in child.areaCode.map { !scope.narrowed(to: $0).areas.isEmpty || scope.covers($0) } ?? false }
    }

    /// From the top of the tree down to the area itself.
    package func path(to area: Area, on day: Day) throws -> [Area] {
        var path = [area]
        while let parent = path[0].parentID, path.count < 10, let next = try self.area(id: parent, on: day) { path.insert(next, at: 0) }
        return path
    }

    /// The scope that the grants of an account give for a right: the areas as they are today.
    package func scope(of grants: [RoleGrant], for right: Right, today: Day) throws -> Scope {
        let ids = grants.filter { $0.role.rights.contains(right) }.map(\.areaID)
        return Scope(areas: try ids.compactMap { try area(id: $0, on: today)?.areaCode })
    }

    /// The condition on `e.area_id` by which entries of the log of acts are seen: acts of those who hold their right within the scope,
    /// whatever their area is called by now; what belongs to no area, the program's own acts and those of commands and strangers, only for
    /// whoever sees the whole network.
    package func visibleEvents(in scope: Scope, on day: Day) throws -> SQL {
        if try isWholeNetwork(scope, on: day) { return "1 = 1" }
        return """
            e.area_id IN (SELECT v.area_id FROM area_version v
                WHERE v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day) AND \(sql: scope.condition("v.code")))
            """
    }

    /// The same part of the network as it lay on another day: what the areas of the scope were called then, and where whatever lies in them
    /// today lay. Areas that were merged into them are inside. Rights follow today's tree, reports the tree of their period.
    package func scope(_ scope: Scope, on day: Day, today: Day) throws -> Scope {
        guard !scope.areas.isEmpty, day < today else { return scope }
        let changes = try count("SELECT count(*) FROM area_decision WHERE kind <> 'rename' AND on_day > \(day) AND on_day <= \(today)")
        guard changes > 0 else { return scope }
        let codes = try all(
            """
            WITH RECURSIVE mine(id) AS (
                SELECT area_id FROM area_version v WHERE v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
                    AND \(sql: scope.condition("v.code"))
                UNION SELECT d.area_id FROM area_decision d JOIN mine m ON d.other_area_id = m.id WHERE d.kind = 'merge'
            )
            SELECT DISTINCT w.code FROM mine m JOIN area_version w ON w.area_id = m.id
                WHERE w.replaced_at IS NULL AND w.from_day <= \(day) AND w.until_day > \(day)
            ORDER BY w.code
            """
        ) { try $0.text(0) }.compactMap { AreaCode($0) }
        // In order, an area comes before all that lies below it.
        return Scope(areas: codes.reduce(into: []) { kept, code in if kept.last?.covers(code) != true { kept.append(code) } })
    }

    /// An area by the code that it has today or had last, with all its rows and decisions. Nil when the scope does not cover it.
    package func areaHistory(code: String, in scope: Scope, today: Day) throws -> AreaHistory? {
        let row = try first(
            """
            SELECT area_id, code, name, parent_id, from_day, until_day
                FROM area_version WHERE code = \(code) AND replaced_at IS NULL AND from_day <= \(today)
            ORDER BY until_day DESC, from_day DESC LIMIT 1
            """
        ) { row in
            (
                area: Area(areaID: try row.text(0), code: try row.text(1), name: try row.text(2), parentID: try row.optionalText(3)),
                last: try row.day(5).advanced(by: -1)
            )
        }
        guard let row, let code = row.area.areaCode, try self.scope(scope, on: min(row.last, today), today: today).covers(code) else {
            return nil
        }
        let decisions = try decisions(about: row.area.areaID)
        var names: [String: String] = [:]
        for id in Set(decisions.flatMap { [$0.areaID, $0.otherAreaID ?? ""] }) {
            names[id] = try first(
                "SELECT code, name FROM area_version WHERE area_id = \(id) AND replaced_at IS NULL ORDER BY from_day DESC LIMIT 1"
            ) {
                "\(try $0.text(1)) \(try $0.text(0))"
            }
        }
        return AreaHistory(
            area: row.area, isOpen: row.last >= today, rows: try areaRows(row.area.areaID), decisions: decisions, names: names,
            accounts: try namedAccounts(Set(decisions.flatMap { [$0.actor, $0.takenBackBy] }).sorted()))
    }

    /// The topmost areas of the tree on a day.
    package func rootAreas(on day: Day) throws -> [Area] {
        try all(
            Area.self,
            """
            SELECT area_id, code, name, parent_id
            FROM area_version WHERE parent_id IS NULL AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL ORDER BY code
            """
        )
    }

    /// Whether nothing of the tree of a day lies outside a scope.
    package func isWholeNetwork(_ scope: Scope, on day: Day) throws -> Bool {
        try rootAreas(on: day).allSatisfy { $0.areaCode.map(scope.covers) ?? false }
    }

    /// The codes of all counties on a day.
    package func countyCodes(on day: Day) throws -> [String] {
        try all(
            """
            SELECT code FROM area_version WHERE length(code) = \(AreaLevel.county.rawValue) AND from_day <= \(day) AND until_day > \(day)
                AND replaced_at IS NULL ORDER BY code
            """
        ) { try $0.text(0) }
    }

    /// The codes that areas had and have no more. A file that still names one was written before a decision.
    package func retiredCodes() throws -> Set<String> {
        Set(
            try all(
                """
                SELECT DISTINCT v.code FROM area_version v WHERE v.replaced_at IS NULL AND v.until_day < \(Day.forever)
                    AND NOT EXISTS (SELECT 1 FROM area_version w WHERE w.code = v.code AND w.replaced_at IS NULL
                        AND w.until_day = \(Day.forever))
                """
            ) { try $0.text(0) })
    }

    /// Code to identity, name, place and first days of every area that is or will be, for imports.
    package func areaIndex() throws -> [String: KnownArea] {
        var begins: [String: Day] = [:]
        try each("SELECT area_id, min(from_day) FROM area_version WHERE replaced_at IS NULL GROUP BY area_id") {
            begins[try $0.text(0)] = try $0.day(1)
        }
        var index: [String: KnownArea] = [:]
        try each(
            "SELECT code, area_id, name, parent_id, from_day FROM area_version WHERE replaced_at IS NULL AND until_day = \(Day.forever)"
        ) { row in
            let (code, id, from) = (try row.text(0), try row.text(1), try row.day(4))
            index[code] = KnownArea(
                areaID: id, code: code, name: try row.text(2), parentID: try row.optionalText(3), from: from, begins: begins[id] ?? from)
        }
        return index
    }
}

/// What an import needs to know of an area.
package struct KnownArea: Sendable {
    package let areaID: String
    package let code: String
    package var name: String
    package let parentID: String?
    /// Since when it has its present name, code and place.
    package var from: Day
    /// Since when it is there at all.
    package var begins: Day
}
