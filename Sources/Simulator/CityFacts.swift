package import Basics
package import Wire

/// The raw facts that the terminals of a made-up city send: presence, plays and watermarks, as the centre receives them from the counties'
/// edges. The same city, zone, lessons and month give the same facts with the same ids.
package struct CityFacts: Sendable {
    /// A courseware that the terminals play.
    package struct Lesson: Hashable, Sendable {
        package let id: String
        /// Its length; at least three minutes, so that a play of it can be effective.
        package let milliseconds: Int64

        package init(id: String, milliseconds: Int64) {
            self.id = id
            self.milliseconds = milliseconds
        }
    }

    /// A batch as it reaches the centre.
    package struct Delivery: Sendable {
        package let receivedAt: Instant
        /// The county whose edge sends it; the facts are of its terminals.
        package let county: AreaCode
        package let batch: Batch

        /// A delivery of a county's edge.
        package init(receivedAt: Instant, county: AreaCode, batch: Batch) {
            self.receivedAt = receivedAt
            self.county = county
            self.batch = batch
        }
    }

    package let city: City
    package let zone: NetworkZone
    package let lessons: [Lesson]

    /// Facts of the city's terminals, which play the given lessons (none: no plays).
    package init(city: City, zone: NetworkZone = .shanghai, lessons: [Lesson]) {
        self.city = city
        self.zone = zone
        self.lessons = lessons.filter { $0.milliseconds >= 180_000 }
    }

    /// Everything that arises in a month, ascending by arrival, each day's facts in the night after it, before the day's close.
    /// A month that the plan names comes to the plan's totals exactly; throws `CityPlanError` where they cannot be.
    /// Any other month is what `moving(_:after:through:)` tells at its end.
    package func deliveries(in month: Month) throws -> [Delivery] {
        guard let plan = city.plan.month(month) else {
            return moving(month, through: zone.end(of: month.end))
        }
        var planned = CityMonth(city: city, plan: plan, calendar: CityCalendar(month: month, zone: zone))
        var presences = try planned.presences()
        var courier = CityCourier(city: city, calendar: planned.calendar)
        for play in try CityPlays(facts: self, calendar: planned.calendar).plays(of: presences, plan: plan) {
            courier.add(.play(play.play), site: play.site, day: play.day)
        }
        presences += planned.strayPresences()
        for presence in presences {
            courier.add(
                .presence(Presence(terminal: presence.terminal, day: planned.calendar.days[presence.day], minutes: presence.minutes)),
                site: presence.site,
                day: presence.day)
        }
        for watermark in planned.watermarks() {
            courier.add(
                .watermark(Watermark(terminal: watermark.terminal, throughAt: planned.calendar.starts[watermark.day + 1])),
                site: watermark.site,
                day: watermark.day)
        }
        return courier.deliveries()
    }
}

/// The days of a month in a zone.
struct CityCalendar: Sendable {
    let month: Month
    let days: [Day]
    /// The first instant of each day, and of the day after the last.
    let starts: [Instant]

    init(month: Month, zone: NetworkZone) {
        self.month = month
        days = Array(month.days)
        starts = (days + [month.end]).map { zone.start(of: $0) }
    }

    /// Minutes of a day, by its index.
    func length(_ day: Int) -> Int { Int(starts[day + 1].milliseconds(since: starts[day]) / 60_000) }

    /// The instant at the beginning of a minute of a day.
    func instant(_ day: Int, minute: Int) -> Instant { starts[day].adding(seconds: Int64(minute) * 60) }
}

/// What one terminal was on in one day of a month.
struct CityPresence {
    /// Index of the site in the city.
    let site: Int
    let terminal: String
    /// Index of the day in the calendar.
    let day: Int
    let minutes: MinuteSet
    /// On from morning to night in an empty room: nothing is ever played.
    var idle = false
}
