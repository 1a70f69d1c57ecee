package import Accounts
import Basics
import Figures

/// The life of a return: typed and submitted below, approved by another officer of the county or above, or sent back to be typed again. An
/// approved one goes back only while its month is not closed.
package enum ReturnLife {
    static let save = LifeStep<ReturnState>(
        "save", from: [.open, .draft], to: .draft, event: "return.saved", stale: "return.fixed")
    static let submit = LifeStep<ReturnState>(
        "submit", from: [.open, .draft, .sentBack], to: .submitted, event: "return.submitted", stale: "return.fixed")
    static let approve = LifeStep<ReturnState>(
        "approve", from: [.submitted], to: .approved, by: .other, atOrAbove: .county, event: "return.approved",
        stale: "return.not_submitted", others: "return.other_person")
    static let sendBack = LifeStep<ReturnState>(
        "send-back", from: [.submitted, .approved], to: .sentBack, atOrAbove: .county, event: "return.sent_back",
        stale: "return.not_submitted", others: "return.county")
    package static let cycle = LifeCycle("return", [save, submit, approve, sendBack])
}

extension MonthlyReturn {
    package var standing: LifeStanding<ReturnState> { LifeStanding(state, maker: submittedBy, area: AreaCode(areaCode)) }

    /// Whether it can no longer be typed into: it was submitted and not sent back.
    package var isFixed: Bool { !ReturnLife.submit.from.contains(state) }
}
