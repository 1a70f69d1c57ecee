package import Accounts
package import Basics
package import Registry
package import Storage

extension Statements {
    /// The calendar of an area: of each day what the nearest area at or above it says, of the hours what the nearest says that says
    /// anything, as they hold on a day.
    package func workCalendar(of area: Area, on today: Day) throws -> WorkCalendar {
        let path = try path(to: area, on: today).map(\.areaID)
        let nearness = Dictionary(path.enumerated().map { ($1, $0) }) { first, _ in first }
        var days: [Day: (nearness: Int, kind: CalendarDayKind)] = [:]
        try each("SELECT day, kind, area_id FROM calendar_day WHERE dropped_at IS NULL AND area_id IN (\(list: path))") { row in
            guard let near = nearness[try row.text(2)], let kind = CalendarDayKind(rawValue: try row.text(1)) else { return }
            let day = try row.day(0)
            if near >= days[day]?.nearness ?? -1 { days[day] = (near, kind) }
        }
        var hours: (nearness: Int, weekdays: [Weekday], hours: OfficeHours)?
        try each(
            """
            SELECT area_id, weekdays, hours FROM office_hours WHERE from_day <= \(today) AND area_id IN (\(list: path)) ORDER BY from_day
            """
        ) { row in
            guard let near = nearness[try row.text(0)], near >= hours?.nearness ?? -1, let open = OfficeHours(written: try row.text(2))
            else {
                return
            }
            hours = (near, weekdays(try row.text(1)), open)
        }
        let usual = WorkCalendar.usual
        return WorkCalendar(
            hours: hours?.hours ?? usual.hours, weekdays: hours.map { Set($0.weekdays) } ?? usual.weekdays, days: days.mapValues(\.kind))
    }

    /// Days of the scope and of the areas above it, newest first, behind the one with this place: its day and its id.
    package func calendarDays(year: Int? = nil, after place: String = "", limit: Int, in scope: Scope) throws -> [CalendarDay] {
        let parts = place.split(separator: " ", maxSplits: 1).map(String.init)
        let behind: SQL =
            if parts.count == 2, let day = Day(parts[0]) { "(c.day < \(day) OR c.day = \(day) AND c.id < \(parts[1]))" } else { "1 = 1" }
        return try calendarDays(
            where: "c.dropped_at IS NULL AND \(sql: of(year)) AND \(sql: behind) AND \(sql: scope.reach("a.code"))",
            then: "ORDER BY c.day DESC, c.id DESC LIMIT \(limit)")
    }

