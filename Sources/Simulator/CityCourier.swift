import Basics
import Wire

/// Carries facts to the centre. Each county's edge sends those of a day in the night after it, before the day's close at 06:00,
/// and in a moving month also at some hours of the day itself.
struct CityCourier {
    let city: City
    let calendar: CityCalendar
    private let counties: [AreaCode]
    private let countyOfSite: [Int]
    /// Facts by county, day and slot; the last slot of a day is the night after it.
    private var bags: [[[[Fact]]]]
    /// Facts of a batch; a slot takes as many batches as it needs.
    private let batchSize = 1000

    /// A courier that comes `hours` times on the day itself: every other hour from 8:00 on, even and odd counties in turn.
    init(city: City, calendar: CityCalendar, hours: Int = 0) {
        self.city = city
        self.calendar = calendar
        let counties = city.areas.map(\.code).filter { $0.level == .county }
        let positions = Dictionary(uniqueKeysWithValues: counties.enumerated().map { ($1, $0) })
        self.counties = counties
        countyOfSite = city.sites.map { positions[$0.county] ?? 0 }
        bags = Array(repeating: Array(repeating: Array(repeating: [], count: hours + 1), count: calendar.days.count), count: counties.count)
    }

    /// The last slot of a day.
    var night: Int { (bags.first?.first?.count ?? 1) - 1 }

    /// The minute of the day up to which a site's slot tells; the night tells everything.
    func minute(of slot: Int, site: Int, day: Int) -> Int {
        slot == night ? calendar.length(day) : min(minute(of: slot, county: countyOfSite[site]), calendar.length(day))
    }

    private func minute(of slot: Int, county: Int) -> Int { (8 + 2 * slot + county % 2) * 60 + county * 7 % 60 }

    /// Takes a fact of a site that arose on a day, for the night or for an earlier slot; gives it its id.
    mutating func add(_ body: Fact.Body, site: Int, day: Int, slot: Int? = nil) {
        let (county, slot) = (countyOfSite[site], slot ?? night)
        let id = seededName(seed: city.plan.seed, 5, matter(county, day, slot), bags[county][day][slot].count)
        bags[county][day][slot].append(Fact(id: id, body))
    }

    /// All batches, ascending by arrival.
    func deliveries() -> [CityFacts.Delivery] {
        var result: [CityFacts.Delivery] = []
        for (county, days) in bags.enumerated() {
            for (day, slots) in days.enumerated() {
                for (slot, facts) in slots.enumerated() {
                    let first = arrival(county, day, slot)
                    for (number, start) in stride(from: 0, to: facts.count, by: batchSize).enumerated() {
                        let batch = Batch(
                            id: seededName(seed: city.plan.seed, 7, matter(county, day, slot), number),
                            facts: Array(facts[start..<min(start + batchSize, facts.count)]))
                        result.append(
                            CityFacts.Delivery(receivedAt: first.adding(seconds: Int64(number * 5)), county: counties[county], batch: batch)
                        )
                    }
                }
            }
        }
        return result.sorted { ($0.receivedAt, $0.batch.id) < ($1.receivedAt, $1.batch.id) }
    }

    private func arrival(_ county: Int, _ day: Int, _ slot: Int) -> Instant {
        if slot < night { return min(calendar.instant(day, minute: minute(of: slot, county: county)), calendar.starts[day + 1]) }
        var generator = SeededGenerator(seed: city.plan.seed, 6, matter(county, day, 0))
        return calendar.starts[day + 1].adding(seconds: Int64(generator.within(600...18_000)))
    }

    private func matter(_ county: Int, _ day: Int, _ slot: Int) -> Int { (calendar.days[day].number * 128 + county) * 32 + slot }
}
