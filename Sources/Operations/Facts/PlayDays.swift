import Basics

/// What terminals played on their days, to see when one says that it did more than a day holds. Pure.
///
/// Which of many plays is one too many depends on which came first; an honest terminal never comes near.
struct PlayDays {
    /// More than one in two minutes for sixteen hours: nobody chooses so often.
    static let mostPlays = 500
    /// One screen shows one thing at a time; reports of a play's end and the next one's beginning may overlap by a little.
    static let slack: Int64 = 300_000

    private let zone: NetworkZone
    /// Wall-clock milliseconds in which something played, by play; not a union, because two at once are what is looked for.
    private var played: [TerminalDay: [PlayKey: Int64]] = [:]

    init(_ stored: [StoredPlay], _ zone: NetworkZone) {
        self.zone = zone
        for play in stored { note(play.coverage, PlayKey(terminal: play.terminal, boot: play.boot, sequence: play.sequence)) }
    }

    /// Why a play cannot be as long as this beside all others of its days; nil when it can. One that can is noted.
    mutating func contradiction(_ coverage: PlayCoverage, _ key: PlayKey) -> String? {
        for day in coverage.days(zone) {
            var plays = played[TerminalDay(day: day, terminal: key.terminal)] ?? [:]
            plays[key] = coverage.playing(on: day, zone)
            if plays.count > Self.mostPlays { return "fact.too_many" }
            if plays.values.reduce(0, +) > zone.end(of: day).milliseconds(since: zone.start(of: day)) + Self.slack {
                return "fact.contradicts"
            }
        }
        note(coverage, key)
        return nil
    }

    private mutating func note(_ coverage: PlayCoverage, _ key: PlayKey) {
        for day in coverage.days(zone) {
            played[TerminalDay(day: day, terminal: key.terminal), default: [:]][key] = coverage.playing(on: day, zone)
        }
    }
}
