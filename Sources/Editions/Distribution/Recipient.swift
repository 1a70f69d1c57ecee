package import Basics
import Figures

/// An area to which an edition was sent.
package struct Recipient: Decodable, Hashable, Sendable {
    package let edition: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let sentAt: Instant
    /// Empty until somebody of the area confirms that it arrived.
    package let receivedBy: String
    package let receivedAt: Instant?
    package let reminders: Int
    package let remindedAt: Instant?
    /// The first day on which the area is no more.
    package let untilDay: Day
}

/// Where an edition stands in the list of what an area received.
package struct ReceivedPlace: Sendable {
    package let sentAt: Instant
    package let edition: String
    package let area: String

    init(_ one: ReceivedEdition) { (sentAt, edition, area) = (one.sentAt, one.edition, one.areaCode) }

    /// Nil for a text that is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "_").map(String.init)
        guard parts.count == 3, let milliseconds = Int64(parts[0]) else { return nil }
        (sentAt, edition, area) = (Instant(milliseconds: milliseconds), parts[1], parts[2])
    }

    /// As addresses have it.
    package var text: String { "\(sentAt.milliseconds)_\(edition)_\(area)" }
}

/// An edition as it arrives at an area.
package struct ReceivedEdition: Decodable, Hashable, Sendable {
    package let edition: String
    package let month: String
    package let number: Int
    package let document: String
    /// The area that issued it, under the name that it has or had last.
    package let issuer: String
    package let areaID: String
    package let areaCode: String
    package let areaName: String
    package let sentAt: Instant
    package let receivedAt: Instant?
    package let reminders: Int
}
