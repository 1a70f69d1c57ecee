import Basics
import Foundation
import Simulator
import Testing

/// The register of the made-up city, read back from the files that it writes.
struct CityTests {
    @Test(arguments: ReferenceCity.plans)
    func theFilesGiveTheRegisteredSitesOfEveryMonth(_ plan: CityPlan) throws {
        let city = try City(plan: plan)
        let register = try SlowRegister(city)
        for month in plan.months {
            #expect(register.registered(in: month.month).count == month.registered, "\(month.month)")
            #expect(Set(city.registered(in: month.month).map { city.sites[$0].code }) == register.registered(in: month.month))
        }
        #expect(city.sites.count == plan.sites + plan.otherSites)
        #expect(city.exclusions.count { !$0.reason.isEmpty && !$0.document.isEmpty } == city.exclusions.count)
    }

    @Test(arguments: ReferenceCity.plans)
    func codesNestByPrefixAndAreUnique(_ plan: CityPlan) throws {
        let city = try City(plan: plan)
        let codes = Set(city.areas.map(\.code))
        #expect(codes.count == city.areas.count)
        for area in city.areas where area.code != city.code { #expect(area.code.parent.map(codes.contains) == true, "\(area.code)") }
        let levels = Dictionary(grouping: city.areas, by: \.code.level).mapValues(\.count)
        #expect(levels == [.city: 1, .county: plan.counties, .township: plan.townships, .village: plan.villages])
        #expect(Set(city.sites.map(\.code)).count == city.sites.count)
        for site in city.sites {
            #expect(site.code.utf8.count == 15 && site.code.hasPrefix(site.area.description) && codes.contains(site.area))
            #expect(site.code.dropFirst(12).first == site.kind.digit.description.first)
        }
        #expect(city.sites.contains { $0.area.level == .township })
    }

    @Test func siblingsHaveDifferentNames() throws {
        let city = try City(plan: ReferenceCity.plan())
        for (_, siblings) in Dictionary(grouping: city.areas, by: \.code.parent) {
            #expect(Set(siblings.map(\.name)).count == siblings.count)
        }
    }

    @Test(arguments: ReferenceCity.plans)
    func historiesAscendAndFollowTheOrderOfStates(_ plan: CityPlan) throws {
        let order: [CityState.Name: Set<CityState.Name>] = [
            .planned: [.approved], .approved: [.building], .building: [.awaitingAcceptance], .awaitingAcceptance: [.inService],
            .inService: [.faulty, .suspended, .moving, .closed], .faulty: [.inService], .suspended: [.inService], .moving: [.inService],
            .closed: [],
        ]
        for site in try City(plan: plan).sites {
            #expect(!site.states.isEmpty)
            for (earlier, later) in zip(site.states, site.states.dropFirst()) {
                #expect(earlier.fromOn < later.fromOn && order[earlier.name]?.contains(later.name) == true, "\(site.code)")
            }
        }
    }

    @Test func everyMeansIsUsed() throws {
        let city = try City(plan: ReferenceCity.plan())
        let march = try #require(Month("2011-03"))
        let april = try #require(Month("2011-04"))
        let leavers = Set(city.registered(in: march.previous)).subtracting(city.registered(in: march)).map { city.sites[$0] }
        #expect(Set(leavers.compactMap { $0.states.last?.name }) == [.suspended, .closed])
        for site in leavers { #expect((site.states.last?.fromOn.distance(to: march.days.lowerBound)).map { (0...4).contains($0) } == true) }
        #expect(city.exclusions.count { $0.covers(april) } == 1)
        #expect(city.exclusions.contains { !$0.covers($0.fromOn.month) })
        #expect(city.sites.contains { $0.terminals.contains { $0.untilOn != nil } })
        #expect(city.sites.contains { $0.terminals(on: april.days.lowerBound).count == 2 })
        #expect(city.sites.contains { $0.terminals.isEmpty })
    }

    @Test func theSamePlanGivesTheSameCityAndAnotherSeedAnother() throws {
        let plan = CityPlan.random(seed: 5)
        #expect(plan == CityPlan.random(seed: 5))
        #expect(plan != CityPlan.random(seed: 6))
        #expect(try City(plan: plan).sitesCSV == City(plan: plan).sitesCSV)
        #expect(try City(plan: plan).sitesCSV != City(plan: ReferenceCity.with(plan, seed: 6)).sitesCSV)
    }

    @Test func aPlanThatContradictsItselfIsRefused() throws {
        let plan = CityPlan.random(seed: 1)
        let month = plan.months[0]
        let impossible = [
            CityMonthPlan(month: month.month, registered: plan.sites + 1, switchedOn: 1),
            CityMonthPlan(month: month.month, registered: 200, switchedOn: 200),
            CityMonthPlan(month: month.month, registered: 200, switchedOn: 20, viewedSites: 21),
            CityMonthPlan(month: month.month, registered: 200, switchedOn: 20, viewedSites: 10, demandSites: 11),
        ]
        for month in impossible { #expect(throws: CityPlanError.self) { try City(plan: ReferenceCity.with(plan, months: [month])) } }
        #expect(throws: CityPlanError.self) { try City(plan: ReferenceCity.with(plan, months: [])) }
        let crowded = ReferenceCity.with(
            plan, months: [CityMonthPlan(month: month.month, registered: 200, switchedOn: 20, meanMinutes: 50_000)])
        #expect(throws: CityPlanError.self) {
            try CityFacts(city: City(plan: crowded), lessons: ReferenceCity.lessons).deliveries(in: month.month)
        }
    }

    @Test func aPlanReadsAndWritesItself() throws {
        let plan = CityPlan.random(seed: 3)
        #expect(try CityPlan(json: JSONEncoder().encode(plan)) == plan)
        #expect(throws: DecodingError.self) { try CityPlan(json: Data("{\"months\": [{\"month\": \"2011-13\"}]}".utf8)) }
    }
}

/// The plans that the tests of the city run on.
enum ReferenceCity {
    static let lessons = (1...4).map { CityFacts.Lesson(id: "demo-lesson-0\($0)", milliseconds: Int64($0 * 420_000)) }

    static let plans: [CityPlan] = ((try? plan()).map { [$0] } ?? []) + (1...6).map(CityPlan.random)

    static func plan() throws -> CityPlan {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try CityPlan(json: Data(contentsOf: root.appending(path: "demo/reference-2011.json")))
    }

    static func with(_ plan: CityPlan, seed: UInt64? = nil, months: [CityMonthPlan]? = nil) -> CityPlan {
        CityPlan(
            seed: seed ?? plan.seed, code: plan.code, name: plan.name, counties: plan.counties, townships: plan.townships,
            villages: plan.villages,
            sites: plan.sites, otherSites: plan.otherSites, months: months ?? plan.months)
    }
}

/// The register as someone would read it from the file of sites, row by row and day by day.
struct SlowRegister {
    private var states: [String: [(state: String, from: Day)]] = [:]
    private var places: [String: (site: String, from: Day, until: Day)] = [:]
    private let exclusions: [CityExclusion]

    init(_ city: City) throws {
        exclusions = city.exclusions
        let table = try CSV(Array(city.sitesCSV.utf8))
        #expect(
            table.header == [
                "code", "name", "area_code", "kind", "mode", "state", "from_on", "reason", "document", "terminal", "terminal_from_on",
            ])
        var atSite: [String: [String]] = [:]
        for record in table.records {
            let code = record.fields[0]
            states[code, default: []].append((record.fields[5], try #require(Day(record.fields[6]))))
            guard !record.fields[9].isEmpty else { continue }
            let day = try #require(Day(record.fields[10]))
            for terminal in atSite[code] ?? [] { places[terminal]?.until = day.advanced(by: -1) }
            atSite[code] = record.fields[9].split(separator: " ").map(String.init)
            for terminal in atSite[code] ?? [] { places[terminal] = (code, day, Day(number: 999_999)) }
        }
        let areas = try CSV(Array(city.areasCSV.utf8))
        #expect(areas.header == ["code", "name", "from_on"] && areas.records.map { $0.fields[0] } == city.areas.map(\.code.description))
    }

    func isInService(_ site: String, on day: Day) -> Bool {
        ["in_service", "faulty", "moving"].contains(states[site]?.last { $0.from <= day }?.state)
    }

    func registered(in month: Month) -> Set<String> {
        let first = month.days.lowerBound
        let last = month.days.upperBound
        return Set(
            states.keys.filter { site in
                month.days.contains { isInService(site, on: $0) }
                    && !exclusions.contains { $0.site == site && $0.fromOn <= first && $0.untilOn >= last }
            })
    }

    /// The site at which a terminal stands on a day.
    func site(of terminal: String, on day: Day) -> String? {
        places[terminal].flatMap { $0.from <= day && day <= $0.until ? $0.site : nil }
    }
}
