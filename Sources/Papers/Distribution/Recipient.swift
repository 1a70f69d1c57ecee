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
