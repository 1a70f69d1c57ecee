import Accounts
package import Basics
import Lists
import Operations
package import Registry
import Storage
package import Web

/// What a list of sites is asked for; it stands in the address.
package struct SiteQuestion: Sendable {
    /// Code of the area; empty for all that the account sees.
    package let area: String
    /// `rest` for the sites that lie in none of the areas directly below.
    package let part: String
    package let show: SiteFilter
    package let kind: SiteKind?
    package let order: SiteOrder
    package let isReversed: Bool

    /// Reads the fields of an address; what is no choice counts as not chosen.
    package init(_ field: (String) -> String) {
        (area, part) = (field("area"), field("part") == "rest" ? "rest" : "")
        (show, kind) = (SiteFilter(rawValue: field("show")) ?? .registered, SiteKind(rawValue: field("kind")))
        let sort = field("sort")
        isReversed = sort.hasPrefix("-")
        order = SiteOrder(rawValue: isReversed ? String(sort.dropFirst()) : sort) ?? .code
    }
}

/// What is known for a list of sites.
package struct SiteListRecord: Sendable {
    /// The area asked for, with the way to it; nil for the whole scope.
    package let area: Area?
    package let path: [Area]
    package let figures: MonthFigures
    /// Filled only for the list of all.
    package let uncounted: [UncountedSite]
    /// The numbers of the sites that were on in the month before; filled only for the lists that ask for it.
    package var before: Set<Int> = []

    /// The sites that the question asks for, all of them; of these only `codes`, when some were looked for.
    package func selection(_ question: SiteQuestion, among codes: Set<String>? = nil) -> SiteSelection {
        SiteSelection(
            figures.sites, excluded: figures.excluded, uncounted: uncounted, show: question.show, kind: question.kind, before: before,
            among: codes,
            order: question.order, isReversed: question.isReversed)
    }
}

/// A row of the list: what the month says, what the register says now, and since when nothing was heard.
package struct SiteRow: Sendable {
    let line: SiteLine
    let areaName: String
    let standing: SiteStanding?
    let monthAsked: Month
}

/// The page `site_list`: the month above the list, and what is listed in a sentence.
struct SiteListPage: Sendable {
    let monthBar: MonthBar
    let provisional: Bool
    let scopeName: String
    let meaning: String
    let list: ListView
}

extension ListPage where Row == SiteRow {
    /// The sites of an area, or of all that the account sees, with their month.
    static func sites(_ rules: FactRules, _ shelf: FigureShelf) -> ListPage {
        ListPage(
            SiteAddress.list, .seeFigures, title: "nav.sites", columns: columns,
            filters: [
                ListFilter(
                    "show", "sites.show",
                    ([.registered] + SiteFilter.allCases.filter { $0 != .registered }).map {
                        FieldOption($0.rawValue, "sites.show.\($0.rawValue)")
                    }),
                ListFilter("kind", "sites.column.kind", any: "sites.kind.any", among: SiteKind.self, words: "site_kind"),
                ListFilter(
                    "silent", "sites.silent",
                    [FieldOption("", "sites.silent.any")]
                        + SilenceSpan.allCases.map { FieldOption($0.rawValue, "silence.span.\($0.rawValue)") }),
            ], fields: ["area", "part", "month", "network"], search: "sites.search",
            find: { try await $0.sites(rules, shelf) }, place: \.line.code,
            ways: { question in
                question.visit.may(.keepRegister)
                    ? [Frame.Link(label: question.text("sites.move_many"), url: SiteAddress.move())] : []
            }, note: "sites.note", empty: "sites.empty")
    }

    private static var columns: [ListColumn<SiteRow>] {
        func number(
            _ name: String, _ label: String? = nil, isUsual: Bool = true, isSortable: Bool = true,
            _ figure: @escaping @Sendable (SiteMonth) -> Int
        )
            -> ListColumn<SiteRow>
        {
            ListColumn(name, "sites.column.\(label ?? name)", isNumber: true, isUsual: isUsual, isSortable: isSortable) { row, _ in
                Table.Cell(row.line.month.map { String(figure($0)) } ?? "")
            }
        }
        return [
            ListColumn("name", "sites.column.name") { row, _ in
                Table.Cell(row.line.name, url: FigureAddress.site(row.line.code, row.monthAsked))
            },
            ListColumn("code", "sites.column.code", isSortable: true) { row, _ in Table.Cell(row.line.code) },
            ListColumn("area", "sites.column.area", isSortable: true) { row, _ in
                Table.Cell(row.areaName, url: row.line.areaCode.isEmpty ? nil : FigureAddress.area(row.line.areaCode, row.monthAsked))
            },
            ListColumn("kind", "sites.column.kind") { row, question in
                Table.Cell(row.line.kind.map { question.text("site_kind.\($0.rawValue)") } ?? "")
            },
            ListColumn("state", "sites.column.state") { row, question in
                Table.Cell(question.text("site_state.\(row.standing?.state?.rawValue ?? "none")"))
            },
            ListColumn("heard", "sites.column.heard") { row, question in
                Table.Cell(row.standing.map { $0.heardAt.map(question.house.zone.text) ?? question.text("silence.never") } ?? "")
            },
            ListColumn("presence", "sites.column.presence") { row, question in
                Table.Cell(row.line.standing(question), mark: row.line.month == nil ? "wide" : "standing")
            },
            number("on_days") { $0.onDays }, number("on_minutes") { $0.onMinutes },
            number("effective", "effective_minutes") { wholeMinutes($0.effectiveSeconds) },
            number("plays", "effective_plays", isUsual: false) { $0.effectivePlays },
            number("demand", "effective_demand_plays", isUsual: false) { $0.effectiveDemandPlays }, number("heard_days") { $0.heardDays },
            number("due_days", isSortable: false) { $0.dueDays },
        ]
    }
}

