import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Operations
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web
import Wire

/// What an honest network would not cause is counted, shown and seen to.
@Suite struct IncidentTests {
    private func incident(_ node: String, _ kind: String = "blob.refused", _ about: String = "aa", at: Int64 = 0, _ count: Int64 = 1)
        -> Fact
    {
        let first = SampleWorld.moment("2011-03-31", 10)
        return Fact(
            id: "i",
            .incident(Incident(node: node, kind: kind, about: about, firstAt: first, lastAt: first.adding(seconds: at), count: count)))
    }

    private func open(_ world: CentreWorld) async throws -> [String: Int64] {
        let reports = world.centre.house.incidents.take()
        try await world.centre.database.write { statements in for report in reports { try statements.addIncident(report) } }
        let found = try await world.centre.database.read { try $0.incidents(IncidentFilter(onlyOpen: true), limit: 1000) }
        return Dictionary(uniqueKeysWithValues: found.map { ("\($0.reporter)|\($0.kind)|\($0.about)", $0.occurrences) })
    }

    @Test(arguments: Database.Engine.required)
    func nodesSayOnlyWhatTheyThemselvesNoticed(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (edge, box) = (try await world.enrol("E1", .edge, area: "990101"), try await world.enrol("T1", .terminal, area: "990101"))
            func verdict(_ fact: Fact, _ node: OwnNode) async throws -> String {
                let answer = try await world.post(Endpoint.facts, try Batch(id: "b", facts: [fact]).json, by: node)
                let verdict = try #require(try JSONDecoder().decode(Receipt.self, from: Data(answer.body.readableBytesView)).verdicts.first)
                return "\(verdict.outcome.rawValue) \(verdict.reason)"
            }
            #expect(try await verdict(incident("T1", at: 60, 3), box) == "stored ")
            #expect(try await verdict(incident("T1", at: 60, 3), box) == "duplicate ")
            #expect(try await verdict(incident("T1", at: 30, 2), box) == "duplicate ")
            #expect(try await verdict(incident("T1", at: 90, 2), box) == "stored ")
            #expect(try await verdict(incident("E1", "disk.changed"), edge) == "stored ")
            #expect(try await verdict(incident("T1", "disk.changed"), edge) == "refused fact.not_yours")
            #expect(try await verdict(incident("E1", "disk.changed"), box) == "refused fact.not_yours")
            #expect(try await verdict(incident("T1", "disk.changed", at: 86_400), box) == "quarantined fact.future")
            #expect(try await open(world) == ["T1|blob.refused|aa": 3, "E1|disk.changed|aa": 1])
            // Who invents matters fills nothing.
            for number in 0..<120 { _ = try await verdict(incident("T1", "blob.refused", "m\(number)"), box) }
            #expect(try await open(world).count == 102)
            // Nor who invents kinds.
            let kinds = (0..<4000).map { number -> Fact in
                let first = SampleWorld.moment("2011-03-31", 10)
                return Fact(
                    id: "k\(number)",
                    .incident(Incident(node: "T1", kind: "kind-\(number)", about: "x", firstAt: first, lastAt: first, count: 1)))
            }
            #expect(try await world.post(Endpoint.facts, try Batch(id: "b", facts: kinds).json, by: box).status == .ok)
            let stored = try await world.centre.database.read { try $0.count("SELECT count(*) FROM incident WHERE reporter = 'T1'") }
            #expect(stored == 3001)
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatStrangersTryIsNoticedByTheCentre(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (edge, box) = (try await world.enrol("E1", .edge, area: "990101"), try await world.enrol("T1", .terminal, area: "990101"))
            let gone = try await world.enrol("T2", .terminal, area: "990101")
            let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            try await world.centre.database.write { try $0.revokeNode(id: "T2", reason: "lost", by: act) }
            let body = try Batch(id: "b", facts: []).json
            #expect(try await world.post(Endpoint.facts, body, by: gone).status == .forbidden)
            #expect(try await world.post(Endpoint.facts, body, by: OwnNode(id: "T1", key: edge.key)).status == .unauthorized)
            #expect(try await world.post(Endpoint.facts, body, by: OwnNode(id: "T9", key: edge.key)).status == .unauthorized)
            let load = Envelope.load([try OwnNode(id: "T1", key: edge.key).envelope([])])
            #expect(try await world.post(Endpoint.envelopes, load, by: edge).status == .ok)
            let claim = Data(#"{"code": "AAAAA-AAAAA", "public_key": "\#(box.key.verifyingKey.hex)", "version": "1"}"#.utf8)
            #expect(try await world.post(Endpoint.enrolments, claim, by: box).status.code >= 400)
            // One key in two places: two programs take turns, and a restart is none.
            for batch in ["x-b1", "y-b1", "y-b2", "x-b2", "y-b3", "x-b3", "z-b1", "y-b4", "z-b2"] {
                _ = try await world.post(Endpoint.facts, try Batch(id: batch, facts: []).json, by: box)
            }
            let found = try await open(world)
            #expect(
                found["|node.revoked|T2"] == 1 && found["|signature.wrong|T1"] == 1 && found["|node.unknown|T9"] == 1
                    && found["|envelope.refused|T1"] == 1)
            #expect(found["|claim.wrong|"] == 1, "\(found)")
            #expect(found["|node.cloned|T1"] == nil)
            for batch in ["x-b4", "z-b3", "y-b5", "z-b4"] {
                _ = try await world.post(Endpoint.facts, try Batch(id: batch, facts: []).json, by: box)
            }
            #expect(try await open(world)["|node.cloned|T1"] != nil)
        }
    }

