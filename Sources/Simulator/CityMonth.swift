import Basics

/// Shares the totals of a planned month out to sites, days and minutes.
struct CityMonth {
    let city: City
    let plan: CityMonthPlan
    let calendar: CityCalendar
    private var generator: SeededGenerator
    private let registered: [Int]

    /// A morning-to-night television: 8:00 to 22:00.
    static let wholeDay = 480..<1320

    init(city: City, plan: CityMonthPlan, calendar: CityCalendar) {
        self.city = city
        self.plan = plan
        self.calendar = calendar
        generator = SeededGenerator(seed: city.plan.seed, 3, plan.month.number)
        registered = city.registered(in: plan.month)
    }

    /// Presence of the switched-on sites: as many as the plan says, together exactly its mean times their number.
    mutating func presences() throws -> [CityPresence] {
        let last = calendar.days.count - 1
        let able = registered.filter { city.sites[$0].silentFrom.map { $0 > calendar.days[last] } ?? true }
        guard able.count >= plan.switchedOn else { throw CityPlanError.month(plan.month, "has too many `switched_on`") }
        let scored = able.map { (index: $0, score: city.sites[$0].diligence + generator.below(1200)) }
        let on = scored.sorted { ($0.score, $1.index) > ($1.score, $0.index) }.prefix(plan.switchedOn).map(\.index).sorted()
        var total = (plan.meanMinutes ?? generator.within(200...280)) * on.count

        var result: [CityPresence] = []
        var idle: Set<Int> = []
        for (index, days) in idleDays(on, minutes: total / 8) {
            idle.insert(index)
            for day in days {
                let minutes = MinuteSet(Self.wholeDay)
                total -= minutes.count
                result += presences(index, day, minutes, idle: true)
            }
        }
        let others = on.filter { !idle.contains($0) }
        let usable = others.map { index in calendar.days.indices.filter { mayBeOn(index, $0) } }
        for (position, quota) in try quotas(total, rooms: usable.map { $0.reduce(0) { $0 + calendar.length($1) } }).enumerated() {
            for (day, minutes) in evenings(quota, days: usable[position]).sorted(by: { $0.key < $1.key }) {
                result += presences(others[position], day, minutes)
            }
        }
        return result
    }

    /// A few minutes at suspended sites, which do not count: a row for the list of data-quality cases.
    mutating func strayPresences() -> [CityPresence] {
        var result: [CityPresence] = []
        let first = calendar.days[0]
        for (index, site) in city.sites.enumerated()
        where result.count < 3 && site.state(on: first) == .suspended && site.state(on: calendar.days[9]) == .suspended {
            let start = generator.within(500...1200)
            result += presences(index, generator.below(9), MinuteSet(start..<start + generator.within(15...60)))
        }
        return result
    }

    /// A weekly word of each terminal that everything up to a midnight has been sent, and one for its last day in service in the month.
    /// Excluded sites and those whose line is cut say nothing.
    func watermarks() -> [(site: Int, terminal: String, day: Int)] {
        var result: [(site: Int, terminal: String, day: Int)] = []
        for index in registered {
            let site = city.sites[index]
            for terminal in site.terminals {
                let heard = calendar.days.indices.filter { day in
                    let day = calendar.days[day]
                    return terminal.fromOn <= day && day <= terminal.untilOn ?? day && site.isInService(on: day)
                        && day < site.silentFrom ?? day.advanced(by: 1)
                }
                for day in heard where day == heard.last || (calendar.days[day].number + index) % 7 == 0 {
                    result.append((index, terminal.id, day))
                }
            }
        }
        return result
    }

    /// In service and its box in order.
    private func mayBeOn(_ index: Int, _ day: Int) -> Bool {
        let state = city.sites[index].state(on: calendar.days[day])
        return (state == .inService || state == .moving) && !city.sites[index].terminals(on: calendar.days[day]).isEmpty
    }

    /// Villages that play to an empty room, always the same ones, on as many days as the minutes allow.
    private func idleDays(_ on: [Int], minutes: Int) -> [(Int, ArraySlice<Int>)] {
        var left = minutes / Self.wholeDay.count
        var result: [(Int, ArraySlice<Int>)] = []
        let villages = on.filter { index in
            city.sites[index].kind == .village && city.sites[index].diligence % 8 == 3
                && calendar.days.indices.allSatisfy { mayBeOn(index, $0) }
        }
        for index in villages.prefix(on.count / 20) where left > 0 {
            let days = Array(calendar.days.indices).prefix(left)
            left -= days.count
            result.append((index, days))
        }
        return result
    }

    /// `total` minutes in uneven parts of at least one, none larger than its room.
    private mutating func quotas(_ total: Int, rooms: [Int]) throws -> [Int] {
        guard total >= rooms.count, total <= rooms.reduce(0, +), rooms.allSatisfy({ $0 > 0 }) else {
            throw CityPlanError.month(plan.month, "has a `mean_minutes` that its days cannot hold")
        }
        let weights = rooms.map { _ in
            let draw = generator.below(100)
            return draw < 12 ? 1 : draw < 70 ? generator.within(20...70) : generator.within(70...160)
        }
        let sum = weights.reduce(0, +)
        var parts = zip(rooms, weights).map { min($0, 1 + (total - rooms.count) * $1 / max(sum, 1)) }
        var rest = total - parts.reduce(0, +)
        while rest > 0 {
            for index in parts.indices where rest > 0 {
                let more = min(rooms[index] - parts[index], max(1, rest / parts.count), rest)
                parts[index] += more
                rest -= more
            }
        }
        return parts
    }

    /// Exactly `quota` minutes on the given days: evenings first and study days before others, then mornings, afternoons and what is free.
    private mutating func evenings(_ quota: Int, days: [Int]) -> [Int: MinuteSet] {
        var sets: [Int: MinuteSet] = [:]
        var left = quota
        let study = days.filter { [5, 15, 25].contains(calendar.days[$0].civil.day) && generator.chance(perMille: 550) }
        let order = study + generator.shuffled(days.filter { !study.contains($0) })
        let longest = max(110, quota / days.count)
        func add(_ range: Range<Int>, _ day: Int) {
            let before = sets[day, default: MinuteSet()]
            let after = before.union(MinuteSet(range.clamped(to: 0..<calendar.length(day))))
            left -= after.count - before.count
            sets[day] = after
        }
        for start in [1110, 510, 870] {
            for day in order where left > 0 {
                let begin = start + generator.below(110)
                add(begin..<begin + min(left, generator.within(max(20, longest / 4)...longest)), day)
            }
        }
        for day in order {
            var minute = 0
            while left > 0, minute < calendar.length(day) {
                add(minute..<minute + 1, day)
                minute += 1
            }
        }
        return sets.filter { !$0.value.isEmpty }
    }

    /// The site's minutes of a day, shared out to the terminals that stand there; where there are two, each has been on for a part and both
    /// for some.
    private func presences(_ index: Int, _ day: Int, _ minutes: MinuteSet, idle: Bool = false) -> [CityPresence] {
        let terminals = city.sites[index].terminals(on: calendar.days[day])
        guard terminals.count > 1 else {
            return terminals.map { CityPresence(site: index, terminal: $0.id, day: day, minutes: minutes, idle: idle) }
        }
        var (one, other) = (MinuteSet(), MinuteSet())
        for run in minutes.runs {
            one.insert(run.lowerBound..<run.upperBound - run.count / 3)
            other.insert(run.lowerBound + run.count / 3..<run.upperBound)
        }
        return zip(terminals, [one, other]).map { CityPresence(site: index, terminal: $0.id, day: day, minutes: $1, idle: idle) }
    }
}
