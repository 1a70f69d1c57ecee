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

    /// The area with an identity as it is on a day.
    package func area(id: String, on day: Day) throws -> Area? {
        try first(
            Area.self,
            "SELECT area_id, code, name, parent_id FROM area_version WHERE area_id = \(id) AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL")
    }

    /// The areas directly below one, by code. Those outside the scope are left out, those above a part of it stay, so that a way leads down to it.
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

    /// The topmost areas of the tree on a day.
    package func rootAreas(on day: Day) throws -> [Area] {
        try all(
            Area.self,
            "SELECT area_id, code, name, parent_id FROM area_version WHERE parent_id IS NULL AND from_day <= \(day) AND until_day > \(day) AND replaced_at IS NULL ORDER BY code")
    }

    /// Code to identity, name, and first day of every area that is or will be, for imports.
    package func areaIndex() throws -> [String: KnownArea] {
        var index: [String: KnownArea] = [:]
        try each("SELECT code, area_id, name, from_day, id FROM area_version WHERE replaced_at IS NULL AND until_day = \(Day.forever)") { row in
            index[try row.text(0)] = KnownArea(areaID: try row.text(1), name: try row.text(2), from: try row.day(3), versionID: try row.text(4))
        }
        return index
    }
}

/// What an import needs to know of an area.
package struct KnownArea: Sendable {
    package let areaID: String
    package let name: String
    package let from: Day
    package let versionID: String
}
