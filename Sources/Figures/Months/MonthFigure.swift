package import Basics
import Operations
import Registry
package import Web

/// A figure of the month that every line of a bulletin has.
package struct MonthFigure: Sendable {
    package let figure: Figure
    package let value: @Sendable (BulletinLine) -> FigureValue
    /// The sites that it counts or sums, and in which order they are best looked at.
    package let show: SiteFilter
    package let order: SiteOrder
    /// Whether it stands on overviews.
    package let isHeadline: Bool

    package var key: String { figure.key.rawValue }

    private init(
        _ key: String, _ unit: Figure.Unit, _ merit: Figure.Merit, isRankable: Bool = false, isHeadline: Bool = false, _ show: SiteFilter,
        _ order: SiteOrder = .code, _ value: @escaping @Sendable (BulletinLine) -> FigureValue
    ) {
        (self.value, self.show, self.order, self.isHeadline) = (value, show, order, isHeadline)
        figure = Figure(FigureKey(rawValue: key), unit, merit, isRankable: isRankable) { area, month in
            FigureAddress.sites(area: area.description, month: month, show: show, sort: order)
        }
    }

    /// All of them, in the order in which bulletins print them.
    package static let all: [MonthFigure] = [
        MonthFigure("registered", .sites, .neither, isHeadline: true, .registered) { .count($0.registered) },
        MonthFigure("switched_on", .sites, .more, isHeadline: true, .switchedOn) { .count($0.switchedOn) },
        MonthFigure("off", .sites, .less, .off) { .count($0.off) },
        MonthFigure("not_heard", .sites, .less, isHeadline: true, .notHeard) { .count($0.notHeard) },
        MonthFigure("boot_rate", .percent, .more, isRankable: true, isHeadline: true, .switchedOn) { .rate($0.bootRate) },
        MonthFigure("on_minutes", .minutes, .more, .switchedOn, .onMinutes) { .count($0.onMinutes) },
        MonthFigure("mean_per_switched_on", .minutes, .more, isHeadline: true, .switchedOn, .onMinutes) { .mean($0.meanPerSwitchedOn) },
        MonthFigure("mean_per_registered", .minutes, .more, isHeadline: true, .registered, .onMinutes) { .mean($0.meanPerRegistered) },
        MonthFigure("viewing", .sites, .more, .viewing, .effective) { .count($0.viewing) },
        MonthFigure("viewing_rate", .percent, .more, isRankable: true, isHeadline: true, .viewing, .effective) { .rate($0.viewingRate) },
        MonthFigure("on_demand", .sites, .more, .onDemand, .effective) { .count($0.onDemand) },
        MonthFigure("demand_rate", .percent, .more, isRankable: true, isHeadline: true, .onDemand, .effective) { .rate($0.demandRate) },
        MonthFigure("heard_days", .siteDays, .more, .registered) { .count($0.heardDays) },
        MonthFigure("due_days", .siteDays, .neither, .registered) { .count($0.dueDays) },
        MonthFigure("completeness", .percent, .more, isHeadline: true, .registered) { .rate($0.completeness) },
    ]

    /// Those by which areas may be ranked.
    package static let rankable = all.filter(\.figure.isRankable)

    /// The figure of a name; nil for one that there is not.
    package static func named(_ key: FigureKey) -> MonthFigure? { byKey[key] }

    /// Whether a column of a bulletin is a rate.
    package static func isRate(_ column: String) -> Bool { named(FigureKey(rawValue: column))?.figure.unit == .percent }

    private static let byKey = Dictionary(all.map { ($0.figure.key, $0) }) { first, _ in first }
}

extension FigureKey {
    /// 开机率, 站点收视率, 点播率.
    package static let bootRate = FigureKey(rawValue: "boot_rate")
    package static let viewingRate = FigureKey(rawValue: "viewing_rate")
    package static let demandRate = FigureKey(rawValue: "demand_rate")
}

extension BulletinLine {
    /// The rate by which areas are ranked; of nothing where the figure is no rate.
    package func rate(_ basis: FigureKey) -> Rate {
        if case .rate(let rate) = MonthFigure.named(basis)?.value(self) { return rate }
        return Rate(0, of: 0)
    }
}

extension Bulletin {
    /// The columns of a printed table in their order; the words of each stand in the catalogues as `bulletin.<column>`. The rank follows
    /// the boot rate.
    package static let columns =
        ["code", "name"] + MonthFigure.all.flatMap { $0.key == "boot_rate" ? [$0.key, "rank"] : [$0.key] }

    /// Where a column of a line leads: a figure to the sites that it counts or sums, a name one level down.
    package func url(_ line: BulletinLine, column: String, isTotal: Bool) -> Location? {
        switch column {
        case "code", "name": return isTotal ? nil : url(bulletinOf: line)
        // A rank is that of the rate by which areas are ranked, so its evidence is the rate's.
        case "rank": return isTotal ? nil : MonthFigure.named(formula.rankBy).map { url(line, $0.show) }
        default: return MonthFigure.named(FigureKey(rawValue: column)).map { url(line, $0.show, sort: $0.order) }
        }
    }

    private func url(bulletinOf line: BulletinLine) -> Location {
        line.code == BulletinArea.rest ? url(line, .registered) : BulletinAddress.bulletin(line.code, month, network)
    }
}

extension BulletinLine {
    /// The printed cells in the order of `Bulletin.columns`; `-` where there is nothing to divide by.
    package var cells: [String] {
        [code, name]
            + MonthFigure.all.flatMap { figure in
                let cell = figure.value(self).plain ?? "-"
                return figure.key == "boot_rate" ? [cell, rank.map(String.init) ?? ""] : [cell]
            }
    }
}
