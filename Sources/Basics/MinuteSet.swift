/// A set of minutes of one local day, 0 … 1,499: the base form of presence. Merging is union, so that repeats, order and lateness change
/// nothing.
package struct MinuteSet: Hashable, Sendable {
    /// One more than the greatest minute that a day of 25 hours has.
    package static let limit = 1500
    private static let words = 24
    private var bits: InlineArray<24, UInt64>

    /// The empty set.
    package init() { bits = .init(repeating: 0) }

    /// The set of the minutes of `range` that lie within a day.
    package init(_ range: Range<Int>) {
        self.init()
        insert(range)
    }

    /// True when no minute is in the set.
    package var isEmpty: Bool {
        for index in 0..<Self.words where bits[index] != 0 { return false }
        return true
    }

    /// The number of minutes.
    package var count: Int {
        var sum = 0
        for index in 0..<Self.words { sum += bits[index].nonzeroBitCount }
        return sum
    }

    /// The greatest minute in the set.
    package var last: Int? {
        for index in stride(from: Self.words - 1, through: 0, by: -1) where bits[index] != 0 {
            return index * 64 + 63 - bits[index].leadingZeroBitCount
        }
        return nil
    }

    /// Whether the minute is in the set.
    package func contains(_ minute: Int) -> Bool {
        (0..<Self.limit).contains(minute) && bits[minute >> 6] & (1 << UInt64(minute & 63)) != 0
    }

    /// Adds one minute; a minute outside a day is left out.
    package mutating func insert(_ minute: Int) {
        guard (0..<Self.limit).contains(minute) else { return }
        bits[minute >> 6] |= 1 << UInt64(minute & 63)
    }

    /// Adds the minutes of a range.
    package mutating func insert(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<Self.limit)
        guard !range.isEmpty else { return }
        let (first, last) = (range.lowerBound >> 6, (range.upperBound - 1) >> 6)
        for word in first...last {
            var mask = UInt64.max
            if word == first { mask &= UInt64.max << UInt64(range.lowerBound & 63) }
            if word == last { mask &= UInt64.max >> UInt64(63 - (range.upperBound - 1) & 63) }
            bits[word] |= mask
        }
    }

    /// Takes one minute out.
    package mutating func remove(_ minute: Int) {
        guard (0..<Self.limit).contains(minute) else { return }
        bits[minute >> 6] &= ~(1 << UInt64(minute & 63))
    }

    /// Adds the minutes of another set.
    package mutating func formUnion(_ other: MinuteSet) { for index in 0..<Self.words { bits[index] |= other.bits[index] } }

    /// The minutes of either set.
    package func union(_ other: MinuteSet) -> MinuteSet {
        var result = self
        result.formUnion(other)
        return result
    }

    /// The minutes of this set that are not in the other.
    package func subtracting(_ other: MinuteSet) -> MinuteSet {
        var result = self
        for index in 0..<Self.words { result.bits[index] &= ~other.bits[index] }
        return result
    }

    /// The minutes in both.
    package func intersection(_ other: MinuteSet) -> MinuteSet {
        var result = self
        for index in 0..<Self.words { result.bits[index] &= other.bits[index] }
        return result
    }

    /// The runs of consecutive minutes, ascending.
    package var runs: [Range<Int>] {
        var result: [Range<Int>] = []
        var position = 0
        while let start = next(from: position, set: true) {
            let end = next(from: start, set: false) ?? Self.limit
            result.append(start..<min(end, Self.limit))
            position = end
        }
        return result
    }

    private func next(from position: Int, set: Bool) -> Int? {
        guard position < Self.words * 64 else { return nil }
        var word = position >> 6
        var value = (set ? bits[word] : ~bits[word]) & (UInt64.max << UInt64(position & 63))
        while value == 0 {
            word += 1
            guard word < Self.words else { return nil }
            value = set ? bits[word] : ~bits[word]
        }
        return word * 64 + value.trailingZeroBitCount
    }

    package static func == (left: MinuteSet, right: MinuteSet) -> Bool {
        for index in 0..<words where left.bits[index] != right.bits[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) { for index in 0..<Self.words { hasher.combine(bits[index]) } }
}
