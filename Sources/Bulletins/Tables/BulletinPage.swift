package import Figures
package import Returns
package import Basics
package import Operations
import Registry
import Web

/// The page `bulletin` and its print view `bulletin_print`: the table, and under it what every figure is made of.
package struct BulletinPage: Sendable {
    struct Formula: Sendable {
        let formulaName: String
        let formulaText: String
    }
    let monthBar: MonthBar
    let provisional: Bool
    /// Whether the month is open, closed or published.
    let standing: String
    let table: Table
    let formulas: [Formula]
    let notHeardNote: String
    let completenessNote: String
    let rankNote: String
    let excluded: Table?
    let outside: Table?
    /// What people typed about sites without machine data; in none of the figures above.
    let typed: Table?
    let asOf: String
    let printURL: String
    let csvURL: String
    let xlsxURL: String
    let jsonURL: String
    let backURL: String
    /// The account is that of the network as it was.
    let denominatorURL: String?
    let editionsURL: String
    let composeURL: String
    let prospectURL: String
    let subtitle: String
    /// On which network the figures stand.
    let network: String

    /// `isPrint` leaves the links out: paper has none.
    package init(
        _ bulletin: Bulletin, _ period: Period, _ standing: MonthStanding = .provisional, typed figures: TypedFigures = TypedFigures(),
        zone: NetworkZone, _ speech: Speech,
        isPrint: Bool = false
    ) {
        let (code, month, total) = (bulletin.area.code, bulletin.month, bulletin.total)
        monthBar = MonthBar(period, path: "/bulletins", fields: [("area", code)], networkIn: speech)
        provisional = period.isProvisional || standing == .provisional
        self.standing =
            switch standing {
            case .provisional: speech(period.isProvisional ? "figures.provisional" : "edition.standing.open")
            case .closed: speech("edition.standing.closed")
            case .published(let count): speech("edition.standing.published", ["count": String(count)])
            }
        table = .bulletin(bulletin, speech, isPrint: isPrint)
        formulas = [
            Formula("boot_rate", total.bootRate, speech), Formula("viewing_rate", total.viewingRate, speech),
            Formula("demand_rate", total.demandRate, speech),
            Formula("mean_per_switched_on", total.meanPerSwitchedOn, speech),
            Formula("mean_per_registered", total.meanPerRegistered, speech),
            Formula("completeness", total.completeness, speech),
        ]
        notHeardNote = speech("bulletin.note.not_heard", ["count": String(total.notHeard)])
        completenessNote = speech(
            "bulletin.note.completeness",
            ["rate": speech.rate(total.completeness), "heard": String(total.heardDays), "due": String(total.dueDays)])
        rankNote = speech.rankNote(bulletin.formula)
        excluded = bulletin.excluded.isEmpty ? nil : .excluded(bulletin.excluded, month, speech)
        outside = bulletin.outsideService.isEmpty ? nil : .outside(bulletin.outsideService, month, speech)
        typed = bulletin.table(of: figures, speech, isPrint: isPrint)
        asOf = speech("bulletin.as_of", ["time": zone.text(bulletin.asOf)])
        printURL = FigureURL.bulletin(code, month, "/print", bulletin.network)
        csvURL = FigureURL.bulletin(code, month, ".csv", bulletin.network)
        xlsxURL = FigureURL.bulletin(code, month, ".xlsx", bulletin.network)
        jsonURL = FigureURL.bulletin(code, month, ".json", bulletin.network)
        backURL = FigureURL.bulletin(code, month, "", bulletin.network)
        editionsURL = FigureURL.bulletin(code, month, "/editions")
        prospectURL = Query.url("/areas/\(code)/prospect", [("month", month.description)])
        composeURL = FigureURL.bulletin(code, month, "/compose")
        denominatorURL = bulletin.network == .then ? FigureURL.denominator(code, month) : nil
        network = monthBar.networkNote ?? ""
        subtitle = speech("bulletin.subtitle", ["area": bulletin.area.name, "month": speech.month(month)])
    }
}

