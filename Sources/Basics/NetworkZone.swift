import Foundation

/// The time zone by which a network counts its days (default Asia/Shanghai). Days of 23 and 25 hours are right.
package struct NetworkZone: Sendable {
    /// The identifier of the IANA time zone database.
    package let identifier: String
    private let zone: TimeZone

    /// Nil when the machine's zone database does not know the identifier.
    package init?(_ identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.identifier = identifier
        self.zone = zone
    }

    /// Asia/Shanghai, or the fixed offset of eight hours that it has had since 1991 where the machine has no zone database.
    package static let shanghai = NetworkZone("Asia/Shanghai") ?? NetworkZone(fixedOffset: 8 * 3600)

    private init(fixedOffset seconds: Int) {
        identifier = "Asia/Shanghai"
        zone = TimeZone(secondsFromGMT: seconds) ?? .gmt
    }

    private func offset(at instant: Instant) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))) * 1000
    }

    /// The local day of a moment.
    package func day(of instant: Instant) -> Day {
        let local = instant.milliseconds + offset(at: instant)
        let number = local >= 0 ? local / 86_400_000 : -((-local + 86_399_999) / 86_400_000)
        return Day(number: Int(number))
    }

    /// The first instant of a local day: the earliest moment whose local date is that day.
    package func start(of day: Day) -> Instant {
        let midnight = Int64(day.number) * 86_400_000
        let guess = Instant(milliseconds: midnight - offset(at: Instant(milliseconds: midnight)))
        let refined = Instant(milliseconds: midnight - offset(at: guess.adding(milliseconds: -1)))
        if self.day(of: refined) == day, self.day(of: refined.adding(milliseconds: -1)) < day { return refined }
        let other = Instant(milliseconds: midnight - offset(at: guess))
        if self.day(of: other) == day, self.day(of: other.adding(milliseconds: -1)) < day { return other }
        // The clock jumps over midnight: search the few hours around it for the first minute of the day.
        var minute = min(refined, other).adding(seconds: -3 * 3600)
        while self.day(of: minute) < day { minute = minute.adding(seconds: 60) }
        return minute
    }

    /// The first instant after a local day.
    package func end(of day: Day) -> Instant { start(of: day.advanced(by: 1)) }

    /// The number of minutes of a local day: 1,440, and 1,380 or 1,500 when the clocks change.
    package func minutes(in day: Day) -> Int { Int(end(of: day).milliseconds(since: start(of: day)) / 60_000) }

    /// The local day of a moment and the minute counted from that day's first instant.
    package func minute(of instant: Instant) -> (day: Day, minute: Int) {
        let day = day(of: instant)
        return (day, Int(instant.milliseconds(since: start(of: day)) / 60_000))
    }
    /// The local date and time as `YYYY-MM-DD HH:MM`, for people.
    package func text(_ instant: Instant) -> String {
        let local = instant.milliseconds + offset(at: instant)
        let minutes = Int((local - Int64(day(of: instant).number) * 86_400_000) / 60_000)
        return "\(day(of: instant)) \(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }
}
