package import Accounts
package import Basics
package import Storage

extension Statements {
    /// Adds areas that are not there yet, each below its parent; parents come first. 500 rows a statement.
    package func addAreas(_ areas: [(id: String, code: AreaCode, name: String, parentID: String?, from: Day)], by act: Act) throws {
        for start in stride(from: 0, to: areas.count, by: 500) {
            let part = areas[start..<min(start + 500, areas.count)]
            try run("INSERT INTO area (id, made_at) \(values: part.map { [$0.id.bound, act.at.bound] })")
            let rows: [[Value]] = part.map {
                [
                    act.ids.next().bound, $0.id.bound, $0.code.description.bound, $0.name.bound, $0.parentID.bound, $0.from.number.bound, Day.forever.number.bound,
                    act.at.bound,
                ]
            }
            try run("INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at) \(values: rows)")
        }
        if !areas.isEmpty { try record("area.added", areas[0].id, ["count": String(areas.count), "first": areas[0].code.description], by: act) }
    }

    /// Gives an area another name from a day on; the name it had before stays in force until then.
    package func renameArea(_ known: KnownArea, code: AreaCode, to name: String, parentID: String?, from day: Day, by act: Act) throws {
        guard day > known.from else { throw Refusal.conflict("area.rename_before_start") }
        try run("UPDATE area_version SET until_day = \(day) WHERE id = \(known.versionID)")
        try run(
            """
            INSERT INTO area_version (id, area_id, code, name, parent_id, from_day, until_day, recorded_at)
            VALUES (\(act.ids.next()), \(known.areaID), \(code.description), \(name), \(parentID), \(day), \(Day.forever), \(act.at))
            """)
        try record("area.renamed", known.areaID, ["from": known.name, "to": name, "on": day.description], by: act)
    }
}
