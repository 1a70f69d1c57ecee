import Accounts
import Basics
import Foundation
import Hummingbird
import Registry
import Storage
import Web

extension Feature {
    /// What an honest network would not cause, for the system administrator.
    static var incidents: Feature {
        let today = TodayLook(.seeSystem) { statements, question in
            let open = try statements.incidentCounts(IncidentFilter(onlyOpen: true), where: try statements.visibleIncidents(in: question.scope, on: question.today))
            return [TodayEntry(.mine, "today.incidents", count: open.values.reduce(0, +), path: "/incidents")]
        }
        return Feature("incidents", menu: [MenuEntry(.system, "nav.incidents", "/incidents", .seeSystem)], today: [today]) { $0.addIncidents() }
    }
}

extension Routes {
    /// `/incidents`: what an honest network would not cause, for the system administrator, and that it was seen to.
    fileprivate mutating func addIncidents() {
        let house = house
        get("/incidents", .seeSystem) { request, _, visit in
            let question = IncidentQuestion(Query(request))
            let record = try await house.incidents(question, limit: IncidentListPage.most, visit)
            return try house.page("incidents", IncidentListPage(record, question, house, visit), title: house.text("incidents.title", visit), for: visit, request)
        }
        get("/incidents.csv", .seeSystem) { request, _, visit in
            let question = IncidentQuestion(Query(request))
            let record = try await house.incidents(question, limit: IncidentListPage.mostRows, visit)
            return download(Table.incidents(record, house, visit).csv, name: "incidents-\(house.today).csv", type: "text/csv; charset=utf-8")
        }
        post("/incidents/settle", .seeSystem) { form, _, visit in
            let (act, today) = (house.act(visit), house.today)
            guard let count = Int64(form["count"]), count > 0, let last = Int64(form["last"]) else { throw Refusal.notFound("incident") }
            try await house.database.write { statements in
                try statements.settleIncident(
                    reporter: form["reporter"], kind: form["kind"], about: form["about"], occurrences: count, through: Instant(milliseconds: last),
                    where: try statements.visibleIncidents(in: visit.scope, on: today), by: act)
            }
            let place = form["show_after"]
            return seeOther(Query.url("/incidents", [("state", form["show_all"] == "true" ? "all" : ""), ("kind", String(form["show_kind"].prefix(64))), ("after", place)]))
        }
    }
}

/// What a list of incidents is asked for; it stands in the address.
struct IncidentQuestion: Sendable {
    let showsAll: Bool
    /// Empty for all kinds.
    let kind: String
    /// Behind which place the page begins; nil for the first one.
    let after: IncidentPlace?

    init(_ query: Query) {
        showsAll = query["state"] == "all"
        kind = String(query["kind"].prefix(64))
        let parts = query["after"].split(separator: ",", omittingEmptySubsequences: false).map { $0.removingPercentEncoding ?? "" }
        after =
            if parts.count == 4, let last = Int64(parts[0]) {
                IncidentPlace(lastAt: Instant(milliseconds: last), reporter: parts[1], kind: parts[2], about: parts[3])
            } else { nil }
    }

    var filter: IncidentFilter { IncidentFilter(onlyOpen: !showsAll, kind: kind) }

    /// The address of the same question, behind a place.
    func url(_ path: String = "/incidents", after place: IncidentPlace? = nil) -> String {
        Query.url(path, [("state", showsAll ? "all" : ""), ("kind", kind), ("after", place?.text ?? "")])
    }
}

extension IncidentPlace {
    /// As an address has it.
    fileprivate var text: String { [String(lastAt.milliseconds), reporter, kind, about].map(Query.segment).joined(separator: ",") }
}

/// What is known for a list of incidents.
struct IncidentRecord: Sendable {
    let incidents: [StoredIncident]
    /// Whether there are more behind them.
    let hasMore: Bool
    /// How many there are in all of each kind.
    let counts: [String: Int]
    let names: [String: String]
    let accounts: [String: NamedAccount]
}

extension House {
    fileprivate func incidents(_ question: IncidentQuestion, limit: Int, _ visit: Visit) async throws -> IncidentRecord {
        let today = today
        return try await database.read { statements in
            let visible = try statements.visibleIncidents(in: visit.scope, on: today)
            let found = try statements.incidents(question.filter, after: question.after, where: visible, limit: limit + 1)
            let incidents = Array(found.prefix(limit))
            return IncidentRecord(
                incidents: incidents, hasMore: found.count > limit, counts: try statements.incidentCounts(question.filter, where: visible),
                names: try statements.nodeNames(Set(incidents.map(\.reporter)).sorted()),
                accounts: try statements.namedAccounts(Set(incidents.compactMap(\.settledBy)).sorted()))
        }
    }

    /// What a kind of incident is called; one that a newer node reports is called by its code.
    fileprivate func incidentText(_ kind: String, _ visit: Visit) -> String {
        text(pages.words.has("incident.\(kind)") ? "incident.\(kind)" : "incident.other", visit, ["kind": kind])
    }