    package func calendarDayCount(year: Int?, in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM calendar_day c JOIN area_version a ON \(sql: lastVersion(of: "c.area_id"))
            WHERE c.dropped_at IS NULL AND \(sql: of(year)) AND \(sql: scope.reach("a.code"))
            """)
    }

    package func calendarDay(id: String, in scope: Scope) throws -> CalendarDay? {
        try calendarDays(where: "c.id = \(id) AND \(sql: scope.reach("a.code"))", then: "").first
    }

    /// What an area itself says of a day.
    package func calendarDay(_ day: Day, areaID: String) throws -> CalendarDay? {
        try calendarDays(where: "c.day = \(day) AND c.area_id = \(areaID) AND c.dropped_at IS NULL", then: "").first
    }

    /// Keeps a day, new or changed from what it was.
    package func saveCalendarDay(_ new: CalendarDay, was old: CalendarDay?, by act: Act) throws {
        guard try calendarDay(new.day, areaID: new.areaID).map({ $0.id == new.id }) ?? true else {
            throw Refusal.invalid(["day": "calendar.known"])
        }
        try run(
            """
            INSERT INTO calendar_day (id, area_id, day, kind, name) VALUES (\(new.id), \(new.areaID), \(new.day), \(new.kind), \(new.name))
            ON CONFLICT (id) DO UPDATE SET area_id = excluded.area_id, day = excluded.day, kind = excluded.kind, name = excluded.name
            """)
        try record(
            old == nil ? "calendar.made" : "calendar.changed", new.id, from: old.map(CalendarFields.texts) ?? [:],
            to: CalendarFields.texts(new), by: act)
    }

    /// Takes a day away that a file brought in.
    package func removeCalendarDay(_ day: CalendarDay, by act: Act) throws {
        try run("DELETE FROM calendar_day WHERE id = \(day.id)")
        try record("calendar.taken_back", day.id, ["day": day.day.description, "area": day.areaID], by: act)
    }

    /// Takes a day out.
    package func drop(_ day: CalendarDay, by act: Act) throws {
        let dropped = try run("UPDATE calendar_day SET dropped_at = \(act.at) WHERE id = \(day.id) AND dropped_at IS NULL")
        guard dropped == 1 else { throw Refusal.conflict(CalendarDayLife.drop.stale) }
        try record(CalendarDayLife.drop.event, day.id, ["day": day.day.description], by: act)
    }

    private func of(_ year: Int?) -> SQL {
        guard let year, let first = Day("\(year)-01-01"), let last = Day("\(year)-12-31") else { return "1 = 1" }
        return "c.day >= \(first) AND c.day <= \(last)"
    }

    private func calendarDays(where condition: SQL, then order: SQL) throws -> [CalendarDay] {
        try all(
            """
            SELECT c.id, c.area_id, a.code, a.name, c.day, c.kind, c.name, c.dropped_at
            FROM calendar_day c JOIN area_version a ON \(sql: lastVersion(of: "c.area_id")) WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            CalendarDay(
                id: try row.text(0), areaID: try row.text(1), areaCode: try row.text(2), areaName: try row.text(3), day: try row.day(4),
                kind: CalendarDayKind(rawValue: try row.text(5)) ?? .holiday, name: try row.text(6),
                state: try row.optionalInt(7) == nil ? .holds : .dropped)
        }
    }

    /// The hours that offices of the scope and above it have and had, by area, newest first, behind the one with this place.
    package func areaHours(after place: String = "", limit: Int, in scope: Scope) throws -> [AreaHours] {
        try areaHours(
            where: "h.id > \(place) AND \(sql: scope.reach("a.code"))", then: "ORDER BY h.id LIMIT \(limit)")
    }

    package func areaHoursCount(in scope: Scope) throws -> Int {
        try count(
            """
            SELECT count(*) FROM office_hours h JOIN area_version a ON \(sql: lastVersion(of: "h.area_id"))
            WHERE \(sql: scope.reach("a.code"))
            """)
    }

    package func areaHours(id: String, in scope: Scope) throws -> AreaHours? {
        try areaHours(where: "h.id = \(id) AND \(sql: scope.reach("a.code"))", then: "").first
    }

    /// The hours that an area said for a day on.
    package func areaHours(areaID: String, from day: Day) throws -> AreaHours? {
        try areaHours(where: "h.area_id = \(areaID) AND h.from_day = \(day)", then: "").first
    }

    /// Keeps hours, new or changed from what they were.
    package func saveAreaHours(_ new: AreaHours, was old: AreaHours?, by act: Act) throws {
        guard try areaHours(areaID: new.areaID, from: new.from).map({ $0.id == new.id }) ?? true else {
            throw Refusal.invalid(["from": "hours.known"])
        }
        try run(
            """
            INSERT INTO office_hours (id, area_id, from_day, weekdays, hours)
            VALUES (\(new.id), \(new.areaID), \(new.from), \(new.weekdays.map(\.rawValue).joined(separator: ",")),
                \(new.hours.description))
            ON CONFLICT (id) DO UPDATE SET area_id = excluded.area_id, from_day = excluded.from_day, weekdays = excluded.weekdays,
                hours = excluded.hours
            """)
        try record(
            old == nil ? "hours.made" : "hours.changed", new.id, from: old.map(HoursFields.texts) ?? [:], to: HoursFields.texts(new),
            by: act)
    }

    /// Takes hours away that a file brought in.
    package func removeAreaHours(_ hours: AreaHours, by act: Act) throws {
        try run("DELETE FROM office_hours WHERE id = \(hours.id)")
        try record("hours.taken_back", hours.id, ["from": hours.from.description, "area": hours.areaID], by: act)
    }

    private func weekdays(_ text: String) -> [Weekday] { text.split(separator: ",").compactMap { Weekday(rawValue: String($0)) } }

    private func areaHours(where condition: SQL, then order: SQL) throws -> [AreaHours] {
        try all(
            """
            SELECT h.id, h.area_id, a.code, a.name, h.from_day, h.weekdays, h.hours
            FROM office_hours h JOIN area_version a ON \(sql: lastVersion(of: "h.area_id")) WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            AreaHours(
                id: try row.text(0), areaID: try row.text(1), areaCode: try row.text(2), areaName: try row.text(3), from: try row.day(4),
                weekdays: weekdays(try row.text(5)), hours: OfficeHours(written: try row.text(6)) ?? WorkCalendar.usual.hours)
        }
    }
}
