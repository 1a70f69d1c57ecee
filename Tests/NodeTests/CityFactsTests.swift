import Basics
import Simulator
import Testing
import Wire

/// The generated facts, counted by a slow and obvious model: sets of minutes and seconds in dictionaries.
struct CityFactsTests {
    @Test(arguments: ReferenceCity.plans)
    func everyMonthComesToItsTotals(_ plan: CityPlan) throws {
        let city = try City(plan: plan)
        let facts = CityFacts(city: city, lessons: ReferenceCity.lessons)
        let register = try SlowRegister(city)
        for month in plan.months {
            let count = SlowCount(try facts.deliveries(in: month.month), register, month.month)
            #expect(count.switchedOn == month.switchedOn)
            if let mean = month.meanMinutes { #expect(count.minutes == mean * month.switchedOn) }
            if let viewed = month.viewedSites { #expect(count.viewed.count == viewed) }
            if let demand = month.demandSites { #expect(count.demand.count == demand) }
            #expect(count.minutes >= count.switchedOn && count.demand.isSubset(of: count.viewed))
            #expect(count.viewed.isSubset(of: count.on))
        }
    }

    @Test func theReferenceMonthsPrintThePublishedFigures() throws {
        let plan = try ReferenceCity.plan()
        let city = try City(plan: plan)
        let register = try SlowRegister(city)
        let published: [(String, String, Int?)] = [
            ("2011-01", "25.55", 115), ("2011-02", "15.12", 65), ("2011-03", "41.66", 251), ("2011-04", "48.79", nil),
        ]
        for (text, rate, mean) in published {
            let month = try #require(Month(text))
            let count = SlowCount(try CityFacts(city: city, lessons: ReferenceCity.lessons).deliveries(in: month), register, month)
            #expect(Rate(count.switchedOn, of: register.registered(in: month).count).percent == rate)
            if let mean { #expect(Mean(count.minutes, over: count.switchedOn).whole == mean) }
            #expect((200...650).contains(count.viewed.count * 1000 / count.switchedOn), "a plausible share views effectively")
            #expect((1...3).contains(count.outside.count), "a handful of cases at suspended sites")
            #expect((0.97...0.999).contains(Double(count.heardSiteDays) / Double(count.siteDays)), "most are heard, some are not")
        }
    }

    @Test(arguments: ReferenceCity.plans.dropFirst(3))
    func playsLieInsideMinutesOnAndFactsArriveOnTime(_ plan: CityPlan) throws {
        let city = try City(plan: plan)
        for month in plan.months.map(\.month) {
            let deliveries = try CityFacts(city: city, lessons: ReferenceCity.lessons).deliveries(in: month)
            #expect(zip(deliveries, deliveries.dropFirst()).allSatisfy { $0.receivedAt <= $1.receivedAt })
            let content = SlowContent(deliveries)
            #expect(Set(content.ids).count == content.ids.count)
            for delivery in deliveries {
                for case .fact(let fact) in delivery.batch.entries {
                    #expect(fact.subject.hasPrefix("T" + delivery.county.description))
                    #expect(isOnTime(fact, delivery.receivedAt))
                }
            }
            for (key, intervals) in content.plays {
                for interval in intervals {
                    let start = NetworkZone.shanghai.minute(of: interval.startedAt)
                    let end = NetworkZone.shanghai.minute(of: interval.endedAt.adding(milliseconds: -1))
                    let on = content.minutes[SlowContent.Key(terminal: key.terminal, day: start.day)] ?? []
                    #expect(start.day == end.day && (start.minute...end.minute).allSatisfy(on.contains))
                }
            }
        }
    }

    private func isOnTime(_ fact: Fact, _ receivedAt: Instant) -> Bool {
        let zone = NetworkZone.shanghai
        return switch fact.body {
        case .presence(let presence):
            receivedAt >= zone.end(of: presence.day) && receivedAt < zone.end(of: presence.day).adding(seconds: 6 * 3600)
        case .play(let play): play.intervals.allSatisfy { $0.endedAt <= receivedAt }
        case .watermark(let watermark): watermark.throughAt <= receivedAt
        case .holding, .incident, .test, .stop, .contact: false
        }
    }

    @Test func theSameSeedGivesTheSameFactsAndAnotherSeedOthers() throws {
        let plan = CityPlan.random(seed: 11)
        func digest(_ plan: CityPlan) throws -> [String] {
            let facts = CityFacts(city: try City(plan: plan), lessons: ReferenceCity.lessons)
            return try facts.deliveries(in: plan.months[0].month).map {
                "\($0.receivedAt.milliseconds) \(String(decoding: try $0.batch.json, as: UTF8.self))"
            }
        }
        #expect(try digest(plan) == digest(plan))
        #expect(try digest(plan) != digest(ReferenceCity.with(plan, seed: 12)))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func noiseChangesTheWayAndNotTheUnion(_ seed: UInt64) throws {
        let plan = CityPlan.random(seed: seed)
        let month = plan.months[0].month
        let plain = try CityFacts(city: City(plan: plan), lessons: ReferenceCity.lessons).deliveries(in: month)
        let noise = CityNoise(seed: seed, copies: 1...5, splits: true, shuffles: true, latePerMille: 30)
        let noisy = noise.applied(to: plain, zone: .shanghai)
        let (before, after) = (SlowContent(plain), SlowContent(noisy))
        #expect(before.minutes == after.minutes)
        #expect(before.watched == after.watched)
        #expect(before.watermarks == after.watermarks)
        #expect(after.ids.count > before.ids.count * 2)
        #expect(Set(after.ids).count < after.ids.count)
        #expect(zip(noisy, noisy.dropFirst()).allSatisfy { $0.receivedAt <= $1.receivedAt })
        #expect(noisy.contains { delivery in delivery.batch.entries.contains { isLate($0, delivery.receivedAt) } })
        #expect(noise.applied(to: plain, zone: .shanghai).map(\.batch.id) == noisy.map(\.batch.id))
        #expect(CityNoise(seed: seed).applied(to: plain, zone: .shanghai).flatMap(SlowContent.ids) == plain.flatMap(SlowContent.ids))
        for delivery in noisy {
            for case .fact(let fact) in delivery.batch.entries {
                if case .watermark(let watermark) = fact.body { #expect(watermark.throughAt <= delivery.receivedAt) }
                if case .play(let play) = fact.body { #expect(play.intervals.allSatisfy { $0.endedAt <= delivery.receivedAt }) }
            }
        }
    }

    private func isLate(_ entry: Batch.Entry, _ receivedAt: Instant) -> Bool {
        guard case .fact(let fact) = entry, case .presence(let presence) = fact.body else { return false }
        return receivedAt >= NetworkZone.shanghai.end(of: presence.day).adding(seconds: 6 * 3600)
    }

    @Test(arguments: ["2015-02", "2016-02", "2015-04", "2015-12"])
    func aMonthOfAnyLengthWithoutAPlanIsPlausible(_ text: String) throws {
        let plan = CityPlan.random(seed: 21)
        let city = try City(plan: plan)
        let month = try #require(Month(text))
        let deliveries = try CityFacts(city: city, lessons: ReferenceCity.lessons).deliveries(in: month)
        let register = try SlowRegister(city)
        let count = SlowCount(deliveries, register, month)
        let registered = register.registered(in: month).count
        #expect((400...580).contains(count.switchedOn * 1000 / registered))
        #expect((170...380).contains(count.viewed.count * 1000 / registered))
        #expect((count.minutes / count.switchedOn) > 100 && count.outside.isEmpty)
        let days = Set(SlowContent(deliveries).minutes.keys.map(\.day))
        #expect(days.contains(month.days.upperBound) && days.contains(month.days.lowerBound) && days.allSatisfy(month.days.contains))
        #expect(count.heardSiteDays > count.siteDays * 95 / 100)
    }

    @Test func aMovingMonthOnlyGrows() throws {
        let city = try City(plan: CityPlan.random(seed: 31))
        let facts = CityFacts(city: city, lessons: ReferenceCity.lessons)
        let month = try #require(Month("2013-07"))
        let noon = NetworkZone.shanghai.start(of: month.days.lowerBound.advanced(by: 14)).adding(seconds: 12 * 3600)
        let evening = noon.adding(seconds: 9 * 3600)
        let early = facts.moving(month, through: noon)
        let late = facts.moving(month, through: evening)
        #expect(!early.isEmpty && late.count > early.count)
        #expect(Array(late.map(\.batch.id).prefix(early.count)) == early.map(\.batch.id))
        #expect(early.flatMap(SlowContent.ids) == Array(late.prefix(early.count).flatMap(SlowContent.ids)))
        #expect(
            facts.moving(month, after: noon, through: evening).flatMap(SlowContent.ids)
                == Array(late.dropFirst(early.count).flatMap(SlowContent.ids)))
        for delivery in late {
            #expect(delivery.receivedAt <= evening)
            for case .fact(let fact) in delivery.batch.entries {
                switch fact.body {
                case .presence(let presence):
                    let told = NetworkZone.shanghai.start(of: presence.day).adding(seconds: Int64((presence.minutes.last ?? 0) + 1) * 60)
                    #expect(told <= delivery.receivedAt)
                case .play(let play): #expect(play.intervals.allSatisfy { $0.endedAt <= delivery.receivedAt })
                case .watermark(let watermark): #expect(watermark.throughAt <= delivery.receivedAt)
                case .holding, .incident, .test, .stop, .contact: Issue.record("no holdings here")
                }
            }
        }
    }

    @Test func whatACutHeldBackComesLateInAMovingMonth() throws {
        let city = try City(plan: CityPlan.random(seed: 31))
        let facts = CityFacts(city: city, lessons: ReferenceCity.lessons)
        let month = try #require(Month("2013-07"))
        let whole = facts.moving(month, through: NetworkZone.shanghai.start(of: month.end.advanced(by: 2)))
        let zone = NetworkZone.shanghai
        var (late, onTime) = (0, 0)
        for delivery in whole {
            for case .fact(let fact) in delivery.batch.entries {
                guard case .presence(let presence) = fact.body else { continue }
                let delay = delivery.receivedAt.milliseconds(since: zone.end(of: presence.day)) / 3_600_000
                #expect(delay < 24 * 11)
                if delay >= 6 { late += 1 } else { onTime += 1 }
            }
        }
        #expect(late > 0 && late * 20 < onTime)
        // However often it is asked in between, nothing is left out.
        var pieces: [String] = []
        var last: Instant?
        for hour in stride(from: 9, through: 33 * 24, by: 37) {
            let now = zone.start(of: month.days.lowerBound).adding(seconds: Int64(hour) * 3600)
            pieces += facts.moving(month, after: last, through: now).flatMap(SlowContent.ids)
            last = now
        }
        #expect(pieces == whole.flatMap(SlowContent.ids))
    }

    @Test func aDayOfAnotherLengthKeepsItsMinutes() throws {
        let zone = try #require(NetworkZone("Europe/Berlin"))
        let plan = CityPlan.random(seed: 41)
        let month = try #require(Month("2011-10"))
        let city = try City(
            plan: ReferenceCity.with(plan, months: [CityMonthPlan(month: month, registered: 200, switchedOn: 20, meanMinutes: 43_000)]))
        let deliveries = try CityFacts(city: city, zone: zone, lessons: ReferenceCity.lessons).deliveries(in: month)
        #expect(SlowContent(deliveries).minutes.values.reduce(0) { $0 + $1.count } >= 20 * 43_000)
        #expect(SlowContent(deliveries).minutes.contains { $0.key.day == Day("2011-10-30") && $0.value.contains(1499) })
    }

    @Test func theMeasuredMonthHasTheMeasuredDensity() {
        let month = CityBenchMonth(seed: 1, terminals: 3248, switchedOn: 1591)
        var minutes = 0
        var terminals: Set<Int> = []
        for entry in month {
            minutes += entry.minutes.count
            terminals.insert(entry.terminal)
            #expect((0..<30).contains(entry.day) && (0..<3248).contains(entry.terminal))
        }
        #expect(terminals.count == 1591)
        // 11.13 million minutes in limits 0.3; within two in a hundred.
        #expect((10_900_000...11_350_000).contains(minutes))
    }
}
