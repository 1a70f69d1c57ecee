package import Basics

/// Why sites are to be left out of the figures for a period.
package enum ExclusionCause: String, CaseIterable, Sendable, Codable { case flood, power, line, road, season, other }

/// Where a proposal stands.
package enum ProposalState: String, CaseIterable, Sendable, Codable { case proposed, approved, refused, withdrawn }

/// A proposal as it is typed.
package struct NewProposal: Hashable, Sendable {
    package var cause: ExclusionCause
    package var days: ClosedRange<Day>
    package var reason: String
    package var document: String
    /// Codes or names of sites; empty for all sites of the area that are in service within the days.
    package var sites: [String]

    package init(cause: ExclusionCause, days: ClosedRange<Day>, reason: String, document: String, sites: [String]) {
        self.cause = cause
        self.days = days
        self.reason = reason
        self.document = document
        self.sites = sites
    }
}

/// A proposal to leave sites of an area out of the figures for a period.
package struct ExclusionProposal: Decodable, Hashable, Sendable {
    package let id: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let cause: ExclusionCause
    package let fromDay: Day
    package let untilDay: Day
    package let reason: String
    package let document: String
    package let state: ProposalState
    package let proposedBy: String
    package let proposedAt: Instant
    package let decidedBy: String
    package let decidedAt: Instant?
    package let answer: String
    package let siteCount: Int
}