    @Test(arguments: Database.Engine.required)
    func theSystemAdministratorSeesAndSettlesThemAndTheyComeBack(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            _ = try await world.enrol("E1", .edge, area: "990101")
            _ = try await world.enrol("E2", .edge, area: "990102")
            let first = SampleWorld.moment("2011-03-31", 10)
            @Sendable func report(_ reporter: String, _ count: Int64) -> IncidentReport {
                IncidentReport(reporter: reporter, kind: "disk.changed", about: "<b>", firstAt: first, lastAt: first, count: count)
            }
            try await world.centre.database.write { statements in
                for reporter in ["", "E1", "E2"] { _ = try statements.mergeIncident(report(reporter, 2), at: first) }
            }
            let (city, county) = (
                try await world.signIn("system-city", .systemAdministrator, area: "9901"),
                try await world.signIn("system-county", .systemAdministrator, area: "990101")
            )
            func page(_ cookie: String, _ path: String = "/incidents") async throws -> String {
                String(buffer: try await world.get(path, cookie: cookie).body)
            }
            let (all, own) = (try await page(city), try await page(county))
            #expect(
                all.contains("E1") && all.contains("E2") && all.contains("The centre") && all.contains("&lt;b&gt;")
                    && all.contains("replace the disk"))
            #expect(own.contains("E1") && !own.contains("E2") && !own.contains("The centre"))
            func settle(_ reporter: String, _ cookie: String, _ text: String, count: Int = 2, last: Int64 = first.milliseconds) async throws
                -> String?
            {
                let csrf = String(text.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1 ?? "")
                let row = "row.\(last),\(reporter),disk.changed,%253Cb%253E,\(count)"
                return try await world.post("/incidents/settle", ["csrf": csrf, row: "1"], cookie: cookie).headers[.location]
            }
            #expect(own.contains("name=\"row.\(first.milliseconds),E1,disk.changed,%3Cb%3E,2\""))
            #expect(try await settle("E2", county, own) == "/incidents?done=0%2F1")
            #expect(try await settle("E1", county, own, count: 3) == "/incidents?done=0%2F1", "More was settled than was known")
            #expect(try await settle("E1", county, own) == "/incidents?done=1%2F1")
            #expect(try await page(county, "/incidents?done=1%2F1").contains("Done: 1"))
            #expect(try await page(county).contains("No incident is open."))
            #expect(try await page(county, "/incidents?state=all").contains("Settled by system-county"))
            #expect(try await world.centre.database.read { try $0.events(about: "E1") }.first?.kind == "incident.settled")
            #expect(try await world.centre.database.read { try $0.openIncidents() } == ["disk.changed": 2])
            try await world.centre.database.write { _ = try $0.mergeIncident(report("E1", 3), at: first) }
            #expect(try await page(county).contains("E1"))
            #expect(try await settle("E1", county, own, count: 3) == "/incidents?done=1%2F1")
            // A node that was switched off counts from the beginning: what happened later is open, however small its count.
            let later = IncidentReport(
                reporter: "E1", kind: "disk.changed", about: "<b>", firstAt: first.adding(seconds: 60), lastAt: first.adding(seconds: 60),
                count: 1)
            try await world.centre.database.write { _ = try $0.mergeIncident(later, at: first) }
            #expect(try await page(county).contains("E1"))
            #expect(try await settle("E1", county, own, count: 3) == "/incidents?done=0%2F1", "What came later was settled unseen")
            #expect(try await settle("E1", county, own, count: 3, last: first.adding(seconds: 60).milliseconds) == "/incidents?done=1%2F1")
        }
    }

    /// A list that a stranger could fill shows all of itself, page by page and as one file.
    @Test(arguments: Database.Engine.required)
    func theListHasPagesKindsAndAFile(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            _ = try await world.enrol("E1", .edge, area: "990101")
            _ = try await world.enrol("E2", .edge, area: "990102")
            let first = SampleWorld.moment("2011-03-31", 10)
            let oldest = first.adding(seconds: -60)
            try await world.centre.database.write { statements in
                // Several at the same moment, and one whose names are made to be misread.
                for number in 0..<230 {
                    let kind = number < 130 ? "blob.refused" : "disk.changed"
                    let at = first.adding(seconds: Int64(number / 7))
                    _ = try statements.mergeIncident(
                        IncidentReport(
                            reporter: number % 2 == 0 ? "E1" : "E2", kind: kind, about: "matter-\(number)", firstAt: first, lastAt: at,
                            count: 1), at: first)
                }
                _ = try statements.mergeIncident(
                    IncidentReport(reporter: "E1", kind: "new,kind~%2C", about: "=1+1, \"x\"", firstAt: oldest, lastAt: oldest, count: 1),
                    at: first)
                _ = try statements.mergeIncident(
                    IncidentReport(reporter: "E1", kind: "stop.obeyed", about: "1", firstAt: first, lastAt: first, count: 1), at: first)
            }
            let city = try await world.signIn("system-city", .systemAdministrator, area: "9901")
            let county = try await world.signIn("system-county", .systemAdministrator, area: "990101")
            func text(_ path: String, _ cookie: String) async throws -> String {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.status == .ok)
                return String(buffer: answer.body)
            }
            func walk(_ path: String, _ cookie: String) async throws -> [[String]] {
                var (pages, next): ([[String]], String?) = ([], path)
                while let path = next, pages.count < 10 {
                    let html = try await text(path, cookie)
                    pages.append(html.matches(of: /<td data-label="About" class="wide">([^<]*)<\/td>/).map { String($0.1) })
                    next = html.firstMatch(of: /rel="next" href="([^"]*)"/).map { String($0.1).replacing("&amp;", with: "&") }
                }
                return pages
            }
            let all = try await walk("/incidents", city)
            #expect(all.map(\.count) == [50, 50, 50, 50, 31] && Set(all.joined()).count == 231)
            #expect(all[0].first == "matter-229" && all[4].last?.contains("1+1") == true)
            #expect(try await text("/incidents", city).contains("231 in all"))
            let disks = try await walk("/incidents?kind=disk.changed", city)
            #expect(disks.map(\.count) == [50, 50])
            #expect(try await walk("/incidents?kind=disk.changed", county).map(\.count) == [50])
            // A kind that there is not is no filter.
            #expect(try await walk("/incidents?kind=nothing", city).first?.count == 50)
            // A place that is none begins at the beginning.
            #expect(try await walk("/incidents?after=1,2", city).map(\.count) == [50, 50, 50, 50, 31])

            func file(_ path: String, _ cookie: String) async throws -> [CSV.Record] {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment; filename=\"incidents-") == true)
                return try CSV(Array(answer.body.readableBytesView)).records
            }
            let columns = "columns=code%2Cabout%2Cstanding%2Creporter"
            let rows = try await file("/incidents.csv?\(columns)", city)
            #expect(rows.count == 231 && rows.first?.fields[3] == "disk.changed" && rows.allSatisfy { $0.fields.count == 5 })
            // No spreadsheet takes what a stranger wrote for a formula.
            #expect(rows.last?.fields[1] == "'=1+1, \"x\"" && rows.last?.fields[3] == "new,kind~%2C")
            #expect(try await file("/incidents.csv?kind=blob.refused", county).count == 65)
            // Whoever takes a whole list away stands in the log of acts.
            let log = try await world.centre.database.read { try $0.events(before: "", limit: 10) }
            #expect(
                log.filter { $0.kind == "list.downloaded" }.map(\.subject) == [
                    "/incidents.csv?kind=blob.refused", "/incidents.csv?\(columns)",
                ])

            // After settling one stands where he stood.
            let csrf = String(try await text("/incidents", city).firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1 ?? "")
            let row = "row.\(oldest.milliseconds),E1,new%252Ckind~%25252C,%253D1%252B1%252C%2520%2522x%2522,1"
            let settled = try await world.post("/incidents/settle", ["csrf": csrf, row: "1", "list": "state=all&\(columns)"], cookie: city)
            let location = try #require(settled.headers[.location])
            #expect(settled.status == .seeOther && location == "/incidents?\(columns)&state=all&done=1%2F1")
            #expect(try await walk(location, city).first?.count == 50)
            #expect(try await walk("/incidents", city).joined().count == 230)
            let counts = try await world.centre.database.read { try $0.incidentCounts(IncidentFilter(onlyOpen: false)) }
            #expect(counts == ["blob.refused": 130, "disk.changed": 100, "new,kind~%2C": 1])
            #expect(try await file("/incidents.csv?state=all&\(columns)", city).last?.fields[2].hasPrefix("Settled by system-city") == true)

            // Several at once are looked at first, by name, and then done.
            let page = try await text("/incidents", city)
            let keys = page.matches(of: /name="(row\.[^"]+)"/).prefix(2).map { String($0.1) }
            let chosen = Dictionary(uniqueKeysWithValues: keys.map { ($0, "1") }).merging(["csrf": csrf]) { $1 }
            let look = try await world.post("/incidents/settle", chosen, cookie: city)
            let shown = String(buffer: look.body)
            #expect(keys.count == 2 && look.status == .ok && shown.contains("with 2 rows") && keys.allSatisfy { shown.contains($0) })
            #expect(try await walk("/incidents", city).joined().count == 230)
            let both = try await world.post("/incidents/settle", chosen.merging(["form_step": "act"]) { $1 }, cookie: city)
            #expect(both.headers[.location]?.hasSuffix("done=2%2F2") == true)
            #expect(try await walk("/incidents", city).joined().count == 228)
        }
    }
}
