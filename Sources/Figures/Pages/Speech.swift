package import Basics
package import Web

/// The words of one reader, for pages that are put together in code.
package struct Speech: Sendable {
    package let words: Words
    package let language: Language

    /// The words of a language.
    package init(_ words: Words, _ language: Language) {
        self.words = words
        self.language = language
    }

    package init(_ house: House, _ visit: Visit) { self.init(house.pages.words, visit.language) }

    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String { words.text(key, language, values) }

    /// The month as the language writes it: `2011-03` in English.
    package func month(_ month: Month) -> String {
        self("figures.month", ["year": String(month.year), "month": language == .english ? padded(month.month, 2) : String(month.month)])
    }

    /// A rate with its sign; a dash where there is nothing to divide by.
    package func rate(_ rate: Rate) -> String { rate.percent.map { "\($0)%" } ?? "—" }

    /// A mean in whole minutes; a dash where there is nothing to divide by.
    package func mean(_ mean: Mean) -> String { mean.whole.map(String.init) ?? "—" }

    /// What a rate is made of.
    package func made(_ rate: Rate) -> String { "\(rate.numerator) ÷ \(rate.denominator)" }

    /// What a mean is made of.
    package func made(_ mean: Mean) -> String { "\(mean.total) ÷ \(mean.count)" }

    /// The distance of two rates in percentage points, without a sign.
    package func points(_ basisPoints: Int) -> String { "\(abs(basisPoints) / 100).\(padded(abs(basisPoints) % 100, 2))" }

    /// Names in a row, as the language joins them.
    package func list(_ names: [String]) -> String { names.joined(separator: self("list.separator")) }
}

/// Whole minutes of some seconds, half up: how viewing is printed. Sums are made of seconds, never of printed minutes.
package func wholeMinutes(_ seconds: Int) -> Int { Mean(seconds, over: 60).whole ?? 0 }
