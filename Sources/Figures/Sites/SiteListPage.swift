package import Basics
import Registry
package import Web

/// What a list of sites is asked for; it stands in the address.
package struct SiteQuestion: Sendable {
    /// Code of the area; empty for all that the account sees.
    let area: String
    /// `rest` for the sites that lie in none of the areas directly below.
    let part: String
    package let show: SiteFilter
    package let text: String
    package let order: SiteOrder
    let after: String
    let network: NetworkView

    /// Reads the fields of an address. Refuses a list or an order that there is not.
    package init(_ query: Query) throws {
        area = query["area"]
        part = query["part"] == "rest" ? "rest" : ""
        text = String(query["q"].prefix(100))
        after = query["after"]
        network = query.network
        guard let show = SiteFilter(rawValue: query["show"].isEmpty ? "registered" : query["show"]) else {
            throw Refusal.invalid(["show": "form.choice"])
        }
        guard let order = SiteOrder(rawValue: query["sort"].isEmpty ? "code" : query["sort"]) else {
            throw Refusal.invalid(["sort": "form.choice"])
        }
        self.show = show
        self.order = order
    }

    /// The address of the same question with other fields.
    func url(_ month: Month, path: String = "/sites", show: SiteFilter? = nil, order: SiteOrder? = nil, after: String = "") -> String {
        Query.url(path, fields(show: show, order: order) + [("month", month.description), ("after", after), FigureURL.field(network)])
    }

    func fields(show: SiteFilter? = nil, order: SiteOrder? = nil) -> [(String, String)] {
        let order = order ?? self.order
        return [
            ("area", area), ("part", part), ("show", (show ?? self.show).rawValue), ("q", text),
            ("sort", order == .code ? "" : order.rawValue),
        ]
    }
}

/// What is known for a list of sites.
package struct SiteListRecord: Sendable {
    /// The area asked for, with the way to it; nil for the whole scope.
    let area: Area?
    let path: [Area]
    package let figures: MonthFigures
    /// Filled only for the list of all.
    package let uncounted: [UncountedSite]
}

/// The page `site_list`.
package struct SiteListPage: Sendable {
    let scope: String
    let month: String
    let network: String
    let monthBar: MonthBar
    let area: String
    let part: String
    let text: String
    let sort: String
    let choices: [Choice]
    /// What the list means, in a sentence.
    let meaning: String
    let count: String
    let provisional: Bool
    package let table: Table
    let nextPageURL: String?
    let firstPageURL: String?
    let csvURL: String
    let xlsxURL: String
    /// For the list of all: those that no figure counts.
    let uncounted: Table?

    /// The page for a question and its answer.
    package init(_ record: SiteListRecord, _ question: SiteQuestion, _ period: Period, _ speech: Speech) {
        let selection = SiteSelection(record.figures.sites, show: question.show, containing: question.text, order: question.order)
        let page = selection.page(after: question.after)
        let excluded = record.figures.excluded.matching(question.text)
        scope = record.area?.name ?? speech("sites.whole_scope")
        month = period.month.description
        network = FigureURL.field(period.network).1
        monthBar = MonthBar(period, path: "/sites", fields: question.fields(), networkIn: speech)
        area = question.area
        part = question.part
        text = question.text
        sort = question.order.rawValue
        choices = SiteFilter.allCases.map {
            Choice(choiceValue: $0.rawValue, choiceLabel: speech("sites.show.\($0.rawValue)"), chosen: $0 == question.show)
        }
        meaning = speech("sites.meaning.\(question.show.rawValue)")
        provisional = period.isProvisional
        csvURL = question.url(period.month, path: "/sites.csv")
        xlsxURL = question.url(period.month, path: "/sites.xlsx")
        if question.show == .excluded {
            count = speech("sites.count", ["count": String(excluded.count)])
            table = .excluded(excluded, period.month, speech)
            nextPageURL = nil
        } else {
            count = speech("sites.count", ["count": String(selection.sites.count)])
            table = .sites(Array(page.sites), total: selection.total, question, period.month, speech)
            nextPageURL = page.next.map { question.url(period.month, after: $0) }
        }
        firstPageURL = question.after.isEmpty ? nil : question.url(period.month)
        uncounted = question.show == .all ? .uncounted(record.uncounted.matching(question.text), excluded, period.month, speech) : nil
    }
}

