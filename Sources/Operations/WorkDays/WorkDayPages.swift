import Accounts
import Basics
package import Jobs
import Lists
import Records
import Registry
import Storage
package import Web

enum WorkDayAddress {
    static let days = RecordAddresses("/calendar")
    static let hours = RecordAddresses("/office-hours")
}

/// The form of a day that is other than usual, and the columns of a year's list of them.
enum CalendarFields {
    static let day = Field.date("day", "calendar.day")
    static let kind = Field.choice("kind", "calendar.kind", among: CalendarDayKind.allCases, words: "calendar.kind")
    static let name = Field.text("name", "calendar.name", most: 60, isNeeded: false)
    static let area = Field.picked("area", "calendar.area", from: AreaAddress.pick).optional
    static let form = Form(day, kind, name, area)

    static func texts(_ one: CalendarDay) -> [String: String] {
        [day.name: one.day.description, kind.name: one.kind.rawValue, name.name: one.name, area.name: "\(one.areaName) \(one.areaCode)"]
    }
}

/// The form of the hours of offices.
enum HoursFields {
    static let weekdays = Field.boxes("weekdays", "hours.weekdays", among: Weekday.allCases, words: "weekday")
    static let hours = Field<OfficeHours>(
        "hours", "hours.hours", look: .line(), isHelped: true, most: 100, normal: \.description,
        reading: { text throws(FieldProblem) in
            guard let hours = OfficeHours(written: text) else { throw "hours.form" }
            return hours
        })
    static let from = Field.date("from", "hours.from", isHelped: true)
    static let area = Field.picked("area", "calendar.area", from: AreaAddress.pick).optional
    static let form = Form(weekdays, hours, from, area)

    static func texts(_ one: AreaHours) -> [String: String] {
        [
            weekdays.name: one.weekdays.map(\.rawValue).joined(separator: ","), hours.name: one.hours.description,
            from.name: one.from.description, area.name: "\(one.areaName) \(one.areaCode)",
        ]
    }
}

extension Statements {
    /// The area that was typed, or the highest that whoever comes sees.
    fileprivate func calendarArea(_ text: String?, _ at: RecordVisit) throws -> Area {
        if let text { return try area(typed: text, in: CalendarFields.area.name, on: at.today, scope: at.scope) }
        let top = at.scope.areas.min { ($0.level, $0.description) < ($1.level, $1.description) }
        let area = try top.map { try self.area(code: $0.description, on: at.today, in: at.scope) } ?? rootAreas(on: at.today).first
        guard let area else { throw Refusal.invalid([CalendarFields.area.name: "form.required"]) }
        return area
    }
}

extension RecordPage where Record == CalendarDay {
    static var calendarDays: RecordPage {
        var page = RecordPage(
            WorkDayAddress.days, topic: "calendar", see: .seeFigures, keep: .keepRegister, form: CalendarFields.form,
            key: [CalendarFields.day.name], id: \.id, name: { "\($0.day) \($0.name)" }, texts: CalendarFields.texts,
            find: { try $0.calendarDay(id: $1, in: $2.scope) },
            match: { statements, values, at in
                guard let day = values.understood(CalendarFields.day),
                    let area = try? statements.calendarArea(values.understood(CalendarFields.area) ?? nil, at)
                else { return nil }
                return try statements.calendarDay(day, areaID: area.areaID)
            },
            reading: { statements, old, values, at in
                var problems: FieldProblems = [:]
                let area = try problems.gather { try statements.calendarArea(try values[CalendarFields.area], at) }
                let (day, kind) = (values.understood(CalendarFields.day), values.understood(CalendarFields.kind))
                if let day, let area, try statements.calendarDay(day, areaID: area.areaID).map({ $0.id != old?.id }) ?? false {
                    problems[CalendarFields.day.name] = "calendar.known"
                }
                guard problems.isEmpty, let area, let day, let kind else { throw Refusal.invalid(problems) }
                return CalendarDay(
                    id: old?.id ?? at.act.ids.next(), areaID: area.areaID, areaCode: area.code, areaName: area.name, day: day, kind: kind,
                    name: try values[CalendarFields.name])
            }, save: { try $0.saveCalendarDay($2, was: $1, by: $3.act) },
            obstacle: { one, at in one.obstacle(in: at.scope) }, state: { one, _ in one.state.rawValue },
            steps: [
                RecordStep(
                    CalendarDayLife.drop, .keepRegister, standing: { LifeStanding($0.state, maker: "", area: AreaCode($0.areaCode)) },
                    unless: { $0.state == .holds ? nil : .conflict("calendar.dropped") }
                ) { statements, one, _, at in
                    if let obstacle = one.obstacle(in: at.scope) { throw obstacle }
                    try statements.drop(one, by: at.act)
                }
            ])
        page.undoing = RecordUndoing(kept: CalendarFields.texts) { try $0.removeCalendarDay($1, by: $2.act) }
        return page
    }
}

