import Accounts
import Basics
import Bulletins
import Centre
import Content
import Editions
import Figures
import Foundation
import Hummingbird
import HummingbirdTesting
import Operations
import Records
import Registry
import Returns
import Simulator
import Storage
import Testing
import TestKit
import Trust
import Wire

private let lessons = (1...6).map { (id: "demo-lesson-0\($0)", milliseconds: 900_000 + $0 * 120_000) }

extension CentreWorld {
    /// Brings in a made-up city and an edge for each county, as real ones would join.
    func found(_ city: City) async throws -> [String: CountyEdge] {
        let act = Act(by: .commandLine, at: clock.clock.now, ids: .system)
        let (areas, sites, exclusions, code) = (
            Array(city.areasCSV.utf8), Array(city.sitesCSV.utf8), city.exclusions, city.code.description
        )
        let counties = city.areas.filter { $0.code.level == .county }.map(\.code.description)
        let edges = try counties.enumerated().map {
            CountyEdge(id: "sim-\($1)", key: try SigningKey(seed: [UInt8](repeating: UInt8($0 + 1), count: 32)))
        }
        try await centre.database.write { statements in
            let refused =
                try statements.importAreas(areas, apply: true, in: .everything, today: .forever, by: act).refused
                + statements.importSites(sites, apply: true, in: .everything, today: .forever, by: act).refused
            #expect(refused.isEmpty)
            for exclusion in exclusions {
                let site = try #require(try statements.site(code: exclusion.site, on: exclusion.fromOn, in: .everything))
                try statements.excludeSite(
                    site, days: exclusion.fromOn...exclusion.untilOn, reason: exclusion.reason, document: exclusion.document, by: act)
            }
            let area = try #require(try statements.area(code: code, on: Day("2010-12-31") ?? .forever, in: .everything))
            for lesson in lessons {
                try statements.archiveCourseware(
                    id: lesson.id, title: lesson.id, durationMs: lesson.milliseconds, areaID: area.areaID, by: act)
            }
            for edge in edges {
                try statements.prepareClaim(id: edge.id, kind: "edge", name: edge.id, areaID: area.areaID, codeDigest: edge.id, by: act)
                _ = try statements.enrolNode(
                    codeDigest: edge.id, publicKey: edge.key.verifyingKey.hex, version: "test", on: Day("2010-12-31") ?? .forever, by: act)
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(counties, edges))
    }

    /// Sends deliveries over the endpoint, the centre's clock standing at when each came.
    func deliver(_ deliveries: [CityFacts.Delivery], from edges: [String: CountyEdge]) async throws {
        for delivery in deliveries {
            clock.set(delivery.receivedAt)
            let edge = try #require(edges[delivery.county.description])
            let (body, authorization) = try edge.signed(delivery.batch)
            let answer = try await client.execute(
                uri: Endpoint.facts, method: .post, headers: [.authorization: authorization], body: ByteBuffer(bytes: body))
            #expect(answer.status == .ok)
            let receipt = try JSONDecoder().decode(Receipt.self, from: Data(answer.body.readableBytesView))
            #expect(receipt.verdicts.allSatisfy { $0.outcome == .stored || $0.outcome == .duplicate })
        }
    }

    func bulletin(_ month: Month, _ area: String) async throws -> Bulletin {
        let now = NetworkZone.shanghai.start(of: month.end.advanced(by: 1))
        return try #require(
            try await centre.database.read { try $0.bulletin(month: month, areaCode: area, in: .everything, zone: .shanghai, at: now) })
    }
}

@Suite(.serialized) struct ReferenceMonthsTests {
    /// The published table of one real city (metrics.md), as it was printed.
    private static let printed: [(month: String, registered: Int, switchedOn: Int, rate: String, mean: Int?)] = [
        ("2011-01", 3248, 830, "25.55", 115), ("2011-02", 3248, 491, "15.12", 65), ("2011-03", 3221, 1342, "41.66", 251),
        ("2011-04", 3218, 1570, "48.79", nil),
    ]

