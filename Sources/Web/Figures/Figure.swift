package import Basics

/// The name of a figure, as settings, files and sentences write it: `[a-z_]+`.
package struct FigureKey: RawRepresentable, Hashable, Codable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
}

/// What a figure says of an area in a period; nothing in it is rounded.
package enum FigureValue: Hashable, Sendable {
    case count(Int)
    case rate(Rate)
    case mean(Mean)

    /// `1342`, `41.66`, `251`; nil where there is nothing to divide by.
    package var plain: String? {
        switch self {
        case .count(let count): String(count)
        case .rate(let rate): rate.percent
        case .mean(let mean): mean.whole.map(String.init)
        }
    }

    /// The same with its sign, and a dash where there is nothing to divide by.
    package var printed: String {
        guard let plain else { return "—" }
        if case .rate = self { return plain + "%" }
        return plain
    }

    /// The same as a page shows it: thousands apart.
    package var shown: String {
        if case .rate = self { return printed }
        return Int(printed).map(grouped) ?? printed
    }

    /// What it is made of, `1,342 ÷ 3,221`; nil for a count, which is made of nothing but what it counts.
    package var made: String? {
        switch self {
        case .count: nil
        case .rate(let rate): "\(grouped(rate.numerator)) ÷ \(grouped(rate.denominator))"
        case .mean(let mean): "\(grouped(mean.total)) ÷ \(grouped(mean.count))"
        }
    }

    /// How far it stands above another of the same kind: hundredths of a percentage point for rates, whole numbers otherwise; nil where
    /// one of them is none.
    package func difference(from other: FigureValue) -> Int? {
        switch (self, other) {
        case (.count(let one), .count(let two)): one - two
        case (.rate(let one), .rate(let two)):
            if let one = one.basisPoints, let two = two.basisPoints { one - two } else { nil }
        case (.mean(let one), .mean(let two)): if let one = one.whole, let two = two.whole { one - two } else { nil }
        default: nil
        }
    }
}

/// A figure, declared once by the feature that owns it. Overviews, bulletins, the names that a sentence may use, exports, ranks, and what
/// scores or publishes read this list. Its words are `bulletin.KEY`, what it means `figure.means.KEY`.
package struct Figure: Sendable {
    /// What it counts in.
    package enum Unit: String, CaseIterable, Sendable {
        case sites
        case siteDays = "site_days"
        case minutes
        case percent
    }
    /// Whether more of it is better.
    package enum Merit: String, Sendable { case more, less, neither }

    /// For what stretch of time it is made.
    package enum Period: String, CaseIterable, Sendable { case day, month, year }

    package let key: FigureKey
    package let unit: Unit
    /// The periods and the levels of areas for which it exists.
    package let periods: [Period]
    package let levels: ClosedRange<AreaLevel>
    package let merit: Merit
    /// Whether areas may be ranked by it.
    package let isRankable: Bool
    /// The page that shows what it is made of in an area and month.
    package let evidence: @Sendable (AreaCode, Month) -> Location

    package init(
        _ key: FigureKey, _ unit: Unit, _ merit: Merit, periods: [Period] = [.month],
        levels: ClosedRange<AreaLevel> = .province ... .village,
        isRankable: Bool = false, evidence: @escaping @Sendable (AreaCode, Month) -> Location
    ) {
        (self.key, self.unit, self.merit, self.isRankable, self.evidence) = (key, unit, merit, isRankable, evidence)
        (self.periods, self.levels) = (periods, levels)
    }

    /// The key of its name.
    package var name: String { "bulletin.\(key.rawValue)" }

    /// The key of the sentence that says of what it is made.
    package var means: String { "figure.means.\(key.rawValue)" }
}
