package import Accounts
package import Basics

/// Where an agreement stands.
package enum AgreementState: String, CaseIterable, Sendable, Codable { case draft, inForce = "in_force", ended, dropped }

/// What an operator promised in an area, for how long, and for how much.
package struct Agreement: Hashable, Sendable {
    package let id: String
    package let operatorID: String
    package let operatorName: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    /// The number of the paper.
    package let number: String
    package let title: String
    package let days: ClosedRange<Day>
    package let amount: Fen
    /// Within so many hours a fault is mended.
    package let repairHours: Int
    package let duties: String
    /// Who sees to it; nil for nobody in particular.
    package let keeper: Account?
    package let state: AgreementState
    package let madeBy: String

    package init(
        id: String, operatorID: String, operatorName: String, areaID: String, areaCode: String, areaName: String, number: String,
        title: String, days: ClosedRange<Day>, amount: Fen, repairHours: Int, duties: String, keeper: Account? = nil, state: AgreementState,
        madeBy: String
    ) {
        (self.id, self.operatorID, self.operatorName) = (id, operatorID, operatorName)
        (self.areaID, self.areaCode, self.areaName) = (areaID, areaCode, areaName)
        (self.number, self.title, self.days, self.amount) = (number, title, days, amount)
        (self.repairHours, self.duties, self.keeper, self.state, self.madeBy) = (repairHours, duties, keeper, state, madeBy)
    }

    /// What is said of it on a day: one in force may not have begun yet, or be over.
    package func standing(on day: Day) -> String {
        guard state == .inForce, !days.contains(day) else { return state.rawValue }
        return day < days.lowerBound ? "upcoming" : "expired"
    }

    package var standing: LifeStanding<AgreementState> { LifeStanding(state, maker: madeBy, area: AreaCode(areaCode)) }
}

/// The life of an agreement: drawn up by one officer, put in force by another of the county or above, ended before its time, or dropped by
/// the one who drew it up.
package enum AgreementLife {
    package static let sign = LifeStep<AgreementState>(
        "sign", from: [.draft], to: .inForce, by: .other, atOrAbove: .county, event: "agreement.signed", stale: "agreement.stale",
        others: "agreement.other_person")
    package static let end = LifeStep<AgreementState>(
        "end", from: [.inForce], to: .ended, atOrAbove: .county, event: "agreement.ended", stale: "agreement.stale",
        others: "agreement.above")
    package static let drop = LifeStep<AgreementState>(
        "drop", from: [.draft], to: .dropped, by: .maker, event: "agreement.dropped", stale: "agreement.stale",
        others: "agreement.not_yours")
    package static let cycle = LifeCycle("agreement", [sign, end, drop])
}
