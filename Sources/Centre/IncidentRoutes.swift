import Accounts
import Basics
import Hummingbird
import Registry
import Storage
import Web

extension Routes {
    /// `/incidents`: what an honest network would not cause, for the system administrator, and that it was seen to.
    mutating func addIncidents() {
        let house = house
        get("/incidents", .seeSystem) { request, _, visit in
            let (showsAll, today) = (request.uri.queryParameters["state"] == "all", house.today)
            let (incidents, names, accounts) = try await house.database.read { statements in
                let incidents = try statements.incidents(
                    onlyOpen: !showsAll, where: try statements.visibleIncidents(in: visit.scope, on: today), limit: IncidentListPage.most)
                return (
                    incidents, try statements.nodeNames(Set(incidents.map(\.reporter)).sorted()), try statements.namedAccounts(Set(incidents.compactMap(\.settledBy)).sorted())
                )
            }
            let page = IncidentListPage(
                lines: incidents.map { IncidentListPage.Line($0, names, accounts, house, visit) }, showsAll: showsAll, empty: incidents.isEmpty,
                more: incidents.count == IncidentListPage.most, csrf: visit.csrf)
            return try house.page("incidents", page, title: house.text("incidents.title", visit), for: visit, request)
        }
        post("/incidents/settle", .seeSystem) { form, _, visit in
            let (act, today) = (house.act(visit), house.today)
            guard let count = Int64(form["count"]), count > 0, let last = Int64(form["last"]) else { throw Refusal.notFound("incident") }
            try await house.database.write { statements in
                try statements.settleIncident(
                    reporter: form["reporter"], kind: form["kind"], about: form["about"], occurrences: count, through: Instant(milliseconds: last),
                    where: try statements.visibleIncidents(in: visit.scope, on: today), by: act)
            }
            return seeOther("/incidents")
        }
    }
}

/// The list of incidents, the latest first.
struct IncidentListPage: Sendable {
    static let most = 200

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

        init(_ incident: StoredIncident, _ names: [String: String], _ accounts: [String: NamedAccount], _ house: House, _ visit: Visit) {
            let isKnown = house.pages.words.has("incident.\(incident.kind)")
            reporter = incident.reporter
            kind = incident.kind
            what = house.text(isKnown ? "incident.\(incident.kind)" : "incident.other", visit, ["kind": incident.kind])
            todo = house.text(isKnown ? "incident.\(incident.kind).todo" : "incident.other.todo", visit)
            `where` = incident.reporter.isEmpty ? house.text("incidents.centre", visit) : names[incident.reporter] ?? incident.reporter
            about = incident.about
            first = house.zone.text(incident.firstAt)
            last = house.zone.text(incident.lastAt)
            count = incident.occurrences
            lastAt = incident.lastAt.milliseconds
            isOpen = incident.isOpen
            settled = incident.settledAt.map { at in
                house.text(
                    "incidents.settled", visit, ["name": house.pages.words.actor(incident.settledBy ?? "", accounts, visit.language), "at": house.zone.text(at)])
            }
        }
    }
    let lines: [Line]
    let showsAll: Bool
    let empty: Bool
    let more: Bool
    let csrf: String
}
