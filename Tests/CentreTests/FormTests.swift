import Accounts
import Basics
import Bulletins
import Centre
import Editions
import Figures
import Foundation
import Hummingbird
import HummingbirdTesting
import Offices
import Operations
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web

/// What every form does, whatever it is about: each test walks all forms that the features declare.
@Suite struct FormTests {
    /// A form as a test fills it in: who, on which page, with what.
    private struct Case: Sendable {
        let action: String
        let page: String
        let role: Role
        let area: String
        let good: [String: String]
        /// A field of text that is needed; nil where there is none.
        let text: String?
        /// How many are there that the act makes: it must be one, whatever is sent twice.
        let count: @Sendable (Statements) throws -> Int
    }

    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private static let cases = [
        Case(
            action: "/exclusions/new", page: "/exclusions/new", role: .officer, area: "990101001",
            good: [
                "area": "990101001", "cause": "flood", "from": "2011-05-01", "through": "2011-05-31", "sites": "S1", "reason": "洪水",
                "document": "",
            ], text: "reason", count: { try $0.exclusionProposals(state: nil, before: "", limit: 10, in: .everything).count }),
        Case(
            action: "/sites/S1/state", page: "/sites/S1/state", role: .officer, area: "990101",
            good: ["state": "faulty", "from": "2011-05-01", "through": "", "reason": "机顶盒损坏", "document": ""], text: "reason",
            count: {
                try $0.stateHistory(site: $0.site(code: "S1", on: Day("2011-05-02") ?? .forever, in: .everything)?.num ?? 0).count {
                    $0.state == .faulty
                }
            }),
        Case(
            action: "/sites/S1/change/name", page: "/sites/S1/change/name", role: .officer, area: "990101",
            good: ["name": "上湾新站", "from": "2011-05-01", "through": "", "reason": "村改名", "document": ""], text: "reason",
            count: { try $0.all("SELECT id FROM register_change WHERE kind = 'site'") { try $0.text(0) }.count }),
        Case(
            action: "/sites/move", page: "/sites/move", role: .officer, area: "990101",
            good: ["site": "S2", "area": "990101001001", "from": "2011-05-01", "through": "", "reason": "并村", "document": ""],
            text: "reason",
            count: {
                try $0.site(code: "S2", on: Day("2011-05-02") ?? .forever, in: .everything)?.areaCode == "990101001001" ? 1 : 0
            }),
        Case(
            action: "/sites/S5/terminals/assign", page: "/sites/S5/terminals/assign", role: .officer, area: "9901",
            good: ["terminal": "NEW-1", "from": "2011-05-01", "reason": "新装", "document": ""], text: "reason",
            count: { try $0.all("SELECT id FROM register_change WHERE kind = 'terminal'") { try $0.text(0) }.count }),
        Case(
            action: "/areas/990101001/decisions/rename", page: "/areas/990101001/decisions/rename", role: .officer, area: "9901",
            good: ["on": "2011-05-01", "name": "新青山镇", "reason": "市政府批复", "document": "云政〔2011〕3号"], text: "name",
            count: { try $0.all("SELECT id FROM area_decision") { try $0.text(0) }.count }),
        Case(
            action: "/formulas", page: "/formulas", role: .officer, area: "9901",
            good: [
                "from": "2011-06", "effective_seconds": "180", "completeness": "95", "rank_by": "boot_rate", "ties": "shared",
                "mean_base": "both", "shares": "plain",
                "document": "5号", "reason": "会议决定",
            ], text: "reason", count: { try $0.formulas().count }),
        Case(
            action: "/organisations/new", page: "/organisations/new", role: .officer, area: "990101001",
            good: [
                "name": "云溪广电网络", "kind": "operator", "area": "990101001", "modes.cable": "on", "phone": "0870-96000", "note": "备注内容",
            ], text: "name",
            count: { try $0.organisations(limit: 10, in: .everything).count { $0.name != "something else" } }),
        Case(
            action: "/calendar/new", page: "/calendar/new", role: .officer, area: "990101001",
            good: ["day": "2011-10-01", "kind": "holiday", "name": "国庆节放假", "area": "990101001"], text: nil,
            count: { try $0.all("SELECT id FROM calendar_day") { try $0.text(0) }.count }),
        Case(
            action: "/office-hours/new", page: "/office-hours/new", role: .officer, area: "990101001",
            good: ["weekdays.monday": "on", "hours": "08:30-12:00", "from": "2011-05-01", "area": "990101001"], text: nil,
            count: { try $0.all("SELECT id FROM office_hours") { try $0.text(0) }.count }),
        Case(
            action: "/layer-spans/new", page: "/layer-spans/new", role: .officer, area: "9901",
            good: ["from": "2011-06-01", "network": "24", "platform": "24", "proof": "7", "document": "远办〔2011〕12号", "reason": "按省里要求"],
            text: nil, count: { try $0.all("SELECT id FROM layer_span") { try $0.text(0) }.count }),
        Case(
            action: "/people/new", page: "/people/new", role: .officer, area: "990101",
            good: [
                "name": "李小四", "post": "manager", "site": "", "area": "990101001", "phone": "0870-8123456", "from": "2011-01-01",
                "through": "2011-12-31", "trained": "2011-12-31",
            ], text: "phone", count: { try $0.all("SELECT id FROM posting") { try $0.text(0) }.count }),
        Case(
            action: "/accounts/new", page: "/accounts/new", role: .officer, area: "990101",
            good: ["login": "li.si.4", "name": "李四", "role": "officer", "area": "990101001", "operator": "", "through": "2011-12-31"],
            text: "name",
            count: { try $0.accounts().count { $0.login == "li.si.4" || $0.login.isEmpty } }),
        Case(
            action: "/bulletins/2011-03/9901/close", page: "/bulletins/2011-03/9901/close", role: .officer, area: "9901", good: [:],
            text: nil,
            count: { try $0.all("SELECT month FROM month_closing") { try $0.text(0) }.count }),
    ]

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    /// Every form is among the cases, or is walked by a test of its own.
    @Test func everyDeclaredFormIsWalked() async throws {
        try await withCentre(.sqlite) { world in
            let own = [
                // Need a file, a key or a return that is due: ContentRoutesTests, PublishTests, ReturnRoutesTests, CompositionTests.
                // Of records: OperatorTests, and LifeCycleTests for the steps.
                "/organisations/import", "/organisations/imports/:import", "/organisations/imports/:import/columns",
                "/organisations/imports/:import/undo",
                "/organisations/:id/change", "/organisations/:id/rename",
                "/organisations/:id/end", "/organisations/:id/restore", "/papers/new", "/papers/import", "/papers/imports/:import",
                "/papers/imports/:import/columns", "/papers/imports/:import/undo",
                "/papers/:id/change", "/papers/:id/issue", "/papers/:id/drop", "/papers/:id/void", "/papers/:id/keep-file",
                // VoidPagesTests; ImportColumnsTests.
                "/voids/new", "/voids/:id/change", "/voids/:id/withdraw", "/register/terminals/import",
                "/register/terminals/imports/:import", "/register/terminals/imports/:import/columns",
                "/register/terminals/imports/:import/undo",
                // WorkplaceTests.
                "/site-messages/new", "/site-messages/:id/change", "/site-messages/:id/answer", "/site-messages/:id/withdraw",
                "/agreements/new", "/agreements/import",
                "/agreements/imports/:import", "/agreements/imports/:import/columns", "/agreements/imports/:import/undo",
                "/agreements/:id/change", "/agreements/:id/sign",
                "/agreements/:id/end",
                "/agreements/:id/drop",
                // Needs a box with our program; and what may never be changed: FaultPagesTests.
                "/sites/:code/test-plays", "/layer-spans/:id/change",
                // Of the calendar: WorkCalendarPagesTests.
                "/calendar/import", "/calendar/imports/:import", "/calendar/imports/:import/columns", "/calendar/imports/:import/undo",
                "/calendar/:id/change",
                "/calendar/:id/drop",
                "/office-hours/import", "/office-hours/imports/:import", "/office-hours/imports/:import/columns",
                "/office-hours/imports/:import/undo",
                "/office-hours/:id/change",
                // Need a file: RegisterImportTests, RegisterChangePagesTests.
                "/register/areas/import", "/register/areas/imports/:import", "/register/areas/imports/:import/columns",
                "/register/sites/import", "/register/sites/imports/:import", "/register/sites/imports/:import/columns",
                // Of people at posts: PostingTests.
                "/people/import", "/people/imports/:import", "/people/imports/:import/columns", "/people/imports/:import/undo",
                "/people/:id/change", "/people/:id/phone",
                // Of one account: AccountPagesTests.
                "/accounts/import", "/accounts/imports/:import", "/accounts/imports/:import/columns", "/accounts/imports/:import/undo",
                "/accounts/:id/change",
                "/accounts/:id/disable", "/accounts/:id/enable",
                "/accounts/:id/roles", "/accounts/:id/roles/:grant/end", "/accounts/:id/password", "/accounts/:id/sessions",
                "/accounts/passwords", "/account/password",
                // Of the second factor: SecondFactorTests.
                "/account/code", "/account/factor", "/account/factor/begin", "/account/factor/codes", "/account/factor/remove",
                "/accounts/:id/factor",
                // Need something to take back: RegisterChangePagesTests.
                "/areas/:code/decided/:decision/take-back", "/register/areas/imports/:import/undo",
                "/register/sites/imports/:import/undo",
                "/courseware/:id", "/courseware/:id/decline", "/stop", "/bulletins/:month/:code/publish", "/returns/:month/:code",
                "/returns/:month/:code/send-back",
                "/bulletins/:month/:code/compose/sentences/:section/:sentence", "/exclusions/:id/approve", "/exclusions/:id/refuse",
                "/exclusions/:id/take-back",
                "/bulletins/:month/:code/reopen",
            ]
            let walked = Self.cases.map(\.action)
            for path in world.centre.forms where !own.contains(path) {
                let parts = path.split(separator: "/")
                let isWalked = walked.contains { action in
                    let other = action.split(separator: "/")
                    return parts.count == other.count && zip(parts, other).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
                }
                #expect(isWalked, "\(path)")
            }
        }
    }