extension Speech {
    /// How areas are ranked and when a play is effective.
    package func rankNote(_ formula: Formula) -> String {
        self(
            "bulletin.note.rank",
            [
                "rate": self("bulletin.\(formula.rankBy.rawValue)"), "ties": self("bulletin.ties.\(formula.ties.rawValue)"),
                "seconds": String(formula.effectiveSeconds),
            ])
    }
}

extension BulletinPage.Formula {
    fileprivate init(_ name: String, _ rate: Rate, _ speech: Speech) {
        formulaName = speech("bulletin.\(name)")
        formulaText = speech(
            "bulletin.formula.\(name)",
            ["numerator": String(rate.numerator), "denominator": String(rate.denominator), "value": speech.rate(rate)])
    }

    fileprivate init(_ name: String, _ mean: Mean, _ speech: Speech) {
        formulaName = speech("bulletin.\(name)")
        formulaText = speech(
            "bulletin.formula.\(name)", ["numerator": String(mean.total), "denominator": String(mean.count), "value": speech.mean(mean)])
    }
}

extension Table {
    /// The columns of `Bulletin.columns`, each figure a link to the sites that it is made of.
    static func bulletin(_ bulletin: Bulletin, _ speech: Speech, isPrint: Bool = false) -> Table {
        func row(_ line: BulletinLine, isTotal: Bool) -> [Cell] {
            zip(Bulletin.columns, line.cells).map { column, text in
                var text = text == "-" ? "—" : text
                if column == "name", isTotal { text = speech("figures.total") }
                if column == "name", line.code == BulletinArea.rest { text = speech("bulletin.rest") }
                if text != "—", ["boot_rate", "viewing_rate", "demand_rate", "completeness"].contains(column) { text += "%" }
                return Cell(text, url: isPrint || text.isEmpty ? nil : bulletin.url(line, column: column, isTotal: isTotal))
            }
        }
        return Table(
            caption: speech("bulletin.caption", ["area": bulletin.area.name, "month": speech.month(bulletin.month)]),
            columns: Bulletin.columns.map { Column(speech("bulletin.\($0)"), isNumber: !["code", "name"].contains($0)) },
            rows: bulletin.lines.map { row($0, isTotal: false) }, total: row(bulletin.total, isTotal: true), head: 1)
    }

    /// Presence on days on which the site was not in service.
    static func outside(_ sites: [OutsideService], _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("outside.caption", ["month": speech.month(month)]),
            columns: [
                Column(speech("outside.column.code")), Column(speech("outside.column.name")),
                Column(speech("outside.column.days"), isNumber: true),
                Column(speech("outside.column.minutes"), isNumber: true),
            ],
            rows: sites.map { [Cell($0.code), Cell($0.name, url: FigureURL.site($0.code, month)), Cell($0.days), Cell($0.minutes)] },
            head: 1)
    }
}

extension Bulletin {
    /// Where a figure of a line leads: the sites that it counts or sums. A name leads one level down.
    func url(_ line: BulletinLine, column: String, isTotal: Bool) -> String? {
        switch column {
        case "code", "name":
            isTotal ? nil : line.code == BulletinArea.rest ? url(line, .registered) : FigureURL.bulletin(line.code, month, "", network)
        case "registered", "heard_days", "due_days", "completeness": url(line, .registered)
        case "mean_per_registered": url(line, .registered, sort: .onMinutes)
        // A rank is that of the boot rate, so its evidence is the rate's.
        case "switched_on", "boot_rate": url(line, .switchedOn)
        case "rank": isTotal ? nil : url(line, .switchedOn)
        case "on_minutes", "mean_per_switched_on": url(line, .switchedOn, sort: .onMinutes)
        case "off": url(line, .off)
        case "not_heard": url(line, .notHeard)
        case "viewing", "viewing_rate": url(line, .viewing, sort: .effective)
        case "on_demand", "demand_rate": url(line, .onDemand, sort: .effective)
        default: nil
        }
    }
}
