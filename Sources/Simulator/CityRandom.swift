import Basics

extension SeededGenerator {
    /// The sequence of one matter (a month, a site, a day) under `seed`; drawing more for one matter leaves the others as they are.
    init(seed: UInt64, _ matter: Int...) {
        var state = seed
        for part in matter {
            var step = SeededGenerator(seed: state ^ (UInt64(bitPattern: Int64(part)) &* 0xD6E8_FEB8_6659_FD93))
            state = step.next()
        }
        self.init(seed: state)
    }

    /// A whole number of the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// The elements in another order (Fisher and Yates).
    mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
        var result = Array(elements)
        for index in stride(from: result.count - 1, to: 0, by: -1) { result.swapAt(index, below(index + 1)) }
        return result
    }
}

/// Sixteen hexadecimal digits that stand for one matter under a seed.
func seededName(seed: UInt64, _ kind: Int, _ matter: Int, _ part: Int) -> String {
    var generator = SeededGenerator(seed: seed, kind, matter, part)
    let number = generator.next()
    return hexadecimal((0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) })
}

extension Month {
    /// Counts months from the year 0; the month's part in a seed.
    var number: Int { year * 12 + month }
}
