/// A fraction that knows what it is made of. Every rate of the product is one: it prints two decimals, half up, and keeps numerator and
/// denominator.
package struct Rate: Hashable, Sendable {
    package let numerator: Int
    package let denominator: Int

    /// `numerator` of `denominator`; both at least 0.
    package init(_ numerator: Int, of denominator: Int) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The rate in hundredths of a per cent, half up; nil when there is nothing to divide by.
    package var basisPoints: Int? { denominator > 0 ? (numerator * 20_000 + denominator) / (2 * denominator) : nil }

    /// `25.55`, without the sign; nil when there is nothing to divide by.
    package var percent: String? { basisPoints.map { "\($0 / 100).\(padded($0 % 100, 2))" } }
}

/// A mean that knows what it is made of.
package struct Mean: Hashable, Sendable {
    package let total: Int
    package let count: Int

    /// `total` shared among `count`; both at least 0.
    package init(_ total: Int, over count: Int) {
        self.total = total
        self.count = count
    }

    /// The mean as a whole number, half up, as bulletins print minutes; nil when there is nothing to divide by.
    package var whole: Int? { count > 0 ? (2 * total + count) / (2 * count) : nil }

    /// The mean with two decimals, half up.
    package var decimal: String? {
        guard count > 0 else { return nil }
        let hundredths = (total * 200 + count) / (2 * count)
        return "\(hundredths / 100).\(padded(hundredths % 100, 2))"
    }
}
