package import Basics

/// A made-up city: its areas, sites, terminals and dated states, all from a plan's seed. Pure values; the same plan gives the same city.
package struct City: Sendable {
    package let plan: CityPlan
    package let code: AreaCode
    /// Parents before their children, ascending by code.
    package let areas: [CityArea]
    /// Ascending by code.
    package let sites: [CitySite]
    package let exclusions: [CityExclusion]

    /// Makes the city. Throws `CityPlanError` when the plan contradicts itself.
    package init(plan: CityPlan) throws {
        try plan.check()
        guard let code = AreaCode(plan.code), let first = plan.months.first?.month else {
            throw CityPlanError.field("code", "must have four digits")
        }
        self.plan = plan
        self.code = code
        var ground = CityGround(plan: plan, code: code, fromOn: Day(year: first.year - 2, month: 1, day: 1) ?? first.days.lowerBound)
        let plots = ground.settle()
        areas = ground.areas
        var register = CityRegister(plan: plan, plots: plots)
        try register.fill()
        sites = register.sites
        exclusions = register.exclusions
    }

    /// Indices of the sites that count in a month: in service on one of its days, and not excluded from the whole of it.
    package func registered(in month: Month) -> [Int] {
        let excluded = Set(exclusions.filter { $0.covers(month) }.map(\.site))
        return sites.indices.filter { index in
            !excluded.contains(sites[index].code) && month.days.contains { sites[index].isInService(on: $0) }
        }
    }
}

/// An area under the name and code it has from a day on.
package struct CityArea: Hashable, Sendable {
    package let code: AreaCode
    package let name: String
    package let fromOn: Day
}

/// A site with its history.
package struct CitySite: Hashable, Sendable {
    /// What kind of place it is; the thirteenth digit of its code.
    package enum Kind: String, CaseIterable, Sendable {
        case village, community, township, agency, enterprise

        /// 1 to 5.
        package var digit: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
    }

    /// How it receives.
    package enum Mode: String, CaseIterable, Sendable { case iptv, satellite, cable, internet }

    /// Twelve digits of the area, one of the kind, two of a serial number.
    package let code: String
    package let name: String
    /// A village, or a township for a site that serves it as a whole.
    package let area: AreaCode
    package let kind: Kind
    package let mode: Mode
    /// Ascending by day; never empty.
    package internal(set) var states: [CityState]
    /// Ascending by day; empty where nothing has been installed. Two may stand at a site at the same time.
    package internal(set) var terminals: [CityTerminal] = []
    /// The day from which nothing is heard of the site, though it is in service.
    package internal(set) var silentFrom: Day?
    /// 0 to 999: how readily the site is switched on. Villages of one county are alike.
    let diligence: Int

    /// The county that the site lies in.
    package var county: AreaCode { AreaCode(area.description.prefix(AreaLevel.county.rawValue)) ?? area }

    /// The state on a day; nil before the first.
    package func state(on day: Day) -> CityState.Name? { states.last { $0.fromOn <= day }?.name }

    /// Whether the day lies in an in-service interval: in service, faulty or moving (metrics: the register is dated).
    package func isInService(on day: Day) -> Bool {
        switch state(on: day) {
        case .inService, .faulty, .moving: true
        default: false
        }
    }

    /// The terminals that stand at the site on a day.
    package func terminals(on day: Day) -> [CityTerminal] { terminals.filter { $0.fromOn <= day && day <= $0.untilOn ?? day } }
}

/// A state that a site has from a day on.
package struct CityState: Hashable, Sendable {
    package enum Name: String, CaseIterable, Sendable {
        case planned, approved, building, faulty, suspended, moving, closed
        case awaitingAcceptance = "awaiting_acceptance"
        case inService = "in_service"
    }

    package let name: Name
    package let fromOn: Day
    package var reason = ""
    package var document = ""
}

/// A terminal at its site from a day on, and through `untilOn` when another took its place.
package struct CityTerminal: Hashable, Sendable {
    package let id: String
    package let fromOn: Day
    package internal(set) var untilOn: Day?
}

/// An approved exclusion: the site does not count in a month that it covers whole.
package struct CityExclusion: Hashable, Sendable {
    /// The site's code.
    package let site: String
    package let fromOn: Day
    /// The last day, included.
    package let untilOn: Day
    package let reason: String
    package let document: String

    /// Whether every day of the month is excluded.
    package func covers(_ month: Month) -> Bool { fromOn <= month.days.lowerBound && untilOn >= month.days.upperBound }
}
