package import Basics
package import Registry
package import Web

/// The page `overview`: what is going on in an area in a month, and the way down.
package struct OverviewPage: Sendable {
    /// A figure with what it is made of.
    struct Card: Sendable {
        let cardLabel: String
        let cardValue: String
        let cardMade: String
        let cardURL: Location
        /// Against the month and the year before.
        var changes: [ChangeView] = []
    }
    /// A way to a list of sites.
    struct Lead: Sendable {
        let leadLabel: String
        let leadCount: String
        let leadURL: Location
        let leadNote: String
    }
    let monthBar: MonthBar
    let provisional: Bool
    let hasSites: Bool
    let cards: [Card]
    let leads: [Lead]
    let chart: BarChart?
    let areas: Table?
    let sites: Table?
    let allSitesURL: Location
    let bulletinURL: Location
    let historyURL: Location
    let monthsURL: Location
    let asOf: String
    /// Other topmost areas of the account.
    package let tops: [Frame.Link]

    /// The page of an area; `tops` are the topmost areas of the account, `before` the month before and `yearBefore` the same month of the
    /// year before, where the network has them.
    package init(
        _ record: AreaMonth, before: AreaMonth? = nil, yearBefore: AreaMonth? = nil, tops: [Area], _ period: Period, zone: NetworkZone,
        _ speech: Speech
    ) {
        let (month, code) = (record.month, record.area.code)
        let bulletin = record.bulletin
        let total = bulletin.total
        monthBar = MonthBar(period, at: AreaAddress.page(code), networkIn: speech)
        provisional = period.isProvisional
        hasSites = total.registered > 0
        let comparisons = [("month", before), ("year", yearBefore)].compactMap { name, earlier in
            earlier.map { (label: speech("overview.change.\(name)"), with: Comparison(record, with: $0)) }
        }
        cards = OverviewPage.cards(record, comparisons, speech)
        let (all, was) = (record.figures.sites, before?.figures.sites.switchedOn)
        leads = [
            (SiteFilter.lost, was.map { all.count(.lost, before: $0) }), (.won, was.map { all.count(.won, before: $0) }),
            (.notHeard, total.notHeard), (.off, total.off),
            (.zeroPlay, record.figures.sites.count { SiteFilter.zeroPlay.includes($0) }),
            (.excluded, bulletin.excluded.count),
        ].compactMap { show, count in
            count.map {
                Lead(
                    leadLabel: speech("sites.show.\(show.rawValue)"), leadCount: grouped($0),
                    leadURL: FigureAddress.sites(area: code, month: month, show: show, record.network),
                    leadNote: speech("sites.meaning.\(show.rawValue)"))
            }
        }
        monthsURL = FigureAddress.months(code).with([("month", month.description), FigureAddress.field(record.network)])
        let listsSites = bulletin.lines.isEmpty || record.area.areaCode.map { $0.level >= .township } ?? false
        chart = listsSites ? nil : .bootRates(bulletin, speech)
        areas = listsSites ? nil : .areas(bulletin, speech)
        sites = listsSites ? .sitesOfArea(record.figures.sites, total, month, speech) : nil
        allSitesURL = FigureAddress.sites(area: code, month: month, show: .registered, record.network)
        bulletinURL = BulletinAddress.bulletin(code, month, record.network)
        historyURL = AreaAddress.history(code)
        asOf = zone.text(record.asOf)
        self.tops = tops.count > 1 ? tops.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, month, record.network)) } : []
    }

    private static func cards(
        _ record: AreaMonth, _ comparisons: [(label: String, with: Comparison)], _ speech: Speech
    ) -> [Card] {
        let total = record.bulletin.total
        return MonthFigure.all.filter(\.isHeadline).map { figure in
            let value = figure.value(total)
            return Card(
                cardLabel: speech(figure.figure.name), cardValue: value.shown, cardMade: value.made ?? speech(figure.figure.means),
                cardURL: FigureAddress.sites(
                    area: record.area.code, month: record.month, show: figure.show, sort: figure.order, record.network),
                changes: comparisons.map { ChangeView($0.with, figure, label: $0.label, speech) })
        }
    }
}

