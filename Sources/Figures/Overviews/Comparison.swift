import Basics
import Operations
import Registry
import Web

/// An area's month beside an earlier one of the same area. A difference is only said where both were heard (metrics.md, "Presence"). Pure.
package struct Comparison: Sendable {
    package let before: AreaMonth
    private let total: BulletinLine
    private let isHeard: Bool

    package init(_ record: AreaMonth, with before: AreaMonth) {
        (self.before, total) = (before, record.bulletin.total)
        isHeard = record.bulletin.total.isHeard(record.formula) && before.bulletin.total.isHeard(record.formula)
    }

    /// How far a figure stands above the earlier one; nil where that may not be said.
    package func difference(_ figure: MonthFigure) -> Int? {
        // What the register says needs nobody's report.
        guard isHeard || figure.key == "registered" else { return nil }
        return figure.value(total).difference(from: figure.value(before.bulletin.total))
    }
}

extension [SiteMonth] {
    /// The numbers of those that were on.
    package var switchedOn: Set<Int> { Set(lazy.filter { $0.presence == .on }.map(\.site)) }

    /// How many a list of them shows.
    func count(_ show: SiteFilter, before: Set<Int>) -> Int { count { show.includes($0, before: before) } }
}

/// A change as a card shows it.
struct ChangeView: Sendable {
    let changeLabel: String
    let changeText: String
    /// `good`, `bad`, or empty.
    let changeMark: String
    let changeURL: Location

    init(_ comparison: Comparison, _ figure: MonthFigure, label: String, _ speech: Speech) {
        changeLabel = label
        changeURL = FigureAddress.area(comparison.before.area.code, comparison.before.month, comparison.before.network)
        guard let difference = comparison.difference(figure) else {
            (changeText, changeMark) = (speech("overview.change.unheard"), "")
            return
        }
        let isRate = figure.figure.unit == .percent
        let amount = isRate ? speech("overview.change.points", ["n": speech.points(difference)]) : grouped(abs(difference))
        changeText = difference == 0 ? speech("overview.change.none") : (difference > 0 ? "▲ " : "▼ ") + amount
        switch figure.figure.merit {
        case .neither: changeMark = ""
        case .more: changeMark = difference == 0 ? "" : difference > 0 ? "good" : "bad"
        case .less: changeMark = difference == 0 ? "" : difference < 0 ? "good" : "bad"
        }
    }
}
