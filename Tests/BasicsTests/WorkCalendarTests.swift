import Basics
import Testing

/// Office hours between two instants, by a table of cases and against a model that looks at every minute.
@Suite struct WorkCalendarTests {
    private static let zone = NetworkZone.shanghai
    /// The week of National Day 2011: off from the 1st to the 7th, worked on the 8th and the 9th, a Saturday and a Sunday.
    private static let calendar: WorkCalendar = {
        var days: [Day: CalendarDayKind] = [:]
        for day in 1...7 { days[Day("2011-10-0\(day)") ?? .forever] = .holiday }
        for day in 8...9 { days[Day("2011-10-0\(day)") ?? .forever] = .makeUp }
        return WorkCalendar(hours: WorkCalendar.usual.hours, weekdays: WorkCalendar.usual.weekdays, days: days)
    }()

    private func at(_ text: String) throws -> Instant {
        let parts = text.split(separator: " ")
        let clock = parts[1].split(separator: ":").compactMap { Int64($0) }
        let day = try #require(Day(String(parts[0])))
        return Self.zone.start(of: day).adding(seconds: clock[0] * 3600 + clock[1] * 60 + (clock.count > 2 ? clock[2] : 0))
    }

    @Test(arguments: [
        ("2011-09-29 08:30", "2011-09-29 12:00", 210), ("2011-09-29 00:00", "2011-09-30 00:00", 420),
        ("2011-09-29 12:00", "2011-09-29 14:00", 0), ("2011-09-29 11:59:30", "2011-09-29 14:00:30", 1),
        ("2011-09-30 17:00", "2011-10-08 09:00", 60), ("2011-10-01 00:00", "2011-10-08 00:00", 0),
        ("2011-10-08 00:00", "2011-10-10 00:00", 840), ("2011-10-15 00:00", "2011-10-17 00:00", 0),
        ("2011-09-29 12:00", "2011-09-29 08:30", 0), ("2011-09-29 09:00", "2011-09-29 09:00", 0),
        ("2011-09-26 00:00", "2011-10-03 00:00", 2100), ("2011-09-29 09:00", "2011-09-29 09:00:59", 0),
    ])
    func openMinutesOfATable(_ from: String, _ until: String, _ minutes: Int) throws {
        #expect(Self.calendar.openMinutes(from: try at(from), until: try at(until), in: Self.zone) == minutes, "\(from) \(until)")
    }

    /// Minute by minute: slow and obviously right. What takes so many minutes ends there, and not a minute before.
    @Test func anyTwoInstantsAreAsTheSlowModelHasThem() throws {
        var random = SeededGenerator(seed: 77)
        let first = try #require(Day("2011-09-24"))
        for _ in 0..<300 {
            let start = Self.zone.start(of: first.advanced(by: Int(random.next() % 18))).adding(seconds: Int64(random.next() % 1440) * 60)
            let length = Int(random.next() % 12_000)
            let end = start.adding(seconds: Int64(length) * 60)
            let slow = (0..<length).count { minute in
                let now = start.adding(seconds: Int64(minute) * 60)
                let day = Self.zone.day(of: now)
                let clock = Int(now.milliseconds(since: Self.zone.start(of: day)) / 60_000)
                let isOpen = (510..<720).contains(clock) || (840..<1050).contains(clock)
                let date = day.description
                let isHoliday = date >= "2011-10-01" && date <= "2011-10-07"
                let isMadeUp = date == "2011-10-08" || date == "2011-10-09"
                let isWeekend = [Weekday.saturday, .sunday].contains(Weekday(day))
                return isOpen && !isHoliday && (isMadeUp || !isWeekend)
            }
            #expect(Self.calendar.openMinutes(from: start, until: end, in: Self.zone) == slow, "\(start) \(length)")
            guard slow > 0, let due = Self.calendar.instant(after: slow, since: start, in: Self.zone) else { continue }
            #expect(due <= end && Self.calendar.openMinutes(from: start, until: due, in: Self.zone) == slow)
            #expect(Self.calendar.openMinutes(from: start, until: due.adding(seconds: -60), in: Self.zone) == slow - 1)
        }
        let never = WorkCalendar(hours: WorkCalendar.usual.hours, weekdays: [], days: [:])
        #expect(never.instant(after: 1, since: try at("2011-09-29 09:00"), in: Self.zone) == nil)
    }

    @Test func whatIsKnownOfNoYearIsSaid() throws {
        #expect(
            Self.calendar.unknownYears(from: try at("2010-12-31 23:00"), until: try at("2012-01-01 00:00"), in: Self.zone) == [2010, 2012])
        #expect(Self.calendar.unknownYears(from: try at("2011-02-01 00:00"), until: try at("2011-03-01 00:00"), in: Self.zone).isEmpty)
        #expect(
            WorkCalendar.usual.unknownYears(from: try at("2011-02-01 00:00"), until: try at("2011-03-01 00:00"), in: Self.zone) == [2011])
    }

    @Test(
        arguments: [
            ("08:30-12:00 14:00-17:30", "08:30-12:00 14:00-17:30"), ("8:30－12:00，14：00至17：30", "08:30-12:00 14:00-17:30"),
            ("09:00 - 24:00", "09:00-24:00"), ("", nil), ("12:00-08:30", nil), ("08:30-12:00 11:00-13:00", nil), ("8-12", nil),
            ("08:60-12:00", nil), ("08:30-24:01", nil), ("08:30", nil),
            ("1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00 9:00-10:00 11:00-12:00 13:00-14:00", nil),
        ] as [(String, String?)])
    func hoursAreReadAsPeopleWriteThem(_ text: String, _ said: String?) {
        #expect(OfficeHours(written: text)?.description == said, "\(text)")
    }

    @Test func weekdays() throws {
        #expect(Weekday(Day(number: 0)) == .thursday && Weekday(Day(number: -1)) == .wednesday)
        let (monday, sunday) = (try #require(Day("2026-11-30")), try #require(Day("2011-10-09")))
        #expect(Weekday(monday) == .monday && Weekday(sunday) == .sunday)
    }
}
