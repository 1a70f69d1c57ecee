/// How a figure stands against that of the period before. Printed as bulletins do (metrics.md, "Printing"): a percentage below one hundred
/// per cent, a multiple from there on.
package enum Growth: Hashable, Sendable {
    /// A change in hundredths of a per cent, half away from zero; between -10,000 and 9,999.
    case basisPoints(Int)
    /// What came on top, in tenths of the base, half up: 11 is printed `增长1.1倍`.
    case tenths(Int)

    /// The growth from one figure to another, both at least 0; nil when there is nothing to compare with.
    package init?(from base: Int, to now: Int) {
        guard base > 0 else { return nil }
        let change = now - base
        if change >= base {
            self = .tenths((change * 20 + base) / (2 * base))
        } else {
            let magnitude = (abs(change) * 20_000 + base) / (2 * base)
            // What rounds to a hundred per cent is printed as one.
            if change > 0, magnitude >= 10_000 {
                self = .tenths(10)
                return
            }
            self = .basisPoints(change < 0 ? -magnitude : magnitude)
        }
    }
}

/// Shares of a whole in hundredths of a per cent that add up to exactly 10,000: the largest remainders are rounded up, of equal ones the
/// first. All 0 when the whole is.
package func sharesOfWhole(_ parts: [Int]) -> [Int] {
    let whole = parts.reduce(0, +)
    guard whole > 0 else { return parts.map { _ in 0 } }
    var shares = parts.map { $0 * 10_000 / whole }
    let remainders = parts.map { $0 * 10_000 % whole }
    let order = parts.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
    for index in order.prefix(10_000 - shares.reduce(0, +)) { shares[index] += 1 }
    return shares
}

/// Whether some whole number of a base gives a share, printed with its decimals: `25.55` of 3,248 does, `25.6` of 7 does not. Half up, as
/// everything that is printed.
/// - Parameter text: a number of per cent without the sign, with at most four decimals; false for anything else.
package func isShare(_ text: String, of base: Int) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNumber = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    guard base > 0, (1...2).contains(parts.count), isNumber, text.utf8.count <= 9 else { return false }
    let decimals = parts.count == 2 ? parts[1].utf8.count : 0
    guard decimals <= 4, let digits = Int(parts.joined()) else { return false }
    let scale = (0..<decimals).reduce(100) { product, _ in product * 10 }
    guard digits <= scale else { return false }
    // The numerator lies where numerator ÷ base × scale rounds to the digits.
    let middle = digits * base / scale
    return (max(0, middle - 1)...min(base, middle + 1)).contains { (2 * $0 * scale + base) / (2 * base) == digits }
}
