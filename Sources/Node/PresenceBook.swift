package import Basics
import Wire

/// The minutes in which a terminal was on, from its beats to facts. Every minute is on disk when it is a minute old; a clock that is wrong
/// only changes under which day a minute stands, and the centre decides about those.
package struct PresenceBook: Sendable {
    private let terminal: String
    private let zone: NetworkZone
    private let reportEvery: Int64
    private var unreported: [Day: MinuteSet] = [:]
    /// Minutes that were noted since the start, so that a beat twice in a minute makes no second fact.
    private var noted: [Day: MinuteSet] = [:]
    private var lastBeat: Instant?
    private var reported: Pause?
    /// The day of the last beat with its bounds: the zone's rules are asked once a day, not once a beat.
    private var today: (day: Day, start: Instant, end: Instant)?

    /// Takes up what `records` hold; facts are made every `reportEvery` milliseconds.
    package init(terminal: String, zone: NetworkZone, reportEvery: Int64 = 300_000, records: [String: Record]) {
        self.terminal = terminal
        self.zone = zone
        self.reportEvery = reportEvery
        for (key, record) in records {
            guard case .minutes(let text) = record, let number = Int(key.dropFirst("presence/".count)), let minutes = MinuteSet(text: text)
            else { continue }
            unreported[Day(number: number)] = minutes
            noted[Day(number: number)] = minutes
        }
    }

    /// The terminal is on at this moment. Any number of beats in a minute counts once.
    package mutating func beat(at now: Instant) -> [Action] {
        var actions: [Action] = []
        if let lastBeat, now < lastBeat {
            // What was noted under a clock that ran ahead goes in facts of its own, so that it takes no true minute with it; the same
            // minutes are still to come.
            actions += facts() + [.divide]
            noted = [:]
        }
        lastBeat = now
        let (day, minute) = position(of: now)
        guard noted[day]?.contains(minute) != true else { return actions }
        noted[day, default: MinuteSet()].insert(minute)
        unreported[day, default: MinuteSet()].insert(minute)
        // The two latest days are enough: an older one comes back only with a clock set backwards, and then union takes care.
        if noted.count > 3, let oldest = noted.keys.filter({ $0 != day }).min() { noted[oldest] = nil }
        return actions + [.store(Self.key(day), .minutes(unreported[day, default: MinuteSet()].text))]
    }

    private mutating func position(of now: Instant) -> (day: Day, minute: Int) {
        if today.map({ now >= $0.start && now < $0.end }) != true {
            let day = zone.day(of: now)
            today = (day, zone.start(of: day), zone.end(of: day))
        }
        guard let today else { return zone.minute(of: now) }
        return (today.day, Int(now.milliseconds(since: today.start) / 60_000))
    }

    /// Whether the time for a report has come.
    package func isDue(at now: Instant) -> Bool { reported?.end(at: now) == nil }

    /// Facts with the new minutes, and the word that everything up to now has been told; `clockError` when the clock is known to be wrong,
    /// and `now` is corrected.
    package mutating func report(at now: Instant, clockError: Int64? = nil) -> [Action] {
        reported = Pause(from: now, milliseconds: reportEvery)
        return facts() + [
            .report(.watermark(Watermark(terminal: terminal, throughAt: max(now, Instant(milliseconds: 0)), clockError: clockError)))
        ]
    }

    private mutating func facts() -> [Action] {
        defer { unreported = [:] }
        return unreported.sorted { $0.key < $1.key }.flatMap { day, minutes -> [Action] in
            [.report(.presence(Presence(terminal: terminal, day: day, minutes: minutes))), .remove(Self.key(day))]
        }
    }

    private static func key(_ day: Day) -> String { "presence/\(day.number)" }
}