extension CalendarDay {
    /// Why an office may not change it: that an area above said it, or that it was taken out.
    fileprivate func obstacle(in scope: Scope) -> Refusal? {
        guard AreaCode(areaCode).map(scope.covers) ?? false else { return .forbidden("calendar.above") }
        return state == .holds ? nil : .conflict("calendar.dropped")
    }
}

extension RecordPage where Record == AreaHours {
    static var officeHours: RecordPage {
        var page = RecordPage(
            WorkDayAddress.hours, topic: "hours", see: .seeFigures, keep: .keepRegister, form: HoursFields.form,
            key: [HoursFields.from.name], id: \.id, name: { "\($0.areaName) \($0.from)" }, texts: HoursFields.texts,
            find: { try $0.areaHours(id: $1, in: $2.scope) },
            match: { statements, values, at in
                guard let from = values.understood(HoursFields.from),
                    let area = try? statements.calendarArea(values.understood(HoursFields.area) ?? nil, at)
                else { return nil }
                return try statements.areaHours(areaID: area.areaID, from: from)
            },
            reading: { statements, old, values, at in
                var problems: FieldProblems = [:]
                let area = try problems.gather { try statements.calendarArea(try values[HoursFields.area], at) }
                let (from, hours) = (values.understood(HoursFields.from), values.understood(HoursFields.hours))
                let weekdays = values.understood(HoursFields.weekdays)
                if weekdays?.isEmpty ?? false { problems[HoursFields.weekdays.name] = "form.required" }
                if let from, let area, try statements.areaHours(areaID: area.areaID, from: from).map({ $0.id != old?.id }) ?? false {
                    problems[HoursFields.from.name] = "hours.known"
                }
                guard problems.isEmpty, let area, let from, let hours, let weekdays else { throw Refusal.invalid(problems) }
                return AreaHours(
                    id: old?.id ?? at.act.ids.next(), areaID: area.areaID, areaCode: area.code, areaName: area.name, from: from,
                    weekdays: Weekday.allCases.filter(weekdays.contains), hours: hours)
            }, save: { try $0.saveAreaHours($2, was: $1, by: $3.act) },
            obstacle: { one, at in
                AreaCode(one.areaCode).map(at.scope.covers) ?? false ? nil : .forbidden("calendar.above")
            })
        page.undoing = RecordUndoing(kept: HoursFields.texts) { try $0.removeAreaHours($1, by: $2.act) }
        return page
    }
}

extension ListPage where Row == CalendarDay {
    static var calendarDays: ListPage {
        let record = RecordPage.calendarDays
        return ListPage(
            record.addresses.list, .seeFigures, title: "calendar.title",
            columns: [
                ListColumn("day", "calendar.day") { one, _ in Table.Cell(one.day.description, url: record.addresses.one(one.id)) },
                ListColumn("weekday", "calendar.weekday") { one, question in
                    Table.Cell(question.text("weekday.\(Weekday(one.day).rawValue)"))
                },
                ListColumn("kind", "calendar.kind") { one, question in Table.Cell(question.text("calendar.kind.\(one.kind.rawValue)")) },
                ListColumn("name", "calendar.name") { one, _ in Table.Cell(one.name) },
                ListColumn("area", "calendar.area") { one, _ in Table.Cell("\(one.areaName) \(one.areaCode)") },
            ],
            rows: { try $0.calendarDays(after: $1.after, limit: $1.limit, in: $1.scope) },
            count: { try $0.calendarDayCount(year: nil, in: $1.scope) }, place: { "\($0.day) \($0.id)" },
            ways: { question in
                record.ways(question) + [Frame.Link(label: question.text("hours.title"), url: WorkDayAddress.hours.list())]
            }, note: "calendar.list_note", empty: "calendar.empty")
    }
}

