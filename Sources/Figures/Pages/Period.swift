package import Basics
package import Operations
package import Registry
package import Web

/// The month that a page is about, among the months that can be asked for.
package struct Period: Hashable, Sendable {
    package let month: Month
    /// On which tree of areas the page stands.
    package let network: NetworkView
    /// The network's first month and the present one.
    package let first: Month
    package let present: Month
    /// The moment of computing.
    package let asOf: Instant
    /// Whether facts of the month can still arrive on time.
    package let isProvisional: Bool

    /// The day whose tree the page stands on, and the present day.
    package let placed: Day
    package let today: Day

    /// Reads `YYYY-MM`; the present month for an empty text. Refuses anything else, and months outside the network's life.
    package init(_ text: String, network: NetworkView = .then, rules: FactRules, at now: Instant) throws {
        today = rules.zone.day(of: now)
        present = today.month
        self.network = network
        first = min(rules.firstDay.month, present)
        asOf = now
        if text.isEmpty {
            month = present
        } else {
            guard let month = Month(text) else { throw Refusal.invalid(["month": "month.form"]) }
            self.month = month
        }
        guard first <= month, month <= present else { throw Refusal.invalid(["month": "month.outside"]) }
        placed = network.day(month, today: today)
        isProvisional = now < rules.close(of: month.days.upperBound)
    }

    /// The month before, when there is one to ask for.
    package var previous: Month? { month > first ? month.previous : nil }

    /// The month after, when it has begun.
    package var next: Month? { month < present ? month.next : nil }
}

extension Query {
    /// The view that the address asks for; as it was then, unless it says otherwise.
    package var network: NetworkView { NetworkView(rawValue: self["network"]) ?? .then }
}

extension Period {
    /// Month and view of an address.
    package init(_ query: Query, rules: FactRules, at now: Instant) throws {
        try self.init(query["month"], network: query.network, rules: rules, at: now)
    }
}
