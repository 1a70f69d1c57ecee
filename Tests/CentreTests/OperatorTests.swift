import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import NIOCore
import Offices
import Records
import Registry
import Storage
import TestKit
import Testing
import Web

/// Operators and their agreements: a feature made of declarations alone, and the tests that such a one needs.
@Suite struct OperatorTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)
    private static let company = ["name": "云溪广电", "kind": "operator", "area": "9901", "modes.cable": "1", "phone": "96000", "note": ""]
    private static let paper = [
        "number": "协〔2011〕1号", "title": "维护协议", "operator": "云溪广电", "area": "9901", "from": "2011-01-01", "through": "2011-12-31",
        "amount": "48万", "repair_hours": "２４", "duties": "",
    ]

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    private func operators(_ world: CentreWorld) async throws -> [Organisation] {
        try await world.centre.database.read { try $0.organisations(limit: 100, in: .everything) }
    }

    @Test(arguments: Database.Engine.required)
    func anOperatorIsMadeChangedFoundAndExported(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, town) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("town", .officer, area: "990101001")
            )
            #expect(body(try await world.get("/organisations", cookie: city)).contains("No organisation is registered yet"))
            let made = try await world.submit("/organisations/new", Self.company, cookie: city)
            let place = try #require(made.headers[.location].map { String($0.prefix { $0 != "?" }) })
            #expect(body(try await world.get(place, cookie: town)).contains("96000"))
            // What an office above registered is seen below, and changed there alone.
            #expect(try await world.get("\(place)/change", cookie: town).status == .forbidden)
            let taken = try await world.submit("/organisations/new", Self.company.merging(["phone": "1"]) { $1 }, cookie: city)
            #expect(taken.status == .unprocessableContent && body(taken).contains("registered already"))
            let outside = try await world.submit(
                "/organisations/new", Self.company.merging(["name": "x", "area": "9901"]) { $1 }, cookie: town)
            #expect(outside.status == .unprocessableContent && body(outside).contains("href=\"#area\""))
            let changed = try await world.submit("\(place)/change", Self.company.merging(["phone": "96111"]) { $1 }, cookie: city)
            #expect(changed.status == .seeOther)
            let page = body(try await world.get(place, cookie: city))
            #expect(page.contains("96000 → 96111") && page.contains("Changed an organisation"))
            for words in ["yunxi", "yxgd", "广电"] {
                #expect(body(try await world.get("/organisations?q=\(words)", cookie: city)).contains(place), "\(words)")
                #expect(body(try await world.get("/pick/operators?q=\(words)", cookie: city)).contains("云溪广电"), "\(words)")
                #expect(body(try await world.get("/search?q=\(words)", cookie: city)).contains(place), "\(words)")
            }
            #expect(body(try await world.get("/organisations.csv", cookie: city)).contains("云溪广电"))
        }
    }

    /// Every step of an agreement, from every state, by everybody: taken exactly where the declaration says so.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAnAgreementIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let people = [
                ("maker", "990101001"), ("colleague", "990101001"), ("county", "990101"), ("city", "9901"), ("elsewhere", "990102"),
            ]
            let (now, today) = (Self.moment, try #require(Day("2011-05-02")))
            @Sendable func act(_ person: String) -> Act { Act(by: Actor(id: person), at: now, ids: world.ids) }
            let area = try #require(try await world.database.read { try $0.area(code: "990101001", on: today, in: .everything) })
            let company = Organisation(
                id: "o", kind: .operator, areaID: area.areaID, areaCode: area.code, areaName: area.name, name: "广电", modes: [.cable],
                phone: "1")
            try await world.database.write { try $0.saveOrganisation(company, was: nil, by: act("maker")) }
            var (number, taken) = (0, 0)
            for state in AgreementState.allCases {
                for step in AgreementLife.cycle.steps {
                    for (person, code) in people {
                        number += 1
                        let day = try #require(Day("2011-01-01"))
                        let new = Agreement(
                            id: "a\(number)", operatorID: "o", operatorName: "广电", areaID: area.areaID, areaCode: area.code,
                            areaName: area.name, number: "\(number)", title: "t", days: day...day.advanced(by: 364), amount: Fen(1),
                            repairHours: 24, duties: "", state: .draft, madeBy: "maker")
                        let agreement = try await world.database.write { statements in
                            try statements.saveAgreement(new, was: nil, by: act("maker"))
                            try statements.run("UPDATE agreement SET state = \(state) WHERE id = \(new.id)")
                            return try statements.agreement(id: new.id, in: .everything)
                        }
                        let (found, scope) = (try #require(agreement), Scope(areas: [AreaCode(code)].compactMap { $0 }))
                        let expected = step.obstacle(found.standing, by: person, in: scope)
                        var refusal: Refusal?
                        do {
                            try await world.database.write { try $0.take(step, found, reason: "r", in: scope, by: act(person)) }
                        } catch let error as Refusal { refusal = error }
                        #expect(refusal == expected, "\(step.name) from \(state) by \(person)")
                        let after = try await world.database.read { try $0.agreement(id: new.id, in: .everything)?.state }
                        #expect(after == (expected == nil ? step.to : state), "\(step.name) from \(state) by \(person)")
                        taken += expected == nil ? 1 : 0
                        // What was signed stays as it is.
                        if state != .draft {
                            await #expect(throws: Refusal.conflict("agreement.stale")) {
                                try await world.database.write { try $0.saveAgreement(found, was: found, by: act("maker")) }
                            }
                        }
                    }
                }
            }
            // The program itself stands above every office.
            let standing = LifeStanding(AgreementState.draft, maker: "maker", area: area.areaCode)
            #expect(AgreementLife.sign.isOpen(standing, by: "system", in: .everything))
            // Signed by county and city, ended by both, dropped by its maker.
            #expect(taken == 2 + 2 + 1)
        }
    }

    /// Drawn up by one, signed by another of the county or above; its pages offer what may be done and say what waits for whom.
    @Test(arguments: Database.Engine.required)
    func anAgreementIsSignedByAnotherAndStaysAsItWasSigned(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, county) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("other", .officer, area: "9901")
            )
            _ = try await world.submit("/organisations/new", Self.company, cookie: city)
            let wrong = try await world.submit(
                "/agreements/new", Self.paper.merging(["operator": "没有", "through": "2010-01-01", "amount": "abc"]) { $1 }, cookie: city)
            for field in ["operator", "through", "amount"] { #expect(body(wrong).contains("href=\"#\(field)\""), "\(field)") }
            let made = try await world.submit("/agreements/new", Self.paper, cookie: city)
            let place = try #require(made.headers[.location].map { String($0.prefix { $0 != "?" }) })
            let own = body(try await world.get(place, cookie: city))
            #expect(own.contains("480,000.00") && own.contains("another person of the county") && !own.contains("\(place)/sign\""))
            #expect(try await world.submit("\(place)/sign", cookie: city).status == .forbidden)
            #expect(body(try await world.get("/", cookie: county)).contains("Draft agreements that wait for you to sign: 1"))
            #expect(asksToAct(body(try await world.get("\(place)/sign", cookie: county))))
            #expect(try await world.submit("\(place)/sign", cookie: county).status == .seeOther)
            #expect(try await world.get("\(place)/change", cookie: city).status == .conflict)
            #expect(try await world.submit("\(place)/end", ["reason": ""], cookie: county).status == .unprocessableContent)
            #expect(try await world.submit("\(place)/end", ["reason": "线路移交"], cookie: county).status == .seeOther)
            let ended = body(try await world.get(place, cookie: county))
            #expect(ended.contains("Ended an agreement") && ended.contains("线路移交"))
        }
    }

    /// Whoever changed a draft last does not sign his own words; and what was changed after the look is looked at again.
    /// A person is named by login, name or both, within the office; who keeps an agreement is told on his own home page that it ends.
    @Test(arguments: Database.Engine.required)
    func aPersonIsPickedWithinTheOfficeAndToldOfHisAgreement(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, west) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("west", .officer, area: "990102")
            )
            for (login, area) in [("east", "990101"), ("east2", "990101")] { _ = try await world.signIn(login, .officer, area: area) }
            #expect(body(try await world.get("/pick/people?q=EAST", cookie: city)).contains("east2"))
            #expect(!body(try await world.get("/pick/people?q=east", cookie: west)).contains("east"))
            #expect(body(try await world.get("/pick/people?q=%25", cookie: city)) == "[]")
            _ = try await world.submit("/organisations/new", Self.company, cookie: city)
            let ending = Self.paper.merging(["through": "2011-06-01"]) { $1 }
            for (typed, answer) in [("nobody", "nobody"), ("eas", "east2"), ("<b>", "&lt;b&gt;")] {
                let refused = try await world.submit("/agreements/new", ending.merging(["keeper": typed]) { $1 }, cookie: city)
                #expect(refused.status == .unprocessableContent && body(refused).contains(answer), "\(typed)")
                #expect(body(refused).contains("href=\"#keeper\""), "\(typed)")
            }
            let made = try await world.submit("/agreements/new", ending.merging(["keeper": "east"]) { $1 }, cookie: city)
            let place = try #require(made.headers[.location].map { String($0.prefix { $0 != "?" }) })
            let page = body(try await world.get(place, cookie: city))
            #expect(page.contains("east"))
            let form = try #require(
                hiddenFields(ofFormTo: "\(place)/change", in: body(try await world.get("\(place)/change", cookie: city))))
            #expect(!form.isEmpty)
            // As the form shows him he is found again; and nobody may stand there.
            for keeper in [body(try await world.get("\(place)/change", cookie: city)).field("keeper"), ""] {
                let changed = try await world.submit("\(place)/change", ending.merging(["keeper": keeper]) { $1 }, cookie: city)
                #expect(changed.status == .seeOther, "\(keeper)")
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func nobodySignsHisOwnWordsOrWhatHeDidNotSee(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (one, two) = (try await world.signIn("one", .officer, area: "9901"), try await world.signIn("two", .officer, area: "9901"))
            _ = try await world.submit("/organisations/new", Self.company, cookie: one)
            let long = try await world.submit(
                "/agreements/new", Self.paper.merging(["number": String(repeating: "9", count: 61)]) { $1 }, cookie: one)
            #expect(long.status == .unprocessableContent && body(long).contains("href=\"#number\""))
            let made = try await world.submit("/agreements/new", Self.paper, cookie: one)
            let place = try #require(made.headers[.location].map { String($0.prefix { $0 != "?" }) })
            // Two looks at it; one changes the sum; two must look again, and then may sign.
            let looked = body(try await world.get("\(place)/sign", cookie: two))
            #expect(looked.contains("480,000.00"))
            let sent = (hiddenFields(ofFormTo: "\(place)/sign", in: looked) ?? [:]).merging(["form_step": "act"]) { $1 }
            let other = Self.paper.merging(["amount": "500000", "area": "云溪市 9901"]) { $1 }
            #expect(try await world.submit("\(place)/change", other, cookie: one).status == .seeOther)
            let again = try await world.post("\(place)/sign", sent, cookie: two)
            #expect(again.status == .ok && body(again).contains("500,000.00"))
            // Two changes it himself: now one signs.
            #expect(
                try await world.submit("\(place)/change", other.merging(["amount": "1"]) { $1 }, cookie: two).status == .seeOther)
            #expect(try await world.submit("\(place)/sign", cookie: two).status == .forbidden)
            #expect(try await world.submit("\(place)/sign", cookie: one).status == .seeOther)
        }
    }

    /// A file tells nothing of what lies elsewhere, brings back what a spreadsheet must not take for a formula, and is mended as often as
    /// it takes.
    @Test(arguments: Database.Engine.required)
    func aFileTellsNothingOfElsewhereAndIsMendedAsOftenAsItTakes(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (east, west) = (
                try await world.signIn("east", .officer, area: "990101"), try await world.signIn("west", .officer, area: "990102")
            )
            let secret = ["name": "东岭机密公司", "kind": "operator", "area": "990101", "modes.cable": "1", "phone": "+86 870", "note": ""]
            _ = try await world.submit("/organisations/new", secret, cookie: east)
            _ = try await world.submit(
                "/agreements/new", Self.paper.merging(["number": "X-1", "operator": "东岭机密公司", "area": "990101"]) { $1 }, cookie: east)
            for file in ["number\nX-1\n", "number,operator\nX-1,没有\n"] {
                let place = try #require(try await world.bring(Data(file.utf8), "/agreements/import", cookie: west).headers[.location])
                let shown = body(try await world.get(place, cookie: west))
                #expect(shown.contains("outside your area") && !shown.contains("机密") && !shown.contains("东岭"), "\(file)")
            }
            let export = body(try await world.get("/organisations.csv?columns=name,kind,area,modes,phone,note", cookie: east))
            #expect(export.contains("'+86 870"))
            let same = try #require(try await world.bring(Data(export.utf8), "/organisations/import", cookie: east).headers[.location])
            #expect(body(try await world.get(same, cookie: east)).contains("Unchanged: 1."))
            // Refused, given back, not mended, given back once more, mended.
            var file = "name,kind,area,phone\n新公司,operator,没有,96000\n"
            for _ in 0..<3 {
                let place = try #require(try await world.bring(Data(file.utf8), "/organisations/import", cookie: east).headers[.location])
                file = body(try await world.get("\(place)/refused.csv", cookie: east))
                #expect(file.contains(",Area,") && !file.contains("more cells"), "\(file)")
            }
            let mended = file.replacing("没有", with: "990101")
            let place = try #require(try await world.bring(Data(mended.utf8), "/organisations/import", cookie: east).headers[.location])
            #expect(body(try await world.get(place, cookie: east)).contains("New rows: 1."))
        }
    }

    /// What a list exports comes in again as it is: all unchanged. A file says what it would do, does it once, and gives back what it
    /// refused; a kill in the middle neither loses nor repeats a row.
    @Test(arguments: Database.Engine.required)
    func aFileIsLookedAtAppliedOnceAndGivesBackWhatItRefused(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, other) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("other", .officer, area: "9901")
            )
            _ = try await world.submit("/organisations/new", Self.company, cookie: city)
            let file = """
                单位登记表,,,
                单位名称;单位类别;所在区域;接收方式;电话
                云溪广电;运营商;云溪市;有线电视、卫星;96000
                云溪电信;运营商;9901;IPTV,互联网;10000
                云溪电信;运营商;9901;IPTV;10001
                ;运营商;9901;卫星;10002
                东岭网络;运营商;没有这个县;卫星;10003
                =1+1;运营商;9901;电报;10004

                """.replacing(";", with: "\t")
            let came = try await world.bring(Data(file.utf8), "/organisations/import", cookie: city)
            let place = try #require(came.headers[.location])
            let shown = body(try await world.get(place, cookie: city))
            #expect(shown.contains("New rows: 1. Changed: 1. Unchanged: 0. Refused: 4."))
            #expect(shown.contains("It stands twice in the file") && asksToAct(shown))
            #expect(try await world.get(place, cookie: other).status == .notFound)
            #expect(try await operators(world).count == 1)
            #expect(try await world.submit(place, cookie: city).status == .seeOther)
            #expect(body(try await world.get(place, cookie: city)).contains("data-job"))
            #expect(try await world.submit(place, cookie: city).status == .conflict)

            // The first attempt is killed after two rows.
            let (database, clock) = (world.centre.database, world.clock.clock)
            let page = try #require(world.centre.jobs.first { $0.kind == "import.organisation" })
            let job = try #require(try await database.write { try $0.claimJob(kinds: [page.kind], lease: 1, at: clock.now) })
            let killed = Task {
                try await page.handler(JobRun(job, database: database, clock: clock, lease: 1))
            }
            while try await database.read({ try $0.count("SELECT seen_rows FROM import_file") }) < 2 { await Task.yield() }
            killed.cancel()
            _ = await killed.result
            world.clock.set(Self.moment.adding(seconds: 120))
            try await world.work("import.organisation")

            let account = body(try await world.get(place, cookie: city))
            #expect(account.contains("Download the refused rows") && !account.contains("data-job"))
            let all = try await operators(world)
            #expect(all.map(\.name).sorted() == ["云溪广电", "云溪电信"])
            #expect(all.first { $0.name == "云溪广电" }?.modes == [.satellite, .cable])
            let counts = try await database.read {
                try $0.all("SELECT added, changed, unchanged, refused FROM import_file") { row in try (0..<4).map { try row.int($0) } }
            }
            #expect(counts == [[1, 1, 0, 4]])
            let refused = body(try await world.get("\(place)/refused.csv", cookie: city))
            #expect(refused.contains("东岭网络") && refused.contains("'=1+1") && refused.contains("Fill this in"))
            #expect(try await database.read { try $0.events(before: "", limit: 20) }.contains { $0.kind == "import.applied" })

            // What is exported, in either language, comes in as it is.
            for language in ["en", "zh"] {
                let export = try await world.get(
                    "/organisations.csv?columns=name,kind,area,modes,phone,note", cookie: city, language: language)
                let again = try #require(
                    try await world.bring(Data(body(export).utf8), "/organisations/import", cookie: city).headers[.location])
                #expect(body(try await world.get(again, cookie: city)).contains("Changed: 0. Unchanged: 2. Refused: 0."), "\(language)")
            }
        }
    }

    /// What is no table is said beside the field, whatever it is; and what is too large is not read.
    @Test(arguments: Database.Engine.required)
    func whatIsNoTableIsSaidBesideTheField(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let city = try await world.signIn("city", .officer, area: "9901")
            let rows = "name,area\n" + (0..<5001).map { "o\($0),9901\n" }.joined()
            let files: [(String, Data?)] = [
                ("", nil), ("hello", nil), ("名称\n1\n", nil), (rows, nil), ("", Data([0x50, 0x4B, 3, 4, 0, 0xFF, 0xFE, 0])),
                ("name,name\n1,2\n", nil), ("name,area\n\"a,9901\n", nil),
            ]
            for (file, bytes) in files {
                let answer = try await world.bring(bytes ?? Data(file.utf8), "/organisations/import", cookie: city)
                #expect(answer.status == .unprocessableContent, "\(file.prefix(20))")
                #expect(body(answer).contains("href=\"#file\""), "\(file.prefix(20))")
            }
            let large = try await world.bring(Data(repeating: 65, count: 2 << 20), "/organisations/import", cookie: city)
            #expect(large.status == .contentTooLarge)
            #expect(try await world.centre.database.read { try $0.count("SELECT count(*) FROM import_file") } == 0)
        }
    }
}

extension String {
    /// What stands in an input of a page.
    fileprivate func field(_ name: String) -> String {
        guard let expression = try? Regex("name=\"\(name)\"[^>]*? value=\"([^\"]*)\""), let found = firstMatch(of: expression) else {
            return ""
        }
        return found.output[1].substring.map(String.init) ?? ""
    }
}
