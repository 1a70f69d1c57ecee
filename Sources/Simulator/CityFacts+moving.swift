package import Basics
import Wire

extension CityFacts {
    /// What arrives in a month that has no totals, later than `after` (nil: from its beginning) and no later than `through`, ascending by
    /// arrival. About half of the sites come on in the month, about a quarter view effectively. A later `through` only adds deliveries, so
    /// that a clock can walk on: what is left of a day follows in the night after it. A few lines are cut; most of them return within days,
    /// and everything held back then comes late.
    package func moving(_ month: Month, after: Instant? = nil, through: Instant) -> [Delivery] {
        let calendar = CityCalendar(month: month, zone: zone)
        var courier = CityCourier(city: city, calendar: calendar, hours: 8)
        // A night's delivery comes on the next day, and no later than that unless the line was cut.
        let days = calendar.days.indices.filter { day in
            calendar.starts[day] <= through
                && (after.map { zone.day(of: $0) <= calendar.days[day].advanced(by: 1 + Habit.longestCut) } ?? true)
        }
        let habits = registeredHabits(month)
        for day in days {
            for habit in habits where isHeard(habit, on: day, calendar) { add(habit, day, calendar, to: &courier) }
        }
        return courier.deliveries().filter { $0.receivedAt <= through && $0.receivedAt > after ?? Instant(milliseconds: .min) }
    }

    /// How a site spends a month.
    private struct Habit {
        let site: Int
        let on: Bool
        let idle: Bool
        let plays: CityPlays.Habit
        /// Of a thousand ordinary days, and of a thousand study days.
        let perMille: (ordinary: Int, study: Int)
        /// The days, by their index, in which its line is cut.
        let cut: Range<Int>

        static let longestCut = 9
    }

    private func registeredHabits(_ month: Month) -> [Habit] {
        city.registered(in: month).filter { city.sites[$0].silentFrom == nil }.map { index in
            let site = city.sites[index]
            var generator = SeededGenerator(seed: city.plan.seed, 8, index, month.number)
            let on = generator.chance(perMille: 250 + site.diligence / 2)
            let draw = generator.below(100)
            let cutFrom = generator.chance(perMille: 12) ? generator.within(3...20) : .max
            let cutUntil = cutFrom < .max && generator.chance(perMille: 700) ? cutFrom + generator.within(2...Habit.longestCut) : .max
            return Habit(
                site: index, on: on, idle: on && site.kind == .village && generator.chance(perMille: 8),
                plays: draw < 39 ? .demand : draw < 56 ? .channel : .glance,
                perMille: (generator.within(30...120), generator.within(300...650)),
                cut: cutFrom..<cutUntil)
        }
    }

    private func isHeard(_ habit: Habit, on day: Int, _ calendar: CityCalendar) -> Bool {
        // What arises in a cut comes with the first night of the line's return.
        (!habit.cut.contains(day) || habit.cut.upperBound < calendar.days.count)
            && city.sites[habit.site].isInService(on: calendar.days[day])
    }

    /// Everything that one site's day tells, in the slots in which it becomes known.
    private func add(_ habit: Habit, _ day: Int, _ calendar: CityCalendar, to courier: inout CityCourier) {
        let site = city.sites[habit.site]
        let terminals = site.terminals(on: calendar.days[day])
        let isCut = habit.cut.contains(day)
        let sent = isCut ? habit.cut.upperBound : day
        for terminal in terminals {
            courier.add(.watermark(Watermark(terminal: terminal.id, throughAt: calendar.starts[day + 1])), site: habit.site, day: sent)
        }
        guard habit.on, let terminal = terminals.first, site.state(on: calendar.days[day]) != .faulty else { return }
        var generator = SeededGenerator(seed: city.plan.seed, 9, habit.site, calendar.days[day].number)
        let minutes = minutes(habit, day, calendar, &generator)
        guard !minutes.isEmpty else { return }
        let presence = CityPresence(site: habit.site, terminal: terminal.id, day: day, minutes: minutes, idle: habit.idle)
        var plays: [Play] = []
        if !habit.idle, !lessons.isEmpty, habit.plays != .glance || generator.chance(perMille: 250) {
            plays = CityPlays(facts: self, calendar: calendar)
                .plays(presence, habit: habit.plays, certain: generator.chance(perMille: 700), generator: &generator)
        }
        var told = 0
        for slot in (isCut ? courier.night : 0)...courier.night {
            let until = courier.minute(of: slot, site: habit.site, day: day)
            guard until > told else { continue }
            let fresh = minutes.intersection(MinuteSet(told..<until))
            if !fresh.isEmpty {
                courier.add(
                    .presence(Presence(terminal: terminal.id, day: calendar.days[day], minutes: fresh)), site: habit.site, day: sent,
                    slot: slot)
            }
            for play in plays where (told..<until).contains(lastMinute(of: play, day, calendar)) {
                courier.add(.play(play), site: habit.site, day: sent, slot: slot)
            }
            told = until
        }
    }

    private func minutes(_ habit: Habit, _ day: Int, _ calendar: CityCalendar, _ generator: inout SeededGenerator) -> MinuteSet {
        let length = calendar.length(day)
        if habit.idle { return MinuteSet(CityMonth.wholeDay.clamped(to: 0..<length)) }
        let study = [5, 15, 25].contains(calendar.days[day].civil.day)
        guard generator.chance(perMille: study ? habit.perMille.study : habit.perMille.ordinary) else { return MinuteSet() }
        let evening = 1110 + generator.below(110)
        var minutes = MinuteSet((evening..<evening + generator.within(20...130)).clamped(to: 0..<length))
        if generator.chance(perMille: 150) {
            let morning = 510 + generator.below(110)
            minutes.insert(morning..<morning + generator.within(20...60))
        }
        return minutes
    }

    /// The minute of the day in which a play has ended.
    private func lastMinute(of play: Play, _ day: Int, _ calendar: CityCalendar) -> Int {
        let end = play.intervals.map(\.endedAt).max() ?? calendar.starts[day]
        return min(Int(end.milliseconds(since: calendar.starts[day]) / 60_000), calendar.length(day) - 1)
    }
}
