import Basics
import Registry
package import Web

/// The way to other months of the same page: one back, one on, any by a form. Shown with the partial `month_bar`.
package struct MonthBar: Sendable {
    package struct Field: Sendable {
        let fieldName: String
        let fieldValue: String
    }
    package let month: String
    package let firstMonth: String
    package let presentMonth: String
    package let previousMonthURL: Location?
    package let nextMonthURL: Location?
    package let action: Location
    /// What else stands in the address.
    package let fields: [Field]
    /// Which network the page shows, and the way to the other view; nothing where only one is meant.
    package let networkNote: String?
    package let otherNetworkURL: Location?
    package let otherNetworkLabel: String?
    /// How the figures of the month are made, and by which paper; nil on that page itself.
    package let figuresURL: Location?

    /// With `speech` the bar says which network is shown and leads to the other; with `fixed` it says that the page knows only the network
    /// as it was.
    package init(
        _ period: Period, at page: Location, fields: [(String, String)] = [], networkIn speech: Speech? = nil, fixed: Speech? = nil
    ) {
        let views: [(String, String)] = speech == nil ? [] : [FigureAddress.field(period.network)]
        let other: NetworkView = period.network == .then ? .today : .then
        networkNote = (speech ?? fixed).map {
            $0(
                "network.\(period.network.rawValue)",
                ["day": period.network == .then ? period.month.days.upperBound.description : period.today.description])
        }
        otherNetworkURL = speech.map { _ in page.with(fields + [("month", period.month.description), FigureAddress.field(other)]) }
        otherNetworkLabel = speech.map { $0("network.show_\(other.rawValue)") }
        let fields = fields + views
        month = period.month.description
        firstMonth = period.first.description
        presentMonth = period.present.description
        previousMonthURL = period.previous.map { page.with(fields + [("month", $0.description)]) }
        nextMonthURL = period.next.map { page.with(fields + [("month", $0.description)]) }
        action = page
        let figures = FigureAddress.list()
        figuresURL = page.path == figures.path ? nil : figures.with("month", period.month.description)
        self.fields = fields.filter { !$0.1.isEmpty }.map { Field(fieldName: $0.0, fieldValue: $0.1) }
    }
}
