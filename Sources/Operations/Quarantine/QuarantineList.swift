import Accounts
import Basics
import Foundation
import Lists
import Registry
import Storage
package import Web
import Wire

/// Where facts are that were not taken.
enum QuarantineAddress {
    static let list = FixedAddress("/quarantine")
}

extension Feature {
    /// What waits for a person, and whose clock is wrong.
    package static func quarantine(_ rules: FactRules) -> Feature {
        let today = TodayLook(.keepRegister) { statements, question in
            let waiting = try statements.quarantined(reason: nil, after: "", limit: 500, on: question.today, in: question.scope)
            return [
                TodayEntry(
                    .mine, "today.quarantine", count: waiting.count, since: waiting.map(\.receivedAt).min().map(question.zone.day),
                    at: QuarantineAddress.list(), most: 500)
            ]
        }
        return Feature("quarantine", menu: [MenuEntry(.run, "nav.quarantine", QuarantineAddress.list, .seeFigures)], today: [today]) {
            $0.list(.quarantine(rules))
        }
    }
}

/// A clock's error in words: days, hours or minutes, whichever is the greatest that is not nought.
package func clockErrorText(_ aheadMs: Int64, _ say: (String, [String: String]) -> String) -> String {
    let minutes = (abs(aheadMs) + 30_000) / 60_000
    let (unit, count) = minutes >= 1440 ? ("days", minutes / 1440) : minutes >= 60 ? ("hours", minutes / 60) : ("minutes", minutes)
    return say(aheadMs > 0 ? "clock.ahead" : "clock.behind", ["span": say("clock.\(unit)", ["count": String(count)])])
}

/// The page around the list of quarantined facts.
private struct QuarantineFrame: Sendable {
    let list: ListView
    /// Nil while everybody has room.
    let overflow: Table?
    let clocks: Table
}

/// Why a fact can wait.
private let reasons = [
    "fact.future", "fact.before_network", "fact.unknown_terminal", "fact.not_assigned", "fact.not_below", "fact.unknown_courseware",
    "fact.contradicts", "fact.too_many", "fact.revision",
]

extension ListPage where Row == PlacedQuarantine {
    /// The facts that wait, oldest first, and below them whose clock is wrong and who has no room.
    static func quarantine(_ rules: FactRules) -> ListPage {
        ListPage(
            QuarantineAddress.list, .seeFigures, title: "quarantine.title",
            columns: [
                ListColumn("received", "quarantine.column.received") { Table.Cell($1.time($0.receivedAt)) },
                ListColumn("terminal", "quarantine.column.terminal") { row, _ in Table.Cell(row.subject) },
                ListColumn("site", "quarantine.column.site") { row, _ in .site(row.siteCode, row.siteName) },
                ListColumn("what", "quarantine.column.what") { row, question in
                    Table.Cell(
                        row.decoded.map { $0.what(question.house.zone) { question.text($0, $1) } } ?? row.fact, mark: "wide")
                },
                ListColumn("reason", "quarantine.column.reason") { Table.Cell($1.text("quarantine.\($0.reason)"), mark: "standing") },
                ListColumn("clock", "quarantine.column.clock") { row, question in
                    let end = row.reason == "fact.future" ? row.decoded?.end(question.house.zone) : nil
                    return Table.Cell(
                        end.map { clockErrorText($0.milliseconds(since: row.receivedAt)) { question.text($0, $1) } } ?? "")
                },
                ListColumn("sender", "quarantine.overflow.sender", isUsual: false) { row, _ in Table.Cell(row.sender) },
            ],
            filters: [
                ListFilter(
                    "reason", "quarantine.column.reason",
                    [FieldOption("", "quarantine.any")] + reasons.map { FieldOption($0, "quarantine.\($0)") })
            ], search: "quarantine.search",
            find: { question in
                let reason = question["reason"].isEmpty ? nil : question["reason"]
                let (facts, count, errors, overflow) = try await question.house.database.read { statements in
                    let day = question.today
                    return (
                        try statements.quarantined(
                            reason: reason, matching: question.words, after: question.after, limit: question.limit, on: day,
                            in: question.scope),
                        try statements.quarantinedCount(
                            reason: reason, matching: question.words, most: mostCounted, on: day, in: question.scope),
                        try statements.clockErrors(since: day.advanced(by: -30), limit: 200, on: day, in: question.scope),
                        try statements.quarantineOverflow(limit: 50, on: day, in: question.scope)
                    )
                }
                let (clocks, full) = (Table.clocks(errors, question), overflow.isEmpty ? nil : Table.overflow(overflow, question))
                return ListFound(rows: facts, count: count) { list in
                    ListFrame(
                        "quarantine", QuarantineFrame(list: list, overflow: full, clocks: clocks), title: question.text("quarantine.title"))
                }
            }, mostCounted: mostCounted, place: \.id,
            acts: [
                ListAct("judge", "quarantine.judge", .keepRegister) { statements, keys, question, act in
                    let own = try statements.quarantinedIDs(among: keys, on: question.today, in: question.scope)
                    return try statements.judgeQuarantineAgain(matching: QuarantineFilter(ids: own), rules: rules, by: act).counted
                },
                ListAct("dismiss", "quarantine.dismiss", .keepRegister) { statements, keys, question, act in
                    let own = try statements.quarantinedIDs(among: keys, on: question.today, in: question.scope)
                    return try statements.dismissQuarantined(matching: QuarantineFilter(ids: own), by: act)
                },
            ], note: "quarantine.note", empty: "quarantine.empty")
    }

