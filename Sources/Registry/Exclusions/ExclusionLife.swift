package import Accounts
import Basics

/// The life of a proposal: made by one officer, decided on by another of the county or above, or taken back by the one who made it.
package enum ExclusionLife {
    package static let approve = LifeStep<ProposalState>(
        "approve", from: [.proposed], to: .approved, by: .other, atOrAbove: .county, event: "exclusion.approved",
        stale: "exclusion.decided", others: "exclusion.other_person")
    package static let refuse = LifeStep<ProposalState>(
        "refuse", from: [.proposed], to: .refused, by: .other, atOrAbove: .county, event: "exclusion.refused", stale: "exclusion.decided",
        others: "exclusion.other_person")
    package static let withdraw = LifeStep<ProposalState>(
        "withdraw", from: [.proposed], to: .withdrawn, by: .maker, event: "exclusion.withdrawn", stale: "exclusion.decided",
        others: "exclusion.not_yours")
    /// A way back, as long as no month of its days is closed.
    package static let takeBack = LifeStep<ProposalState>(
        "take-back", from: [.approved], to: .withdrawn, atOrAbove: .county, event: "exclusion.taken_back", stale: "exclusion.not_approved",
        others: "exclusion.above")
    package static let cycle = LifeCycle("exclusion", [approve, refuse, withdraw, takeBack])
}

extension ExclusionProposal {
    package var standing: LifeStanding<ProposalState> { LifeStanding(state, maker: proposedBy, area: AreaCode(areaCode)) }
}
