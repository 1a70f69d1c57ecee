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
    package var next: Set<SiteState> {
        switch self {
        case .planned: [.approved, .closed]
        case .approved: [.building, .closed]
        case .building: [.awaitingAcceptance, .closed]
        case .awaitingAcceptance: [.inService, .building, .closed]
        case .inService: [.faulty, .suspended, .moving, .closed]
        case .faulty, .suspended, .moving: [.inService, .faulty, .suspended, .moving, .closed]
        case .closed: []
        }
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
