import Basics
import Operations
import Registry
import Web

/// The page `prospect`: the rank now, what would change it, whom to ring.
struct ProspectPage: Sendable {
    let monthBar: MonthBar
    let isOver: Bool
    let standing: String
    let rise: String?
    let lead: String?
    let offices: Table
    let sites: Table
    let note: String?
    let bulletinURL: Location

    /// As many sites as a person rings.
    static let mostSites = 200

    init(_ found: ProspectRecord, _ period: Period, _ speech: Speech) {
        let (prospect, area) = (found.prospect, found.record.area)
        monthBar = MonthBar(period, at: FigureAddress.prospect(area.code), fixed: speech)
        isOver = !period.isProvisional
        let rate = prospect.line.rate(prospect.basis)
        let values = [
            "area": area.name, "rate_name": speech("bulletin.\(prospect.basis.rawValue)"), "rate": speech.rate(rate),
            "made": speech.made(rate),
            "rank": prospect.line.rank.map(String.init) ?? "—", "neighbours": String(prospect.neighbours),
            "waiting": String(prospect.waiting.count),
        ]
        standing = speech(
            prospect.line.registered == 0
                ? "prospect.unranked"
                : prospect.neighbours > 1 && prospect.line.rank != nil ? "prospect.standing" : "prospect.standing_alone", values)
        let isFirst = prospect.line.rank == nil || prospect.line.rank == 1 || prospect.neighbours < 2
        rise =
            isFirst
            ? nil
            : prospect.sitesToRise.map { speech("prospect.rise", ["sites": String($0), "rank_now": values["rank"] ?? ""]) }
                ?? speech("prospect.no_rise", values)
        lead = prospect.neighbours < 2 ? nil : prospect.lead.map { speech("prospect.lead", ["sites": String($0)]) }
        offices = Table(
            caption: speech("prospect.offices"),
            columns: [
                Table.Column(speech("prospect.column.office")), Table.Column(speech("prospect.column.waiting"), isNumber: true),
                Table.Column(speech("bulletin.registered"), isNumber: true),
            ],
            rows: prospect.offices.map { office in
                let isRest = office.code == BulletinArea.rest
                return [
                    Table.Cell(
                        isRest ? speech("prospect.own") : office.name,
                        url: isRest ? nil : FigureAddress.prospect(office.code).with("month", period.month)),
                    Table.Cell(office.waiting), Table.Cell(office.registered),
                ]
            }, empty: speech("prospect.none"))
        sites = .waiting(prospect, period.month, speech)
        note = prospect.waiting.count > ProspectPage.mostSites ? speech("prospect.more", ["count": String(ProspectPage.mostSites)]) : nil
        bulletinURL = BulletinAddress.bulletin(area.code, period.month)
    }
}

extension Table {
    fileprivate static func waiting(_ prospect: Prospect, _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("prospect.sites"),
            columns: ["code", "name", "presence", "before", "heard"].map {
                Column(speech("prospect.column.\($0)"), isNumber: $0 == "heard")
            },
            rows: prospect.waiting.prefix(ProspectPage.mostSites).map { site in
                [
                    Cell(site.code), Cell(site.name, url: FigureAddress.site(site.code, month)),
                    Cell(speech("presence.\(site.presence.rawValue)"), mark: "standing"),
                    Cell(speech(prospect.countedBefore.contains(site.site) ? "prospect.yes" : "prospect.no")),
                    Cell("\(site.heardDays)/\(site.dueDays)"),
                ]
            }, head: 1, empty: speech("prospect.none"))
    }
}
