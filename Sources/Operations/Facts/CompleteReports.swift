package import Basics

/// Up to where terminals reported everything, claim by claim, less what voids take out. Pure.
package struct CompleteReports: Sendable {
    private let claims: [Int: [(since: Day, through: Instant)]]
    private let voided: [Int: [Range<Day>]]
    private let zone: NetworkZone

    /// `voided` are the days of which a terminal's reports are not believed complete.
    package init(_ claims: [WatermarkKey: Instant], voided: [Int: [Range<Day>]], _ zone: NetworkZone) {
        // A claim from 0 on speaks for every day before.
        self.claims = Dictionary(grouping: claims, by: \.key.terminal).mapValues { claims in
            claims.map { ($0.key.since.milliseconds == 0 ? Day(number: 0) : zone.day(of: $0.key.since), $0.value) }
        }
        self.voided = voided
        self.zone = zone
    }

    /// How many of a day's minutes, from its first on, a terminal's report covers whole: what it does not say of these was off.
    package func minutes(of terminal: Int, on day: Day) -> Int {
        guard !(voided[terminal] ?? []).contains(where: { $0.contains(day) }) else { return 0 }
        let start = zone.start(of: day)
        let length = zone.end(of: day).milliseconds(since: start) / 60_000
        // Complete through 23:59:59.999 is the whole day.
        let through =
            (claims[terminal] ?? []).filter { $0.since <= day }.map(\.through).max()?.adding(milliseconds: 1).milliseconds(since: start)
            ?? 0
        return min(MinuteSet.limit, Int(min(max(0, through / 60_000), length)))
    }

    /// The minutes in which a terminal played something though its own complete report calls them off. They are minutes on all the same
    /// (metrics.md, "Presence"): that report and play contradict each other is a matter of data quality.
    package func calledOff(_ played: MinuteSet, reported minutes: MinuteSet, by terminal: Int, on day: Day) -> MinuteSet {
        let silent = played.subtracting(minutes)
        return silent.isEmpty ? silent : silent.intersection(MinuteSet(0..<self.minutes(of: terminal, on: day)))
    }
}

/// How much a site played in a month while its terminals' complete reports call it off.
package struct CalledOff: Hashable, Codable, Sendable {
    package let days: Int
    package let minutes: Int

    package init(days: Int, minutes: Int) {
        self.days = days
        self.minutes = minutes
    }

    /// Nil for days without any such minute.
    package init?(_ days: some Sequence<MinuteSet>) {
        let counts = days.map(\.count).filter { $0 > 0 }
        guard !counts.isEmpty else { return nil }
        self.init(days: counts.count, minutes: counts.reduce(0, +))
    }
}
