import Accounts
import Basics
import Hummingbird
import Registry
import Storage
import Web

/// The page `site_history`: what a site was called, where it lay, which boxes stood there, and who said so when.
struct SiteHistoryPage: Sendable {
    let isChanged: Bool
    let rows: Table
    let states: Table
    let boxes: Table
}

extension Routes {
    /// `/sites/:code/history`.
    mutating func addSiteHistory() {
        let house = house
        get(SiteAddress.history, .seeFigures) { request, context, visit in
            let (code, today) = (try SiteAddress.history.parts(context), house.today)
            let found = try await house.database.read { statements in
                guard let site = try statements.site(code: code, on: today, in: visit.scope) else { throw Refusal.notFound("site") }
                let (rows, states) = (try statements.siteHistory(site.num), try statements.stateHistory(site: site.num))
                let boxes = try statements.terminalStays(site: site.num)
                let actors = Set(rows.map(\.actor) + states.map(\.actor) + boxes.map(\.actor)).subtracting([""]).sorted()
                return (site, rows, states, boxes, try statements.namedAccounts(actors))
            }
            let (site, rows, states, boxes, accounts) = found
            let page = SiteHistoryPage(
                isChanged: request.uri.queryParameters["changed"] != nil, rows: .spans(rows, accounts, house, visit),
                states: .states(states, accounts, zone: house.zone, house.pages.words, visit.language),
                boxes: .stays(boxes, isSite: true, accounts, house, visit))
            return try house.page(
                "site_history", page, title: house.text("site_history.of", visit, ["site": site.name]),
                crumbs: [Frame.Link(label: site.name, url: SiteAddress.page(site.code))], for: visit, request)
        }
    }
}

extension Table {
    fileprivate static func spans(_ rows: [SiteHistoryRow], _ accounts: [String: NamedAccount], _ house: House, _ visit: Visit) -> Table {
        func say(_ key: String) -> String { house.text(key, visit) }
        return Table(
            caption: say("site_history.rows"),
            columns: ["from_day", "through_day", "site", "area", "kind", "mode", "reason", "document", "actor", "recorded", "standing"].map
            {
                Column(say("site_change.column.\($0)"))
            },
            rows: rows.map { row in
                [
                    Cell(row.fromDay.description), Cell(through(row.untilDay, house, visit)), Cell(row.name),
                    Cell([row.areaName, row.areaCode].compactMap { $0 }.joined(separator: " ")),
                    Cell(say("site_kind.\(row.kind.rawValue)")),
                    Cell(say("site_mode.\(row.mode.rawValue)")), Cell(row.reason, mark: "wide"), Cell(paper: row.document),
                    Cell(row.actor.isEmpty ? "" : house.pages.words.actor(row.actor, accounts, visit.language)),
                    Cell(house.zone.text(row.recordedAt)), standing(row.replacedAt, house, visit),
                ]
            }, empty: say("site_history.none"))
    }

    /// The stays of boxes: at one site, or of one box.
    static func stays(_ rows: [TerminalStay], isSite: Bool, _ accounts: [String: NamedAccount], _ house: House, _ visit: Visit) -> Table {
        func say(_ key: String) -> String { house.text(key, visit) }
        return Table(
            caption: say("terminal.stays"),
            columns: [isSite ? "terminal" : "site", "from_day", "through_day", "reason", "document", "actor", "recorded", "standing"].map {
                Column(say("site_change.column.\($0)"))
            },
            rows: rows.map { row in
                [
                    isSite
                        ? Cell(row.terminalID, url: TerminalAddress.page(row.terminalID))
                        : Cell("\(row.siteName) \(row.siteCode)", url: SiteAddress.page(row.siteCode)),
                    Cell(row.fromDay.description), Cell(through(row.untilDay, house, visit)), Cell(row.reason, mark: "wide"),
                    Cell(paper: row.document), Cell(row.actor.isEmpty ? "" : house.pages.words.actor(row.actor, accounts, visit.language)),
                    Cell(house.zone.text(row.recordedAt)), standing(row.replacedAt, house, visit),
                ]
            }, empty: say("terminal.no_stays"))
    }

    private static func through(_ until: Day, _ house: House, _ visit: Visit) -> String {
        until == .forever ? house.text("span.open_end", visit) : until.advanced(by: -1).description
    }

    private static func standing(_ replacedAt: Instant?, _ house: House, _ visit: Visit) -> Cell {
        Cell(
            replacedAt.map { house.text("states.corrected", visit, ["time": house.zone.text($0)]) } ?? house.text("states.valid", visit),
            mark: "standing")
    }
}
