import Accounts
import Basics
import Jobs
import Lists
import Registry
import Storage
import Web

extension Feature {
    /// The log of acts, for the auditor; once a day it is compared with its chain.
    static func events(_ house: House) -> Feature {
        let check = PeriodicWork("log compared with its chain", every: .seconds(86_400)) {
            let state = try await house.database.read { try $0.verifyLog() }
            let now = house.clock.now
            try await house.database.write { try $0.noteLogCheck(state, at: now) }
        }
        return Feature(
            "events", menu: [MenuEntry(.system, "nav.events", SystemAddress.events, .seeAudit)], timers: [FeatureTimer(check)],
            speech: [EventSpeech(["facts."]), EventSpeech(["quarantine."]) { _, _, _ in ["quarantine": ""] }]
        ) { $0.list(.events) }
    }
}

/// What acts are of, for whoever looks for some of them.
private enum ActMatter: String, CaseIterable, Sendable {
    case accounts, signIns = "sign_ins", register, facts, bulletins, library, system

    /// How the codes of their entries begin.
    var kinds: [String] {
        switch self {
        case .accounts: ["account.", "grant."]
        case .signIns: ["session.", "request.", "refusals.", "list."]
        case .register: ["site_message.", "area.", "site.", "exclusion.", "organisation.", "operator.", "agreement.", "paper.", "import."]
        case .facts: ["facts.", "quarantine.", "formula."]
        case .bulletins: ["return.", "composition.", "month.", "edition."]
        case .library: ["courseware.", "catalogue.", "stop."]
        case .system: ["node.", "network.", "incident.", "backup."]
        }
    }
}

/// Since when acts are shown.
private enum ActSpan: String, CaseIterable, Sendable {
    case day, week, month, quarter

    var days: Int {
        switch self {
        case .day: 1
        case .week: 7
        case .month: 30
        case .quarter: 90
        }
    }
}

/// The page around the log: what its chain says.
private struct LogFrame: Sendable {
    let list: ListView
    let chain: String
    let isBroken: Bool
}

extension ListPage where Row == SaidEvent {
    /// The log of acts, newest first.
    static var events: ListPage {
        ListPage(
            SystemAddress.events, .seeAudit, title: "events.title",
            columns: [
                ListColumn("at", "events.at") { Table.Cell($1.time($0.event.happenedAt)) },
                ListColumn("actor", "events.actor") { row, _ in Table.Cell(row.actor) },
                ListColumn("what", "events.what") { row, _ in Table.Cell(row.what, mark: "wide") },
                ListColumn("detail", "events.detail") { row, _ in Table.Cell(row.detail, mark: "wide") },
                ListColumn("result", "events.result") { row, question in
                    row.event.refusal.isEmpty
                        ? Table.Cell(question.text("events.done"))
                        : Table.Cell("\(question.text("events.refused")) \(question.text("refusal.\(row.event.refusal)"))", mark: "wide")
                },
                ListColumn("from", "events.from") { row, question in
                    Table.Cell(row.event.address.isEmpty ? question.text("account.this_machine") : row.event.address)
                },
                ListColumn("code", "events.code", isUsual: false) { row, _ in Table.Cell(row.event.kind) },
                ListColumn("subject", "events.subject", isUsual: false) { row, _ in Table.Cell(row.event.subject, mark: "wide") },
                ListColumn("agent", "events.agent", isUsual: false) { row, _ in Table.Cell(row.event.agent, mark: "wide") },
            ],
            filters: [
                ListFilter("matter", "events.matter", any: "events.any", among: ActMatter.self, words: "events.matter"),
                ListFilter("since", "events.since", any: "events.ever", among: ActSpan.self, words: "events.since"),
                ListFilter(
                    "result", "events.result",
                    [FieldOption("", "events.any"), FieldOption("refused", "events.refused"), FieldOption("done", "events.done")]),
            ],
            search: "events.search",
            find: { question in
                try await question.house.database.read { statements in
                    let wanted = try statements.wanted(question)
                    let found = try statements.events(before: question.after, limit: question.limit, where: wanted)
                    let (said, check) = (
                        try question.house.said(found, statements, question.visit.language), try statements.logCheck()
                    )
                    return ListFound(
                        rows: said, count: try statements.eventCount(where: wanted, most: 10_000),
                        around: { list in
                            ListFrame(
                                "log_of_acts",
                                LogFrame(
                                    list: list, chain: question.said(check), isBroken: check.map { !$0.isWhole } ?? false),
                                title: question.text("events.title"))
                        })
                }
            }, mostCounted: 10_000, place: \.event.id, empty: "events.empty")
    }
}

extension ListQuestion {
    /// What the last comparison of the log with its chain said.
    fileprivate func said(_ check: LogCheck?) -> String {
        guard let check else { return text("events.unchecked") }
        let values = ["at": time(check.checkedAt), "entries": grouped(check.entries), "faults": String(check.faults)]
        return text(check.isWhole ? "events.whole" : "events.broken", values)
    }
}

extension Statements {
    /// What of the log somebody may see and asked for: by who, what, about what, when.
    fileprivate func wanted(_ question: ListQuestion) throws -> SQL {
        var condition: SQL = "(\(sql: try visibleEvents(in: question.scope, on: question.today)))"
        if let matter = ActMatter(rawValue: question["matter"]) {
            let kinds: SQL = matter.kinds.reduce("1 = 0") { "\(sql: $0) OR e.kind LIKE \("\($1)%")" }
            condition = "\(sql: condition) AND (\(sql: kinds))"
        }
        if let span = ActSpan(rawValue: question["since"]) {
            condition = "\(sql: condition) AND e.happened_at >= \(question.now.adding(seconds: -86_400 * Int64(span.days)))"
        }
        switch question["result"] {
        case "refused": condition = "\(sql: condition) AND e.refusal <> ''"
        case "done": condition = "\(sql: condition) AND e.refusal = ''"
        default: break
        }
        return question.typed.isEmpty ? condition : "\(sql: condition) AND \(sql: try eventsAbout(question.typed))"
    }
}