extension ListPage where Row == AreaHours {
    static var officeHours: ListPage {
        let record = RecordPage.officeHours
        return ListPage(
            record.addresses.list, .seeFigures, title: "hours.title",
            columns: [
                ListColumn("area", "calendar.area") { one, _ in
                    Table.Cell("\(one.areaName) \(one.areaCode)", url: record.addresses.one(one.id))
                },
                ListColumn("from", "hours.from") { one, _ in Table.Cell(one.from.description) },
                ListColumn("weekdays", "hours.weekdays") { one, question in
                    Table.Cell(one.weekdays.map { question.text("weekday.\($0.rawValue)") }.joined(separator: question.text("list.comma")))
                },
                ListColumn("hours", "hours.hours") { one, _ in Table.Cell(one.hours.description) },
            ],
            rows: { try $0.areaHours(after: $1.after, limit: $1.limit, in: $1.scope) }, count: { try $0.areaHoursCount(in: $1.scope) },
            place: \.id, ways: { record.ways($0) }, note: "hours.list_note", empty: "hours.empty")
    }
}

extension Feature {
    /// The working-day calendar: holidays, days that make up for them, the hours of offices; of an area and all below it.
    package static func workCalendar(_ house: House, bell: JobBell) -> Feature {
        let (days, hours) = (RecordPage.calendarDays, RecordPage.officeHours)
        return Feature(
            "work_calendar", menu: [MenuEntry(.run, "calendar.title", days.addresses.list, .seeFigures)],
            jobs: [days.importJob(house, bell: bell), hours.importJob(house, bell: bell)],
            today: [
                TodayLook(.keepRegister) { statements, question in
                    // Holidays are those of cities and counties; what they say holds below.
                    guard question.scope.areas.contains(where: { $0.level <= .county }) else { return [] }
                    // The next year's holidays are told in autumn: from December on they are missed.
                    let next = question.today.month.month >= 12 ? [question.today.month.year + 1] : []
                    let missing = try ([question.today.month.year] + next).filter {
                        try statements.calendarDayCount(year: $0, in: question.scope) == 0
                    }
                    return missing.map {
                        TodayEntry(
                            .mine, "today.calendar.missing", count: 1, at: WorkDayAddress.days.bringIn(), values: ["year": String($0)])
                    }
                }
            ], speech: [days.speech(["calendar."]), hours.speech(["hours."])],
            sample: FeatureSample { try $0.makeSampleCalendar(on: $1, by: $2, house.pages.words) }
        ) {
            $0.list(.calendarDays)
            $0.records(days, bell: bell)
            $0.list(.officeHours)
            $0.records(hours, bell: bell)
        }
    }
}

extension Statements {
    /// The hours of the demo's city, and a holiday of its present year.
    fileprivate func makeSampleCalendar(on today: Day, by act: Act, _ words: Words) throws {
        guard let city = try rootAreas(on: today).first, let first = Day("\(today.month.year)-01-01") else { return }
        try saveAreaHours(
            AreaHours(
                id: act.ids.next(), areaID: city.areaID, areaCode: city.code, areaName: city.name, from: first,
                weekdays: Array(Weekday.allCases.prefix(5)), hours: WorkCalendar.usual.hours), was: nil, by: act)
        try saveCalendarDay(
            CalendarDay(
                id: act.ids.next(), areaID: city.areaID, areaCode: city.code, areaName: city.name, day: first, kind: .holiday,
                name: words.text("calendar.sample", .chinese)), was: nil, by: act)
    }
}
