import Accounts
import Basics
import Storage
import TestKit
import Testing

private let noon = SampleWorld.moment("2011-03-05", 12)

private func account(_ login: String, _ roles: [Role] = [.officer]) -> NewAccount {
    NewAccount(login: login, name: "某人", storedPassword: "stored", grants: roles.map { RoleGrant(role: $0, areaID: "area") })
}

@Suite struct AccountTests {
    @Test(arguments: Database.Engine.required)
    func anAccountIsMadeResetAndDisabledAndEachLeavesAnEntry(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: noon)
            let id = try await world.database.write { try $0.addAccount(account("li"), by: act) }
            try await world.database.write { statements in
                try statements.setLanguage("en", accountID: id, by: act)
                try statements.openSession(accountID: id, tokenDigest: "t", csrf: "c", by: act)
                try statements.resetPassword(login: "li", storedPassword: "other", by: act)
            }
            let (stored, session, grants) = try await world.database.read {
                (try $0.storedPassword(accountID: id), try $0.session(tokenDigest: "t", at: noon)?.0, try $0.roleGrants(accountID: id))
            }
            #expect(stored == "other")
            #expect(session == nil)
            #expect(grants.map(\.role) == [.officer])
            try await world.database.write { try $0.disableAccount(login: "li", by: act) }
            await #expect(throws: Refusal.conflict("account.already_disabled")) {
                try await world.database.write { try $0.disableAccount(login: "li", by: act) }
            }
            let kinds = try await world.database.read { try $0.events(about: id) }.map(\.kind)
            #expect(
                Set(kinds) == ["account.added", "account.language_set", "session.opened", "account.password_reset", "account.disabled"])
            let newest = try await world.database.read { try $0.events(before: "", limit: 1) }
            #expect(newest.map(\.kind) == ["account.disabled"])
            let all = try await world.database.read { try $0.accounts() }
            #expect(all.map { "\($0.login) \($0.language) \($0.disabledAt != nil)" } == ["li en true"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatCannotBeAnAccountIsRefused(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: noon)
            try await world.database.write { try $0.addAccount(account("li"), by: act) }
            let cases: [(NewAccount, Refusal)] = [
                (account("li"), .conflict("account.login_taken")), (account("x"), .invalid(["login": "account.login_form"])),
                (account("李四"), .invalid(["login": "account.login_form"])),
                (account("wang", [.auditor, .systemAdministrator]), .invalid(["roles": "account.roles_exclude"])),
            ]
            for (new, refusal) in cases {
                await #expect(throws: refusal) { try await world.database.write { try $0.addAccount(new, by: act) } }
            }
            await #expect(throws: Refusal.notFound("account")) {
                try await world.database.write { try $0.resetPassword(login: "nobody", storedPassword: "", by: act) }
            }
            await #expect(throws: Refusal.notFound("account")) {
                try await world.database.write { try $0.disableAccount(login: "nobody", by: act) }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func sessionsAreListedAndEndedByTheirOwnerAlone(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = Act(by: .commandLine, at: noon, ids: world.ids, from: Place(address: "10.0.0.1", agent: "a browser"))
            let (li, wang) = try await world.database.write {
                (try $0.addAccount(account("li"), by: act), try $0.addAccount(account("wang"), by: act))
            }
            try await world.database.write { statements in
                for number in 1...3 {
                    try statements.openSession(accountID: li, tokenDigest: "digest-of-session-\(number)", csrf: "c", by: act)
                }
                try statements.openSession(accountID: wang, tokenDigest: "digest-of-another", csrf: "c", by: act)
            }
            let listed = try await world.database.read { try $0.sessions(accountID: li, at: noon) }
            #expect(listed.count == 3 && listed.allSatisfy { $0.address == "10.0.0.1" && $0.agent == "a browser" && $0.madeAt == noon })
            #expect(try await world.database.read { try $0.sessions(accountID: li, at: noon.adding(seconds: 12 * 3600)) }.isEmpty)
            let other = try #require(try await world.database.read { try $0.sessions(accountID: wang, at: noon) }.first).number
            await #expect(throws: Refusal.notFound("session")) {
                try await world.database.write { try $0.endSessions(of: li, number: other, except: "digest-of-session-1", by: act) }
            }
            // Those sessions share the beginning of their digests, as digests of cookies do not; one number ends them all.
            #expect(try await world.database.write { try $0.endSessions(of: li, number: nil, except: "digest-of-session-1", by: act) } == 2)
            #expect(
                try await world.database.read { try $0.sessions(accountID: li, at: noon) }.map(\.tokenDigest) == ["digest-of-session-1"])
            #expect(try await world.database.write { try $0.endSessions(of: wang, number: other, except: "", by: act) } == 1)
            #expect(try await world.database.write { try $0.endSessions(of: wang, number: nil, except: "", by: act) } == 0)
        }
    }

    /// Each pair of login and address has attempts of its own, which end a quarter of an hour after they began, with a right password, or
    /// with a new one.
    @Test(arguments: Database.Engine.required)
    func attemptsAreCountedByLoginAndAddress(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: noon)
            _ = try await world.database.write { try $0.addAccount(account("li"), by: act) }
            func attempt(_ login: String, _ origin: String, _ seconds: Int64 = 0) async throws -> Int {
                try await world.database.write { try $0.takeSignInAttempt(login: login, origin: origin, at: noon.adding(seconds: seconds)) }
            }
            for expected in 1...7 { #expect(try await attempt("li", "10.0.0.1", Int64(expected)) == expected) }
            #expect(try await attempt("li", "10.0.0.2") == 1)
            #expect(try await attempt("wang", "10.0.0.1") == 1)
            #expect(try await attempt("li", "10.0.0.1", 900) == 8)
            #expect(try await attempt("li", "10.0.0.1", 901) == 1)
            for _ in 0..<5 { _ = try await attempt("li", "10.0.0.1", 902) }
            try await world.database.write { try $0.forgetSignInAttempts(login: "li", origin: "10.0.0.1") }
            #expect(try await attempt("li", "10.0.0.1", 903) == 1)
            try await world.database.write { try $0.resetPassword(login: "li", storedPassword: "x", by: act) }
            #expect(try await attempt("li", "10.0.0.2", 904) == 1)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aSessionThatIsNotUsedEnds(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: noon)
            let id = try await world.database.write { try $0.addAccount(account("li"), by: act) }
            try await world.database.write { try $0.openSession(accountID: id, tokenDigest: "t", csrf: "c", by: act) }
            func isGood(_ seconds: Int64) async throws -> Bool {
                try await world.database.read { try $0.session(tokenDigest: "t", idleSeconds: 900, at: noon.adding(seconds: seconds)) }
                    != nil
            }
            #expect(try await isGood(899))
            #expect(try await !isGood(900))
            try await world.database.write { try $0.sessionSeen(tokenDigest: "t", at: noon.adding(seconds: 899)) }
            #expect(try await isGood(1700))
            try await world.database.write { try $0.sessionSeen(tokenDigest: "t", at: noon.adding(seconds: 12 * 3600 - 1)) }
            #expect(try await !isGood(12 * 3600))
            try await world.database.write { try $0.closeSession(tokenDigest: "t", by: act) }
            #expect(try await !isGood(1))
        }
    }
}

