package import Accounts
package import Basics

package enum SiteMessageTopic: String, CaseIterable, Sendable, Codable {
    /// Something does not work: nothing more need be said.
    case fault
    /// A lesson that people ask for.
    case lesson
    case question, other
}

package enum SiteMessageState: String, CaseIterable, Sendable, Codable { case open, answered, withdrawn }

/// What a site told the offices above it.
package struct SiteMessage: Hashable, Sendable {
    package let id: String
    package let site: Int
    package let siteCode: String
    package let siteName: String
    package let areaCode: String
    package let areaName: String
    package let topic: SiteMessageTopic
    package let body: String
    package let state: SiteMessageState
    package let madeBy: String
    package let madeAt: Instant
    package let answer: String
    package let answeredBy: String
    package let answeredAt: Instant?

    package init(
        id: String, site: Int, siteCode: String, siteName: String, areaCode: String, areaName: String, topic: SiteMessageTopic,
        body: String,
        state: SiteMessageState = .open, madeBy: String, madeAt: Instant, answer: String = "", answeredBy: String = "",
        answeredAt: Instant? = nil
    ) {
        (self.id, self.site, self.siteCode, self.siteName) = (id, site, siteCode, siteName)
        (self.areaCode, self.areaName, self.topic, self.body, self.state) = (areaCode, areaName, topic, body, state)
        (self.madeBy, self.madeAt, self.answer, self.answeredBy, self.answeredAt) = (madeBy, madeAt, answer, answeredBy, answeredAt)
    }

    package var standing: LifeStanding<SiteMessageState> { LifeStanding(state, maker: madeBy, area: AreaCode(areaCode)) }
}

/// The life of what a site told: somebody of an office above answers, or whoever wrote it takes it back.
package enum SiteMessageLife {
    package static let answer = LifeStep<SiteMessageState>(
        "answer", from: [.open], to: .answered, by: .other, atOrAbove: .township, event: "site_message.answered",
        stale: "site_message.stale", others: "site_message.others")
    package static let withdraw = LifeStep<SiteMessageState>(
        "withdraw", from: [.open], to: .withdrawn, by: .maker, event: "site_message.withdrawn", stale: "site_message.stale",
        others: "site_message.not_yours")
    package static let cycle = LifeCycle("site_message", [answer, withdraw])
}
