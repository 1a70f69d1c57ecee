package import Accounts
package import Basics
import Figures
package import Operations
import Registry
import Returns
package import Storage

extension Statements {
    /// How far courseware came below some areas by the end of a month. Archived courseware came with an earlier platform, so that it counts
    /// as published and delivered; so does what was played, wherever it is now: a node tells only how far it is, not how far it was.
    package func delivery(month: Month, in scope: Scope, rules: FactRules) throws -> Delivery {
        let last = month.days.upperBound
        let (from, until) = (rules.zone.start(of: month.days.lowerBound), rules.zone.end(of: last))
        var offered: Set<String> = []
        var delivered: Set<String> = []
        try each(
            """
            SELECT c.id, c.state, c.audience_areas, a.code FROM courseware c
            JOIN area_version a ON a.area_id = c.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last)
            WHERE c.state = 'archived' OR (c.published_at < \(until) AND (c.withdrawn_at IS NULL OR c.withdrawn_at >= \(from)))
            """
        ) { row in
            let chosen = try row.text(2).split(separator: " ").compactMap { AreaCode($0) }
            let audience = try chosen.isEmpty ? [AreaCode(row.text(3))].compactMap { $0 } : chosen
            guard audience.contains(where: { scope.covers($0) || !scope.narrowed(to: $0).areas.isEmpty }) else { return }
            offered.insert(try row.text(0))
            if try row.text(1) == "archived" { delivered.insert(try row.text(0)) }
        }
        try each(
            """
            WITH here AS (\(sql: terminals(month, in: scope)))
            SELECT DISTINCT h.courseware_id FROM here JOIN terminal t ON t.num = here.terminal JOIN holding h ON h.node = t.id
            WHERE h.state = 'complete' AND h.received_at < \(until)
            """
        ) { delivered.insert(try $0.text(0)) }
        let (played, effective) = try coursewarePlayed(month: month, in: scope, rules: rules.dated(formulas()))
        return Delivery(
            published: offered.count, delivered: offered.intersection(delivered.union(played)).count,
            played: offered.intersection(played).count,
            effective: offered.intersection(effective).count)
    }

    /// The courseware that was played at a site in a month, and that of which the threshold was watched on one day.
    private func coursewarePlayed(month: Month, in scope: Scope, rules: FactRules) throws -> (played: Set<String>, effective: Set<String>) {
        struct Place: Hashable {
            let courseware: String
            let site: Int
            let day: Day
        }
        var (played, effective): (Set<String>, Set<String>) = ([], [])
        var watched: [Place: IntervalSet] = [:]
        let voided = try voidedRanges(month.days)
        try each(
            """
            WITH here AS (\(sql: terminals(month, in: scope)))
            SELECT p.courseware, here.site, p.mode, p.first_day, p.last_day, p.intervals, p.terminal, coalesce(c.duration_ms, 0) FROM here
            JOIN play p ON p.terminal = here.terminal LEFT JOIN courseware c ON c.id = p.courseware
            WHERE p.first_day <= \(month.days.upperBound) AND p.first_day >= \(month.days.lowerBound.advanced(by: -2))
                AND p.last_day >= \(month.days.lowerBound)
                AND p.first_day < here.until_day AND p.last_day >= here.from_day
            """
        ) { row in
            let (courseware, terminal, length) = (try row.text(0), try row.int(6), Int64(try row.int(7)))
            guard let coverage = PlayCoverage(encoded: try row.bytes(5)) else { throw StorageError.column("A play holds no intervals") }
            for day in Swift.max(try row.day(3), month.days.lowerBound)...Swift.min(try row.day(4), month.days.upperBound) {
                guard !(voided[terminal] ?? []).contains(where: { $0.contains(day) }) else { continue }
                played.insert(courseware)
                guard !effective.contains(courseware) else { return }
                let (media, wall) = coverage.watched(on: day, rules.zone)
                let place = Place(courseware: courseware, site: try row.int(1), day: day)
                let sum = (watched[place] ?? IntervalSet()).union(try row.text(2) == "live" ? wall : media)
                watched[place] = sum
                if sum.total >= rules.effectiveMilliseconds(on: day, length: length > 0 ? length : nil) { effective.insert(courseware) }
            }
        }
        return (played, effective)
    }