@Suite struct PasswordTests {
    @Test func aPasswordMatchesItselfOnly() async throws {
        let scheme = PasswordScheme(cost: 8, passes: 2)
        let stored = try await scheme.stored("correct horse battery", login: "li", salt: [1, 2, 3])
        #expect(stored.hasPrefix("scrypt:8:2:010203:"))
        let (right, wrong, none) = (
            try await scheme.matches("correct horse battery", stored), try await scheme.matches("correct horse batterz", stored),
            try await scheme.matches("anything", "")
        )
        #expect(right)
        #expect(!wrong)
        #expect(!none)
        #expect(try await scheme.renewed("correct horse battery", stored, salt: [4]) == nil)
    }

    /// What was stored with less work, or before there were passes, still opens, and is stored anew.
    @Test func whatWasStoredBeforeIsStoredAnew() async throws {
        let (before, now) = (PasswordScheme(cost: 8, passes: 1), PasswordScheme(cost: 9, passes: 2))
        let stored = try await before.stored("correct horse battery", login: "li", salt: [1, 2, 3])
        for old in [stored, stored.replacing("scrypt:8:1:", with: "scrypt:8:")] {
            #expect(try await now.matches("correct horse battery", old))
            #expect(try await !now.matches("correct horse batterz", old))
            let renewed = try #require(try await now.renewed("correct horse battery", old, salt: [4]))
            #expect(renewed.hasPrefix("scrypt:9:2:04:"))
            #expect(try await now.matches("correct horse battery", renewed))
        }
    }

    @Test(arguments: [
        ("short", false), ("aaaaaaaaaaaaaaaa", false), ("my-officer-login-1", false), ("123456789012", false), ("qwertyuiop[]12", false),
        ("abcdefgh-87654321", false),
        ("officer-officer-1a", false), ("correct horse battery", true),
    ])
    func newPasswordsAreLongAndNotTheLogin(_ password: String, _ acceptable: Bool) {
        #expect(PasswordScheme.isAcceptable(password, login: "officer") == acceptable)
    }

    @Test func freshPasswordsDiffer() {
        let made = (0..<100).map { _ in PasswordScheme.fresh(.system) }
        #expect(Set(made).count == 100)
        #expect(made.allSatisfy { $0.count == 19 && PasswordScheme.isAcceptable($0, login: "officer") })
    }
}

@Suite struct ScopeTests {
    @Test func aScopeCoversItsSubtreesAndNothingElse() throws {
        let scope = Scope(areas: [try #require(AreaCode("990101")), try #require(AreaCode("990203001"))])
        let cases = [
            ("990101", true), ("990101001", true), ("9901", false), ("990102", false), ("990203001002", true), ("990203002", false),
        ]
        for (code, covered) in cases { #expect(scope.covers(try #require(AreaCode(code))) == covered) }
        #expect(scope.narrowed(to: try #require(AreaCode("9901"))).areas.map(\.description) == ["990101"])
        #expect(scope.narrowed(to: try #require(AreaCode("990102"))).areas.isEmpty)
    }
}

@Suite struct MaskedTokenTests {
    @Test func aTokenIsOtherTextUnderEachMaskAndTheSameBelow() {
        let token = "00112233445566778899aabbccddeeff"
        let pads = [[UInt8](repeating: 0, count: 16), (0..<16).map { UInt8($0 * 13) }, [UInt8](repeating: 255, count: 16)]
        let masked = pads.map { MaskedToken.mask(token, pad: $0) }
        #expect(Set(masked).count == pads.count && masked.allSatisfy { $0.utf8.count == 64 && MaskedToken.unmask($0) == token })
        for strange in ["", "x", token, "zz\(token)", String(repeating: "a", count: 63)] { #expect(MaskedToken.unmask(strange) == strange) }
        #expect(MaskedToken.mask("no token", pad: pads[0]) == "no token")
    }
}
