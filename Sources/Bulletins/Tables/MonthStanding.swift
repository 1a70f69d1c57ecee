package import Basics
package import Storage

/// Whether a month of an area is open, closed, or published, and how often.
package enum MonthStanding: Hashable, Sendable {
    case provisional
    case closed
    case published(Int)
}

extension Statements {
    /// How a month of an area stands.
    package func standing(of month: Month, area id: String) throws -> MonthStanding {
        let editions = try count("SELECT count(*) FROM edition WHERE area_id = \(id) AND month = \(month.description)")
        if editions > 0 { return .published(editions) }
        let closings = try count("SELECT count(*) FROM month_closing WHERE area_id = \(id) AND month = \(month.description)")
        return closings > 0 ? .closed : .provisional
    }
}
