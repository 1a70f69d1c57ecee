package import Accounts
package import Basics
import Crypto
import Foundation

/// Where what goes onto screens needs a second person.
package enum SecondPerson: String, CaseIterable, Sendable {
    /// Where an area above a county owns it, or more than one county, or a place that does not lie below the owner, is to see it.
    case aboveCounty = "above_county"
    case always
    case never

    /// Whether one person may not publish this alone.
    package func isNeeded(for courseware: Courseware) -> Bool {
        isNeeded(of: courseware.areaCode, for: courseware.audience.map(\.description))
    }

    /// The same, by the codes of the owner and of those who are to see it; a county's has six digits, what lies above it fewer. All
    /// counties one by one are the city, too.
    package func isNeeded(of owner: String, for audience: [String]) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .aboveCounty:
            ([owner] + audience).contains { $0.utf8.count < 6 } || audience.contains { !$0.hasPrefix(owner) }
                || Set(audience.map { $0.prefix(6) }).count > 1
        }
    }
}

/// The life of a request: another person says yes or no; it may wait for a key that lies on a stick.
package enum RequestLife {
    static let approve = step("approve", from: [.open], to: .approved, by: .other, event: "courseware.publication_approved")
    static let decline = step("decline", from: [.open, .waiting], to: .declined, event: "courseware.publication_declined")
    static let takeBack = step("take-back", from: [.open, .waiting], to: .takenBack, event: "courseware.publication_taken_back")
    static let wait = step("wait", from: [.approved], to: .waiting, event: "courseware.publication_waits")
    static let publish = step("publish", from: [.waiting], to: .approved, event: "courseware.published")
    package static let cycle = LifeCycle("publication request", [approve, decline, takeBack, wait, publish])

    private static func step(
        _ name: String, from: [PublicationRequest.State], to: PublicationRequest.State, by party: LifeParty = .anybody, event: String
    ) -> LifeStep<PublicationRequest.State> {
        LifeStep(name, from: from, to: to, by: party, event: event, stale: "approval.not_open", others: "approval.own")
    }
}

/// That somebody asked for a courseware to be published.
package struct PublicationRequest: Decodable, Hashable, Sendable {
    package enum State: String, CaseIterable, Codable, Sendable {
        case open, approved, declined
        /// Approved, and its key lies on a stick.
        case waiting
        case takenBack = "taken_back"
    }

    package let id: String
    package let coursewareID: String
    /// What it was asked for; see ``Courseware/screenDigest``.
    package let digest: String
    package let askedBy: String
    package let askedAt: Instant
    package let state: State
    package let decidedBy: String?
    package let decidedAt: Instant?
    package let remark: String
}

extension PublicationRequest {
    /// Where it stands; its steps are taken by rights alone, in whatever area.
    var standing: LifeStanding<State> { LifeStanding(state, maker: askedBy, area: nil) }

    /// Whether somebody may take it back without a reason: who asked for it, and who said yes to what waits for its key.
    func mayBeTakenBack(by account: String) -> Bool { askedBy == account || state == .waiting && decidedBy == account }
}

extension Courseware {
    /// Everything of it that people before a television will see, and who will: SHA-256 over a JSON array of the texts. Whoever approves,
    /// approves this and nothing else.
    package var screenDigest: String {
        let texts = [id, sourceHash, manifestHash, posterHash, title, category, speaker, unit, audienceAreas, audienceKinds, areaCode]
        // Texts can always be written.
        return hexadecimal(SHA256.hash(data: (try? JSONEncoder().encode(texts)) ?? Data()))
    }
}
