import Basics
import Operations
import Registry
package import Web

/// How an area stands among its neighbours with the figures of now, and what would change it before the month ends. Pure.
package struct Prospect: Sendable {
    /// An office below the area, and how many of its sites could still count.
    package struct Office: Hashable, Sendable {
        package let code: String
        package let name: String
        package let waiting: Int
        package let registered: Int
    }

    /// By which rate areas are ranked.
    package let basis: FigureKey
    package let line: BulletinLine
    /// How many neighbours are ranked, the area itself included; 0 for a topmost area, which has none.
    package let neighbours: Int
    /// How many more sites it takes to stand before the next one ahead; nil for the first, and where all waiting sites together are not
    /// enough.
    package let sitesToRise: Int?
    /// How many more sites the next one behind (or beside) would need to stand before this area; nil for the last, and where it has not so
    /// many.
    package let lead: Int?
    /// Sites that do not count in the rate yet: first those that did last month, which are the likeliest, then by code.
    package let waiting: [SiteMonth]
    /// The numbers of the sites that counted last month.
    package let countedBefore: Set<Int>
    /// The offices by how many sites wait, most first; one without is left out. `rest` has no office below and is the area's own.
    package let offices: [Office]

    /// - Parameters:
    ///   - line: the area's line, with its rank, among `neighbours`, the lines of the areas beside it (itself included).
    ///   - sites: the area's registered sites, and `before` those of the month before.
    package init(
        _ line: BulletinLine, among neighbours: [BulletinLine], sites: [SiteMonth], before: [SiteMonth], below: [BulletinArea],
        by basis: FigureKey
    ) {
        self.basis = basis
        self.line = line
        let ranked = neighbours.filter { $0.rank != nil }
        self.neighbours = ranked.count
        let waiting = sites.filter { !Prospect.counts($0, basis) }
        let countedBefore = Set(before.filter { Prospect.counts($0, basis) }.map(\.site))
        self.countedBefore = countedBefore
        self.waiting = waiting.sorted {
            (countedBefore.contains($0.site) ? 0 : 1, $0.code) < (countedBefore.contains($1.site) ? 0 : 1, $1.code)
        }
        let rate = line.rate(basis)
        let own = line.rank
        let ahead = own.flatMap { own in ranked.filter { ($0.rank ?? 0) < own }.min { $0.rate(basis) < $1.rate(basis) } }
        sitesToRise = ahead.map { Prospect.sites(for: rate, over: $0.rate(basis)) }.flatMap { $0 <= waiting.count ? $0 : nil }
        let behind = own.flatMap { own in
            ranked.filter { $0.code != line.code && ($0.rank ?? 0) >= own }.max { $0.rate(basis) < $1.rate(basis) }
        }
        lead = behind.flatMap { one in
            let needed = Prospect.sites(for: one.rate(basis), over: rate)
            return needed <= one.registered - one.rate(basis).numerator ? needed : nil
        }
        let (groups, whole) = (BulletinArea.grouped(waiting, below), BulletinArea.grouped(sites, below))
        let areas = below + (groups[BulletinArea.rest] == nil ? [] : [BulletinArea(code: BulletinArea.rest, name: "")])
        offices = areas.compactMap { area in
            groups[area.code].map { Office(code: area.code, name: area.name, waiting: $0.count, registered: whole[area.code]?.count ?? 0) }
        }.sorted { (-$0.waiting, $0.code) < (-$1.waiting, $1.code) }
    }

    /// Whether a site is in the numerator of a rate.
    private static func counts(_ site: SiteMonth, _ basis: FigureKey) -> Bool {
        MonthFigure.named(basis)?.show.includes(site) ?? false
    }

    /// The least number of further sites with which one rate stands before another: the first whole number above the other's share of the
    /// base.
    private static func sites(for rate: Rate, over other: Rate) -> Int {
        guard other.denominator > 0 else { return 0 }
        return max(0, other.numerator * rate.denominator / other.denominator + 1 - rate.numerator)
    }
}

/// What the page of a prospect is made of.
package struct ProspectRecord: Sendable {
    package let record: AreaMonth
    package let prospect: Prospect
}
