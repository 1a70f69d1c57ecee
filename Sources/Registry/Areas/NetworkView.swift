package import Basics

/// On which tree of areas a report of a period stands. Every page and report says which.
package enum NetworkView: String, CaseIterable, Sendable, Codable {
    /// As it was at the end of the period.
    case then
    /// Today's, applied to the past.
    case today

    /// The day whose tree is meant.
    package func day(_ month: Month, today: Day) -> Day { self == .then ? month.days.upperBound : today }
}
