package import Basics
package import Registry

/// A site that was ever approved, as the account of an area's denominator sees it.
package struct ApprovedSite: Hashable, Sendable {
    package let code: String
    package let name: String
    /// Whether the site lay in the area when it was approved, and whether it lies there at the period's end.
    package let wasHere: Bool
    package let isHere: Bool
    /// At least one minute of the period in service.
    package let isInService: Bool
    /// Out of the figures for the whole period by an approved exclusion.
    package let isExcluded: Bool
    /// The state at the period's end.
    package let state: SiteState?
    /// The decision behind where the site ended up in the account.
    package let decidedOn: Day?
    package let reason: String
    package let document: String
    package let actor: String
}

/// How the sites that were ever approved in an area come to those that are registered in a period. Pure; it adds up by construction: each
/// site that lies in the area at the end stands in exactly one of the lines below the moves, or is registered.
package struct Denominator: Hashable, Sendable {
    /// The lines of the account, in its order.
    package enum Step: String, CaseIterable, Sendable {
        case approved
        case movedIn = "moved_in"
        case movedOut = "moved_out"
        case notAccepted = "not_accepted"
        case suspended, closed, excluded, registered

        /// Whether its sites are added, taken away, or stand as a sum.
        package var sign: Int {
            switch self {
            case .approved, .registered: 0
            case .movedIn: 1
            case .movedOut, .notAccepted, .suspended, .closed, .excluded: -1
            }
        }
    }

    package let sites: [Step: [ApprovedSite]]

    package init(_ all: [ApprovedSite]) {
        var sites: [Step: [ApprovedSite]] = [:]
        for site in all {
            if site.wasHere { sites[.approved, default: []].append(site) }
            if site.isHere, !site.wasHere { sites[.movedIn, default: []].append(site) }
            if site.wasHere, !site.isHere { sites[.movedOut, default: []].append(site) }
            if site.isHere { sites[Denominator.standing(of: site), default: []].append(site) }
        }
        self.sites = sites
    }

    private static func standing(of site: ApprovedSite) -> Step {
        if site.isInService { return site.isExcluded ? .excluded : .registered }
        return switch site.state {
        case .suspended: .suspended
        case .closed: .closed
        default: .notAccepted
        }
    }

    /// The number of sites of a line.
    package func count(_ step: Step) -> Int { sites[step]?.count ?? 0 }

    /// What the lines above make of the first one; equal to `count(.registered)`, which a test holds.
    package var sum: Int { Step.allCases.reduce(count(.approved)) { $0 + $1.sign * count($1) } }
}
