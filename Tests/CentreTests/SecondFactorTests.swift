import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Storage
import TestKit
import Testing
import Web

/// The second factor on pages: setting it up, the code behind the password and before what goes outside, one that is lost.
@Suite struct SecondFactorTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)
    private let password = "a long test password"

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }
    private func place(_ answer: TestResponse) -> String { String((answer.headers[.location] ?? "").prefix { $0 != "?" }) }

    private func signIn(_ login: String, _ world: CentreWorld) async throws -> String {
        let answer = try await world.post("/sign-in", ["login": login, "password": password])
        return String(answer.headers[.setCookie]?.prefix { $0 != ";" } ?? "")
    }

    private func give(_ code: String, _ world: CentreWorld, at path: String = "/account/code", cookie: String) async throws -> TestResponse
    {
        try await world.submit(path, ["password_code": code], cookie: cookie)
    }

    /// What an authenticator shows, so many steps away from the centre's clock.
    private func code(_ key: TimeCode, _ world: CentreWorld, off: Int64 = 0) -> String {
        key.code(at: TimeCode.step(at: world.clock.clock.now) + off)
    }

    private func wait(_ seconds: Int64, _ world: CentreWorld) { world.clock.set(world.clock.clock.now.adding(seconds: seconds)) }

    /// Sets one up for whoever is signed in; answers what his telephone and his drawer hold.
    private func setUp(_ world: CentreWorld, cookie: String) async throws -> (key: TimeCode, codes: [String]) {
        let begun = try await world.submit("/account/factor/begin", cookie: cookie)
        #expect(begun.status == .seeOther && place(begun) == "/account/factor")
        let page = body(try await world.get("/account/factor", cookie: cookie))
        let key = try #require(
            page.firstMatch(of: #/secret=([A-Z2-7]{32})/#).flatMap { TimeCode(text: String($0.1)) }, "the page has no key")
        #expect(page.contains("<path d=\"M"))
        let wrong = try await give(code(key, world, off: 2), world, at: "/account/factor", cookie: cookie)
        #expect(wrong.status == .unprocessableContent && body(wrong).contains(key.text), "the same key stays for the next attempt")
        let set = try await give(code(key, world), world, at: "/account/factor", cookie: cookie)
        let codes = body(set).matches(of: #/<code>([a-z2-9-]{19})<\/code>/#).map { String($0.1) }
        #expect(set.status == .ok && Set(codes).count == 10)
        return (key, codes)
    }

    @Test(arguments: Database.Engine.required)
    func whoPublishesSetsItUpAndGivesACodeFromThenOn(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment, factor: .required) { world in
            let leader = try await world.signIn("leader", .leader, area: "9901")
            #expect(try await world.get("/sites", cookie: leader).status == .ok)
            var cookie = try await world.signIn("editor", .editor, area: "9901")
            for path in ["/", "/courseware", "/account", "/account/password", "/search.json?q=a"] {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.status == .seeOther && place(answer) == "/account/factor/begin", "\(path) \(answer.status)")
            }
            // There is nothing to type a code for yet.
            #expect(try await world.get("/account/factor", cookie: cookie).status == .conflict)
            let (key, codes) = try await setUp(world, cookie: cookie)
            #expect(try await world.get("/courseware", cookie: cookie).status == .ok)
            #expect(!body(try await world.get("/account", cookie: cookie)).contains(codes[0]))
            // The code that set it up is used.
            cookie = try await signIn("editor", world)
            for path in ["/", "/courseware", "/account", "/account/factor/begin"] {
                let answer = try await world.get(path, cookie: cookie)
                #expect(answer.status == .seeOther && place(answer) == "/account/code", "\(path) \(answer.status)")
            }
            // Whoever knows the password alone learns nothing: no menu, no search, nothing that waits.
            let half = body(try await world.get("/account/code", cookie: cookie))
            #expect(half.contains("password_code") && !half.contains("href=\"/courseware\"") && !half.contains("action=\"/search\""))
            // A page that is not there has no menu for whoever has given half of it.
            #expect(!body(try await world.get("/nothing", cookie: cookie)).contains("/courseware"))
            #expect(try await give(code(key, world), world, cookie: cookie).status == .unprocessableContent)
            wait(30, world)
            let wide = String(String.UnicodeScalarView(code(key, world).unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 }))
            let given = try await give(" \(wide.prefix(3)) \(wide.suffix(3))", world, cookie: cookie)
            #expect(given.status == .seeOther && place(given) == "/")
            #expect(try await world.get("/courseware", cookie: cookie).status == .ok)
            // One minute off is too much; without the telephone there are codes on paper, each good once.
            cookie = try await signIn("editor", world)
            for wrong in [code(key, world, off: 2), code(key, world, off: -2), codes[0] + "x"] {
                let answer = try await give(wrong, world, cookie: cookie)
                #expect(answer.status == .unprocessableContent && body(answer).contains("2011-05-02"), "\(wrong)")
            }
            #expect(try await give(codes[0].uppercased(), world, cookie: cookie).status == .seeOther)
            cookie = try await signIn("editor", world)
            #expect(try await give(codes[0], world, cookie: cookie).status == .unprocessableContent)
            #expect(try await give(codes[1].replacing("-", with: ""), world, cookie: cookie).status == .seeOther)
            #expect(body(try await world.get("/account", cookie: cookie)).contains("8 recovery codes left"))
        }
    }

    /// A code of one key does not set another one that somebody began meanwhile.
    @Test(arguments: Database.Engine.required)
    func theKeyWhoseCodeCameIsTheOneThatIsSet(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            _ = try await world.signIn("officer", .officer, area: "9901")
            let now = world.clock.clock.now
            let (first, second) = (TimeCode.fresh(.system), TimeCode.fresh(.system))
            try await world.centre.database.write { statements in
                let act = Act(by: .commandLine, at: now, ids: .system)
                let account = try #require(try statements.account(login: "officer"))
                try statements.beginFactor(first, of: account, by: act)
                try statements.beginFactor(second, of: account, by: act)
                #expect(throws: Refusal.conflict("factor.not_begun")) {
                    try statements.setFactor(first, step: 1, codes: ["a"], of: account, keeping: "", by: act)
                }
                try statements.setFactor(second, step: 1, codes: ["a"], of: account, keeping: "", by: act)
                #expect(try statements.account(login: "officer")?.factorAt == now)
            }
        }
    }

    /// Whoever knows the password guesses five times in a quarter of an hour, from wherever he comes.
    @Test(arguments: Database.Engine.required)
    func guessesAreBounded(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let first = try await world.signIn("officer", .officer, area: "9901")
            let (key, codes) = try await setUp(world, cookie: first)
            wait(60, world)
            for guess in 0..<SignInRule.most {
                let cookie = try await signIn("officer", world)
                #expect(try await give("00000\(guess)", world, cookie: cookie).status == .unprocessableContent)
            }
            let cookie = try await signIn("officer", world)
            #expect(try await give(code(key, world), world, cookie: cookie).status == .unprocessableContent)
            #expect(try await give(codes[0], world, cookie: cookie).status == .unprocessableContent)
            #expect(try await world.get("/overview", cookie: cookie).status == .seeOther)
            wait(SignInRule.seconds, world)
            #expect(try await give(code(key, world), world, cookie: cookie).status == .seeOther)
            let refused = try await world.centre.database.read { try $0.events(before: "", limit: 100) }
            #expect(refused.count { $0.refusal == "code.wrong" } == SignInRule.most)
        }
    }

    /// Before what goes outside, a code is asked for in place of the password.
    @Test(arguments: Database.Engine.required)
    func aCodeIsAskedForAgain(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let cookie = try await world.signIn("officer", .officer, area: "9901")
            let (key, codes) = try await setUp(world, cookie: cookie)
            wait(Int64(world.centre.house.confirmSeconds), world)
            let asked = try await world.submit("/account/factor/codes", cookie: cookie)
            #expect(asked.status == .ok && body(asked).contains("one-time-code") && !body(asked).contains("current-password"))
            let wrong = try await world.submit("/account/factor/codes", ["password_again": password], cookie: cookie)
            #expect(wrong.status == .unprocessableContent)
            let made = try await world.submit("/account/factor/codes", ["password_again": code(key, world)], cookie: cookie)
            let fresh = body(made).matches(of: #/<code>([a-z2-9-]{19})<\/code>/#).map { String($0.1) }
            #expect(fresh.count == 10 && Set(fresh).isDisjoint(with: codes))
            // Those before are good for nothing.
            let next = try await signIn("officer", world)
            #expect(try await give(codes[3], world, cookie: next).status == .unprocessableContent)
            #expect(try await give(fresh[3], world, cookie: next).status == .seeOther)
        }
    }

    @Test(arguments: Database.Engine.required)
    func oneThatIsLostIsTakenAway(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment, factor: .required) { world in
            let keeper = try await world.signIn("security", .securityAdministrator, area: "9901")
            _ = try await setUp(world, cookie: keeper)
            var cookie = try await world.signIn("editor", .editor, area: "9901")
            let unguarded = "/accounts?use=unguarded"
            #expect(body(try await world.get(unguarded, cookie: keeper)).contains(">editor<"))
            let (key, _) = try await setUp(world, cookie: cookie)
            #expect(!body(try await world.get(unguarded, cookie: keeper)).contains(">editor<"))
            // His role asks for it: he cannot do without.
            #expect(try await world.get("/account/factor/remove", cookie: cookie).status == .forbidden)
            let id = try #require(try await world.centre.database.read { try $0.account(login: "editor")?.id })
            let own = try #require(try await world.centre.database.read { try $0.account(login: "security")?.id })
            #expect(try await world.get("/accounts/\(own)/factor", cookie: keeper).status == .forbidden)
            #expect(try await world.submit("/accounts/\(id)/factor", cookie: keeper).status == .seeOther)
            #expect(try await world.get("/courseware", cookie: cookie).status == .seeOther)
            cookie = try await signIn("editor", world)
            #expect(place(try await world.get("/courseware", cookie: cookie)) == "/account/factor/begin")
            let (other, _) = try await setUp(world, cookie: cookie)
            #expect(other.key != key.key)
            // Another telephone: the one before is good until the first code of the new one, and not after it.
            let third = try await setUp(world, cookie: cookie).key
            wait(60, world)
            cookie = try await signIn("editor", world)
            #expect(try await give(code(other, world), world, cookie: cookie).status == .unprocessableContent)
            #expect(try await give(code(third, world), world, cookie: cookie).status == .seeOther)
        }
    }

    /// Where nobody asks for it, it is removed by its owner; a password that is reset in the middle ends what waits for a code.
    @Test(arguments: Database.Engine.required)
    func itIsRemovedWhereItIsOfferedOnly(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let keeper = try await world.signIn("security", .securityAdministrator, area: "9901")
            let cookie = try await world.signIn("leader", .leader, area: "9901")
            let (key, _) = try await setUp(world, cookie: cookie)
            let waiting = try await signIn("leader", world)
            let id = try #require(try await world.centre.database.read { try $0.account(login: "leader")?.id })
            #expect(try await world.submit("/accounts/\(id)/password", cookie: keeper).status == .ok)
            wait(30, world)
            #expect(place(try await give(code(key, world), world, cookie: waiting)) == "/sign-in")
            let other = try await world.signIn("reviewer", .reviewer, area: "9901")
            _ = try await setUp(world, cookie: other)
            let removed = try await world.submit("/account/factor/remove", cookie: other)
            #expect(removed.status == .seeOther && place(removed) == "/account")
            let again = try await signIn("reviewer", world)
            #expect(try await world.get("/courseware", cookie: again).status == .ok)
        }
    }
}
