package import Basics
import Wire

/// What bad lines do to deliveries: the same facts several times, in pieces, out of order, late. What they tell in all stays the same.
package struct CityNoise: Hashable, Sendable {
    package let seed: UInt64
    /// How often a fact arrives: now, and again later the same way or, now and then, through another county's edge.
    package let copies: ClosedRange<Int>
    /// Whether facts come in overlapping pieces and batches in small ones.
    package let splits: Bool
    /// Whether facts within a batch and batches within a night lose their order.
    package let shuffles: Bool
    /// Of a thousand presence facts and plays, those that arrive two to nine days late.
    package let latePerMille: Int

    package init(seed: UInt64, copies: ClosedRange<Int> = 1...1, splits: Bool = false, shuffles: Bool = false, latePerMille: Int = 0) {
        self.seed = seed
        self.copies = copies
        self.splits = splits
        self.shuffles = shuffles
        self.latePerMille = latePerMille
    }

    /// The deliveries after such a journey, ascending by arrival. On-time facts stay on time but for the late ones, and nothing arrives
    /// before it arose.
    package func applied(to deliveries: [CityFacts.Delivery], zone: NetworkZone) -> [CityFacts.Delivery] {
        var generator = SeededGenerator(seed: seed, 0x4015E)
        var bags = deliveries.map { Bag(receivedAt: $0.receivedAt, county: $0.county, facts: facts(of: $0)) }
        if latePerMille > 0 { delay(&bags, &generator) }
        if shuffles { mixNights(&bags, zone, &generator) }
        if splits {
            bags = bags.map { bag in
                Bag(receivedAt: bag.receivedAt, county: bag.county, facts: bag.facts.flatMap { pieces($0, &generator) })
            }
        }
        bags.sort { ($0.receivedAt, $0.county) < ($1.receivedAt, $1.county) }
        if copies.upperBound > 1 { multiply(&bags, &generator) }
        return bags.enumerated().flatMap { batches($1, number: $0, &generator) }.sorted {
            ($0.receivedAt, $0.batch.id) < ($1.receivedAt, $1.batch.id)
        }
    }

    private struct Bag {
        var receivedAt: Instant
        let county: AreaCode
        var facts: [Fact]
    }

    private func facts(of delivery: CityFacts.Delivery) -> [Fact] {
        delivery.batch.entries.compactMap { entry in if case .fact(let fact) = entry { fact } else { nil } }
    }

    private func delay(_ bags: inout [Bag], _ generator: inout SeededGenerator) {
        var late: [Bag] = []
        for index in bags.indices {
            var kept: [Fact] = []
            for fact in bags[index].facts {
                if isDelayable(fact), generator.chance(perMille: latePerMille) {
                    let receivedAt = bags[index].receivedAt.adding(seconds: Int64(generator.within(2...9)) * 86_400)
                    late.append(Bag(receivedAt: receivedAt, county: bags[index].county, facts: [fact]))
                } else {
                    kept.append(fact)
                }
            }
            bags[index].facts = kept
        }
        bags += late
    }

    private func isDelayable(_ fact: Fact) -> Bool {
        switch fact.body {
        case .presence, .play, .test: true
        case .watermark, .holding, .incident, .stop, .contact: false
        }
    }

    /// Exchanges the times of arrival of a night's bags. By day the order stays: a fact cannot arrive before it arose.
    private func mixNights(_ bags: inout [Bag], _ zone: NetworkZone, _ generator: inout SeededGenerator) {
        let nights = Dictionary(grouping: bags.indices.filter { zone.minute(of: bags[$0].receivedAt).minute < 360 }) {
            zone.day(of: bags[$0].receivedAt)
        }
        for (_, night) in nights.sorted(by: { $0.key < $1.key }) {
            let times = generator.shuffled(night.map { bags[$0].receivedAt })
            for (index, time) in zip(night, times) { bags[index].receivedAt = time }
        }
    }

    /// Copies go into the same bag or a later one.
    private func multiply(_ bags: inout [Bag], _ generator: inout SeededGenerator) {
        let originals = bags.map(\.facts)
        let ways = Dictionary(grouping: bags.indices, by: { bags[$0].county })
        for (index, facts) in originals.enumerated() {
            let way = ways[bags[index].county, default: []]
            let later = way.filter { $0 >= index }.prefix(12)
            for fact in facts {
                for _ in 1..<max(1, generator.within(copies)) {
                    let stray = generator.chance(perMille: 50)
                    let target =
                        stray ? min(index + generator.below(12), bags.count - 1) : later[later.startIndex + generator.below(later.count)]
                    bags[target].facts.append(fact)
                }
            }
        }
    }

    private func batches(_ bag: Bag, number: Int, _ generator: inout SeededGenerator) -> [CityFacts.Delivery] {
        let facts = shuffles ? generator.shuffled(bag.facts) : bag.facts
        let size = splits ? generator.within(40...400) : 1000
        return stride(from: 0, to: facts.count, by: size).enumerated().flatMap { part, start -> [CityFacts.Delivery] in
            let batch = Batch(id: seededName(seed: seed, 10, number, part), facts: Array(facts[start..<min(start + size, facts.count)]))
            let delivery = CityFacts.Delivery(receivedAt: bag.receivedAt.adding(seconds: Int64(part)), county: bag.county, batch: batch)
            // Now and then a whole batch comes again, because its answer was lost.
            return Array(repeating: delivery, count: copies.upperBound > 1 && generator.chance(perMille: 50) ? 2 : 1)
        }
    }
}
