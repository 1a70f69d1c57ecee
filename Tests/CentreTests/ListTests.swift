import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import Listener
import Operations
import Registry
import Storage
import Synchronization
import TestKit
import Testing
import Web
import Wire

/// Whole lists as files have a door of their own: who asks for them without end is told so, and pages stay open.
@Suite struct ListTests {
    @Test func listsAsFilesHaveADoor() async throws {
        try await withCentre(.sqlite) { world in
            let reader = try await world.signIn("leader", .leader, area: "9901")
            let account = try #require(try await world.centre.database.read { try $0.account(login: "leader") })
            #expect(try await world.get("/sites.csv", cookie: reader).status == .ok)
            let work = LongWork()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await world.centre.house.lists.admit(account.id) {
                            work.inside.withLock { $0 += 1 }
                            while !work.isOver.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
                        }
                    }
                }
                while work.inside.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
                defer { work.isOver.withLock { $0 = true } }
                let refused = try await world.get("/sites.csv", cookie: reader)
                #expect(refused.status == .serviceUnavailable && refused.headers[.retryAfter] != nil)
                #expect(try await world.get("/sites.xlsx", cookie: reader).status == .serviceUnavailable)
                #expect(try await world.get("/sites", cookie: reader).status == .ok)
                let other = try await world.signIn("other", .leader, area: "9901")
                #expect(try await world.get("/sites.csv", cookie: other).status == .ok)
                work.isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            #expect(try await world.get("/sites.csv", cookie: reader).status == .ok)
        }
    }

    /// A list of many rows is written as a file by a job, by what the person may see when it is done; it is there for him alone.
    @Test(arguments: Database.Engine.required)
    func aLongListIsWrittenByAJobForTheOneWhoAskedForIt(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (auditor, other) = (
                try await world.signIn("auditor", .auditor, area: "9901"), try await world.signIn("other", .auditor, area: "9901")
            )
            #expect(try await world.get("/events.csv", cookie: auditor).status == .ok)
            let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            try await world.centre.database.write { statements in
                for number in 0...world.centre.house.rowsAtOnce { try statements.record("account.added", "a\(number)", by: act) }
            }
            for ending in ["csv", "xlsx"] {
                let answer = try await world.get("/events.\(ending)?columns=kind,subject", cookie: auditor)
                let place = try #require(answer.headers[.location])
                #expect(place.hasPrefix("/exports/"))
                let waiting = String(buffer: try await world.get(place, cookie: auditor).body)
                #expect(waiting.contains("data-job") && waiting.contains("You may leave this page"))
                #expect(try await world.get("\(place)/file", cookie: auditor).status == .notFound)
                try await world.work("export")
                #expect(String(buffer: try await world.get(place, cookie: auditor).body).contains("\(place)/file"))
                let file = try await world.get("\(place)/file", cookie: auditor)
                #expect(file.status == .ok && file.headers[.contentDisposition]?.contains(".\(ending)\"") == true)
                if ending == "csv" {
                    #expect(String(buffer: file.body).split(separator: "\r\n").count > world.centre.house.rowsAtOnce)
                }
                for stranger in [place, "\(place)/file"] {
                    #expect(try await world.get(stranger, cookie: other).status == .notFound)
                }
            }
            // Whoever may see it no more when it is done gets nothing.
            let place = try #require(try await world.get("/events.csv", cookie: auditor).headers[.location])
            try await world.centre.database.write { try $0.run("DELETE FROM role_grant") }
            await #expect(throws: JobFailure.failed(code: "right.missing", account: "")) { try await world.work("export") }
            #expect(try await world.get("\(place)/file", cookie: auditor).status == .forbidden)
        }
    }
}

/// Work that is under way until it is told to end.
private final class LongWork: Sendable {
    let inside = Mutex(0)
    let isOver = Mutex(false)
}