    /// What is wrong is said above the form and beside the field, the page begins there, and everything typed stands as it was.
    @Test(arguments: Database.Engine.required)
    func whatIsWrongIsSaidAboveAndBesideAndNothingTypedIsLost(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            for item in Self.cases {
                let cookie = try await world.signIn("u\(abs(item.action.hashValue))", item.role, area: item.area)
                guard let text = item.text else { continue }
                let bad = [
                    "": "Fill this in", " \u{3000}\u{200B} ": "Fill this in", String(repeating: "长", count: 501): "At most",
                ]
                for (typed, words) in bad {
                    let answer = try await world.submit(
                        item.action, item.good.merging([text: typed]) { $1 }, from: item.page, cookie: cookie)
                    let html = body(answer)
                    #expect(answer.status == .unprocessableContent, "\(item.action) \(typed.prefix(5))")
                    #expect(html.contains("class=\"wrong\" role=\"alert\"") && html.contains("href=\"#\(text)\""), "\(item.action)")
                    #expect(
                        html.contains(words) && html.contains("id=\"\(text)-problem\"") && html.contains("aria-invalid=\"true\" autofocus"),
                        "\(item.action) \(typed.prefix(5))")
                    for (name, value) in item.good where name != text && value.count > 4 {
                        #expect(html.contains(escaped(value)), "\(item.action) lost \(name)")
                    }
                }
                let markup = "\"><script>alert(1)</script>\u{1F600}"
                let answer = try await world.submit(
                    item.action, item.good.merging([text: markup]) { $1 }, from: item.page, isLook: true, cookie: cookie)
                #expect(!body(answer).contains("<script>alert"), "\(item.action)")
                let count = try await world.centre.database.read(item.count)
                #expect(count == (answer.status == .seeOther ? 1 : 0), "\(item.action)")
                if answer.status == .seeOther { break }
            }
        }
    }

    /// What no field of a kind may hold: days and months that there are not, numbers out of reach, codes of another area; with NUL, in
    /// full-width digits. It is said beside the field, and nothing is done.
    private static func hostile(_ name: String, _ good: String) -> [String] {
        if Day(good) != nil { return ["2011-02-30", "２０１１年１３月１日", "9999-99-99", "2011-05-01\u{0}x", "tomorrow"] }
        if Month(good) != nil { return ["2011-13", "２０１１年１３月", "\u{0}", "May"] }
        if name == "area" { return ["990102", "9901", "０００００００", "990101001\u{0}990102", "<b>"] }
        if name == "sites" { return ["S5", "S1，nobody", "Ｓ１；Ｓ５", "%"] }
        if Int(good) != nil { return ["-1", "1e9", "99999999999999999999", "一百", "\u{0}"] }
        return []
    }

    /// NUL is no character of any text: no engine is asked with it, and no page shows it.
    @Test(arguments: Database.Engine.required)
    func nothingIsAskedWithNul(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let cookie = try await world.signIn("city", .officer, area: "9901")
            let paths = [
                "/sites/%00", "/sites/S1%00", "/areas/%00", "/search?q=a%00b", "/sites?q=%00&area=9901%00", "/sites?after=%00~%00",
                "/search.json?q=%00", "/pick/areas?q=%00", "/exclusions?q=%00", "/silent?after=1_%00", "/editions/%00", "/jobs/%00/events",
                "/bulletins/2011-03/%00", "/quarantine?after=%00", "/denominator%00", "/sign-in?next=%00",
            ]
            for path in paths {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.status.code < 500 && !body(answer).contains("\u{0}"), "\(path) \(answer.status)")
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatAFieldMayNotHoldIsSaidBesideIt(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            var tried = 0
            for (number, item) in Self.cases.enumerated() {
                let cookie = try await world.signIn("h\(number)", item.role, area: item.area)
                let before = try await world.centre.database.read(item.count)
                for (name, good) in item.good.sorted(by: { $0.key < $1.key }) {
                    for typed in Self.hostile(name, good) {
                        let answer = try await world.submit(
                            item.action, item.good.merging([name: typed]) { $1 }, from: item.page, isLook: true, cookie: cookie)
                        let html = body(answer)
                        #expect(
                            answer.status == .unprocessableContent && html.contains("href=\"#\(name)\""),
                            "\(item.action) \(name) \(typed.debugDescription) \(answer.status)")
                        #expect(!html.contains("\u{0}") && !html.contains("<b>\""), "\(item.action) \(name)")
                        tried += 1
                    }
                }
                #expect(try await world.centre.database.read(item.count) == before, "\(item.action)")
            }
            #expect(tried > 40)
        }
    }

    /// Sent twice, and sent at once from two connections, it is done once; sent again with the very same contents it is asked about.
    @Test(arguments: Database.Engine.required)
    func whatIsSentTwiceIsDoneOnce(_ engine: Database.Engine) async throws {
        for item in Self.cases {
            try await withCentre(engine, at: Self.moment) { world in
                let cookie = try await world.signIn("someone", item.role, area: item.area)
                func hidden(_ html: String) -> [String: String] { hiddenFields(ofFormTo: item.action, in: html) ?? [:] }
                var sent = item.good.merging(hidden(body(try await world.get(item.page, cookie: cookie)))) { $1 }
                let looked = try await world.post(item.action, sent, cookie: cookie)
                if looked.status == .ok { sent = sent.merging(hidden(body(looked))) { $1 }.merging(["form_step": "act"]) { $1 } }
                let form = sent
                async let one = world.post(item.action, form, cookie: cookie)
                async let two = world.post(item.action, form, cookie: cookie)
                let answers = try await [one, two, world.post(item.action, form, cookie: cookie)]
                let places = Set(answers.filter { $0.status == .seeOther }.map { $0.headers[.location] ?? "" })
                #expect(places.count == 1, "\(item.action) \(answers.map(\.status)) \(places)")
                var count = try await world.centre.database.read(item.count)
                #expect(count == 1, "\(item.action)")
                // Back, and other contents under the token of before: another form, not the first one's answer.
                if let text = item.text {
                    let other = try await world.post(item.action, form.merging([text: "something else"]) { $1 }, cookie: cookie)
                    #expect(!places.contains(other.headers[.location] ?? ""), "\(item.action)")
                }
                // Back, and once more: a page of its own, the same contents.
                let again = try await world.submit(item.action, item.good, from: item.page, cookie: cookie)
                #expect([.conflict, .unprocessableContent].contains(again.status), "\(item.action) \(again.status)")
                count = try await world.centre.database.read(item.count)
                #expect(count == 1, "\(item.action)")
            }
        }
    }

    /// What is typed when a session has ended is there again after signing in, and only for the same account in the same browser.
    @Test(arguments: Database.Engine.required)
    func whatIsTypedOutlivesTheSession(_ engine: Database.Engine) async throws {
        for item in Self.cases where item.text != nil {
            try await withCentre(engine, at: Self.moment) { world in
                let cookie = try await world.signIn("someone", item.role, area: item.area)
                _ = try await world.signIn("other", item.role, area: item.area)
                let hidden = hiddenFields(ofFormTo: item.action, in: body(try await world.get(item.page, cookie: cookie))) ?? [:]
                world.clock.set(Self.moment.adding(seconds: 3 * 3600))
                let headers: HTTPFields = [
                    .cookie: cookie, .contentType: "application/x-www-form-urlencoded", .acceptLanguage: "en",
                    .referer: "http://127.0.0.1:8080\(item.page)",
                ]
                func send(_ fields: [String: String], _ headers: HTTPFields) async throws -> TestResponse {
                    let text = fields.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
                        .joined(separator: "&")
                    return try await world.client.execute(uri: item.action, method: .post, headers: headers, body: ByteBuffer(string: text))
                }
                // A stranger's form is kept by nobody.
                let strange = try await send(item.good.merging(["csrf": String(repeating: "0", count: 32)]) { $1 }, headers)
                #expect(strange.status == .seeOther && strange.headers[.setCookie] == nil, "\(item.action)")
                let ended = try await send(item.good.merging(hidden) { $1 }, headers)
                #expect(ended.status == .seeOther && ended.headers[.location]?.hasPrefix("/sign-in?next=") == true, "\(item.action)")
                let kept = try #require(ended.headers[.setCookie].map { String($0.prefix { $0 != ";" }) })
                #expect(ended.headers[.setCookie]?.contains("HttpOnly") == true)
                let stored = try await world.centre.database.read { try $0.all("SELECT sealed FROM kept_form") { try $0.text(0) } }
                #expect(stored.count == 1 && stored.allSatisfy { !$0.contains("洪水") })
                let signIn = body(try await world.get("/sign-in", cookie: kept))
                #expect(signIn.contains("has been kept"))

                func page(_ login: String, _ extra: String) async throws -> String {
                    let signedIn = try await world.post("/sign-in", ["login": login, "password": "a long test password"])
                    let own = String(signedIn.headers[.setCookie]?.prefix { $0 != ";" } ?? "")
                    return body(try await world.get(item.page, cookie: "\(own); \(extra)"))
                }
                let (mine, others, without) = (
                    try await page("someone", kept), try await page("other", kept), try await page("someone", "x=y")
                )
                #expect(mine.contains("had been signed out"), "\(item.action)")
                for (name, value) in item.good where value.count > 5 {
                    #expect(mine.contains(escaped(value)), "\(item.action) lost \(name)")
                }
                // Sent, it is kept no longer.
                let own = String(
                    (try await world.post("/sign-in", ["login": "someone", "password": "a long test password"])).headers[.setCookie]?.prefix
                    { $0 != ";" } ?? "")
                let both = "\(own); \(kept)"
                let sent = try await world.submit(item.action, item.good, from: item.page, cookie: both)
                #expect(sent.status == .seeOther, "\(item.action) \(sent.status)")
                let left = try await world.centre.database.read { try $0.all("SELECT id FROM kept_form") { try $0.text(0) } }
                #expect(left.isEmpty, "\(item.action)")
                let anew = body(
                    try await world.get(
                        item.page + "?fresh=1",
                        cookie: String(
                            (try await world.post("/sign-in", ["login": "someone", "password": "a long test password"])).headers[
                                .setCookie]?.prefix { $0 != ";" } ?? "")
                            + "; \(kept)"))
                #expect(!anew.contains("had been signed out"), "\(item.action)")
                #expect(!others.contains("had been signed out") && !without.contains("had been signed out"), "\(item.action)")
            }
        }
    }

    /// Of two editors the second sees what the first changed, and decides field by field; what he did not touch is taken over.
    @Test(arguments: Database.Engine.required)
    func theSecondOfTwoEditorsDecidesFieldByField(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (first, second) = (
                try await world.signIn("first", .officer, area: "9901"), try await world.signIn("second", .officer, area: "9901")
            )
            let good = Self.cases.first { $0.action == "/formulas" }?.good ?? [:]
            let opened = body(try await world.get("/formulas", cookie: second))
            let hidden = hiddenFields(ofFormTo: "/formulas", in: opened) ?? [:]
            let adopted = try await world.submit("/formulas", good, cookie: first)
            #expect(adopted.status == .seeOther)
            // The second one only wanted another document and another threshold.
            var mine = good.merging(["effective_seconds": "240", "completeness": "95", "document": "6号"]) { $1 }
            var answer = try await world.post("/formulas", mine.merging(hidden) { $1 }, cookie: second)
            var html = body(answer)
            #expect(answer.status == .conflict && html.contains("first changed what is marked below"))
            #expect(html.contains("Recorded now: 180") && html.contains("name=\"form_take.effective_seconds\""))
            #expect(!html.contains("form_take.rank_by") && html.contains("value=\"240\""))
            // Not to decide is no decision.
            answer = try await world.post(
                "/formulas", mine.merging(hiddenFields(ofFormTo: "/formulas", in: html) ?? [:]) { $1 }, cookie: second)
            html = body(answer)
            #expect(
                answer.status == .unprocessableContent && html.contains("choose which text stays") && html.contains("Recorded now: 180"))
            mine["form_take.effective_seconds"] = "theirs"
            answer = try await world.post(
                "/formulas", mine.merging(hiddenFields(ofFormTo: "/formulas", in: html) ?? [:]) { $1 }, cookie: second)
            html = body(answer)
            #expect(answer.status == .ok && asksToAct(html) && html.contains("value=\"180\""))
        }
    }

    /// An approved exclusion has a way back, shown before it is gone, until a month of its days is closed, here or above.
    @Test(arguments: Database.Engine.required)
    func anApprovalHasAWayBackUntilAMonthIsClosed(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (town, county, city) = (
                try await world.signIn("town", .officer, area: "990101001"), try await world.signIn("county", .officer, area: "990101"),
                try await world.signIn("city", .officer, area: "9901")
            )
            func approved(_ from: String, _ through: String) async throws -> String {
                let made = try await world.submit(
                    "/exclusions/new", Self.cases[0].good.merging(["from": from, "through": through]) { $1 }, cookie: town)
                let place = String(made.headers[.location]?.prefix { $0 != "?" } ?? "")
                #expect(try await world.submit("\(place)/approve", from: place, cookie: county).status == .seeOther)
                return place
            }
            let (march, may) = (try await approved("2011-03-01", "2011-03-31"), try await approved("2011-05-01", "2011-05-31"))
            #expect(body(try await world.get(may, cookie: county)).contains("\(may)/take-back"))
            #expect(!body(try await world.get(may, cookie: town)).contains("\(may)/take-back"))
            #expect(try await world.submit("\(may)/take-back", ["reason": "误批"], cookie: town).status == .forbidden)
            #expect(try await world.submit("/bulletins/2011-03/9901/close", cookie: city).status == .seeOther)
            let closed = try await world.submit("\(march)/take-back", ["reason": "误批"], cookie: county)
            #expect(closed.status == .conflict && body(closed).contains("is closed"))
            let shown = try await world.submit("\(may)/take-back", ["reason": "误批"], isLook: true, cookie: county)
            #expect(asksToAct(body(shown)) && body(shown).contains("count again"))
            #expect(try await world.submit("\(may)/take-back", ["reason": ""], cookie: county).status == .unprocessableContent)
            #expect(try await world.submit("\(may)/take-back", ["reason": "误批"], cookie: county).status == .seeOther)
            let page = body(try await world.get(may, cookie: county))
            #expect(page.contains("误批") && !page.contains("\(may)/take-back"))
        }
    }

    /// A closing is shown before, done, and taken back as long as nothing stands on it.
    @Test(arguments: Database.Engine.required)
    func aClosingCanBeTakenBackUntilSomethingIsPublished(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let cookie = try await world.signIn("city", .officer, area: "9901")
            let path = "/bulletins/2011-03/9901"
            let shown = body(try await world.get(path + "/close", cookie: cookie))
            #expect(asksToAct(shown) && shown.contains("registered sites"))
            #expect(try await world.submit(path + "/close", cookie: cookie).status == .seeOther)
            #expect(body(try await world.get(path + "/close", cookie: cookie)).contains("class=\"wrong\""))
            #expect(body(try await world.get(path + "/editions", cookie: cookie)).contains(path + "/reopen"))
            #expect(try await world.submit(path + "/reopen", ["reason": ""], cookie: cookie).status == .unprocessableContent)
            #expect(try await world.submit(path + "/reopen", ["reason": "漏了一个县的补报"], cookie: cookie).status == .seeOther)
            #expect(try await world.submit(path + "/reopen", ["reason": "again"], cookie: cookie).status == .conflict)
            #expect(try await world.submit(path + "/close", cookie: cookie).status == .seeOther)
            // A later month is closed: the earlier one waits for it.
            world.clock.set(SampleWorld.moment("2011-06-05", 12))
            #expect(
                try await world.submit("/bulletins/2011-04/9901/close", cookie: try await world.signIn("later", .officer, area: "9901"))
                    .status == .seeOther)
            let again = try await world.submit(
                path + "/reopen", ["reason": "too late"], cookie: try await world.signIn("third", .officer, area: "9901"))
            #expect(again.status == .conflict && body(again).contains("A later month"))
            let kinds = try await world.centre.database.read { try $0.events(before: "", limit: 50) }.map(\.kind)
            #expect(kinds.contains("month.reopened"))
        }
    }
}
