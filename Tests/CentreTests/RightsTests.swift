import Accounts
import Basics
import Centre
import Hummingbird
import HummingbirdTesting
import Operations
import Registry
import Storage
import TestKit
import Testing
import Web
import Wire

@Suite struct RightsTests {
    /// Every route with every role, for its own area and for another one. What a role may not do is refused; what lies in another area is
    /// not found; and no answer that is given holds a word of the other area.
    @Test(arguments: Database.Engine.required)
    func noRoleSeesMoreThanItsRightsAndItsArea(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let county = "990101"
            for role in Role.allCases {
                let cookie = try await world.signIn("user-\(role.rawValue)", role, area: county)
                for entry in world.centre.routes where entry.method == "GET" {
                    guard let right = entry.right else { continue }
                    for own in [true, false] {
                        let path = Self.filled(entry.path, own: own)
                        let answer = try await world.get(path, cookie: cookie)
                        guard role.rights.contains(right) else {
                            #expect(answer.status == .forbidden, "\(role) \(path)")
                            continue
                        }
                        #expect(answer.status.code < 500, "\(role) \(path) \(answer.status)")
                        if !own, path != Self.filled(entry.path, own: true) {
                            #expect([.notFound, .forbidden].contains(answer.status), "\(role) \(path) \(answer.status)")
                        }
                        // A refused address may be shown back to the one who typed it.
                        let text = String(buffer: answer.body).replacing(path, with: "")
                        // Packed files say the same as the pages that they are made from, and hold any two letters by chance.
                        if ["pdf", "docx", "xlsx"].contains(where: path.hasSuffix) { continue }
                        for secret in ["西河县", "白杨镇", "柳林村", "S3", "S5"] where right != .seeAudit {
                            #expect(!text.contains(secret), "\(role) \(path) shows \(secret)")
                        }
                        #expect(!text.contains("⟨"), "\(path) lacks words")
                    }
                }
            }
        }
    }

    /// Somebody of several roles may what each of them may where it holds, and no more for having both; a role that ended gives nothing.
    @Test(arguments: Database.Engine.required)
    func severalRolesEachHoldWhereTheyHoldAndEndedOnesNowhere(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let login = "several"
            let cookie = try await world.signIn(login, .officer, area: "990101")
            let (today, act) = (world.centre.house.today, Act(by: .commandLine, at: world.clock.clock.now, ids: .system))
            try await world.centre.database.write { statements in
                guard let account = try statements.account(login: login),
                    let west = try statements.area(code: "990102", on: today, in: .everything),
                    let city = try statements.area(code: "9901", on: today, in: .everything)
                else { throw Refusal.notFound("account") }
                try statements.giveRole(RoleGrant(role: .editor, areaID: west.areaID), to: account, area: "", on: today, by: act)
                let ended = RoleGrant(role: .auditor, areaID: city.areaID, untilDay: today.advanced(by: 1))
                let id = try statements.giveRole(ended, to: account, area: "", on: today, by: act)
                try statements.run("UPDATE role_grant SET until_day = \(today) WHERE id = \(id)")
            }
            let live = Role.officer.rights.union(Role.editor.rights)
            var (allowed, refused) = (0, 0)
            for entry in world.centre.routes where entry.method == "GET" {
                guard let right = entry.right else { continue }
                let path = Self.filled(entry.path, own: true)
                let answer = try await world.get(path, cookie: cookie)
                #expect((answer.status == .forbidden) == !live.contains(right), "\(path) \(answer.status)")
                allowed += live.contains(right) ? 1 : 0
                refused += live.contains(right) ? 0 : 1
                // What only the officer may is the east's alone.
                let other = Self.filled(entry.path, own: false)
                guard Role.officer.rights.contains(right), !Role.editor.rights.contains(right) else { continue }
                let there = try await world.get(other, cookie: cookie)
                if other != path { #expect([.notFound, .forbidden].contains(there.status), "\(other) \(there.status)") }
                if ["pdf", "docx", "xlsx"].contains(where: other.hasSuffix) { continue }
                let text = String(buffer: there.body).replacing(other, with: "")
                for secret in ["柳林村", "S3", "S5"] { #expect(!text.contains(secret), "\(other) shows \(secret)") }
            }
            #expect(allowed > 100 && refused > 5)
        }
    }

    /// Two addresses that are alike up to a part call that part the same: a build for looking at things ends at its start otherwise, and
    /// the one that is tested reads the part under one of the two names.
    @Test func aPartOfAnAddressHasOneName() async throws {
        try await withCentre(.sqlite) { world in
            var names: [[String]: Set<String>] = [:]
            for entry in world.centre.routes {
                var before: [String] = []
                for part in entry.path.split(separator: "/").map(String.init) {
                    if part.hasPrefix(":") { names[before, default: []].insert(part) }
                    before.append(part.hasPrefix(":") ? ":" : part)
                }
            }
            #expect(names.count > 20)
            for (before, found) in names { #expect(found.count == 1, "/\(before.joined(separator: "/")): \(found.sorted())") }
        }
    }

    @Test(arguments: Database.Engine.required)
    func withoutASessionEveryPageLeadsToTheSignIn(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            for entry in world.centre.routes where entry.right != nil && entry.method == "GET" {
                let answer = try await world.get(Self.filled(entry.path, own: true))
                #expect(answer.status == .seeOther, "\(entry.path)")
                #expect(answer.headers[.location]?.hasPrefix("/sign-in") == true)
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aFormWithoutItsTokenIsRefused(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            for role in [Role.officer, .editor, .systemAdministrator] {
                let cookie = try await world.signIn("user-\(role.rawValue)", role, area: "9901")
                for entry in world.centre.routes where entry.method == "POST" && entry.right != nil {
                    let answer = try await world.post(Self.filled(entry.path, own: true), ["csrf": "wrong"], cookie: cookie)
                    #expect(answer.status == .forbidden, "\(entry.path) \(answer.status)")
                }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func theCookieIsOutOfReachOfScriptsAndOtherSitesAndEndsWithTheSession(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let cookie = try await world.signIn("officer", .officer, area: "9901")
            let answer = try await world.post("/sign-in", ["login": "officer", "password": "a long test password"])
            let set = try #require(answer.headers[.setCookie])
            #expect(set.contains("HttpOnly") && set.contains("SameSite=Lax"))
            #expect(answer.headers[.contentType] == nil || answer.status == .seeOther)
            let signedIn = try await world.get("/overview", cookie: cookie)
            #expect(signedIn.status != .unauthorized)
            world.clock.set(SampleWorld.moment("2011-04-01", 1))
            let expired = try await world.get("/overview", cookie: cookie)
            #expect(expired.headers[.location]?.hasPrefix("/sign-in") == true)
        }
    }

    private static func filled(_ path: String, own: Bool) -> String {
        var path = path
        for (name, mine, other) in [
            (":month", "2011-03", "2011-03"), (":day", "2011-03-05", "2011-03-05"), (":area", "990101", "990102"), (":site", "S1", "S3"),
        ] {
            path = path.replacing(name, with: own ? mine : other)
        }
        if path.contains("{code}") { return path.replacing("{code}", with: own ? "990101" : "990102") }
        if path.contains("/sites/:code") { return path.replacing(":code", with: own ? "S1" : "S3") }
        return path.replacing(":code", with: own ? "990101" : "990102").replacing(":id", with: "no-such-thing")
    }
}
