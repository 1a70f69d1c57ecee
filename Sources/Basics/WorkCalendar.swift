/// A day of the week; the raw values are what forms and tables hold.
package enum Weekday: String, CaseIterable, Sendable, Codable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// 1970-01-01 was a Thursday.
    package init(_ day: Day) { self = Self.allCases[((day.number + 3) % 7 + 7) % 7] }
}

/// What is other than usual about a day.
package enum CalendarDayKind: String, CaseIterable, Sendable, Codable {
    /// Nobody works, whatever day of the week it is.
    case holiday
    /// Worked as on a working day, to make up for a holiday.
    case makeUp = "make_up"
}

/// The hours of offices in minutes of the day, such as 08:30 to 12:00 and 14:00 to 17:30: in order, without overlap.
package struct OfficeHours: Hashable, Sendable, CustomStringConvertible {
    package let ranges: [Range<Int>]

    fileprivate init(ranges: [Range<Int>]) { self.ranges = ranges }

    /// Reads `08:30-12:00 14:00-17:30`, in whatever way people divide it; nil for hours that are none, overlap, or are none at all.
    package init?(written text: String) {
        let plain = text.officeCode.map { "～~—–－至到".contains($0) ? "-" : "，、；;,".contains($0) ? " " : $0 }
        var ranges: [Range<Int>] = []
        for part in String(plain).replacing(/\s*-\s*/, with: "-").split(separator: " ") {
            let ends = part.split(separator: "-").map { Self.minute($0) }
            guard ends.count == 2, let from = ends[0], let until = ends[1], from < until, from >= ranges.last?.upperBound ?? 0 else {
                return nil
            }
            ranges.append(from..<until)
        }
        guard !ranges.isEmpty, ranges.count <= 6 else { return nil }
        self.ranges = ranges
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "：" })
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }), let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0..<60).contains(minute), (0...24).contains(hour), hour < 24 || minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    package var description: String {
        func said(_ minute: Int) -> String {
            [minute / 60, minute % 60].map { String($0).count == 1 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        }
        return ranges.map { "\(said($0.lowerBound))-\(said($0.upperBound))" }.joined(separator: " ")
    }
}

/// When offices are open: the hours of a week, and the days that are other than usual.
package struct WorkCalendar: Hashable, Sendable {
    package let hours: OfficeHours
    package let weekdays: Set<Weekday>
    package let days: [Day: CalendarDayKind]

    package init(hours: OfficeHours, weekdays: Set<Weekday>, days: [Day: CalendarDayKind]) {
        (self.hours, self.weekdays, self.days) = (hours, weekdays, days)
    }

    /// What holds where nobody said anything: Monday to Friday, 08:30 to 12:00 and 14:00 to 17:30, no holiday.
    package static let usual = WorkCalendar(
        hours: OfficeHours(ranges: [510..<720, 840..<1050]), weekdays: Set(Weekday.allCases.prefix(5)), days: [:])

    package func isWorkday(_ day: Day) -> Bool { days[day].map { $0 == .makeUp } ?? weekdays.contains(Weekday(day)) }

    /// The years of whose holidays something is known.
    package var years: Set<Int> { Set(days.keys.map(\.month.year)) }

    /// The years between two instants of whose holidays nothing is known: what is counted in them counts holidays as working days.
    package func unknownYears(from start: Instant, until end: Instant, in zone: NetworkZone) -> [Int] {
        let (first, last) = (zone.day(of: start).month.year, zone.day(of: end).month.year)
        return first <= last ? (first...last).filter { !years.contains($0) } : []
    }

    /// The instants at which offices open and close on a day.
    private func openings(_ day: Day, in zone: NetworkZone) -> [Range<Instant>] {
        guard isWorkday(day) else { return [] }
        let start = zone.start(of: day)
        return hours.ranges.map {
            start.adding(seconds: Int64($0.lowerBound * 60))..<start.adding(seconds: Int64($0.upperBound * 60))
        }
    }

    /// For how many whole minutes offices are open between two instants; 0 where the second is not behind the first.
    package func openMinutes(from start: Instant, until end: Instant, in zone: NetworkZone) -> Int {
        guard start < end else { return 0 }
        let last = zone.day(of: end)
        var (open, day) = (Int64(0), zone.day(of: start))
        while day <= last {
            for opening in openings(day, in: zone) {
                let (from, until) = (max(opening.lowerBound, start), min(opening.upperBound, end))
                if from < until { open += until.milliseconds(since: from) }
            }
            day = day.advanced(by: 1)
        }
        return Int(open / 60_000)
    }

    /// The first instant by which offices were open for so many minutes since another; nil for none within ten years.
    package func instant(after minutes: Int, since start: Instant, in zone: NetworkZone) -> Instant? {
        guard minutes > 0 else { return start }
        var left = Int64(minutes) * 60_000
        let first = zone.day(of: start)
        for day in sequence(first: first, next: { $0.advanced(by: 1) }).prefix(3660) {
            for opening in openings(day, in: zone) where opening.upperBound > start {
                let from = max(opening.lowerBound, start)
                let room = opening.upperBound.milliseconds(since: from)
                if room >= left { return from.adding(milliseconds: left) }
                left -= room
            }
        }
        return nil
    }
}
