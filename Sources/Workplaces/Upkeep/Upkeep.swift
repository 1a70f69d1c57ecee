import Accounts
import Basics
import Hummingbird
import Lists
import Operations
import Registry
import Storage
package import Web

/// Where those who keep lines and boxes see what they look after.
enum UpkeepAddress {
    static let list = FixedAddress("/upkeep")
    static let site = Address<String>("/upkeep/:site")
}

extension ListPage where Row == UpkeepSite {
    fileprivate static var upkeep: ListPage {
        @Sendable func show(_ question: ListQuestion) -> UpkeepShow { UpkeepShow(rawValue: question["show"]) ?? .wanting }
        return ListPage(
            UpkeepAddress.list, .seeUpkeep, title: "upkeep.title",
            columns: [
                ListColumn("name", "upkeep.site") { row, _ in Table.Cell(row.name, url: UpkeepAddress.site(row.code)) },
                ListColumn("code", "upkeep.code") { row, _ in Table.Cell(row.code) },
                ListColumn("area", "upkeep.area") { row, _ in Table.Cell(row.areaName) },
                ListColumn("mode", "upkeep.mode") { Table.Cell($1.text("site_mode.\($0.mode.rawValue)")) },
                ListColumn("state", "upkeep.state") { Table.Cell($1.text("site_state.\($0.state.rawValue)"), mark: "standing") },
                ListColumn("heard", "upkeep.heard") { row, question in
                    Table.Cell(row.heardAt.map(question.house.zone.text) ?? question.text("silence.never"))
                },
                ListColumn("days", "upkeep.days", isNumber: true) { row, question in
                    Table.Cell(row.heardAt.map { String(question.now.milliseconds(since: $0) / 86_400_000) } ?? "")
                },
                ListColumn("faults", "upkeep.faults", isNumber: true) { row, _ in Table.Cell(row.faults) },
            ],
            filters: [
                ListFilter("show", "upkeep.show", UpkeepShow.allCases.map { FieldOption($0.rawValue, "upkeep.show.\($0.rawValue)") })
            ], search: "upkeep.search",
            rows: { statements, question in
                let parts = question.after.split(separator: "_", maxSplits: 1)
                let place = parts.count == 2 ? Int64(parts[0]).map { (heardAt: Instant(milliseconds: $0), code: String(parts[1])) } : nil
                return try statements.upkeepSites(
                    try statements.upkeepParts(question.visit.grants, on: question.today), show(question), matching: question.words,
                    after: place, limit: question.limit, silentSince: SilenceSpan.day.start(question.now), on: question.today)
            },
            count: { statements, question in
                try statements.upkeepCount(
                    try statements.upkeepParts(question.visit.grants, on: question.today), show(question), matching: question.words,
                    silentSince: SilenceSpan.day.start(question.now), on: question.today)
            }, place: { "\($0.heardAt?.milliseconds ?? 0)_\($0.code)" }, note: "upkeep.note", empty: "upkeep.empty")
    }
}

/// The page `upkeep_site`: what is known of a site, and whom to ring.
struct UpkeepPage: Sendable {
    let top: SiteTop
    let facts: Table
    let messages: Table
}

extension Feature {
    /// What an operator's staff come for: the sites that they look after and that want it.
    package static var upkeep: Feature {
        let today = TodayLook(.seeUpkeep) { statements, question in
            // Offices see the same among what fell silent.
            let grants = question.grants.filter { $0.role == .maintenance }
            guard !grants.isEmpty else { return [] }
            let (parts, since) = (try statements.upkeepParts(grants, on: question.today), SilenceSpan.day.start(question.now))
            func count(_ show: UpkeepShow) throws -> Int {
                try statements.upkeepCount(parts, show, most: 500, silentSince: since, on: question.today)
            }
            return [
                TodayEntry(.mine, "today.upkeep.wanting", count: try count(.wanting), at: UpkeepAddress.list(), most: 500),
                TodayEntry(
                    .own, "today.upkeep.all", count: try count(.all), at: UpkeepAddress.list().with("show", UpkeepShow.all.rawValue),
                    most: 500),
            ]
        }
        return Feature("upkeep", menu: [MenuEntry(.run, "upkeep.title", UpkeepAddress.list, .seeUpkeep)], today: [today]) {
            $0.list(.upkeep)
            $0.upkeepSite()
        }
    }
}

extension Routes {
    /// `/upkeep/:site`: a site as whoever mends it needs it.
    fileprivate mutating func upkeepSite() {
        let house = house
        get(UpkeepAddress.site, .seeUpkeep) { request, context, visit in
            let (at, code) = (FormVisit(house, visit, request, context), try UpkeepAddress.site.parts(context))
            let (site, page) = try await house.database.read { statements in
                let parts = try statements.upkeepParts(visit.grants, on: at.today)
                let found = try statements.upkeepSites(
                    parts, .all, matching: SearchWords(code), limit: 100, silentSince: SilenceSpan.day.start(at.act.at), on: at.today)
                guard let site = found.first(where: { $0.code == code }),
                    let known = try statements.site(code: code, on: at.today, in: visit.scope)
                else { throw Refusal.notFound("site") }
                let boxes = try statements.assignments(site: known.num).filter { $0.fromDay <= at.today && at.today < $0.untilDay }
                let told = try statements.siteMessages(
                    SiteMessageFilter(words: SearchWords(code), topic: .fault, state: .open), limit: 20, on: at.today, in: visit.scope
                ).filter { $0.siteCode == code }
                let top = try SiteTop(statements, SiteVisit(house, visit, site: known.num, code: code))
                return (site, UpkeepPage(top: top, facts: .upkeep(site, boxes.map(\.terminalID), at), messages: .faults(told, at)))
            }
            return try house.page(
                FormFrame(
                    title: site.name, crumbs: [Frame.Link(label: at.text("upkeep.title"), url: UpkeepAddress.list())],
                    template: "upkeep_site", content: page), at)
        }
    }
}

extension Table {
    fileprivate static func upkeep(_ site: UpkeepSite, _ boxes: [String], _ at: FormVisit) -> Table {
        let lines = [
            ("code", site.code), ("area", site.areaName), ("mode", at.text("site_mode.\(site.mode.rawValue)")),
            ("state", at.text("site_state.\(site.state.rawValue)")),
            ("heard", site.heardAt.map(at.house.zone.text) ?? at.text("silence.never")),
            ("boxes", boxes.joined(separator: at.text("list.comma"))),
        ]
        return Table(
            caption: at.text("record.facts"), columns: [Column(at.text("record.field")), Column(at.text("record.content"))],
            rows: lines.map { [Cell(at.text("upkeep.\($0.0)")), Cell($0.1, mark: "wide")] })
    }

    fileprivate static func faults(_ told: [SiteMessage], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("upkeep.told"), columns: [Column(at.text("record.at")), Column(at.text("site_message.body"))],
            rows: told.map {
                [
                    Cell(at.house.zone.text($0.madeAt)),
                    Cell($0.body.isEmpty ? at.text("site_message.topic.fault") : $0.body, mark: "wide"),
                ]
            }, empty: at.text("upkeep.nothing_told"))
    }
}
