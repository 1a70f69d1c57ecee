import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import People
import Registry
import Storage
import TestKit
import Testing
import Web

/// Accounts on pages: who makes them, what they may, their passwords, and what nobody may do to himself or above himself.
@Suite struct AccountPagesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    private func id(_ login: String, _ world: CentreWorld) async throws -> String {
        try #require(try await world.centre.database.read { try $0.account(login: login)?.id })
    }

    /// What a page of first passwords tells: by login.
    private func passwords(_ html: String) -> [String: String] {
        let codes = html.components(separatedBy: "<code>").dropFirst().map { String($0.prefix { $0 != "<" }) }
        return Dictionary(stride(from: 0, to: codes.count - 1, by: 2).map { (codes[$0], codes[$0 + 1]) }) { first, _ in first }
    }

    private func signIn(_ login: String, _ password: String, _ world: CentreWorld) async throws -> (String, TestResponse) {
        let answer = try await world.post("/sign-in", ["login": login, "password": password])
        return (String(answer.headers[.setCookie]?.prefix { $0 != ";" } ?? ""), answer)
    }

    private func change(_ now: String, _ new: String, again: String? = nil, _ world: CentreWorld, cookie: String) async throws
        -> TestResponse
    {
        try await world.submit(
            "/account/password", ["password_now": now, "password_new": new, "password_new_again": again ?? new], cookie: cookie)
    }

    private let li = ["login": "li.si", "name": "李四", "role": "officer", "area": "990101", "operator": "", "through": ""]

    /// From the form to the first page that somebody sees who signs in with what he was handed.
    @Test(arguments: Database.Engine.required)
    func anAccountIsMadeAndItsOwnerTakesItOver(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("security", .securityAdministrator, area: "9901")
            let made = try await world.submit("/accounts/new", li, cookie: keeper)
            let (id, page) = (try await id("li.si", world), place(made))
            #expect(page == "/accounts/\(id)/password")
            // Nobody signs in without a password.
            #expect(try await signIn("li.si", "", world).1.status == .unprocessableContent)
            let handed = try await world.submit(page, cookie: keeper)
            let first = try #require(passwords(body(handed))["li.si"])
            #expect(handed.status == .ok)
            // It is told once: neither the page of the account nor the log has it.
            for path in [page, "/accounts/\(id)", "/accounts"] {
                #expect(!body(try await world.get(path, cookie: keeper)).contains(first), "\(path)")
            }
            #expect(try await world.centre.database.read { try $0.events(before: "", limit: 50) }.allSatisfy { !$0.detail.contains(first) })
            let (cookie, _) = try await signIn("li.si", first, world)
            for path in ["/", "/overview", "/account", "/search.json?q=a"] {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.status == .seeOther && place(answer) == "/account/password", "\(path) \(answer.status)")
            }
            #expect(try await world.submit("/exclusions/new", from: "/account/password", cookie: cookie).status == .seeOther)
            let own = body(try await world.get("/account/password", cookie: cookie))
            #expect(own.contains("Somebody else gave you this password") && own.contains("autocomplete=\"new-password\""))
            let refused: [(String, String, String?, String)] = [
                ("", "", nil, "password_now"), ("wrong password", "a quiet river bends", nil, "password_now"),
                (first, "short", nil, "password_new"), (first, first, nil, "password_new"),
                (first, "a quiet river bends", "a quiet river bend", "password_new_again"),
            ]
            for (now, new, again, field) in refused {
                let answer = try await change(now, new, again: again, world, cookie: cookie)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\""), "\(new)")
                #expect(!body(answer).contains("value=\"\(first)\"") && !body(answer).contains("quiet river"))
            }
            let changed = try await change(first, "a quiet river bends", world, cookie: cookie)
            #expect(changed.status == .seeOther && place(changed) == "/")
            #expect(try await world.get("/overview", cookie: cookie).status != .unprocessableContent)
            #expect(body(try await world.get("/account", cookie: cookie)).contains("Change the password"))
            #expect(try await signIn("li.si", first, world).1.status == .unprocessableContent)
            #expect(try await signIn("li.si", "a quiet river bends", world).1.status == .seeOther)
            // Nothing that was typed there is kept with what was sent.
            let digests = try await world.centre.database.read { try $0.all("SELECT path FROM form_sent") { try $0.text(0) } }
            #expect(digests.allSatisfy { !$0.contains("river") })
            // A reset ends what he has open and begins anew.
            let again = try await world.submit("/accounts/\(id)/password", cookie: keeper)
            #expect(passwords(body(again))["li.si"] != first)
            #expect(place(try await world.get("/overview", cookie: cookie)) == "/sign-in")
            let second = try #require(passwords(body(again))["li.si"])
            world.clock.set(Self.moment.adding(seconds: 14 * 86_400))
            #expect(try await signIn("li.si", second, world).1.status == .unprocessableContent, "Nobody took it in a fortnight")
            world.clock.set(Self.moment)
            #expect(try await signIn("li.si", second, world).1.status == .seeOther)
            let history = body(try await world.get("/accounts/\(id)", cookie: keeper))
            for words in ["Account added", "Own password changed", "Password reset", "Role", "990101"] {
                #expect(history.contains(words), "\(words)")
            }
        }
    }

    /// An officer delegates what he may do himself to offices below his own, and touches nobody who may more.
    @Test(arguments: Database.Engine.required)
    func nobodyGivesWhatHeHasNotOrReachesAbove(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let security = try await world.signIn("security", .securityAdministrator, area: "990101")
            let officer = try await world.signIn("officer", .officer, area: "990101")
            _ = try await world.signIn("city", .officer, area: "9901")
            _ = try await world.signIn("elsewhere", .officer, area: "990102")
            _ = try await world.signIn("town", .officer, area: "990101001")
            _ = try await world.signIn("editor", .editor, area: "990101001")
            let cases: [(String, String, String, Bool)] = [
                ("officer", "officer", "990101001", true), ("officer", "site_manager", "990101001001", true),
                ("officer", "officer", "990101", false), ("officer", "editor", "990101001", false),
                ("officer", "security_administrator", "990101001", false), ("officer", "auditor", "990101001", false),
                ("officer", "officer", "990102", false), ("officer", "officer", "9901", false),
                ("security", "editor", "990101", true), ("security", "security_administrator", "990101001", true),
                ("security", "auditor", "9901", false), ("security", "officer", "990102", false),
                ("security", "no such role", "990101", false),
            ]
            for (number, (who, role, area, may)) in cases.enumerated() {
                let fields = li.merging(["login": "new\(number)", "role": role, "area": area]) { $1 }
                let answer = try await world.submit("/accounts/new", fields, cookie: who == "officer" ? officer : security)
                #expect(answer.status == (may ? .seeOther : .unprocessableContent), "\(who) \(role) \(area)")
                let isThere = try await world.centre.database.read { try $0.account(login: "new\(number)") != nil }
                #expect(isThere == may, "\(who) \(role) \(area)")
            }
            // The choice offers what may be given.
            let form = body(try await world.get("/accounts/new", cookie: officer))
            #expect(form.contains("value=\"site_manager\"") && !form.contains("value=\"editor\""))
            for (login, status) in [
                ("town", HTTPResponse.Status.ok), ("editor", .forbidden), ("security", .forbidden), ("officer", .forbidden),
                ("city", .notFound),
                ("elsewhere", .notFound),
            ] {
                let id = try await id(login, world)
                for path in ["password", "roles", "sessions"] {
                    #expect(try await world.get("/accounts/\(id)/\(path)", cookie: officer).status == status, "\(login) \(path)")
                    let answer = try await world.submit("/accounts/\(id)/\(path)", ["form_step": "act"], from: "/accounts", cookie: officer)
                    if status != .ok { #expect(answer.status == status, "\(login) \(path)") }
                }
            }
            let list = body(try await world.get("/accounts", cookie: officer))
            #expect(list.contains("town") && !list.contains("elsewhere") && !list.contains(">city<"))
            // The machine's own commands may everything.
            let everything = try await world.centre.database.read { try $0.giver(.commandLine("root"), on: world.centre.house.today) }
            #expect(everything.roles == Role.allCases)
        }
    }

    /// Roles are given, end on their day or at once; the last who keeps accounts stays.
    @Test(arguments: Database.Engine.required)
    func rolesAreGivenAndEndAndTheLastKeeperStays(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("security", .securityAdministrator, area: "9901")
            let other = try await world.signIn("other", .securityAdministrator, area: "9901")
            let leader = try await world.signIn("leader", .leader, area: "9901")
            let (own, others, leaders) = (try await id("security", world), try await id("other", world), try await id("leader", world))
            let role = ["role": "reviewer", "area": "9901", "operator": "", "through": "2011-05-03"]
            #expect(try await world.get("/courseware", cookie: leader).status == .forbidden)
            let look = try await world.submit("/accounts/\(leaders)/roles", role, isLook: true, cookie: keeper)
            #expect(body(look).contains("becomes Reviewer in 云溪市 9901; last day: 2011-05-03"))
            #expect(try await world.submit("/accounts/\(leaders)/roles", role, cookie: keeper).status == .seeOther)
            #expect(try await world.submit("/accounts/\(leaders)/roles", role, cookie: other).status == .unprocessableContent)
            #expect(try await world.get("/courseware", cookie: leader).status != .forbidden)
            for (fields, field) in [
                (["role": "auditor", "through": "2011-05-01"], "through"), (["role": "maintenance", "through": ""], "operator"),
                (["role": "judge", "operator": "nobody"], "operator"), (["role": "judge", "area": "abc"], "area"),
            ] {
                let answer = try await world.submit("/accounts/\(leaders)/roles", role.merging(fields) { $1 }, cookie: keeper)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(field)\""), "\(fields)")
            }
            world.clock.set(SampleWorld.moment("2011-05-04", 0))
            let (keeperNow, leaderNow) = (
                try await signIn("security", "a long test password", world).0, try await signIn("leader", "a long test password", world).0
            )
            #expect(try await world.get("/courseware", cookie: leaderNow).status == .forbidden)
            #expect(body(try await world.get("/accounts/\(leaders)", cookie: keeperNow)).contains("Ended"))
            // At once.
            let last = body(try await world.get("/accounts/\(leaders)", cookie: keeperNow))
            let end = try #require(last.firstMatch(of: #/(\/accounts\/[^\/"]+\/roles\/[^\/"]+\/end)/#).map { String($0.1) })
            #expect(try await world.get("/overview", cookie: leaderNow).status != .forbidden)
            #expect(try await world.submit(end, ["through": ""], cookie: keeperNow).status == .seeOther)
            #expect(try await world.get("/overview", cookie: leaderNow).status == .forbidden)
            #expect(try await world.get(end, cookie: keeperNow).status == .notFound)
            // Not oneself; of two the one ends the other, and the last one stays.
            for path in ["disable", "password", "roles", "change"] {
                #expect(
                    [.forbidden, .conflict].contains(try await world.get("/accounts/\(own)/\(path)", cookie: keeperNow).status), "\(path)")
            }
            #expect(try await world.submit("/accounts/\(others)/disable", cookie: keeperNow).status == .seeOther)
            let county = try await world.signIn("county", .securityAdministrator, area: "990101")
            _ = county
            let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            await #expect(throws: Refusal.conflict("account.last_keeper")) {
                try await world.centre.database.write { statements in
                    let record = try #require(
                        try statements.accountRecord(id: own, in: .everything, for: .commandLine, on: world.centre.house.today))
                    try statements.take(AccountLife.disable, record, by: act)
                }
            }
            // One below may go, while there is one above.
            #expect(try await world.submit("/accounts/\(try await id("county", world))/disable", cookie: keeperNow).status == .seeOther)
        }
    }

    /// Many at once: from a file, their passwords on one sheet, and those disabled that nobody uses.
    @Test(arguments: Database.Engine.required)
    func manyAreBroughtInHandedOutAndDisabled(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("security", .securityAdministrator, area: "9901")
            #expect(try await world.submit("/accounts/passwords", cookie: keeper).status == .conflict)
            let file = """
                登录名,姓名,角色,区域,到期日
                wang,王五,管理员,990101,
                zhao,赵六,site_manager,青石镇 990101001,2011年12月31日
                security,安全,安全管理员,9901,
                ｚｈａｎｇ,张三,管理员,990101,
                qian,钱七,皇帝,990101,
                wang,王五,管理员,990101,
                """
            let looked = try await world.bring(Data(file.utf8), "/accounts/import", cookie: keeper)
            let page = place(looked)
            let preview = body(try await world.get(page, cookie: keeper))
            #expect(preview.contains("王五") && preview.contains("line 5") || preview.contains(">5<"), "\(preview.suffix(3000))")
            #expect(try await world.submit(page, cookie: keeper).status == .seeOther)
            try await world.work("import.accounts")
            let logins = try await world.centre.database.read { try $0.accounts().map(\.login) }
            #expect(logins == ["security", "wang", "zhao"])
            let home = body(try await world.get("/", cookie: keeper))
            #expect(home.contains("2 accounts have no password yet"))
            let sheet = try await world.submit("/accounts/passwords", cookie: keeper)
            let handed = passwords(body(sheet))
            #expect(handed.keys.sorted() == ["wang", "zhao"])
            for (login, password) in handed { #expect(try await signIn(login, password, world).1.status == .seeOther) }
            // What was written out comes in again and changes nothing.
            let list = body(try await world.get("/accounts.csv", cookie: keeper))
            let again = place(try await world.bring(Data(list.utf8), "/accounts/import", cookie: keeper))
            #expect(try await world.submit(again, cookie: keeper).status == .seeOther)
            let before = try await world.centre.database.read { try $0.all("SELECT id FROM role_grant ORDER BY id") { try $0.text(0) } }
            try await world.work("import.accounts")
            let after = try await world.centre.database.read { try $0.all("SELECT id FROM role_grant ORDER BY id") { try $0.text(0) } }
            #expect(before == after)
            let done = body(try await world.get(again, cookie: keeper))
            #expect(done.contains("3"), "\(done.suffix(2000))")
            // After a quarter of a year.
            world.clock.set(SampleWorld.moment("2011-08-15", 12))
            let later = try await signIn("security", "a long test password", world).0
            let unused = body(try await world.get("/accounts?use=unused", cookie: later))
            #expect(unused.contains("wang") && unused.contains("zhao") && !unused.contains("value=\"security\""))
            let hidden = hiddenFields(ofFormTo: "/sign-out", in: unused) ?? [:]
            let answer = try await world.post(
                "/accounts/disable", hidden.merging(["row.wang": "1", "row.zhao": "1", "form_step": "act"]) { $1 }, cookie: later)
            #expect([.seeOther, .ok].contains(answer.status), "\(answer.status)")
        }
    }

    @Test func whoForgotHisPasswordSeesWhomToAsk() async throws {
        try await withCentre(.sqlite, at: Self.moment, help: "市远教办 <0870-8123456>") { world in
            let page = body(try await world.get("/sign-in"))
            #expect(page.contains("市远教办 &lt;0870-8123456&gt;") && page.contains("Forgotten the password?"))
        }
    }

    /// The stricter policy: composition, what was used before, age.
    @Test(arguments: Database.Engine.required)
    func theClassifiedPolicyIsKept(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment, policy: .classified) { world in
            var cookie = try await world.signIn("officer", .officer, area: "9901", password: "Long-Test-Password-0")
            #expect(world.centre.house.idleSeconds == 900)
            #expect(try await change("Long-Test-Password-0", "all small letters", world, cookie: cookie).status == .unprocessableContent)
            for number in 1...5 {
                world.clock.set(Self.moment.adding(seconds: Int64(number)))
                let answer = try await change("Long-Test-Password-\(number - 1)", "Long-Test-Password-\(number)", world, cookie: cookie)
                #expect(answer.status == .seeOther, "\(number)")
            }
            let recent = try await change("Long-Test-Password-5", "Long-Test-Password-1", world, cookie: cookie)
            #expect(recent.status == .unprocessableContent && body(recent).contains("one of the last 5"))
            #expect(try await change("Long-Test-Password-5", "Long-Test-Password-0", world, cookie: cookie).status == .seeOther)
            world.clock.set(Self.moment.adding(seconds: 5 + 90 * 86_400))
            cookie = try await signIn("officer", "Long-Test-Password-0", world).0
            let due = try await world.get("/overview", cookie: cookie)
            #expect(due.status == .seeOther && place(due) == "/account/password")
            #expect(body(try await world.get("/account/password", cookie: cookie)).contains("90 days old"))
        }
    }
}
