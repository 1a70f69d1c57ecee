/// An amount of money in fen, hundredths of a yuan, so that sums are exact.
package struct Fen: Hashable, Comparable, Sendable {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    /// An amount as offices write it: `1,234.5`, `１２３４．５０元`, `¥12`, `3.2万元`; no more than two digits behind the point of a yuan, and
    /// not below zero. Nil for anything else.
    package init?(written text: String) {
        let typed = text.officeCode
        // Commas stand between groups of three digits, or a point was meant.
        let groups = typed.prefix { $0 != "." && $0 != "万" && $0 != "元" }.split(omittingEmptySubsequences: false) { ",，".contains($0) }
        guard groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        var rest = typed.filter { !",， \u{a0}\u{202f}".contains($0) }
        rest.trimPrefix { "¥￥".contains($0) }
        if rest.hasSuffix("元") { rest.removeLast() }
        var digits = 2
        if rest.hasSuffix("万") {
            rest.removeLast()
            digits = 6
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }) else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= digits else { return nil }
        guard let number = Int(parts[0] + fraction + String(repeating: "0", count: digits - fraction.count)) else { return nil }
        self.number = number
    }

    package static func < (one: Fen, other: Fen) -> Bool { one.number < other.number }
}

extension Fen: CustomStringConvertible {
    /// In yuan, with two digits behind the point and none between: `1234.50`.
    package var description: String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return (number < 0 ? "-" : "") + padded.dropLast(2) + "." + padded.suffix(2)
    }
}
