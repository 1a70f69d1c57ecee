/// Disjoint, ascending, half-open intervals of whole numbers (milliseconds of media or of wall clock). Merging is union.
package struct IntervalSet: Hashable, Sendable {
    /// Ascending; no two touch or overlap; none is empty.
    package private(set) var intervals: [Range<Int64>] = []

    /// The empty set.
    package init() {}

    /// The union of the given ranges.
    package init(_ ranges: some Sequence<Range<Int64>>) {
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = intervals.last, range.lowerBound <= last.upperBound {
                intervals[intervals.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                intervals.append(range)
            }
        }
    }

    /// Adds a range.
    package mutating func insert(_ range: Range<Int64>) { self = IntervalSet(intervals + [range]) }

    /// The union of both sets.
    package func union(_ other: IntervalSet) -> IntervalSet { IntervalSet(intervals + other.intervals) }

    /// The sum of the lengths.
    package var total: Int64 { intervals.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
}