extension BarChart {
    /// Switched on, not heard and the rest of the registered sites of each line.
    static func bootRates(_ bulletin: Bulletin, _ speech: Speech) -> BarChart {
        BarChart(
            caption: speech("overview.chart"),
            bars: bulletin.lines.map { line in
                Bar(
                    label: line.code == BulletinArea.rest ? speech("bulletin.rest") : line.name, url: bulletin.url(down: line),
                    value: speech.rate(line.bootRate),
                    made: speech.made(line.bootRate), shares: [("on", line.switchedOn), ("off", line.off), ("unheard", line.notHeard)],
                    of: line.registered)
            },
            legend: [("on", "presence.on"), ("off", "presence.off"), ("unheard", "presence.not_heard")].map {
                ChartLegend(mark: $0.0, label: speech($0.1))
            })
    }
}

extension Bulletin {
    /// One level down from a line: the overview of its area, or the list of the sites that lie in none.
    package func url(down line: BulletinLine) -> Location {
        line.code == BulletinArea.rest
            ? FigureAddress.sites(area: area.code, month: month, show: .registered, part: "rest", network)
            : FigureAddress.area(line.code, month, network)
    }

    /// The sites that a line's figure is made of.
    package func url(_ line: BulletinLine, _ show: SiteFilter, sort: SiteOrder = .code) -> Location {
        line.code == BulletinArea.rest
            ? FigureAddress.sites(area: area.code, month: month, show: show, part: "rest", sort: sort, network)
            : FigureAddress.sites(area: line.code, month: month, show: show, sort: sort, network)
    }
}

extension Table {
    /// The areas directly below, each a way down.
    static func areas(_ bulletin: Bulletin, _ speech: Speech) -> Table {
        let figures = MonthFigure.all.filter(\.isHeadline)
        func cells(_ line: BulletinLine, name: Cell) -> [Cell] {
            [name] + figures.map { Cell($0.value(line).printed, url: bulletin.url(line, $0.show, sort: $0.order)) }
        }
        return Table(
            caption: speech("overview.areas", ["month": speech.month(bulletin.month)]),
            columns: [Column(speech("bulletin.name"))] + figures.map { Column(speech($0.figure.name), isNumber: true) },
            rows: bulletin.lines.map {
                cells($0, name: Cell($0.code == BulletinArea.rest ? speech("bulletin.rest") : $0.name, url: bulletin.url(down: $0)))
            },
            total: cells(bulletin.total, name: Cell(speech("figures.total"))))
    }

    /// The sites of a township or village, by code; the first two hundred.
    static func sitesOfArea(_ sites: [SiteMonth], _ total: BulletinLine, _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("sites.caption", ["month": speech.month(month)]),
            columns: [Column(speech("sites.column.name")), Column(speech("sites.column.presence"))]
                + ["on_days", "on_minutes", "effective_minutes", "effective_demand_plays", "heard_days", "due_days"].map {
                    Column(speech("sites.column.\($0)"), isNumber: true)
                },
            rows: sites.prefix(200).map { site in
                [
                    Cell(site.name, url: FigureAddress.site(site.code, month)),
                    Cell(speech("presence.\(site.presence.rawValue)"), mark: "standing"), Cell(site.onDays),
                    Cell(site.onMinutes), Cell(wholeMinutes(site.effectiveSeconds)), Cell(site.effectiveDemandPlays), Cell(site.heardDays),
                    Cell(site.dueDays),
                ]
            },
            total: sites.isEmpty
                ? nil
                : [
                    Cell(speech("figures.total")), Cell(speech("sites.count", ["count": String(total.registered)])), "",
                    Cell(total.onMinutes),
                    Cell(wholeMinutes(total.effectiveSeconds)), "", Cell(total.heardDays), Cell(total.dueDays),
                ], empty: speech("sites.empty"))
    }
}