extension SiteLine {
    /// Whether it was on; of a site that no figure counts, why not.
    fileprivate func standing(_ question: ListQuestion) -> String {
        switch uncounted {
        case nil: question.text("presence.\(month?.presence.rawValue ?? "")")
        case .excluded(let reason, let document):
            question.text("uncounted.excluded", ["reason": reason]) + (document.isEmpty ? "" : " · \(document)")
        case .notInService(let state): question.text("uncounted.state", ["state": question.text("site_state.\(state?.rawValue ?? "none")")])
        }
    }
}

extension ListQuestion {
    fileprivate func sites(_ rules: FactRules, _ shelf: FigureShelf) async throws -> ListFound<SiteRow> {
        let speech = Speech(house, visit)
        let asked = SiteQuestion { $0 == "sort" ? (isReversed ? "-" : "") + sort : self[$0] }
        let period = try Period(
            self["month"], network: NetworkView(rawValue: self["network"]) ?? .then, rules: rules, at: now)
        let record = try await house.siteList(asked, period, in: visit.scope, rules, shelf)
        let found = try await house.database.read { try $0.found(in: record, asked, self, period) }
        let total = found.total
        return ListFound(
            rows: found.rows, count: found.count, next: found.next,
            total: found.count == 0
                ? [:]
                : [
                    "name": Table.Cell(text("figures.total")), "on_minutes": Table.Cell(total.onMinutes),
                    "effective": Table.Cell(wholeMinutes(total.effectiveSeconds)), "heard_days": Table.Cell(total.heardDays),
                    "due_days": Table.Cell(total.dueDays),
                ],
            fileName: "sites-\(period.month)-\(asked.show.rawValue)"
        ) { view in
            let fields = ["area", "part", "show", "kind", "silent", "q", "sort"].map { name in
                (name, name == "q" ? typed : name == "sort" ? (isReversed ? "-" : "") + sort : self[name])
            }
            return ListFrame(
                "site_list",
                SiteListPage(
                    monthBar: MonthBar(period, at: SiteAddress.list(), fields: fields, networkIn: speech),
                    provisional: period.isProvisional,
                    scopeName: record.area?.name ?? speech("sites.whole_scope"), meaning: speech("sites.meaning.\(asked.show.rawValue)"),
                    list: view),
                title: speech("sites.title", ["area": record.area?.name ?? "", "month": speech.month(period.month)]),
                crumbs: record.path.map { Frame.Link(label: $0.name, url: FigureAddress.area($0.code, period.month, period.network)) })
        }
    }
}

extension Statements {
    /// The page of a list that its question asks for, with what only the rows shown are looked up for.
    fileprivate func found(in record: SiteListRecord, _ asked: SiteQuestion, _ question: ListQuestion, _ period: Period) throws -> (
        rows: [SiteRow], count: Int, next: String?, total: BulletinLine
    ) {
        var codes: Set<String>?
        let scope = try self.scope(question.scope, on: period.placed, today: period.today)
        if !question.words.isEmpty { codes = try siteCodes(matching: question.words, on: period.placed, in: scope) }
        if let span = SilenceSpan(rawValue: question["silent"]) {
            let silent = try silentSiteCodes(
                SilenceFilter(before: span.start(question.now), zone: question.house.zone), on: question.today, in: question.scope)
            codes = codes?.intersection(silent) ?? silent
        }
        let selection = record.selection(asked, among: codes)
        let (lines, next) = selection.page(after: question.after, limit: question.limit - 1)
        let names = try areaNames(above: Array(Set(lines.map(\.areaCode))), on: period.placed)
        let standings = try standings(of: lines.map(\.code), on: period.today)
        let rows = lines.map {
            SiteRow(line: $0, areaName: names[$0.areaCode] ?? "", standing: standings[$0.code], monthAsked: period.month)
        }
        return (rows, selection.lines.count, next, selection.total)
    }
}

extension Table {
    /// Sites that an exclusion takes out of the figures of the month.
    package static func excluded(_ sites: [ExcludedSite], _ month: Month, _ speech: Speech) -> Table {
        Table(
            caption: speech("excluded.caption", ["month": speech.month(month)]),
            columns: ["code", "name", "reason", "document"].map { Column(speech("excluded.column.\($0)")) },
            rows: sites.map {
                [
                    Cell($0.code), Cell($0.name, url: FigureAddress.site($0.code, month)), Cell($0.reason, mark: "wide"),
                    Cell(paper: $0.document),
                ]
            }, head: 1,
            empty: speech("excluded.empty"))
    }
}
