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
                let li = try #require(try statements.account(id: id))
                try statements.resetPassword(of: li, storedPassword: "other", by: act)
            }
            let (stored, session, grants) = try await world.database.read {
                (
                    try $0.storedPassword(accountID: id), try $0.session(tokenDigest: "t", at: noon)?.0,
                    try $0.roleGrants(accountID: id, on: nil)
                )
            }
            #expect(stored == "other")
            #expect(session == nil)
            #expect(grants.map(\.role) == [.officer])
            let li = try #require(try await world.database.read { try $0.account(id: id) })
            #expect(li.passwordIsFirst && li.passwordSetAt == noon && li.signedInAt == noon)
            try await world.database.write { try $0.take(AccountLife.disable, li, by: act) }
            // What is known of it is from before.
            await #expect(throws: Refusal.conflict("account.already_disabled")) {
                try await world.database.write { try $0.take(AccountLife.disable, li, by: act) }
            }
            let kinds = try await world.database.read { try $0.events(about: id) }.map(\.kind)
            #expect(
                Set(kinds) == [
                    "account.added", "account.language_set", "session.opened", "session.closed", "account.password_reset",
                    "account.disabled",
                ])
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
                (account("wang", [.auditor, .systemAdministrator]), .invalid(["role": "account.roles_exclude"])),
            ]
            for (new, refusal) in cases {
                await #expect(throws: refusal) { try await world.database.write { try $0.addAccount(new, by: act) } }
            }
            let li = try #require(try await world.database.read { try $0.account(login: "li") })
            let wang = try await world.database.write { try $0.addAccount(account("wang"), by: act) }
            let changes: [(String, String, Refusal)] = [
                ("wang", "李", .invalid(["login": "account.login_taken"])), ("ｌｉ", "李", .invalid(["login": "account.login_form"])),
                ("l i", "李", .invalid(["login": "account.login_form"])), ("li", "", .invalid(["name": "form.required"])),
            ]
            for (login, name, refusal) in changes {
                await #expect(throws: refusal) {
                    try await world.database.write { try $0.changeAccount(li, login: login, name: name, by: act) }
                }
            }
            try await world.database.write { try $0.changeAccount(li, login: "li.si", name: "李四", by: act) }
            #expect(try await world.database.read { try $0.account(login: "li.si")?.id } == li.id)
            #expect(try await world.database.read { try $0.account(id: wang)?.login } == "wang")
        }
    }

    /// A role holds through its last day, is not given twice, and excludes what it excludes; one that ended stays known.
    @Test(arguments: Database.Engine.required)
    func aRoleHoldsUntilItsDay(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (act, today) = (world.act(at: noon), try #require(Day("2011-03-05")))
            let id = try await world.database.write { try $0.addAccount(account("li", [.auditor]), by: act) }
            let li = try #require(try await world.database.read { try $0.account(id: id) })
            func give(_ role: Role, until: Day = .forever, object: String = "") async throws {
                try await world.database.write {
                    _ = try $0.giveRole(
                        RoleGrant(role: role, areaID: "area", object: object, untilDay: until), to: li, area: "云溪", on: today, by: act)
                }
            }
            func roles(_ days: Int) async throws -> [String] {
                try await world.database.read {
                    try $0.roleGrants(accountID: id, on: today.advanced(by: days)).map { $0.role.rawValue + $0.object }.sorted()
                }
            }
            try await give(.tutor, until: today.advanced(by: 3))
            try await give(.maintenance, object: "operator:1")
            try await give(.maintenance, object: "operator:2")
            await #expect(throws: Refusal.invalid(["role": "account.role_held"])) { try await give(.maintenance, object: "operator:2") }
            await #expect(throws: Refusal.invalid(["role": "account.roles_exclude"])) { try await give(.systemAdministrator) }
            await #expect(throws: Refusal.invalid(["through": "account.through_past"])) { try await give(.judge, until: today) }
            #expect(try await roles(2) == ["auditor", "maintenanceoperator:1", "maintenanceoperator:2", "tutor"])
            #expect(try await roles(3) == ["auditor", "maintenanceoperator:1", "maintenanceoperator:2"])
            let auditor = try #require(
                try await world.database.read { try $0.roleGrants(accountID: id, on: today).first { $0.role == .auditor } })
            try await world.database.write { try $0.endGrant(auditor, of: li, area: "云溪", until: today, by: act) }
            await #expect(throws: Refusal.conflict("account.grant_ended")) {
                try await world.database.write { try $0.endGrant(auditor, of: li, area: "云溪", until: today, by: act) }
            }
            // Nothing stands against it any more.
            try await give(.systemAdministrator)
            #expect(try await world.database.read { try $0.roleGrants(accountID: id, on: nil).count } == 5)
        }
    }

    /// Of the passwords before the last five are kept, the newest first.
    @Test(arguments: Database.Engine.required)
    func passwordsOfBeforeAreKept(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let id = try await world.database.write { try $0.addAccount(account("li"), by: world.act(at: noon)) }
            for number in 1...7 {
                let act = world.act(at: noon.adding(seconds: Int64(number)))
                try await world.database.write { statements in
                    let li = try #require(try statements.account(id: id))
                    try statements.changeOwnPassword(of: li, storedPassword: "p\(number)", keeping: "", by: act)
                }
            }
            let (before, li) = try await world.database.read {
                (try $0.storedPasswordsBefore(accountID: id, most: 9), try $0.account(id: id))
            }
            #expect(before == ["p6", "p5", "p4", "p3", "p2"])
            #expect(li?.passwordIsFirst == false && li?.passwordSetAt == noon.adding(seconds: 7))
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
            try await world.database.write { statements in
                let li = try #require(try statements.account(login: "li"))
                try statements.resetPassword(of: li, storedPassword: "x", by: act)
            }
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

    @Test(
        arguments: [
            ("short", nil, nil), ("aaaaaaaaaaaaaaaa", nil, nil), ("my-officer-login-1", nil, nil), ("123456789012", nil, nil),
            ("qwertyuiop[]12", nil, nil), ("abcdefgh-87654321", nil, nil), ("officer-officer-1a", nil, nil),
            ("correct horse battery", .standard, nil), ("CorrectHorseBattery", .standard, nil),
            ("correct horse battery 7", .standard, .classified),
            ("CorrectHorseBattery7", .standard, .classified), ("正确的马匹电池订书机左右ａ1-", .standard, .classified),
        ] as [(String, PasswordPolicy?, PasswordPolicy?)])
    func newPasswordsAreWhatThePolicyAsks(_ password: String, _ standard: PasswordPolicy?, _ classified: PasswordPolicy?) {
        #expect((PasswordPolicy.standard.problem(password, login: "officer") == nil) == (standard != nil))
        #expect((PasswordPolicy.classified.problem(password, login: "officer") == nil) == (classified != nil))
    }

    /// What whoever guesses knows of the network and its owner does not count.
    @Test(arguments: [
        ("yuanjiao-2011-abc", "", false), ("Wangxiaoming-2011", "王小明", false), ("王小明的远教密码管理员2011", "王小明", false),
        ("guanliyuan888666", "", false), ("password12345", "", false), ("admin-officer-editor", "", false),
        ("wangxiaoming likes pears", "王小明", true), ("quiet river in 2011", "", true), ("远教之外还有山和水与清风明月", "", true),
    ])
    func whatEverybodyKnowsDoesNotCount(_ password: String, _ name: String, _ isGood: Bool) {
        #expect((PasswordPolicy.standard.problem(password, login: "officer", name: name) == nil) == isGood, "\(password)")
    }

    @Test func aPasswordIsDueWhenSomebodyElseGaveItAndWhenItIsOld() {
        let (now, day) = (noon, Int64(86_400))
        func account(_ days: Int64, isFirst: Bool = false) -> Account {
            Account(id: "a", login: "li", name: "李", passwordIsFirst: isFirst, passwordSetAt: now.adding(seconds: -days * day))
        }
        for policy in PasswordPolicy.allCases {
            #expect(policy.isDue(account(0, isFirst: true), at: now))
            #expect(!policy.isDue(account(89), at: now))
            #expect(policy.isDue(account(90), at: now) == (policy == .classified))
        }
    }

    @Test func freshPasswordsDiffer() async throws {
        let made = (0..<100).map { _ in PasswordScheme.fresh(.system) }
        #expect(Set(made).count == 100)
        #expect(made.allSatisfy { $0.count == 19 && PasswordPolicy.standard.problem($0, login: "officer") == nil })
        let scheme = PasswordScheme(cost: 14, passes: 2)
        let first = try await scheme.first(.system)
        // Cheap to make a hundred of; right, wrong, and dear from the first sign-in on.
        #expect(first.stored.hasPrefix("scrypt:12:1:"))
        #expect(try await scheme.matches(first.password, first.stored))
        #expect(try await !scheme.matches(first.password + "x", first.stored))
        #expect(try await scheme.renewed(first.password, first.stored, salt: [1])?.hasPrefix("scrypt:14:2:") == true)
    }
}

@Suite struct RoleTests {
    /// Who gives what: a security administrator everything, also where he is himself; an officer what he may do himself, below his office.
    @Test func rolesAreGivenByThoseWhoMay() {
        for role in Role.allCases {
            #expect(Role.securityAdministrator.mayGive(role, below: false) && Role.securityAdministrator.mayGive(role, below: true))
            #expect(!Role.officer.mayGive(role, below: false))
            let isHis = role.rights.isSubset(of: Role.officer.rights) && !Role.separated.contains(role)
            #expect(Role.officer.mayGive(role, below: true) == isHis)
            for other in [Role.auditor, .systemAdministrator, .leader, .editor, .reviewer, .siteManager, .expert] {
                #expect(!other.mayGive(role, below: true))
            }
        }
        #expect(Role.officer.mayGive(.siteManager, below: true) && !Role.officer.mayGive(.editor, below: true))
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
