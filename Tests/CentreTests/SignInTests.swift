import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Listener
import Storage
import TestKit
import Testing
import Web

/// Guessing, sessions and their ends, over the real routes.
@Suite struct SignInTests {
    private static let password = "a long test password"

    private func post(_ world: CentreWorld, _ login: String, _ password: String, from address: String = "", headers more: HTTPFields = [:])
        async throws -> TestResponse
    {
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .acceptLanguage: "en"]
        if !address.isEmpty, let field = HTTPField.Name("X-Forwarded-For") { headers[field] = address }
        for field in more { headers[field.name] = field.value }
        let body = "login=\(login)&password=\(password.replacing(" ", with: "+"))"
        return try await world.client.execute(uri: "/sign-in", method: .post, headers: headers, body: ByteBuffer(string: body))
    }

    private func page(_ response: TestResponse, _ login: String) -> String {
        String(decoding: response.body.readableBytesView, as: UTF8.self).replacing(login, with: "LOGIN")
    }

    /// Forty guesses at the same moment are looked at like forty one after the other: five.
    @Test(arguments: Database.Engine.required)
    func guessesAtOnceCountLikeOneAfterTheOther(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            _ = try await world.signIn("officer", .officer, area: "9901")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask { try await post(world, "officer", "wrong password \(number)", from: "10.0.0.9").status.code }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // Of one address only some are let in at once; the others are told to come again.
            #expect(statuses.allSatisfy { $0 == 422 || $0 == 503 } && statuses.contains(422))
            for _ in 0..<5 { _ = try await post(world, "officer", "wrong password", from: "10.0.0.9") }
            let right = try await post(world, "officer", Self.password, from: "10.0.0.9")
            let wrong = try await post(world, "officer", "wrong password", from: "10.0.0.9")
            let unknown = try await post(world, "nobody1", Self.password, from: "10.0.0.9")
            #expect(right.status == .unprocessableContent && page(right, "officer") == page(wrong, "officer"))
            #expect(page(right, "officer") == page(unknown, "nobody1"), "Which logins exist is told")
            // Whoever guesses locks out himself and nobody else.
            #expect(try await post(world, "officer", Self.password, from: "10.0.0.8").status == .seeOther)
            let blocked = try await world.centre.database.read { try $0.events(before: "", limit: 50) }.filter {
                $0.kind == "account.locked"
            }
            #expect(blocked.count == 1)
            world.clock.set(world.clock.clock.now.adding(seconds: 901))
            #expect(try await post(world, "officer", Self.password, from: "10.0.0.9").status == .seeOther)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aPasswordStoredInAnOlderWayIsStoredAnewAtTheSignIn(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            _ = try await world.signIn("officer", .officer, area: "9901")
            let database = world.centre.database
            let account = try #require(try await database.read { try $0.account(login: "officer") })
            let old = try await PasswordScheme(cost: 8, passes: 1).stored(Self.password, login: "officer", salt: [1])
            let present = try await database.read { try $0.storedPassword(accountID: account.id) } ?? ""
            try await database.write { try $0.renewStoredPassword(accountID: account.id, from: present, to: old) }
            #expect(try await post(world, "officer", Self.password).status == .seeOther)
            #expect(try await database.read { try $0.storedPassword(accountID: account.id) }?.hasPrefix("scrypt:8:5:") == true)
            #expect(try await post(world, "officer", Self.password).status == .seeOther)
        }
    }

    @Test func whatCanBeNoLoginIsRefusedBeforeAnyWork() async throws {
        try await withCentre(.sqlite) { world in
            for login in ["", "x", String(repeating: "a", count: 65), "%E6%9D%8E", "a%00b", "a+b"] {
                #expect(try await post(world, login, "x").status == .unprocessableContent)
            }
            let attempts = try await world.centre.database.read { try $0.first("SELECT count(*) FROM sign_in_attempt") { try $0.int(0) } }
            #expect(attempts == 0)
        }
    }

    @Test func aNewSignInEndsTheOldSessionOfTheBrowser() async throws {
        try await withCentre(.sqlite) { world in
            let old = try await world.signIn("officer", .officer, area: "9901")
            #expect(try await world.get("/bulletins/2011-03/9901", cookie: old).status == .ok)
            let again = try await post(world, "officer", Self.password, headers: [.cookie: old])
            let new = String(again.headers[.setCookie]?.split(separator: ";").first ?? "")
            #expect(try await world.get("/bulletins/2011-03/9901", cookie: new).status == .ok)
            #expect(try await world.get("/bulletins/2011-03/9901", cookie: old).status == .seeOther)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aPersonSeesWhereHeIsSignedInAndEndsTheOthers(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let first = try await world.signIn("officer", .officer, area: "9901")
            var agent: HTTPFields = [:]
            agent[.userAgent] = "a strange <browser>"
            let second = String(
                try await post(world, "officer", Self.password, from: "10.0.0.7", headers: agent).headers[.setCookie]?.split(separator: ";")
                    .first ?? "")
            let seen = page(try await world.get("/account", cookie: first), "officer")
            #expect(seen.contains("10.0.0.7") && seen.contains("a strange &lt;browser&gt;") && seen.contains("End all others"))
            let csrf = String(seen.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1 ?? "")
            #expect(try await world.post("/account/sessions/end", ["csrf": csrf, "session": "0000"], cookie: first).status == .notFound)
            #expect(try await world.post("/account/sessions/end", ["csrf": csrf], cookie: first).headers[.location] == "/account?ended=1")
            #expect(try await world.get("/account", cookie: second).status == .seeOther)
            #expect(page(try await world.get("/account", cookie: first), "officer").contains("End all others") == false)
        }
    }

    /// What goes outside wants the password once more when it was given long ago; what was filled in waits.
    @Test(arguments: Database.Engine.required)
    func thePasswordIsAskedAgainBeforeWhatGoesOutside(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let cookie = try await world.signIn("officer", .officer, area: "9901")
            let path = "/bulletins/2011-02/9901/close"
            let csrf = String(
                String(buffer: try await world.get("/bulletins/2011-02/9901/editions", cookie: cookie).body).firstMatch(
                    of: /name="csrf" value="([0-9a-f]+)"/)?.1 ?? "")
            world.clock.set(world.clock.clock.now.adding(seconds: 16 * 60))
            let asked = try await world.post(path, ["csrf": csrf, "form_step": "act", "remark": "甲 & \"乙\""], cookie: cookie)
            let page = String(buffer: asked.body)
            #expect(
                asked.status == .ok && page.contains("password_again") && page.contains("name=\"remark\" value=\"甲 &amp; &quot;乙&quot;\"")
                    && page.contains(path))
            #expect(
                try await world.post(path, ["csrf": csrf, "form_step": "act", "password_again": "not that one"], cookie: cookie).status
                    == .unprocessableContent)
            #expect(
                try await world.post(path, ["csrf": "other", "form_step": "act", "password_again": Self.password], cookie: cookie).status
                    == .forbidden)
            #expect(
                try await world.submit(path, ["form_step": "act", "password_again": Self.password], cookie: cookie).status == .seeOther)
            // Now it is fresh again; guesses count like those at the door.
            #expect(try await world.submit("/bulletins/2011-01/9901/close", cookie: cookie).status == .seeOther)
            world.clock.set(world.clock.clock.now.adding(seconds: 16 * 60))
            for _ in 0..<5 {
                _ = try await world.post(path, ["csrf": csrf, "form_step": "act", "password_again": "not that one"], cookie: cookie)
            }
            #expect(
                try await world.post(path, ["csrf": csrf, "form_step": "act", "password_again": Self.password], cookie: cookie).status
                    == .unprocessableContent)
            let kinds = try await world.centre.database.read { try $0.events(before: "", limit: 50) }.map(\.kind)
            #expect(kinds.count { $0 == "session.refused" } == 6)
        }
    }

    /// Who was refused what, who took a list away, and from where; an auditor sees what was done by those of his area, one of the whole
    /// network all.
    @Test(arguments: Database.Engine.required)
    func refusalsAndDownloadsStandInTheLogAndAuditorsSeeTheirArea(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (own, other) = (
                try await world.signIn("officer-own", .officer, area: "990101"),
                try await world.signIn("officer-other", .officer, area: "990102")
            )
            for cookie in [own, other] {
                #expect(try await world.get("/nodes", cookie: cookie).status == .forbidden)
                #expect(try await world.get("/sites?month=2011-03&format=csv", cookie: cookie).status.code < 500)
            }
            #expect(try await world.get("/bulletins/2011-03/990101.csv", cookie: own).status == .ok)
            _ = try await post(world, "officer-own", "wrong password", from: "10.0.0.9")
            _ = try await post(world, "nobody-of-that-name", "wrong password", from: "10.0.0.9")
            let events = try await world.centre.database.read { try $0.events(before: "", limit: 100) }
            #expect(events.count { $0.kind == "request.refused" && $0.refusal == "right.missing" && $0.subject == "GET /nodes" } == 2)
            #expect(events.contains { $0.kind == "list.downloaded" && $0.subject == "/bulletins/2011-03/990101.csv" })
            #expect(events.count { $0.kind == "session.refused" && $0.address == "10.0.0.9" } == 2)
            #expect(!events.contains { "\($0.subject)\($0.detail)\($0.actor)".contains("nobody-of-that-name") })
            for _ in 0..<30 { _ = try await world.get("/nodes", cookie: own) }
            #expect(
                try await world.centre.database.read { try $0.events(before: "", limit: 200) }.count { $0.kind == "request.refused" } == 21)
            let (county, city) = (
                try await world.signIn("auditor-county", .auditor, area: "990101"),
                try await world.signIn("auditor-city", .auditor, area: "9901")
            )
            let (partly, whole) = (
                page(try await world.get("/events", cookie: county), "#"), page(try await world.get("/events", cookie: city), "#")
            )
            #expect(partly.contains("officer-own") && !partly.contains("officer-other") && !partly.contains("Account added"))
            #expect(whole.contains("officer-own") && whole.contains("officer-other") && whole.contains("Account added"))
        }
    }

    @Test func aSessionEndsWhenItIsNotUsedAndStaysWhileItIs() async throws {
        try await withCentre(.sqlite) { world in
            let cookie = try await world.signIn("officer", .officer, area: "9901")
            for _ in 0..<4 {
                world.clock.set(world.clock.clock.now.adding(seconds: 119 * 60))
                #expect(try await world.get("/bulletins/2011-03/9901", cookie: cookie).status == .ok)
            }
            world.clock.set(world.clock.clock.now.adding(seconds: 120 * 60))
            #expect(try await world.get("/bulletins/2011-03/9901", cookie: cookie).status == .seeOther)
        }
    }

    @Test func aSignOutWithoutItsTokenChangesNothing() async throws {
        try await withCentre(.sqlite) { world in
            let cookie = try await world.signIn("officer", .officer, area: "9901")
            let refused = try await world.post("/sign-out", ["csrf": "0"], cookie: cookie)
            #expect(refused.status == .forbidden && refused.headers[.setCookie] == nil)
            let html = String(
                decoding: try await world.get("/bulletins/2011-03/9901", cookie: cookie).body.readableBytesView, as: UTF8.self)
            let token = try #require(html.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1)
            let out = try await world.post("/sign-out", ["csrf": String(token)], cookie: cookie)
            let clear = try #require(HTTPField.Name("Clear-Site-Data"))
            #expect(out.status == .seeOther && out.headers[clear] != nil)
            #expect(try await world.get("/bulletins/2011-03/9901", cookie: cookie).status == .seeOther)
        }
    }

    /// A form of another site is known by what the browser says of it, new or old.
    @Test func aFormOfAnotherSiteSignsNobodyIn() async throws {
        try await withCentre(.sqlite) { world in
            _ = try await world.signIn("officer", .officer, area: "9901")
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let cases: [(HTTPFields, HTTPResponse.Status)] = [
                ([site: "cross-site"], .forbidden), ([site: "same-site"], .forbidden), ([site: "same-origin"], .seeOther),
                ([site: "none"], .seeOther),
                ([.origin: "http://evil.example"], .forbidden), ([.origin: "null"], .forbidden),
                ([.origin: "http://localhost:1"], .forbidden), ([:], .seeOther),
            ]
            for (headers, status) in cases {
                #expect(try await post(world, "officer", Self.password, headers: headers).status == status, "\(headers)")
            }
        }
    }
}