    /// The terminals that stood at a site of a scope in a month, and when.
    private func terminals(_ month: Month, in scope: Scope) -> SQL {
        let (first, last) = (month.days.lowerBound, month.days.upperBound)
        return """
            SELECT x.terminal, x.site, x.from_day, x.until_day FROM terminal_assignment x
            JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= \(last) AND v.until_day > \(last)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(last) AND a.until_day > \(last)
            WHERE x.replaced_at IS NULL AND x.from_day <= \(last) AND x.until_day > \(first) AND \(sql: scope.condition("a.code"))
            """
    }

    /// What is odd about the minutes of each site of a scope in a month. Minutes in which something played are minutes on; voided facts
    /// show nothing.
    package func oddities(month: Month, in scope: Scope, zone: NetworkZone) throws -> MonthOddities {
        struct Seat: Hashable {
            let site: Int
            let terminal: Int
            let day: Day
        }
        var days: [Int: [Day: MinuteSet]] = [:]
        /// Of minutes in which something played, those that the terminal does not report on itself.
        var onlyPlayed: [Seat: MinuteSet] = [:]
        let voided = try voidedRanges(month.days)
        func counts(_ seat: Seat) -> Bool { !(voided[seat.terminal] ?? []).contains { $0.contains(seat.day) } }
        try each(
            """
            WITH here AS (\(sql: terminals(month, in: scope)))
            SELECT here.site, p.terminal, p.first_day, p.last_day, here.from_day, here.until_day, p.intervals
                FROM here JOIN play p ON p.terminal = here.terminal
            WHERE p.first_day <= \(month.days.upperBound) AND p.first_day >= \(month.days.lowerBound.advanced(by: -2))
                AND p.last_day >= \(month.days.lowerBound)
                AND p.first_day < here.until_day AND p.last_day >= here.from_day
            """
        ) { row in
            guard let coverage = PlayCoverage(encoded: try row.bytes(6)) else { throw StorageError.column("A play holds no intervals") }
            let (here, played) = (try row.day(4)..<row.day(5), try row.day(2)...row.day(3))
            for day in played where here.contains(day) && month.days.contains(day) {
                let seat = Seat(site: try row.int(0), terminal: try row.int(1), day: day)
                guard counts(seat) else { continue }
                let minutes = coverage.watched(on: day, zone).wall.minutes(from: zone.start(of: day))
                days[seat.site, default: [:]][day, default: MinuteSet()].formUnion(minutes)
                onlyPlayed[seat, default: MinuteSet()].formUnion(minutes)
            }
        }
        try each(
            """
            WITH here AS (\(sql: terminals(month, in: scope))), bit(day) AS (\(values: month.days.map { [$0.number.bound] }))
            SELECT here.site, p.day, p.minutes, p.terminal
                FROM bit CROSS JOIN here JOIN presence p ON p.day = bit.day AND p.terminal = here.terminal
            WHERE here.from_day <= bit.day AND here.until_day > bit.day
            """
        ) { row in
            let seat = Seat(site: try row.int(0), terminal: try row.int(3), day: try row.day(1))
            guard counts(seat) else { return }
            let minutes = try row.minutes(2)
            days[seat.site, default: [:]][seat.day, default: MinuteSet()].formUnion(minutes)
            if let played = onlyPlayed[seat] { onlyPlayed[seat] = played.subtracting(minutes) }
        }
        onlyPlayed = onlyPlayed.filter { !$0.value.isEmpty }
        let reports = CompleteReports(
            try claims(terminals: Set(onlyPlayed.keys.map(\.terminal)).sorted()),
            voided: try voidedRanges(month.days, kinds: VoidKind.allCases), zone)
        var calledOff: [Int: [Day: MinuteSet]] = [:]
        for (seat, minutes) in onlyPlayed {
            calledOff[seat.site, default: [:]][seat.day, default: MinuteSet()].formUnion(
                reports.calledOff(minutes, reported: MinuteSet(), by: seat.terminal, on: seat.day))
        }
        return MonthOddities(
            habits: days.mapValues {
                Habits.seen(
                    in: $0.map { day, minutes in (minutes, Int(zone.end(of: day).milliseconds(since: zone.start(of: day)) / 60_000)) })
            }
            .filter { !$0.value.isEmpty }, calledOff: calledOff.compactMapValues { CalledOff($0.values) })
    }
}
