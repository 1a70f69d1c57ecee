package import Basics
package import Figures
package import Operations
import Registry
package import Returns
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
    let printURL: Location
    let csvURL: Location
    let xlsxURL: Location
    let jsonURL: Location
    let backURL: Location
    /// The account is that of the network as it was.
    let denominatorURL: Location?
    let editionsURL: Location
    let composeURL: Location
    let prospectURL: Location
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
        monthBar = MonthBar(period, at: BulletinAddress.list(), fields: [("area", code)], networkIn: speech)
        provisional = period.isProvisional || standing == .provisional
        self.standing =
            switch standing {
            case .provisional: speech(period.isProvisional ? "figures.provisional" : "edition.standing.open")
            case .closed: speech("edition.standing.closed")
            case .published(let count): speech("edition.standing.published", ["count": String(count)])
            }
        table = .bulletin(bulletin, speech, isPrint: isPrint)
        formulas = MonthFigure.all.compactMap { figure in
            speech.formula(figure, total).map { Formula(formulaName: speech(figure.figure.name), formulaText: $0) }
        }
        notHeardNote = speech("bulletin.note.not_heard", ["count": String(total.notHeard)])
        completenessNote = speech(
            "bulletin.note.completeness",
            ["rate": speech.rate(total.completeness), "heard": String(total.heardDays), "due": String(total.dueDays)])
        rankNote = speech.rankNote(bulletin.formula)
        excluded = bulletin.excluded.isEmpty ? nil : .excluded(bulletin.excluded, month, speech)
        outside = bulletin.outsideService.isEmpty ? nil : .outside(bulletin.outsideService, month, speech)
        typed = bulletin.table(of: figures, speech, isPrint: isPrint)
        asOf = speech("bulletin.as_of", ["time": zone.text(bulletin.asOf)])
        let view = [FigureAddress.field(bulletin.network)]
        printURL = BulletinAddress.print(month, code).with(view)
        csvURL = BulletinAddress.csv(month, code).with(view)
        xlsxURL = BulletinAddress.xlsx(month, code).with(view)
        jsonURL = BulletinAddress.json(month, code).with(view)
        backURL = BulletinAddress.bulletin(code, month, bulletin.network)
        editionsURL = BulletinAddress.editions(month, code)
        prospectURL = FigureAddress.prospect(code).with("month", month)
        composeURL = BulletinAddress.composition(month, code)
        denominatorURL = bulletin.network == .then ? FigureAddress.denominator(code, month) : nil
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

extension Speech {
    /// What a figure of a line is and what it is made of, in one line; nil for a count.
    package func formula(_ figure: MonthFigure, _ line: BulletinLine) -> String? {
        let (means, value) = (self(figure.figure.means), figure.value(line))
        switch value {
        case .count: return nil
        case .rate(let rate):
            return self(
                "figure.rate",
                ["means": means, "numerator": String(rate.numerator), "denominator": String(rate.denominator), "value": value.printed])
        case .mean(let mean):
            return self(
                "figure.mean",
                ["means": means, "numerator": String(mean.total), "denominator": String(mean.count), "value": value.printed])
        }
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
                if text != "—", MonthFigure.isRate(column) { text += "%" }
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
            rows: sites.map { [Cell($0.code), Cell($0.name, url: FigureAddress.site($0.code, month)), Cell($0.days), Cell($0.minutes)] },
            head: 1)
    }
}
