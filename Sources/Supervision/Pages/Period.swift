package import Basics
package import Operations

/// The month that a page is about, among the months that can be asked for.
package struct Period: Hashable, Sendable {
    package let month: Month
    /// The network's first month and the present one.
    package let first: Month
    package let present: Month
    /// The moment of computing.
    package let asOf: Instant
    /// Whether facts of the month can still arrive on time.
    package let isProvisional: Bool

    /// Reads `YYYY-MM`; the present month for an empty text. Refuses anything else, and months outside the network's life.
    package init(_ text: String, rules: FactRules, at now: Instant) throws {
        present = rules.zone.day(of: now).month
        first = min(rules.firstDay.month, present)
        asOf = now
        if text.isEmpty {
            month = present
        } else {
            guard let month = Month(text) else { throw Refusal.invalid(["month": "month.form"]) }
            self.month = month
        }
        guard first <= month, month <= present else { throw Refusal.invalid(["month": "month.outside"]) }
        isProvisional = now < rules.close(of: month.days.upperBound)
    }

    /// The month before, when there is one to ask for.
    package var previous: Month? { month > first ? month.previous : nil }

    /// The month after, when it has begun.
    package var next: Month? { month < present ? month.next : nil }
}
