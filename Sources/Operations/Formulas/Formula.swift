package import Basics
package import Web

/// How the figures of a period are made: a dated setting with the paper behind it. Without one the standard of metrics.md holds.
package struct Formula: Decodable, Hashable, Sendable {
    /// How equal rates are numbered.
    package enum TieRule: String, CaseIterable, Sendable, Codable { case shared, consecutive }
    /// Which mean of the minutes on a bulletin's text prints.
    package enum MeanBasis: String, CaseIterable, Sendable, Codable {
        case both
        case switchedOn = "switched_on"
        case registered
    }
    /// Whether shares are rounded so that they make one hundred, or each by itself.
    package enum ShareRounding: String, CaseIterable, Sendable, Codable { case whole, plain }

    /// `standard` for the one that holds where nothing was decided.
    package let id: String
    package let fromMonth: String
    /// A play is effective from this many distinct seconds of one courseware in a day at a site.
    package let effectiveSeconds: Int
    /// From how many hundredths of the site-days due on a figure is known well enough to speak of its change, of ranks, of first and last.
    package let completeness: Int
    /// The figure by which areas are ranked.
    package let rankBy: FigureKey
    package let ties: TieRule
    package let meanBase: MeanBasis
    package let shares: ShareRounding
    package let reason: String
    package let document: String
    package let actor: String
    package let recordedAt: Instant
    /// Set when another decision for the same month took its place.
    package let replacedAt: Instant?

    package init(
        id: String, fromMonth: String, effectiveSeconds: Int, completeness: Int, rankBy: FigureKey, ties: TieRule, meanBase: MeanBasis,
        shares: ShareRounding, reason: String,
        document: String, actor: String, recordedAt: Instant, replacedAt: Instant? = nil
    ) {
        self.id = id
        self.fromMonth = fromMonth
        self.effectiveSeconds = effectiveSeconds
        self.completeness = completeness
        self.rankBy = rankBy
        self.ties = ties
        self.meanBase = meanBase
        self.shares = shares
        self.reason = reason
        self.document = document
        self.actor = actor
        self.recordedAt = recordedAt
        self.replacedAt = replacedAt
    }

    /// What holds where nothing was decided: metrics.md, "Viewing" and "Printing".
    package static let standard = Formula(
        id: "standard", fromMonth: "0000-01", effectiveSeconds: 120, completeness: 90, rankBy: FigureKey(rawValue: "boot_rate"),
        ties: .shared, meanBase: .both,
        shares: .whole, reason: "", document: "",
        actor: "",
        recordedAt: Instant(milliseconds: 0))

    /// The one of several that holds for a month.
    package static func holding(for month: Month, among all: [Formula]) -> Formula {
        all.filter { $0.replacedAt == nil && $0.fromMonth <= month.description }.max { $0.fromMonth < $1.fromMonth } ?? .standard
    }
}

extension FactRules {
    /// The rules with the thresholds that formulas set from their months on.
    package func dated(_ formulas: [Formula]) -> FactRules {
        var rules = self
        rules.formulas = formulas.filter { $0.replacedAt == nil }
        return rules
    }

    /// From how many distinct media milliseconds a play of one courseware at a site is effective on a day: the threshold that holds then,
    /// or nine tenths of a courseware that is shorter than it; metrics.md, "Viewing". `length` in milliseconds, nil where it is not known.
    package func effectiveMilliseconds(on day: Day, length: Int64?) -> Int64 {
        let threshold =
            formulas.isEmpty ? effectiveMilliseconds : Int64(Formula.holding(for: day.month, among: formulas).effectiveSeconds) * 1000
        guard let length, length < threshold else { return threshold }
        return (length * 9 + 9) / 10
    }
}
