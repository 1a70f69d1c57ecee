import Accounts
import Basics
import Storage

/// An area that is to be added.
struct NewArea: Sendable {
    let id: String
    let code: AreaCode
    let name: String
    let parentID: String?
    let from: Day
}

extension Statements {
    /// Adds areas that are not there yet, each below its parent; parents come first. 500 rows a statement.
    func addAreas(_ areas: [NewArea], by act: Act) throws {
        for start in stride(from: 0, to: areas.count, by: 500) {
            let part = areas[start..<min(start + 500, areas.count)]
            try run("INSERT INTO area (id, made_at) \(values: part.map { [$0.id.bound, act.at.bound] })")
            let rows: [[Value]] = part.map {
                [
                    act.ids.next().bound, $0.id.bound, $0.code.description.bound, $0.name.bound, $0.parentID.bound, $0.from.number.bound,
                    Day.forever.number.bound,
                    act.at.bound, searchKey($0.name).bound, act.cause.bound,
                ]
            }
            try run(
                """
                INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at, name_key,
                made_by) \(values: rows)
                """)
        }
        if !areas.isEmpty {
            try record("area.added", areas[0].id, ["count": String(areas.count), "first": areas[0].code.description], by: act)
        }
    }

    /// Gives an area another name from a day on; the name it had before stays in force until then.
    func renameArea(_ known: KnownArea, to name: String, from day: Day, by act: Act) throws {
        guard day > known.from else { throw Refusal.conflict("area.rename_before_start") }
        try noteCut(.areas, where: "area_id = \(known.areaID) AND replaced_at IS NULL AND until_day = \(Day.forever)", by: act)
        try run(
            """
            UPDATE area_version SET until_day = \(day)
            WHERE area_id = \(known.areaID) AND replaced_at IS NULL AND until_day = \(Day.forever)
            """
        )
        try run(
            """
            INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at, name_key, made_by)
            VALUES (\(act.ids.next()), \(known.areaID), \(known.code), \(name), \(known.parentID), \(day), \(Day.forever), \(act.at),
                \(searchKey(name)), \(act.cause))
            """)
        try record("area.renamed", known.areaID, ["from": known.name, "to": name, "on": day.description], by: act)
    }

    /// Lets an area begin on an earlier day; the row that said otherwise stays as a replaced one.
    func beginArea(_ areaID: String, on day: Day, by act: Act) throws {
        let old = try first("SELECT id FROM area_version WHERE area_id = \(areaID) AND replaced_at IS NULL ORDER BY from_day LIMIT 1") {
            try $0.text(0)
        }
        guard let old else { throw Refusal.notFound("area") }
        try run(
            """
            INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at, decision, name_key, made_by)
            SELECT \(act.ids.next()), area_id, code, name, parent_id, \(day), until_day, \(act.at), decision, name_key, \(act.cause)
                FROM area_version WHERE id = \(old)
            """)
        try run("UPDATE area_version SET replaced_at = \(act.at), replaced_by = \(act.cause) WHERE id = \(old)")
        try record("area.begun_earlier", areaID, ["on": day.description], by: act)
    }
}
