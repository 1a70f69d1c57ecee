/// How equal values are numbered.
package enum Ties: Sendable {
    /// 1, 2, 2, 4.
    case shared
    /// 1, 2, 3, 4, in the order given.
    case consecutive
}

/// The rank of each value, 1 for the greatest. Nil values (no base to compute on) come last and have no rank.
package func ranks<Value: Comparable>(_ values: [Value?], ties: Ties) -> [Int?] {
    var result = [Int?](repeating: nil, count: values.count)
    let order = values.indices.filter { values[$0] != nil }.sorted { left, right in
        guard let a = values[left], let b = values[right] else { return false }
        return a == b ? left < right : a > b
    }
    for (position, index) in order.enumerated() {
        if ties == .shared, position > 0, values[order[position - 1]] == values[index] {
            result[index] = result[order[position - 1]]
        } else {
            result[index] = position + 1
        }
    }
    return result
}

extension Rate: Comparable {
    /// Orders by exact value, never by the printed one.
    package static func < (left: Rate, right: Rate) -> Bool { left.numerator * right.denominator < right.numerator * left.denominator }
    package static func == (left: Rate, right: Rate) -> Bool { left.numerator * right.denominator == right.numerator * left.denominator }
    package func hash(into hasher: inout Hasher) { hasher.combine(Double(numerator) / Double(max(denominator, 1))) }
}
