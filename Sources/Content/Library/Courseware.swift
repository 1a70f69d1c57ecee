package import Accounts
package import Basics

/// Where a courseware stands in its life.
package enum CoursewareState: String, CaseIterable, Sendable, Codable {
    case encoding, failed, ready, published, withdrawn
    /// Known from elsewhere; may be named in plays, has no media here.
    case archived
}

/// The life of courseware, from its upload until its media are deleted.
package enum CoursewareLife {
    static let encoded = step("encoded", from: [.encoding], to: .ready, event: "courseware.encoded", stale: "courseware.not_encoding")
    static let fail = step(
        "fail", from: [.encoding], to: .failed, event: "courseware.encoding_failed", stale: "courseware.not_encoding")
    static let cancel = step(
        "cancel", from: [.encoding], to: .failed, event: "courseware.encoding_cancelled", stale: "courseware.not_encoding")
    static let retry = step("retry", from: [.failed], to: .encoding, event: "courseware.encoding_retried", stale: "courseware.not_failed")
    static let publish = step(
        "publish", from: [.ready, .published, .withdrawn], to: .published, event: "courseware.published", stale: "courseware.not_ready")
    static let withdraw = step(
        "withdraw", from: [.published], to: .withdrawn, event: "courseware.withdrawn", stale: "courseware.not_published")
    static let delete = step(
        "delete", from: [.withdrawn, .ready], to: .archived, event: "courseware.deleted", stale: "courseware.not_withdrawn")
    package static let cycle = LifeCycle("courseware", [encoded, fail, cancel, retry, publish, withdraw, delete])

    private static func step(_ name: String, from: [CoursewareState], to: CoursewareState, event: String, stale: String)
        -> LifeStep<CoursewareState>
    {
        LifeStep(name, from: from, to: to, event: event, stale: stale)
    }
}

/// What a lesson is about: the eight groups in which the field keeps its courseware.
package enum CoursewareCategory: String, CaseIterable, Sendable, Codable {
    case politics, policy
    case ruralEconomy = "rural_economy"
    case practicalSkills = "practical_skills"
    case market, science
    case ruralHealth = "rural_health"
    case experience
}

/// One lesson.
package struct Courseware: Decodable, Hashable, Sendable {
    package let id: String
    package let title: String
    /// A raw value of `CoursewareCategory`, or empty.
    package let category: String
    package let speaker: String
    package let unit: String
    package let areaID: String
    /// The area's code and name on the day of the question.
    package let areaCode: String
    package let areaName: String
    package let state: CoursewareState
    /// A stable code such as `media.no_video`; empty when nothing is wrong.
    package let problem: String
    /// What the words of the problem name, as a JSON object of texts; empty for none.
    package let problemValues: String
    package let durationMs: Int
    package let sourceHash: String
    package let sourceName: String
    package let sourceBytes: Int
    /// Area codes, separated by blanks; empty for the courseware's own area.
    package internal(set) var audienceAreas: String
    /// Kinds of site, separated by blanks; empty for all.
    package let audienceKinds: String
    package let version: Int
    package let manifestHash: String
    package let manifestBytes: Int
    package let posterHash: String
    package let previewHash: String
    package let madeBy: String
    package let madeAt: Instant
    package let publishedAt: Instant?
    package let withdrawnAt: Instant?

    /// Where it may be shown: the chosen areas, or its own.
    package var audience: [AreaCode] {
        let chosen = audienceAreas.split(separator: " ").compactMap { AreaCode($0) }
        return chosen.isEmpty ? AreaCode(areaCode).map { [$0] } ?? [] : chosen
    }

    /// The kinds of site that may show it; empty for all.
    package var kinds: [String] { audienceKinds.split(separator: " ").map(String.init) }
}
