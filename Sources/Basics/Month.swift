/// A calendar month, the period of a bulletin.
package struct Month: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int

    init(unchecked year: Int, _ month: Int) {
        self.year = year
        self.month = month
    }

    /// Reads `YYYY-MM`, nothing else.
    package init?(_ text: some StringProtocol) {
        guard let first = Day(String(text) + "-01") else { return nil }
        self = first.month
    }

    /// First day to last day.
    package var days: ClosedRange<Day> {
        let first = Day(year: year, month: month, day: 1) ?? Day(number: 0)
        return first...first.advanced(by: Day.length(ofMonth: month, year: year) - 1)
    }

    /// The day after the last day.
    package var end: Day { days.upperBound.advanced(by: 1) }

    /// The month before.
    package var previous: Month { days.lowerBound.advanced(by: -1).month }

    /// The month after.
    package var next: Month { end.month }

    /// `YYYY-MM`.
    package var description: String { "\(padded(year, 4))-\(padded(month, 2))" }

    package static func < (left: Month, right: Month) -> Bool { (left.year, left.month) < (right.year, right.month) }
}
