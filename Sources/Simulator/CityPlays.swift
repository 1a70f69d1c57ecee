import Basics
import Wire

/// A play of a site's terminal on a day of the calendar.
struct CityPlay {
    let site: Int
    let day: Int
    let play: Play
}

/// Puts plays into the minutes in which terminals are on: effective ones at as many sites as the plan says, short ones (below two minutes)
/// at some others.
struct CityPlays {
    let facts: CityFacts
    let calendar: CityCalendar

    /// What a site's people watch.
    enum Habit {
        /// Effectively, on demand among others.
        case demand
        /// Effectively, but only what channels and live transmissions bring.
        case channel
        /// At most a glance of under two minutes a day.
        case glance
    }

    /// The plays of a month's presences. Throws `CityPlanError` when fewer sites are on long enough than are to view.
    func plays(of presences: [CityPresence], plan: CityMonthPlan) throws -> [CityPlay] {
        guard !facts.lessons.isEmpty else {
            guard plan.viewedSites ?? 0 == 0 else {
                throw CityPlanError.month(plan.month, "has `viewed_sites`, and there is no lesson of three minutes to view")
            }
            return []
        }
        var generator = SeededGenerator(seed: facts.city.plan.seed, 4, plan.month.number)
        let sites = Dictionary(grouping: presences.filter { !$0.idle }, by: \.site).sorted { $0.key < $1.key }
        let able = sites.filter { $0.value.contains { !Self.longRuns($0.minutes).isEmpty } }.map(\.key)
        let viewed = plan.viewedSites ?? min(able.count, plan.switchedOn * 55 / 100)
        let demand = plan.demandSites ?? viewed * 7 / 10
        guard viewed <= able.count else {
            throw CityPlanError.month(plan.month, "has more `viewed_sites` than sites that are on for three minutes on end")
        }
        let order = able.map { (index: $0, score: facts.city.sites[$0].diligence + generator.below(800)) }
            .sorted { ($0.score, $1.index) > ($1.score, $0.index) }.map(\.index)
        let viewers = Set(order.prefix(viewed))
        let choosers = Set(order.prefix(demand))
        return sites.flatMap { site, days in
            plays(days, habit: choosers.contains(site) ? .demand : viewers.contains(site) ? .channel : .glance, generator: &generator)
        }
    }

    /// Runs in which an effective play fits.
    static func longRuns(_ minutes: MinuteSet) -> [Range<Int>] { minutes.runs.filter { $0.count >= 4 } }

    /// The plays of one site's month; one that views has an effective play in its first long run.
    private func plays(_ days: [CityPresence], habit: Habit, generator: inout SeededGenerator) -> [CityPlay] {
        let must = habit == .glance ? nil : days.firstIndex { !Self.longRuns($0.minutes).isEmpty }
        var glanced: Set<Int> = []
        return days.indices.flatMap { position -> [CityPlay] in
            let presence = days[position]
            if habit == .glance {
                // One glance a site and day: two of the same lesson could add up to an effective play.
                guard generator.chance(perMille: 250), glanced.insert(presence.day).inserted else { return [] }
            }
            return plays(presence, habit: habit, certain: position == must, generator: &generator).map {
                CityPlay(site: presence.site, day: presence.day, play: $0)
            }
        }
    }

    /// The plays of one terminal's day.
    func plays(_ presence: CityPresence, habit: Habit, certain: Bool, generator: inout SeededGenerator) -> [Play] {
        let boot = Int64(generator.next() >> 11)
        var result: [Play] = []
        for run in presence.minutes.runs {
            var cursor = calendar.instant(presence.day, minute: run.lowerBound).adding(seconds: Int64(generator.within(3...20)))
            let end = calendar.instant(presence.day, minute: run.upperBound)
            if habit == .glance {
                guard result.isEmpty, end.milliseconds(since: cursor) >= 20_000 else { continue }
                let length = min(end.milliseconds(since: cursor), Int64(generator.within(15...110)) * 1000)
                result.append(play(presence.terminal, boot, 1, mode(.demand, &generator), lesson(&generator), 0..<length, at: cursor))
                continue
            }
            while end.milliseconds(since: cursor) >= 130_000, generator.chance(perMille: 750) || (certain && result.isEmpty) {
                let lesson = lesson(&generator)
                let room = min(end.milliseconds(since: cursor), lesson.milliseconds)
                let length = min(room, Int64(generator.within(130...3000)) * 1000)
                let mode = certain && result.isEmpty && habit == .demand ? .demand : mode(habit, &generator)
                let pause = Int64(generator.within(10...90)) * 1000
                let pausing = end.milliseconds(since: cursor) >= length + pause && generator.chance(perMille: 250)
                result.append(
                    play(presence.terminal, boot, Int64(result.count + 1), mode, lesson, 0..<length, at: cursor, pause: pausing ? pause : 0)
                )
                cursor = cursor.adding(milliseconds: length + (pausing ? pause : 0) + Int64(generator.within(20...600)) * 1000)
            }
        }
        return result
    }

    private func lesson(_ generator: inout SeededGenerator) -> CityFacts.Lesson { facts.lessons[generator.below(facts.lessons.count)] }

    private func mode(_ habit: Habit, _ generator: inout SeededGenerator) -> PlayMode {
        let draw = generator.below(100)
        return habit == .channel ? (draw < 80 ? .channel : .live) : draw < 70 ? .demand : draw < 92 ? .channel : .live
    }

    /// A play of `media` from its wall-clock start on, with a pause in its middle where one is given.
    private func play(
        _ terminal: String, _ boot: Int64, _ sequence: Int64, _ mode: PlayMode, _ lesson: CityFacts.Lesson, _ media: Range<Int64>,
        at start: Instant,
        pause: Int64 = 0
    ) -> Play {
        let middle = (media.lowerBound + media.upperBound) / 2
        let whole = PlayInterval(startedAt: start, mediaFrom: media.lowerBound, mediaUntil: media.upperBound)
        let halves = [
            PlayInterval(startedAt: start, mediaFrom: media.lowerBound, mediaUntil: middle),
            PlayInterval(
                startedAt: start.adding(milliseconds: middle - media.lowerBound + pause), mediaFrom: middle, mediaUntil: media.upperBound),
        ]
        return Play(
            terminal: terminal, boot: boot, sequence: sequence, courseware: lesson.id, mode: mode, intervals: pause > 0 ? halves : [whole])
    }
}
