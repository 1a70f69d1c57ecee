package import Accounts
import Basics
package import Registry
import Web

/// The page `denominator`: from all sites ever approved to those registered in a month, each number a link to the decisions behind it.
struct DenominatorPage: Sendable {
    let monthBar: MonthBar
    let account: Table
    let part: Table?
    let csvURL: Location?
    let nextPageURL: Location?
    let bulletinURL: Location

    /// Sites on a page.
    static let pageSize = 200

    init(_ record: DenominatorRecord, step: Denominator.Step?, page: Int, _ period: Period, _ speech: Speech) {
        let (code, month) = (record.area.code, period.month)
        monthBar = MonthBar(period, at: FigureAddress.denominator(code), fields: [("part", step?.rawValue ?? "")], fixed: speech)
        account = .denominator(record, month, speech)
        let sites = step.map { record.denominator.sites[$0] ?? [] } ?? []
        part = step.map {
            Table.approvedSites(
                sites.dropFirst(page * DenominatorPage.pageSize).prefix(DenominatorPage.pageSize), record, $0, month, speech)
        }
        csvURL = step.map { FigureAddress.denominatorFile(code).with([("month", month.description), ("part", $0.rawValue)]) }
        nextPageURL =
            sites.count > (page + 1) * DenominatorPage.pageSize
            ? step.map { FigureAddress.denominator(code, month, part: $0, page: page + 1) } : nil
        bulletinURL = BulletinAddress.bulletin(code, month)
    }
}

/// What the page is made of.
package struct DenominatorRecord: Sendable {
    package let area: Area
    package let path: [Area]
    package let denominator: Denominator
    package let accounts: [String: NamedAccount]
}

extension Table {
    /// The account, a line a step.
    static func denominator(_ record: DenominatorRecord, _ month: Month, _ speech: Speech) -> Table {
        let account = record.denominator
        return Table(
            caption: speech("denominator.caption", ["area": record.area.name, "month": speech.month(month)]),
            columns: [
                Column(speech("denominator.column.step")), Column(speech("denominator.column.count"), isNumber: true),
                Column(speech("denominator.column.meaning")),
            ],
            rows: Denominator.Step.allCases.dropLast().map { line($0, account.count($0), record.area.code, month, speech) },
            total: line(.registered, account.count(.registered), record.area.code, month, speech))
    }

    private static func line(_ step: Denominator.Step, _ count: Int, _ code: String, _ month: Month, _ speech: Speech) -> [Cell] {
        let sign = step.sign > 0 ? "+" : step.sign < 0 && count > 0 ? "−" : ""
        return [
            Cell(speech("denominator.step.\(step.rawValue)")),
            Cell(sign + String(count), url: count > 0 ? FigureAddress.denominator(code, month, part: step) : nil),
            Cell(speech("denominator.meaning.\(step.rawValue)"), mark: "wide"),
        ]
    }

    /// The sites of a step and the decision behind each.
    static func approvedSites(
        _ sites: some Sequence<ApprovedSite>, _ record: DenominatorRecord, _ step: Denominator.Step, _ month: Month, _ speech: Speech
    ) -> Table {
        Table(
            caption: speech("denominator.step.\(step.rawValue)"),
            columns: ["code", "name", "state", "decided_on", "reason", "document", "actor"].map {
                Column(speech("denominator.column.\($0)"))
            },
            rows: sites.map { site in
                [
                    Cell(site.code), Cell(site.name, url: FigureAddress.site(site.code, month)),
                    Cell(site.state.map { speech("site_state.\($0.rawValue)") } ?? "", mark: "standing"),
                    Cell(site.decidedOn?.description ?? ""), Cell(site.reason, mark: "wide"), Cell(paper: site.document),
                    Cell(site.actor.isEmpty ? "" : speech.words.actor(site.actor, record.accounts, speech.language)),
                ]
            }, head: 1, empty: speech("denominator.empty"))
    }
}
