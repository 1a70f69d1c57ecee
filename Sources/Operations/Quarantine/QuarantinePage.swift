import Accounts
import Basics
import Foundation
import Hummingbird
import Storage
package import Web
import Wire

extension Feature {
    /// What waits for a person, and whose clock is wrong.
    package static var quarantine: Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let waiting = try statements.quarantined(reason: nil, after: "", limit: 500, on: question.today, in: question.scope)
            return [
                TodayEntry(
                    .mine, "today.quarantine", count: waiting.count, since: waiting.map(\.receivedAt).min().map(question.zone.day),
                    path: "/quarantine", most: 500)
            ]
        }
        return Feature("quarantine", menu: [MenuEntry(.run, "nav.quarantine", "/quarantine", .seeFigures)], today: [today]) {
            $0.addQuarantine()
        }
    }
}

extension Routes {
    /// What waits for a person, and whose clock is wrong.
    fileprivate mutating func addQuarantine() {
        let house = house
        get("/quarantine", .seeFigures) { request, _, visit in
            let (query, today, limit) = (Query(request), house.today, QuarantinePage.pageSize + 1)
            let reason = QuarantinePage.reasons.contains(query["reason"]) ? query["reason"] : nil
            let after = query["after"]
            let (facts, errors, overflow) = try await house.database.read { statements in
                (
                    try statements.quarantined(reason: reason, after: after, limit: limit, on: today, in: visit.scope),
                    try statements.clockErrors(since: today.advanced(by: -30), limit: 200, on: today, in: visit.scope),
                    try statements.quarantineOverflow(limit: 50, on: today, in: visit.scope)
                )
            }
            return try house.page(
                "quarantine", QuarantinePage(facts, errors, overflow, reason: reason, house, visit),
                title: house.text("quarantine.title", visit), for: visit, request)
        }
    }
}

/// A clock's error in words: days, hours or minutes, whichever is the greatest that is not nought.
package func clockErrorText(_ aheadMs: Int64, _ say: (String, [String: String]) -> String) -> String {
    let minutes = (abs(aheadMs) + 30_000) / 60_000
    let (unit, count) = minutes >= 1440 ? ("days", minutes / 1440) : minutes >= 60 ? ("hours", minutes / 60) : ("minutes", minutes)
    return say(aheadMs > 0 ? "clock.ahead" : "clock.behind", ["span": say("clock.\(unit)", ["count": String(count)])])
}

/// The page `quarantine`.
struct QuarantinePage: Sendable {
    let choices: [Choice]
    let facts: Table
    let nextPageURL: String?
    /// Nil while everybody has room.
    let overflow: Table?
    let clocks: Table

    static let pageSize = 50
    static let reasons = [
        "fact.future", "fact.before_network", "fact.unknown_terminal", "fact.not_assigned", "fact.not_below", "fact.unknown_courseware",
        "fact.contradicts", "fact.too_many",
        "fact.revision",
    ]

    init(
        _ facts: [PlacedQuarantine], _ errors: [ClockErrorDay], _ overflow: [QuarantineOverflow], reason: String?, _ house: House,
        _ visit: Visit
    ) {
        func say(_ key: String, _ values: [String: String] = [:]) -> String { house.text(key, visit, values) }
        choices =
            [Choice(choiceValue: "", choiceLabel: say("quarantine.any"), chosen: reason == nil)]
            + QuarantinePage.reasons.map { Choice(choiceValue: $0, choiceLabel: say("quarantine.\($0)"), chosen: $0 == reason) }
        func site(_ code: String?, _ name: String?) -> Table.Cell {
            code.map { Table.Cell("\(name ?? "") \($0)", url: "/sites/\($0)") } ?? Table.Cell("—")
        }
        self.facts = Table(
            caption: say("quarantine.facts"),
            columns: ["received", "terminal", "site", "what", "reason", "clock"].map { Table.Column(say("quarantine.column.\($0)")) },
            rows: facts.prefix(QuarantinePage.pageSize).map { row in
                let fact = try? JSONDecoder().decode(Fact.self, from: Data(row.fact.utf8))
                let ahead =
                    row.reason == "fact.future"
                    ? fact.flatMap { QuarantinePage.end(of: $0, house.zone) }?.milliseconds(since: row.receivedAt) : nil
                return [
                    Table.Cell(house.zone.text(row.receivedAt)), Table.Cell(row.subject), site(row.siteCode, row.siteName),
                    Table.Cell(fact.map { QuarantinePage.what($0, house.zone, say) } ?? row.fact),
                    Table.Cell(say("quarantine.\(row.reason)"), mark: "standing"),
                    Table.Cell(ahead.map { clockErrorText($0, say) } ?? ""),
                ]
            }, empty: say("quarantine.empty"))
        nextPageURL =
            facts.count > QuarantinePage.pageSize
            ? "/quarantine?reason=\(reason ?? "")&after=\(facts[QuarantinePage.pageSize - 1].id)" : nil
        self.overflow =
            overflow.isEmpty
            ? nil
            : Table(
                caption: say("quarantine.overflow"),
                columns: ["sender", "reason", "facts", "last"].map { Table.Column(say("quarantine.overflow.\($0)")) },
                rows: overflow.map {
                    [
                        Table.Cell($0.sender), Table.Cell(say("quarantine.\($0.reason)")), Table.Cell(String($0.facts)),
                        Table.Cell(house.zone.text($0.lastAt)),
                    ]
                }, empty: "")
        clocks = Table(
            caption: say("clock.caption"), columns: ["day", "terminal", "site", "error"].map { Table.Column(say("clock.column.\($0)")) },
            rows: errors.map { error in
                [
                    Table.Cell(error.day.description), Table.Cell(error.terminal), site(error.siteCode, error.siteName),
                    Table.Cell(clockErrorText(error.aheadMs, say)),
                ]
            }, empty: say("clock.empty"))
    }

    /// The last moment that a fact speaks of.
    private static func end(of fact: Fact, _ zone: NetworkZone) -> Instant? {
        switch fact.body {
        case .presence(let presence): zone.start(of: presence.day).adding(seconds: Int64((presence.minutes.last ?? 0) + 1) * 60)
        case .play(let play): play.intervals.map(\.endedAt).max()
        case .watermark(let watermark): watermark.throughAt
        case .holding: nil
        case .incident(let incident): incident.lastAt
        }
    }

    private static func what(_ fact: Fact, _ zone: NetworkZone, _ say: (String, [String: String]) -> String) -> String {
        switch fact.body {
        case .presence(let presence):
            say("quarantine.what.presence", ["day": presence.day.description, "count": String(presence.minutes.count)])
        case .play(let play):
            say("quarantine.what.play", ["courseware": play.courseware, "at": play.intervals.map(\.startedAt).min().map(zone.text) ?? ""])
        case .watermark(let watermark): say("quarantine.what.watermark", ["at": zone.text(watermark.throughAt)])
        case .holding(let holding): holding.courseware
        case .incident(let incident): "\(incident.kind) \(incident.about)"
        }
    }
}
