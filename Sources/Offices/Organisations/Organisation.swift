package import Accounts
package import Basics
package import Registry

package enum OrganisationKind: String, CaseIterable, Sendable, Codable {
    case office, `operator`, supplier, partner
    /// An office above the network's topmost area, such as a ministry or the province of a city's network.
    case superior
}

/// Whether an organisation is there, or was.
package enum OrganisationState: String, CaseIterable, Sendable, Codable { case active, ended }

/// Who works for the network or beside it: an office, an operator, a supplier, a department that takes part.
package struct Organisation: Hashable, Sendable {
    package let id: String
    package let kind: OrganisationKind
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let name: String
    package let duties: String
    /// Since when it has its name and duties; nil for nobody knows.
    package let namedOn: Day?
    /// What an operator carries.
    package let modes: [SiteMode]
    /// The telephone of the office; an operator's is the one to ring when a box is dead. Empty for none.
    package let phone: String
    package let note: String
    package let state: OrganisationState
    /// The last day of one that ended.
    package let endedOn: Day?

    package init(
        id: String, kind: OrganisationKind, areaID: String, areaCode: String, areaName: String, name: String, duties: String = "",
        namedOn: Day? = nil, modes: [SiteMode] = [], phone: String, note: String = "", state: OrganisationState = .active,
        endedOn: Day? = nil
    ) {
        (self.id, self.kind, self.areaID, self.areaCode, self.areaName) = (id, kind, areaID, areaCode, areaName)
        (self.name, self.duties, self.namedOn) = (name, duties, namedOn)
        (self.modes, self.phone, self.note, self.state, self.endedOn) = (modes, phone, note, state, endedOn)
    }

    package var standing: LifeStanding<OrganisationState> { LifeStanding(state, maker: "", area: AreaCode(areaCode)) }

    /// Why an office may not change it: that it belongs to an area above.
    package func obstacle(in scope: Scope) -> Refusal? {
        AreaCode(areaCode).map(scope.covers) ?? false ? nil : .forbidden("organisation.above")
    }
}

/// What an organisation was called, and did, through a day.
package struct FormerName: Hashable, Sendable {
    package let name: String
    package let duties: String
    /// Nil for nobody knows.
    package let from: Day?
    package let through: Day
    /// The paper behind the new name.
    package let document: String
}

/// The life of an organisation: it may be called otherwise, end, and be there again when that was a mistake.
package enum OrganisationLife {
    package static let rename = LifeStep<OrganisationState>(
        "rename", from: [.active], to: .active, atOrAbove: .village, event: "organisation.renamed", stale: "organisation.ended",
        others: "organisation.above")
    package static let end = LifeStep<OrganisationState>(
        "end", from: [.active], to: .ended, atOrAbove: .village, event: "organisation.ended", stale: "organisation.ended",
        others: "organisation.above")
    package static let restore = LifeStep<OrganisationState>(
        "restore", from: [.ended], to: .active, atOrAbove: .village, event: "organisation.restored", stale: "organisation.not_ended",
        others: "organisation.above")
    package static let cycle = LifeCycle("organisation", [rename, end, restore])
}
