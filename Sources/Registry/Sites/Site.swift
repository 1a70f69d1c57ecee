package import Accounts
package import Basics

/// What a site is doing; see metrics.md, "The register is dated".
package enum SiteState: String, CaseIterable, Sendable, Codable {
    case planned, approved, building
    case awaitingAcceptance = "awaiting_acceptance"
    case inService = "in_service"
    case faulty, suspended, moving, closed

    /// In these states a site is in the denominator.
    package static let counted: [SiteState] = [.inService, .faulty, .moving]

    /// The states that may follow.
    package var next: Set<SiteState> { Set(SiteLife.cycle.steps.filter { $0.from.contains(self) }.map(\.to)) }
}

/// The life of a site, from the plan to its end. Each step is a dated entry with its reason, and is taken in the past as well.
package enum SiteLife {
    package static let cycle = LifeCycle(
        "site",
        [
            step("approve", from: [.planned], to: .approved), step("build", from: [.approved, .awaitingAcceptance], to: .building),
            step("finish", from: [.building], to: .awaitingAcceptance),
            step("serve", from: [.awaitingAcceptance, .faulty, .suspended, .moving], to: .inService),
            step("fail", from: [.inService, .faulty, .suspended, .moving], to: .faulty),
            step("suspend", from: [.inService, .faulty, .suspended, .moving], to: .suspended),
            step("move", from: [.inService, .faulty, .suspended, .moving], to: .moving),
            step("close", from: SiteState.allCases.filter { $0 != .closed }, to: .closed),
        ])

    private static func step(_ name: String, from: [SiteState], to: SiteState) -> LifeStep<SiteState> {
        LifeStep(name, from: from, to: to, event: "site.state_set", stale: "site.state_order")
    }
}

/// What kind of place a site is.
package enum SiteKind: String, CaseIterable, Sendable, Codable { case village, community, township, agency, enterprise, other }

/// How a site receives.
package enum SiteMode: String, CaseIterable, Sendable, Codable { case iptv, satellite, cable, internet }

/// A site as it is on one day.
package struct Site: Decodable, Hashable, Sendable {
    package let num: Int
    package let id: String
    package let code: String
    package let name: String
    package let kind: SiteKind
    package let mode: SiteMode
    package let areaID: String
    package let areaCode: String
    package let state: SiteState?
}

/// One entry of a site's history of states.
package struct SiteStateRow: Decodable, Hashable, Sendable {
    package let state: SiteState
    package let fromDay: Day
    package let untilDay: Day
    package let reason: String
    package let document: String
    package let actor: String
    package let recordedAt: Instant
    package let replacedAt: Instant?
}

/// An approved exclusion from the figures.
package struct SiteExclusion: Decodable, Hashable, Sendable {
    package let id: String
    package let fromDay: Day
    package let untilDay: Day
    package let reason: String
    package let document: String
    package let actor: String
}
