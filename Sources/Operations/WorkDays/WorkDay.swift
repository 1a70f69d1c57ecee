package import Accounts
package import Basics

/// A day that is other than usual in an area and all below it.
package struct CalendarDay: Hashable, Sendable {
    package let id: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let day: Day
    package let kind: CalendarDayKind
    package let name: String
    package let state: CalendarDayState

    package init(
        id: String, areaID: String, areaCode: String, areaName: String, day: Day, kind: CalendarDayKind, name: String,
        state: CalendarDayState = .holds
    ) {
        (self.id, self.areaID, self.areaCode, self.areaName) = (id, areaID, areaCode, areaName)
        (self.day, self.kind, self.name, self.state) = (day, kind, name, state)
    }
}

/// Whether a day still counts.
package enum CalendarDayState: String, CaseIterable, Sendable { case holds, dropped }

/// The life of such a day: it holds until somebody takes it out.
package enum CalendarDayLife {
    package static let drop = LifeStep<CalendarDayState>(
        "drop", from: [.holds], to: .dropped, event: "calendar.dropped", stale: "calendar.dropped")
    package static let cycle = LifeCycle("calendar", [drop])
}

/// The hours of offices of an area and all below it, from a day on until others are said.
package struct AreaHours: Hashable, Sendable {
    package let id: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let from: Day
    package let weekdays: [Weekday]
    package let hours: OfficeHours

    package init(id: String, areaID: String, areaCode: String, areaName: String, from: Day, weekdays: [Weekday], hours: OfficeHours) {
        (self.id, self.areaID, self.areaCode, self.areaName) = (id, areaID, areaCode, areaName)
        (self.from, self.weekdays, self.hours) = (from, weekdays, hours)
    }
}
