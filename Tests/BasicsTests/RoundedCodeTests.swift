import Basics
import TestKit
import Testing

/// Codes that a spreadsheet rounded: which ones they may have been.
@Suite struct RoundedCodeTests {
    @Test(arguments: [
        ("9.90101E+11", "990101001001", true), ("9.90101E+11", "990100999999", true), ("9.90101E+11", "990102001001", false),
        ("9.90101E+11", "990101", false), ("9.9E+5", "990101", true), ("9.901e5", "990101", true), ("1E+2", "099", false),
        ("990101", "990101", false), ("9.90101E+11", "99010100100x", false), ("1.5E+99", "15", false), ("E+11", "990101001001", false),
        ("9.90101001001E+11", "990101001001", true), ("9.901010010011E+11", "990101001001", false),
    ])
    func aRoundedNumberMayHaveBeenACode(_ text: String, _ code: String, _ isOne: Bool) {
        #expect(text.isRounded(from: code) == isOne)
    }

    /// Whatever a code is rounded to, it may have been that code; and one that differs before the last digit kept may not.
    @Test func everyRoundingOfACodeIsRecognised() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let length = Int.random(in: 2...15, using: &generator)
            let digits = [Int.random(in: 1...9, using: &generator)] + (1..<length).map { _ in Int.random(in: 0...9, using: &generator) }
            let code = digits.map(String.init).joined()
            let kept = Int.random(in: 1...length, using: &generator)
            let unit = (kept..<length).reduce(1) { unit, _ in unit * 10 }
            guard let whole = Int(code) else { continue }
            let rounded = String((whole + unit / 2) / unit)
            // Rounding up may give one digit more: that is another exponent.
            guard rounded.count == kept else { continue }
            let text = rounded.prefix(1) + (kept > 1 ? "." + rounded.dropFirst() : "") + "E+\(length - 1)"
            #expect(text.isRounded(from: code), "\(text) \(code)")
            #expect(!text.isRounded(from: String(whole + 2 * unit)), "\(text) \(code)")
        }
    }
}