extension Table {
    /// Sites with a month's figures; the total is that of the whole selection, whichever part of it the rows are.
    static func sites(_ sites: [SiteMonth], total: BulletinLine, _ question: SiteQuestion, _ month: Month, _ speech: Speech) -> Table {
        func column(_ name: String, _ order: SiteOrder? = nil, isNumber: Bool = true) -> Column {
            guard let order else { return Column(speech("sites.column.\(name)"), isNumber: isNumber) }
            return Column(
                speech("sites.column.\(name)"), isNumber: isNumber, sortURL: question.url(month, order: order),
                direction: question.order == order ? (order == .code ? "ascending" : "descending") : nil)
        }
        return Table(
            caption: speech("sites.caption", ["month": speech.month(month)]),
            columns: [
                column("code", .code, isNumber: false), column("name", isNumber: false), column("presence", isNumber: false),
                column("on_days"),
                column("on_minutes", .onMinutes), column("effective_minutes", .effective), column("effective_plays"),
                column("effective_demand_plays"),
                column("heard_days"), column("due_days"),
            ],
            rows: sites.map { site in
                [
                    Cell(site.code), Cell(site.name, url: FigureURL.site(site.code, month)),
                    Cell(speech("presence.\(site.presence.rawValue)"), mark: "standing"),
                    Cell(site.onDays), Cell(site.onMinutes, url: FigureURL.site(site.code, month)),
                    Cell(wholeMinutes(site.effectiveSeconds)),
                    Cell(site.effectivePlays), Cell(site.effectiveDemandPlays), Cell(site.heardDays), Cell(site.dueDays),
                ]
            },
            total: sites.isEmpty
                ? nil
                : [
                    Cell(speech("figures.total")), Cell(speech("sites.count", ["count": String(total.registered)])), "", "",
                    Cell(total.onMinutes),
                    Cell(wholeMinutes(total.effectiveSeconds)), "", "", Cell(total.heardDays), Cell(total.dueDays),
                ], head: 1, empty: speech("sites.empty"))
    }

    /// Sites that an exclusion takes out of the figures of the month.
    package static func excluded(_ sites: [ExcludedSite], _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("excluded.caption", ["month": speech.month(month)]),
            columns: ["code", "name", "reason", "document"].map { Column(speech("excluded.column.\($0)")) },
            rows: sites.map {
                [Cell($0.code), Cell($0.name, url: FigureURL.site($0.code, month)), Cell($0.reason, mark: "wide"), Cell($0.document)]
            }, head: 1,
            empty: speech("excluded.empty"))
    }

    /// Sites that no figure of the month counts, and why.
    static func uncounted(_ sites: [UncountedSite], _ excluded: [ExcludedSite], _ month: Month, _ speech: Speech) -> Table {
        let rows: [(code: String, name: String, why: String)] =
            sites.map { ($0.code, $0.name, $0.state.map { speech("site_state.\($0.rawValue)") } ?? speech("site_state.none")) }
            + excluded.map { ($0.code, $0.name, speech("uncounted.excluded", ["reason": $0.reason])) }
        return Table(
            caption: speech("uncounted.caption", ["month": speech.month(month), "count": String(rows.count)]),
            columns: ["code", "name", "why"].map { Column(speech("uncounted.column.\($0)")) },
            rows: rows.sorted { $0.code < $1.code }.map {
                [Cell($0.code), Cell($0.name, url: FigureURL.site($0.code, month)), Cell($0.why, mark: "wide")]
            }, head: 1,
            empty: speech("uncounted.empty"))
    }
}

extension [ExcludedSite] {
    func matching(_ text: String) -> [ExcludedSite] { text.isEmpty ? self : filter { $0.name.contains(text) || $0.code.contains(text) } }
}

extension [UncountedSite] {
    func matching(_ text: String) -> [UncountedSite] { text.isEmpty ? self : filter { $0.name.contains(text) || $0.code.contains(text) } }
}
