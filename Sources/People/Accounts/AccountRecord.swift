package import Accounts
package import Basics

/// A grant with what its area and its object are called.
package struct HeldGrant: Hashable, Sendable {
    package let grant: RoleGrant
    package let areaCode: String
    package let areaName: String
    /// Empty where it is for all of the area.
    package let objectName: String
    package var givenAt = Instant(milliseconds: 0)
    /// Whoever gave it, as the log of acts calls him.
    package var givenBy = ""

    /// As a list of suggestions shows the area, and a form holds it.
    var area: String { "\(areaName) \(areaCode)" }
    /// The last day on which it holds; nil for no end.
    var through: Day? { grant.untilDay < .forever ? grant.untilDay.advanced(by: -1) : nil }
}

/// Who gives roles, as far as he may.
package struct Giver: Sendable {
    struct Power: Hashable, Sendable {
        let role: Role
        let area: AreaCode
    }

    let accountID: String
    /// Nil for whoever runs commands on the machine itself: everything.
    let powers: [Power]?

    /// Whether he may give a role in an area.
    package func may(give role: Role, in area: AreaCode) -> Bool {
        powers?.contains { $0.area.covers(area) && $0.role.mayGive(role, below: $0.area != area) } ?? true
    }

    /// The roles that he may give somewhere, in the order of the list of roles.
    package var roles: [Role] {
        Role.allCases.filter { role in powers?.contains { $0.role.mayGive(role, below: true) } ?? true }
    }
}

/// How an account is used, as far as somebody should see to it.
enum AccountUse: String, CaseIterable, Sendable {
    /// It has no password yet.
    case waiting
    /// Its owner has not changed the password that he was given.
    case first
    /// Nobody signed in with it for ``unusedDays``.
    case unused
    /// It has no second factor, although its roles ask for one.
    case unguarded
    /// One of its roles ends within ``endingDays``.
    case ending

    static let (unusedDays, endingDays) = (90, 30)
}

/// An account with its roles, as somebody sees it.
package struct AccountRecord: Sendable {
    package let account: Account
    package let hasPassword: Bool
    /// All that it ever had: those that hold first.
    package let grants: [HeldGrant]
    /// Whoever looks, and when.
    let giver: Giver
    let today: Day
    /// A role that is asked for with it.
    var asked: HeldGrant?

    package var id: String { account.id }

    var live: [HeldGrant] { grants.filter { $0.grant.untilDay > today } }

    /// Why whoever looks may not touch it: it is his own, or it may do what he may not give. Whoever sets a password can act as its owner.
    package var obstacle: Refusal? {
        if account.id == giver.accountID { return .forbidden("account.own") }
        let counted = live.isEmpty ? grants : live
        let isHis = counted.allSatisfy { held in AreaCode(held.areaCode).map { giver.may(give: held.grant.role, in: $0) } ?? false }
        return isHis ? nil : .forbidden("account.above")
    }
}
