/// What an account may do; always together with an area. The words stand in the catalogues as `role.<raw value>`.
package enum Role: String, CaseIterable, Sendable, Codable {
    case systemAdministrator = "system_administrator"
    case securityAdministrator = "security_administrator"
    case auditor
    case officer
    case leader
    case editor
    case reviewer
    case siteManager = "site_manager"
    case maintenance
    case member
    case tutor
    case treasurer
    case inspector
    case judge
    case correspondent
    case portalEditor = "portal_editor"
    case portalReviewer = "portal_reviewer"
    case expert

    /// These three exclude each other in one account.
    package static let separated: Set<Role> = [.systemAdministrator, .securityAdministrator, .auditor]
}

/// What a right allows. Routes ask for one of these, never for a role.
package enum Right: String, CaseIterable, Sendable {
    /// See figures, sites, minutes and plays of the area.
    case seeFigures
    /// Change the register, void facts, settle quarantined facts.
    case keepRegister
    /// See the library and what the nodes hold.
    case seeLibrary
    /// Upload, edit, publish and withdraw courseware.
    case editLibrary
    /// Be the second person for what goes onto screens.
    case approveLibrary
    /// See nodes, jobs and the health of the system.
    case seeSystem
    /// See the audit log.
    case seeAudit
    /// Make, reset and disable accounts, and give roles: whatever ``Role/mayGive(_:below:)`` says.
    case keepAccounts
    /// Tell the offices above what a site needs.
    case writeMessages
    /// See the sites that one's operator looks after, and what is wrong with them.
    case seeUpkeep
    /// Say that a site has a fault, and have it tested.
    case reportFaults
    /// See one's own account, change its password and end one's own sessions: what every role may.
    case ownAccount
}

extension Role {
    /// What the role allows (architecture.md, "Who may do what").
    package var rights: Set<Right> { duties.union([.ownAccount]) }

    private var duties: Set<Right> {
        switch self {
        case .systemAdministrator: [.seeSystem]
        case .securityAdministrator: [.keepAccounts]
        case .auditor: [.seeAudit]
        case .officer: [.seeFigures, .keepRegister, .seeLibrary, .keepAccounts, .writeMessages, .seeUpkeep, .reportFaults]
        case .leader: [.seeFigures]
        case .editor: [.seeLibrary, .editLibrary, .approveLibrary]
        case .reviewer: [.seeLibrary, .approveLibrary]
        case .siteManager: [.seeFigures, .writeMessages, .reportFaults]
        case .maintenance: [.seeUpkeep]
        case .member, .tutor, .treasurer, .inspector, .judge, .correspondent, .portalEditor, .portalReviewer, .expert: []
        }
    }

    /// Whether somebody with this role may give another role. A security administrator gives every role in his area. Whoever else keeps
    /// accounts delegates: what he may do himself, to offices `below` his own, so that nobody makes himself the second person that a
    /// decision needs, or one that gives more than he does.
    package func mayGive(_ role: Role, below: Bool) -> Bool {
        if self == .securityAdministrator { return true }
        return rights.contains(.keepAccounts) && below && !Role.separated.contains(role) && role.rights.isSubset(of: rights)
    }
}