    private static var mostCounted: Int { 10_000 }
}

extension Table.Cell {
    fileprivate static func site(_ code: String?, _ name: String?) -> Table.Cell {
        code.map { Table.Cell("\(name ?? "") \($0)", url: SiteAddress.page($0)) } ?? Table.Cell("—")
    }
}

extension Table {
    fileprivate static func clocks(_ errors: [ClockErrorDay], _ question: ListQuestion) -> Table {
        Table(
            caption: question.text("clock.caption"),
            columns: ["day", "terminal", "site", "error"].map { Column(question.text("clock.column.\($0)")) },
            rows: errors.map { error in
                [
                    Cell(error.day.description), Cell(error.terminal), .site(error.siteCode, error.siteName),
                    Cell(clockErrorText(error.aheadMs) { question.text($0, $1) }),
                ]
            }, empty: question.text("clock.empty"))
    }

    fileprivate static func overflow(_ overflow: [QuarantineOverflow], _ question: ListQuestion) -> Table {
        Table(
            caption: question.text("quarantine.overflow"),
            columns: ["sender", "reason", "facts", "last"].map {
                Column(question.text("quarantine.overflow.\($0)"), isNumber: $0 == "facts")
            },
            rows: overflow.map {
                [
                    Cell($0.sender), Cell(question.text("quarantine.\($0.reason)")), Cell(String($0.facts)), Cell(question.time($0.lastAt)),
                ]
            })
    }
}

extension PlacedQuarantine {
    fileprivate var decoded: Fact? { try? JSONDecoder().decode(Fact.self, from: Data(fact.utf8)) }
}

extension Fact {
    /// The last moment that it speaks of.
    fileprivate func end(_ zone: NetworkZone) -> Instant? {
        switch body {
        case .presence(let presence): zone.start(of: presence.day).adding(seconds: Int64((presence.minutes.last ?? 0) + 1) * 60)
        case .play(let play): play.intervals.map(\.endedAt).max()
        case .watermark(let watermark): watermark.throughAt
        case .holding: nil
        case .incident(let incident): incident.lastAt
        case .test(let test): test.at
        case .stop(let stop): stop.backAt
        case .contact(let contact): zone.start(of: contact.day).adding(seconds: Int64((contact.minutes.last ?? 0) + 1) * 60)
        }
    }

    fileprivate func what(_ zone: NetworkZone, _ say: (String, [String: String]) -> String) -> String {
        switch body {
        case .presence(let presence):
            say("quarantine.what.presence", ["day": presence.day.description, "count": String(presence.minutes.count)])
        case .play(let play):
            say("quarantine.what.play", ["courseware": play.courseware, "at": play.intervals.map(\.startedAt).min().map(zone.text) ?? ""])
        case .watermark(let watermark): say("quarantine.what.watermark", ["at": zone.text(watermark.throughAt)])
        case .holding(let holding): holding.courseware
        case .incident(let incident): "\(incident.kind) \(incident.about)"
        case .test(let test): say("quarantine.what.test", ["courseware": test.courseware, "at": zone.text(test.at)])
        case .stop(let stop): say("quarantine.what.stop", ["at": zone.text(stop.lastAt)])
        case .contact(let contact):
            say(
                "quarantine.what.contact",
                ["terminal": contact.terminal, "day": contact.day.description, "count": String(contact.minutes.count)])
        }
    }
}