    fileprivate func incidentPlace(_ incident: StoredIncident, _ record: IncidentRecord, _ visit: Visit) -> String {
        incident.reporter.isEmpty ? text("incidents.centre", visit) : record.names[incident.reporter] ?? incident.reporter
    }
}

/// The list of incidents, the latest first.
struct IncidentListPage: Sendable {
    /// So many stand on a page, and so many in a file.
    static let (most, mostRows) = (100, 50_000)

    struct Line: Sendable {
        let reporter: String
        let kind: String
        let what: String
        let todo: String
        let `where`: String
        let about: String
        let first: String
        let last: String
        let count: Int64
        /// When it happened last, in milliseconds.
        let lastAt: Int64
        let isOpen: Bool
        /// By whom and when it was seen to last; nil when it never was.
        let settled: String?

        init(_ incident: StoredIncident, _ record: IncidentRecord, _ house: House, _ visit: Visit) {
            let isKnown = house.pages.words.has("incident.\(incident.kind)")
            reporter = incident.reporter
            kind = incident.kind
            what = house.incidentText(incident.kind, visit)
            todo = house.text(isKnown ? "incident.\(incident.kind).todo" : "incident.other.todo", visit)
            `where` = house.incidentPlace(incident, record, visit)
            about = incident.about
            first = house.zone.text(incident.firstAt)
            last = house.zone.text(incident.lastAt)
            count = incident.occurrences
            lastAt = incident.lastAt.milliseconds
            isOpen = incident.isOpen
            settled = incident.settledAt.map { at in
                house.text(
                    "incidents.settled", visit, ["name": house.pages.words.actor(incident.settledBy ?? "", record.accounts, visit.language), "at": house.zone.text(at)])
            }
        }
    }
    let lines: [Line]
    let showsAll: Bool
    let shownKind: String
    /// Behind which place this page begins, as the address has it.
    let shownAfter: String
    /// What stands in the place of lines.
    let none: String
    let kinds: [Choice]
    let total: String
    let empty: Bool
    let nextPageURL: String?
    let firstPageURL: String?
    let csvURL: String
    let csrf: String

    init(_ record: IncidentRecord, _ question: IncidentQuestion, _ house: House, _ visit: Visit) {
        lines = record.incidents.map { Line($0, record, house, visit) }
        showsAll = question.showsAll
        shownKind = question.kind
        shownAfter = question.after?.text ?? ""
        none = house.text(question.showsAll || question.after != nil || !question.kind.isEmpty ? "incidents.none_here" : "incidents.empty", visit)
        // The kind that was asked for stays to be chosen, also when the last of it was settled.
        kinds = Set(record.counts.keys).union(question.kind.isEmpty ? [] : [question.kind]).map { kind in
            Choice(choiceValue: kind, choiceLabel: "\(house.incidentText(kind, visit)) (\(record.counts[kind] ?? 0))", chosen: kind == question.kind)
        }.sorted { ($0.choiceLabel, $0.choiceValue) < ($1.choiceLabel, $1.choiceValue) }
        let count = question.kind.isEmpty ? record.counts.values.reduce(0, +) : record.counts[question.kind] ?? 0
        total = house.text("incidents.total", visit, ["count": String(count)])
        empty = lines.isEmpty
        nextPageURL = record.hasMore ? record.incidents.last.map { question.url(after: $0.place) } : nil
        firstPageURL = question.after == nil ? nil : question.url()
        csvURL = question.url("/incidents.csv")
        csrf = visit.csrf
    }
}

extension Table {
    /// Incidents as a file holds them.
    fileprivate static func incidents(_ record: IncidentRecord, _ house: House, _ visit: Visit) -> Table {
        let names = ["what", "code", "where", "reporter", "about", "count", "first", "last", "standing", "settled_by", "settled_at"]
        let rows = record.incidents.map { incident -> [Cell] in
            [
                Cell(house.incidentText(incident.kind, visit)), Cell(incident.kind), Cell(house.incidentPlace(incident, record, visit)), Cell(incident.reporter),
                Cell(incident.about), Cell(String(incident.occurrences)), Cell(house.zone.text(incident.firstAt)), Cell(house.zone.text(incident.lastAt)),
                Cell(house.text(incident.isOpen ? "incidents.open" : "incidents.settle", visit)),
                Cell(incident.settledBy.map { house.pages.words.actor($0, record.accounts, visit.language) } ?? ""), Cell(incident.settledAt.map(house.zone.text) ?? ""),
            ]
        }
        // A file that leaves something out says so in its last line.
        let rest = [Cell(house.text("incidents.rest", visit, ["count": String(rows.count)]))] + names.dropFirst().map { _ in Cell("") }
        return Table(
            caption: house.text("incidents.title", visit), columns: names.map { Column(house.text("incidents.\($0)", visit), isNumber: $0 == "count") },
            rows: rows + (record.hasMore ? [rest] : []))
    }
}
