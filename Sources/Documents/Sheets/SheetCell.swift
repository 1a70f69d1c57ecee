/// What a cell of a sheet holds. A text is never read as a formula; digits of a code stay text.
package enum SheetCell: Equatable, Sendable {
    case text(String)
    /// The number and the format that shows it as it was printed.
    case number(Double, format: String)

    /// A number only in a column of numbers, with at most 15 digits (more are not kept by a spreadsheet) and no leading zero (which would
    /// be lost).
    package init(_ text: String, isNumber: Bool) {
        self = (isNumber ? Self.number(in: text) : nil) ?? .text(text)
    }

    private static func number(in text: String) -> SheetCell? {
        var rest = Substring(text)
        let isPercent = rest.last == "%"
        if isPercent { rest.removeLast() }
        var sign = ""
        if let first = rest.first, "+-−".contains(first) {
            sign = first == "+" ? "+" : "-"
            rest.removeFirst()
        }
        let halves = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = halves.first, isWhole(whole) else { return nil }
        let decimals = halves.count == 2 ? halves[1] : ""
        guard halves.count == 1 || !decimals.isEmpty, decimals.utf8.allSatisfy(isDigit) else { return nil }
        let digits = whole.filter { $0 != "," }
        guard digits.utf8.count + decimals.utf8.count <= 15 else { return nil }
        guard let value = Double("\(sign)\(digits).\(decimals.isEmpty ? "0" : decimals)\(isPercent ? "e-2" : "")") else { return nil }
        let places = isPercent ? max(2, decimals.utf8.count) : decimals.utf8.count
        let shown =
            (whole.contains(",") ? "#,##0" : "0") + (places == 0 ? "" : "." + String(repeating: "0", count: places))
            + (isPercent ? "%" : "")
        return .number(value, format: sign == "+" ? "+\(shown);-\(shown);\(shown)" : shown)
    }

    /// Digits without a leading zero, in one run or in groups of three.
    private static func isWhole(_ text: Substring) -> Bool {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = groups.first, !first.isEmpty, text == "0" || first.first != "0" else { return false }
        guard groups.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return false }
        return groups.count == 1 || (first.utf8.count <= 3 && groups.dropFirst().allSatisfy { $0.utf8.count == 3 })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