    @Test(arguments: Database.Engine.required)
    func theFourReferenceMonthsComeOutToThePrintedDigit(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2010-12-31", 12), register: false) { world in
            let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../demo/reference-2011.json").standardizedFileURL
            let city = try City(plan: CityPlan(json: try Data(contentsOf: file)))
            let edges = try await world.found(city)
            let facts = CityFacts(city: city, lessons: lessons.map { .init(id: $0.id, milliseconds: Int64($0.milliseconds)) })
            for wanted in Self.printed {
                let month = try #require(Month(wanted.month))
                try await world.deliver(try facts.deliveries(in: month), from: edges)
                let total = try await world.bulletin(month, city.code.description).total
                #expect(total.registered == wanted.registered)
                #expect(total.switchedOn == wanted.switchedOn)
                #expect(total.bootRate.percent == wanted.rate)
                if let mean = wanted.mean { #expect(total.meanPerSwitchedOn.whole == mean) }
                let differing = try await world.centre.database.write {
                    try $0.rebuildSiteDays(month.days, rules: world.centre.settings.rules)
                }
                #expect(differing == 0)
            }
            // The last minute of one terminal moves the cell.
            let month = try #require(Month("2011-03"))
            let before = try await world.bulletin(month, city.code.description).total
            let terminal = try #require(
                city.sites.first { $0.isInService(on: month.days.lowerBound) && !$0.terminals(on: month.days.lowerBound).isEmpty })
            let on = try await world.centre.database.read {
                try $0.presence(
                    terminals: $0.terminalNumbers([terminal.terminals(on: month.days.lowerBound)[0].id]).map(\.value), within: month.days)
            }
            let free = (0..<1440).first { minute in !on.contains { $0.day == month.days.lowerBound && $0.minutes.contains(minute) } } ?? 0
            let extra = Fact(
                id: "x",
                .presence(
                    Presence(
                        terminal: terminal.terminals(on: month.days.lowerBound)[0].id, day: month.days.lowerBound,
                        minutes: MinuteSet(free..<free + 1))))
            let edge = try #require(edges[terminal.county.description])
            try await world.deliver(
                [
                    .init(
                        receivedAt: NetworkZone.shanghai.start(of: month.end), county: terminal.county,
                        batch: Batch(id: "x", facts: [extra]))
                ],
                from: [terminal.county.description: edge])
            let after = try await world.bulletin(month, city.code.description).total
            #expect(after.onMinutes == before.onMinutes + 1)
            #expect(after.cells != before.cells)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aSecondCityEqualsTheObviousModel(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2010-12-31", 12), register: false) { world in
            let city = try City(plan: CityPlan.random(seed: 20_261_121))
            let edges = try await world.found(city)
            let facts = CityFacts(city: city, lessons: lessons.map { .init(id: $0.id, milliseconds: Int64($0.milliseconds)) })
            for plan in city.plan.months {
                let deliveries = CityNoise(seed: 5, copies: 1...3, splits: true, shuffles: true, latePerMille: 20).applied(
                    to: try facts.deliveries(in: plan.month), zone: .shanghai)
                try await world.deliver(deliveries, from: edges)
                let model = ObviousBulletin(city: city, month: plan.month, facts: deliveries.flatMap(\.batch.entries))
                let bulletin = try await world.bulletin(plan.month, city.code.description)
                for line in bulletin.lines + [bulletin.total] {
                    let wanted = model.line(line.code)
                    #expect(line.registered == wanted.registered, "\(line.code) \(plan.month)")
                    #expect(line.switchedOn == wanted.switchedOn, "\(line.code) \(plan.month)")
                    #expect(line.onMinutes == wanted.onMinutes, "\(line.code) \(plan.month)")
                    #expect(line.viewing == wanted.viewing, "\(line.code) \(plan.month)")
                    #expect(line.onDemand == wanted.onDemand, "\(line.code) \(plan.month)")
                }
            }
        }
    }
}

/// The bulletin by plain sets, read straight off the definitions; slow and obvious.
private struct ObviousBulletin {
    struct Line {
        var registered = 0
        var switchedOn = 0
        var onMinutes = 0
        var viewing = 0
        var onDemand = 0
    }
    private var lines: [String: Line] = [:]

    func line(_ code: String) -> Line { lines[code] ?? Line() }

    init(city: City, month: Month, facts: [Batch.Entry]) {
        var minutes: [String: Set<Int>] = [:]
        var watched: [String: [String: Set<Int64>]] = [:]
        var demanded: [String: [String: Set<Int64>]] = [:]
        for case .fact(let fact) in facts {
            switch fact.body {
            case .presence(let presence):
                minutes["\(presence.terminal) \(presence.day)", default: []].formUnion(presence.minutes.runs.flatMap { Array($0) })
            case .play(let play):
                for interval in play.intervals {
                    for step in 0..<(interval.mediaUntil - interval.mediaFrom) / 1000 {
                        let at = interval.startedAt.adding(milliseconds: step * 1_000_000 / interval.rate)
                        let key = "\(play.terminal) \(NetworkZone.shanghai.day(of: at))"
                        let second = play.mode == .live ? at.milliseconds / 1000 : interval.mediaFrom / 1000 + step
                        watched[key, default: [:]][play.courseware, default: []].insert(second)
                        if play.mode == .demand { demanded[key, default: [:]][play.courseware, default: []].insert(second) }
                    }
                }
            default: break
            }
        }
        for index in city.registered(in: month) {
            let site = city.sites[index]
            var (on, viewed, asked) = (0, false, false)
            for day in month.days where site.isInService(on: day) {
                let keys = site.terminals(on: day).map { "\($0.id) \(day)" }
                on += keys.reduce(into: Set<Int>()) { $0.formUnion(minutes[$1] ?? []) }.count
                func effective(_ all: [String: [String: Set<Int64>]]) -> Bool {
                    var byLesson: [String: Set<Int64>] = [:]
                    for key in keys { for (lesson, seconds) in all[key] ?? [:] { byLesson[lesson, default: []].formUnion(seconds) } }
                    return byLesson.values.contains { $0.count >= 120 }
                }
                if effective(watched) { viewed = true }
                if effective(demanded) { asked = true }
            }
            for code in [city.code.description, site.county.description] {
                lines[code, default: Line()].registered += 1
                lines[code]?.onMinutes += on
                if on > 0 { lines[code]?.switchedOn += 1 }
                if viewed { lines[code]?.viewing += 1 }
                if asked { lines[code]?.onDemand += 1 }
            }
        }
    }
}
