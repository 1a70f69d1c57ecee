import Accounts
import Basics
import Foundation
import Hummingbird
import Lists
import Registry
import Storage
import Web
import Wire

extension Feature {
    /// What an honest network would not cause, for the system administrator.
    static var incidents: Feature {
        let today = TodayLook(.seeSystem) { statements, question in
            let open = try statements.incidentCounts(
                IncidentFilter(onlyOpen: true), where: try statements.visibleIncidents(in: question.scope, on: question.today))
            return [TodayEntry(.mine, "today.incidents", count: open.values.reduce(0, +), at: SystemAddress.incidents())]
        }
        return Feature("incidents", menu: [MenuEntry(.system, "nav.incidents", SystemAddress.incidents, .seeSystem)], today: [today]) {
            $0.list(.incidents)
        }
    }
}

/// An incident with the names that it needs.
struct NamedIncident: Sendable {
    let incident: StoredIncident
    let names: [String: String]
    let accounts: [String: NamedAccount]

    /// What is called what; one that a newer node reports is called by its code.
    func what(_ question: ListQuestion) -> String {
        let isKnown = question.house.pages.words.has("incident.\(incident.kind)")
        return question.text(isKnown ? "incident.\(incident.kind)" : "incident.other", ["kind": incident.kind])
    }

    /// What is to be done about it.
    func todo(_ question: ListQuestion) -> String {
        let isKnown = question.house.pages.words.has("incident.\(incident.kind)")
        return question.text(isKnown ? "incident.\(incident.kind).todo" : "incident.other.todo")
    }

    func place(_ question: ListQuestion) -> String {
        incident.reporter.isEmpty ? question.text("incidents.centre") : names[incident.reporter] ?? incident.reporter
    }
}

extension ListPage where Row == NamedIncident {
    /// Incidents, the latest first; what was seen to is settled, and comes back when it happens again.
    static var incidents: ListPage {
        ListPage(
            SystemAddress.incidents, .seeSystem, title: "incidents.title",
            columns: [
                ListColumn("what", "incidents.what") { Table.Cell($0.what($1), mark: "wide") },
                ListColumn("todo", "incidents.todo") { Table.Cell($0.todo($1), mark: "wide") },
                ListColumn("where", "incidents.where") { Table.Cell($0.place($1)) },
                ListColumn("about", "incidents.about") { row, _ in Table.Cell(row.incident.about, mark: "wide") },
                ListColumn("count", "incidents.count", isNumber: true) { row, _ in Table.Cell(Int(row.incident.occurrences)) },
                ListColumn("last", "incidents.last") { Table.Cell($1.time($0.incident.lastAt)) },
                ListColumn("first", "incidents.first") { Table.Cell($1.time($0.incident.firstAt)) },
                ListColumn("standing", "incidents.standing") { row, question in
                    guard let at = row.incident.settledAt else { return Table.Cell(question.text("incidents.open"), mark: "standing") }
                    let values = ["name": question.actor(row.incident.settledBy ?? "", row.accounts), "at": question.time(at)]
                    return Table.Cell(
                        [row.incident.isOpen ? question.text("incidents.open") : "", question.text("incidents.settled", values)].filter {
                            !$0.isEmpty
                        }.joined(separator: " "),
                        mark: "wide")
                },
                ListColumn("code", "incidents.code", isUsual: false) { row, _ in Table.Cell(row.incident.kind) },
                ListColumn("reporter", "incidents.reporter", isUsual: false) { row, _ in Table.Cell(row.incident.reporter) },
            ],
            filters: [
                ListFilter("state", "incidents.show", [FieldOption("", "incidents.open"), FieldOption("all", "incidents.all")]),
                ListFilter(
                    "kind", "incidents.what",
                    [FieldOption("", "incidents.every_kind")]
                        + IncidentKind.allCases.map { FieldOption($0.rawValue, "incident.\($0.rawValue)") }),
            ],
            rows: { statements, question in
                let visible = try statements.visibleIncidents(in: question.scope, on: question.today)
                let found = try statements.incidents(
                    IncidentFilter(question), after: IncidentPlace(question.after), where: visible, limit: question.limit)
                let names = try statements.nodeNames(Set(found.map(\.reporter)).sorted())
                let accounts = try statements.namedAccounts(Set(found.compactMap(\.settledBy)).sorted())
                return found.map { NamedIncident(incident: $0, names: names, accounts: accounts) }
            },
            count: { statements, question in
                let counts = try statements.incidentCounts(
                    IncidentFilter(question), where: try statements.visibleIncidents(in: question.scope, on: question.today))
                return question["kind"].isEmpty ? counts.values.reduce(0, +) : counts[question["kind"]] ?? 0
            }, place: { $0.incident.key },
            acts: [
                ListAct("settle", "incidents.settle", .seeSystem) { statements, keys, question, act in
                    let visible = try statements.visibleIncidents(in: question.scope, on: question.today)
                    return try keys.count { key in
                        guard let place = IncidentPlace(key), let count = key.split(separator: ",").last.flatMap({ Int64($0) }) else {
                            return false
                        }
                        do {
                            try statements.settleIncident(
                                reporter: place.reporter, kind: place.kind, about: place.about, occurrences: count, through: place.lastAt,
                                where: visible, by: act)
                        } catch is Refusal { return false }
                        return true
                    }
                }
            ], isOpen: \.incident.isOpen, note: "incidents.note", empty: "incidents.empty")
    }
}

extension IncidentFilter {
    fileprivate init(_ question: ListQuestion) { self.init(onlyOpen: question["state"] != "all", kind: question["kind"]) }
}

extension StoredIncident {
    /// Its place in the list, and how often it had happened when it was looked at: what happens later is not settled with it.
    fileprivate var key: String {
        [String(lastAt.milliseconds), reporter, kind, about].map(Query.segment).joined(separator: ",") + ",\(occurrences)"
    }
}

extension IncidentPlace {
    fileprivate init?(_ key: String) {
        let parts = key.split(separator: ",", omittingEmptySubsequences: false).map { $0.removingPercentEncoding ?? "" }
        guard parts.count == 5, let last = Int64(parts[0]) else { return nil }
        self.init(lastAt: Instant(milliseconds: last), reporter: parts[1], kind: parts[2], about: parts[3])
    }
}