/// What every declared list does, whatever it is a list of.
@Suite struct DeclaredListTests {
    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    /// Each with every role that may see it: filters, search and columns stand in the address and hold for the files, which hold exactly
    /// what is shown; nonsense is no filter.
    @Test(arguments: Database.Engine.required)
    func everyListIsShownFilteredAndExportedAsItIsShown(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let roles: [(Role, String)] = [
                (.officer, "9901"), (.reviewer, "9901"), (.editor, "9901"), (.systemAdministrator, "9901"), (.auditor, "9901"),
            ]
            var walked: Set<String> = []
            for (role, area) in roles {
                let cookie = try await world.signIn("list-\(role.rawValue)", role, area: area)
                for path in world.centre.lists {
                    guard let right = world.centre.routes.first(where: { $0.path == path && $0.method == "GET" })?.right,
                        role.rights.contains(right)
                    else { continue }
                    walked.insert(path)
                    let page = body(try await world.get(path, cookie: cookie))
                    #expect(page.contains("in all") && !page.contains("⟨"), "\(path)")
                    let heads = page.matches(of: /<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]*)</).map { String($0.1) }
                    let file = try CSV(Array(try await world.get(path + ".csv", cookie: cookie).body.readableBytesView))
                    if heads.isEmpty {
                        #expect(file.records.isEmpty, "\(path)")
                    } else {
                        #expect(file.header == heads.map { $0.lowercased() }, "\(path)")
                    }
                    let workbook = try await world.get(path + ".xlsx", cookie: cookie)
                    #expect(workbook.status == .ok && Array(workbook.body.readableBytesView.prefix(2)) == Array("PK".utf8), "\(path)")
                    try await sorts(path, page, world, cookie)
                    // One column only; an empty answer to what nobody is called; signs of patterns and markup; a place that is none.
                    let columns = page.matches(of: /name="column\.([a-z_]+)"/).map { String($0.1) }
                    let last = try #require(columns.last)
                    let narrow = try CSV(Array(try await world.get("\(path).csv?columns=\(last)", cookie: cookie).body.readableBytesView))
                    #expect(narrow.header.count == 2, "\(path) \(narrow.header)")
                    let ticked = try CSV(Array(try await world.get("\(path).csv?column.\(last)=1", cookie: cookie).body.readableBytesView))
                    #expect(ticked.header == narrow.header, "\(path)")
                    for query in [
                        "q=%3Cscript%3E%25", "state=castle&kind=x&days=-1", "after=nonsense", "after=%27%3B--", "columns=nothing",
                        "q=\(String(repeating: "a", count: 900))",
                    ] {
                        let answer = try await world.get("\(path)?\(query)", cookie: cookie)
                        #expect(answer.status == .ok && !body(answer).contains("<script>%"), "\(path)?\(query)")
                    }
                    // Kept under a name, shown, and taken away again.
                    let csrf = hiddenFields(ofFormTo: "/sign-out", in: page)?["csrf"] ?? ""
                    let kept = try await world.post(
                        "/saved-lists", ["csrf": csrf, "path": path, "query": "columns=\(last)", "name": "my own & view"], cookie: cookie)
                    #expect(kept.headers[.location] == "\(path)?columns=\(last)", "\(path)")
                    #expect(body(try await world.get(path, cookie: cookie)).contains("my own &amp; view"), "\(path)")
                    let gone = try await world.post(
                        "/saved-lists", ["csrf": csrf, "path": path, "query": "", "name": "my own & view", "step": "forget"], cookie: cookie
                    )
                    #expect(gone.status == .seeOther)
                    #expect(!body(try await world.get(path, cookie: cookie)).contains("my own &amp; view"), "\(path)")
                }
            }
            #expect(walked == Set(world.centre.lists))
            let cookie = try await world.signIn("astray", .officer, area: "9901")
            let csrf = hiddenFields(ofFormTo: "/sign-out", in: body(try await world.get("/", cookie: cookie)))?["csrf"] ?? ""
            for path in ["//example.org", "/a//b", "/", "https://example.org", "/x?y", "/../x", ""] {
                let answer = try await world.post("/saved-lists", ["csrf": csrf, "path": path, "query": "", "name": "x"], cookie: cookie)
                #expect(answer.status == .notFound, "\(path)")
            }
        }
    }

    /// Every column that can be sorted by, in both directions: the head says so, and the file stands in the order of the page.
    private func sorts(_ path: String, _ page: String, _ world: CentreWorld, _ cookie: String) async throws {
        let sorted = page.matches(of: /<th scope="col"[^>]*><a href="([^"]*sort=[^"]*)">([^<]*)</).map {
            (url: String($0.1).replacing("&amp;", with: "&"), label: String($0.2))
        }
        for (url, label) in sorted {
            let once = body(try await world.get(url, cookie: cookie))
            let again = try #require(once.firstMatch(of: /aria-sort="(ascending|descending)"><a href="([^"]*)">/))
            let turned = String(again.2).replacing("&amp;", with: "&")
            #expect(turned.contains("sort=-"), "\(path) \(label)")
            #expect(body(try await world.get(turned, cookie: cookie)).contains("aria-sort"), "\(path) \(label)")
            for (address, isReversed) in [(url, false), (turned, true)] {
                let file = try CSV(
                    Array(try await world.get(address.replacing("\(path)?", with: "\(path).csv?"), cookie: cookie).body.readableBytesView))
                let place = try #require(file.header.firstIndex(of: label.lowercased()))
                let values = file.records.compactMap { Int($0.fields[place]) }.dropLast()
                let falls = (again.1 == "descending") != isReversed
                #expect(values.elementsEqual(values.sorted { falls ? $0 > $1 : $0 < $1 }), "\(address) \(values)")
            }
        }
    }

    /// The list of sites: what the month says and what the register says, found by pinyin and by silence.
    @Test(arguments: Database.Engine.required)
    func sitesAreListedWithAreaKindStateAndLastReport(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-03-31", 12)) { world in
            let officer = try await world.signIn("city", .officer, area: "9901")
            func codes(_ query: String) async throws -> [String] {
                let file = try CSV(Array(try await world.get("/sites.csv?\(query)", cookie: officer).body.readableBytesView))
                let place = try #require(file.header.firstIndex(of: "code"))
                return file.records.map { $0.fields[place] }.filter { !$0.isEmpty }
            }
            #expect(try await codes("") == ["S1", "S2", "S3", "S5"])
            #expect(try await codes("show=all") == ["S1", "S2", "S3", "S4", "S5"])
            #expect(try await codes("show=all&sort=-code") == ["S5", "S4", "S3", "S2", "S1"])
            #expect(try await codes("show=all&q=shangwan") == ["S1"])
            #expect(try await codes("q=%E4%B8%8A%E6%B9%BE") == ["S1"])
            #expect(try await codes("silent=30") == ["S1", "S2"])
            #expect(try await codes("kind=township") == ["S5"])
            #expect(try await codes("area=990102") == ["S3", "S5"])
            #expect(try await world.get("/sites?area=nowhere", cookie: officer).status == .notFound)
            let page = body(try await world.get("/sites?show=all", cookie: officer))
            #expect(page.contains("not counted: Planned") && page.contains("Never") && page.contains("Township"))
            #expect(page.contains("<tfoot>") && page.contains("青石镇"))
        }
    }

    /// Sites fall silent, the longest first, and are heard again.
    @Test(arguments: Database.Engine.required)
    func silentSitesAreListedWithTheirDaysAndNodesWithTheirLastReport(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-03-31", 12)) { world in
            let (database, day, now) = (world.centre.database, world.centre.house.today, world.clock.clock.now)
            func silent(_ days: Int64, _ scope: Scope = .everything) async throws -> [String] {
                try await database.read {
                    try $0.silentSites(
                        SilenceFilter(before: now.adding(seconds: -days * 86_400), zone: .shanghai), limit: 50, on: day, in: scope
                    ).map(\.code)
                }
            }
            // Nobody has reported yet: all that are in service with a terminal; S3 is suspended, S4 planned.
            #expect(try await silent(1) == ["S1", "S2", "S5"])
            // S5 came into service on the 10th: it cannot have been silent for 30 days.
            #expect(try await silent(30) == ["S1", "S2"])
            world.clock.set(now.adding(seconds: -20 * 86_400))
            _ = try await world.enrol("T1", .terminal, area: "990101001001")
            world.clock.set(now)
            let facts = [Fact(id: "w1", .watermark(Watermark(terminal: "T1", throughAt: now.adding(seconds: -4 * 86_400))))]
            let (rules, ids) = (world.centre.settings.rules, world.centre.house.ids)
            _ = try await database.write {
                try $0.mergeFacts(
                    [ReceivedBatch(sender: .commandLine, batch: Batch(id: "b", facts: facts))], rules: rules, at: now, ids: ids)
            }
            let (three, seven) = (try await silent(3), try await silent(7))
            #expect(three == ["S2", "S5", "S1"] && seven == ["S2", "S5"])
            #expect(try await silent(3, Scope(areas: [AreaCode("990102")].compactMap { $0 })) == ["S5"])
            let counted = try await database.read {
                try $0.silentSiteCount(
                    SilenceFilter(before: now, zone: .shanghai, words: SearchWords("shangwan")), on: day, in: .everything)
            }
            #expect(counted == 1)
            let officer = try await world.signIn("city", .officer, area: "9901")
            let page = body(try await world.get("/silent?days=3", cookie: officer))
            #expect(page.contains("2011-03-27 12:00") && page.contains("Never"))
            #expect(body(try await world.get("/", cookie: officer)).contains("3 sites silent"))
            let administrator = try await world.signIn("admin", .systemAdministrator, area: "9901")
            #expect(body(try await world.get("/nodes?silent=3", cookie: administrator)).contains("2011-03-27 12:00"))
            #expect(!body(try await world.get("/nodes?silent=7", cookie: administrator)).contains("2011-03-27 12:00"))
            // Edges say nothing of themselves: they are heard when the centre answers them.
            world.clock.set(now.adding(seconds: -20 * 86_400))
            _ = try await world.enrol("E9", .edge, area: "990101")
            world.clock.set(now)
            try await world.centre.database.write { try $0.noteNodeContacts(["E9": now.adding(seconds: -4 * 86_400)]) }
            #expect(body(try await world.get("/nodes?silent=3&kind=edge", cookie: administrator)).contains(">E9<"))
            #expect(!body(try await world.get("/nodes?silent=7&kind=edge", cookie: administrator)).contains(">E9<"))
        }
    }
}