@Suite struct AdmissionTests {
    /// Sends so many through a door that stays shut behind the first until so many were refused; answers who got through, in order, and who
    /// was refused.
    private func pass(_ origins: [String], through door: Admission, refusing expected: Int) async -> (
        passed: [String], refused: [String], most: Int
    ) {
        let hall = Hall(opensAfter: expected)
        await withTaskGroup(of: Void.self) { group in
            for origin in origins {
                group.addTask {
                    do { try await door.admit(origin) { await hall.visit(origin) } } catch { await hall.refuse(origin) }
                }
            }
        }
        return await (hall.passed, hall.refused, hall.most)
    }

    @Test func soManyAtOnceAndNoMoreThanTheLineHolds() async throws {
        let door = Admission(atOnce: 2, inLine: 3, perOrigin: 4)
        let (passed, refused, most) = await pass((0..<20).map { "origin \($0)" }, through: door, refusing: 15)
        #expect(passed.count == 5 && refused.count == 15 && most == 2)
        // Everything is given back.
        for _ in 0..<10 { try await door.admit("again") {} }
        await #expect(throws: Refusal.notFound("x")) { try await door.admit("again") { throw Refusal.notFound("x") } }
        for _ in 0..<10 { try await door.admit("again") {} }
    }

    @Test func oneOriginHasOnlyItsPart() async throws {
        let door = Admission(atOnce: 1, inLine: 100, perOrigin: 3)
        let (passed, refused, _) = await pass(
            Array(repeating: "greedy", count: 28) + ["honest 1", "honest 2"], through: door, refusing: 25)
        #expect(Set(refused) == ["greedy"] && refused.count == 25 && passed.filter { $0 == "greedy" }.count == 3)
        try await door.admit("greedy") {}
    }

    /// A line that others have filled, each with many, still has a place for whoever has none, and not at its end.
    @Test func whoHasNothingInLineGoesBeforeWhoHasMuch() async throws {
        let door = Admission(atOnce: 1, inLine: 12, perOrigin: 10)
        let (passed, refused, _) = await pass((0..<40).map { "greedy \($0 % 2)" } + ["honest"], through: door, refusing: 28)
        #expect(refused.count == 28 && !refused.contains("honest"))
        let place = try #require(passed.firstIndex(of: "honest"))
        #expect(place <= 3, "\(passed)")
    }
}

/// Where those wait who got through a door, until enough others were refused.
private actor Hall {
    private let opensAfter: Int
    private var present = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var passed: [String] = []
    private(set) var refused: [String] = []
    private(set) var most = 0

    init(opensAfter: Int) { self.opensAfter = opensAfter }

    func visit(_ origin: String) async {
        passed.append(origin)
        present += 1
        most = max(most, present)
        if refused.count < opensAfter { await withCheckedContinuation { waiting.append($0) } }
        present -= 1
    }

    func refuse(_ origin: String) {
        refused.append(origin)
        guard refused.count >= opensAfter else { return }
        for one in waiting { one.resume() }
        waiting = []
    }
}
