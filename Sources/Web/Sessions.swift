package import Accounts
package import Basics
import Crypto
import Foundation
package import Hummingbird
import Listener
import Storage
import Synchronization
import Wire

/// The cookie that names a session.
package enum SessionCookie {
    /// Over TLS a browser takes the cookie of that name from this very host alone (RFC 6265bis, 4.1.3.2).
    package static func name(secure: Bool) -> String { secure ? "__Host-yuanjiao_session" : "yuanjiao_session" }

    /// What is stored of a cookie's value.
    package static func digest(_ token: String) -> String { hexadecimal(SHA256.hash(data: Data(token.utf8))) }
}

/// The sessions whose use is being taken down, so that a writer who is busy is asked once and not once a page.
final class SeenSessions: Sendable {
    private let under = Mutex<Set<String>>([])

    /// Whether it is not under way already.
    func begin(_ digest: String) -> Bool { under.withLock { $0.insert(digest).inserted } }
    func end(_ digest: String) { under.withLock { _ = $0.remove(digest) } }
}

extension House {
    /// The person of an account without a request: for work that is done as he may see it. Nil for one that may not.
    package func visit(of accountID: String, for right: Right, _ language: Language) async throws -> Visit? {
        let (scope, today, now) = (scope, today, clock.now)
        return try await database.read { statements in
            guard let account = try statements.account(id: accountID), account.disabledAt == nil else { return nil }
            let grants = try statements.roleGrants(accountID: account.id, on: today)
            let visit = Visit(
                account: account, grants: grants, scope: try scope(statements, grants, right, today), language: language, csrf: "",
                token: "", sessionDigest: "", endsAt: now, confirmedAt: now, codeIsDue: false, place: .here)
            return visit.may(right) ? visit : nil
        }
    }

    /// The signed-in person of a request, with the scope of a right; nil without a good session.
    package func visit(_ request: Request, _ context: AppContext, for right: Right) async throws -> Visit? {
        guard let token = request.cookies[SessionCookie.name(secure: secureCookies)]?.value, (16...128).contains(token.utf8.count) else {
            return nil
        }
        let digest = SessionCookie.digest(token)
        let (scope, now, today, idle) = (scope, clock.now, today, idleSeconds)
        let accepted = request.headers[.acceptLanguage] ?? ""
        let found = try await database.read { statements -> (Visit, Instant)? in
            guard let (session, account) = try statements.session(tokenDigest: digest, idleSeconds: idle, at: now) else { return nil }
            let grants = try statements.roleGrants(accountID: account.id, on: today)
            let areas = Set(grants.filter { $0.role.rights.contains(right) }.map(\.areaID))
            let visit = Visit(
                account: account, grants: grants, scope: try scope(statements, grants, right, today),
                language: Language.choose(account: account.language, acceptLanguage: accepted),
                csrf: MaskedToken.mask(session.csrf, pad: entropy.bytes(16)), token: session.csrf, sessionDigest: digest,
                endsAt: session.expiresAt,
                confirmedAt: session.confirmedAt, codeIsDue: session.codeDue,
                place: request.place(context, areaID: areas.count == 1 ? areas.first ?? "" : ""))
            return (visit, session.seenAt)
        }
        guard let (visit, seenAt) = found else { return nil }
        // Once a minute is enough. A reader waits for it only when the session would soon end; a disk that takes nothing is no reason to
        // send him away.
        let unused = now.milliseconds(since: seenAt)
        if unused >= 60_000, seen.begin(digest) {
            let note = Task {
                try? await database.write { try $0.sessionSeen(tokenDigest: digest, at: now) }
                seen.end(digest)
            }
            if unused / 1000 > idle / 2 { await note.value }
        }
        return visit
    }

    /// The language of a page for somebody who is not signed in.
    package func language(_ request: Request) -> Language {
        Language.choose(account: request.cookies["yuanjiao_language"]?.value ?? "", acceptLanguage: request.headers[.acceptLanguage] ?? "")
    }

    /// Opens a session after a right password, and ends the one that the browser had; answers the cookie's value. Unknown names, wrong
    /// passwords and too many guesses are refused alike: who guesses learns nothing, and locks out himself alone. Throws `Refusal.busy`
    /// when too many others are being looked at.
    package func signIn(login: String, password: String, from place: Place, ending old: String? = nil) async throws -> String {
        let origin = place.address
        let wrong = Refusal.invalid(["password": "sign_in.wrong"])
        guard (2...64).contains(login.utf8.count), login.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), password.utf8.count <= 1024 else {
            throw wrong
        }
        return try await signIns.admit(origin) {
            let attempt = try await self.database.write { try $0.takeSignInAttempt(login: login, origin: origin, at: self.clock.now) }
            guard attempt <= SignInRule.most else {
                self.notice(.guessing, about: origin)
                throw wrong
            }
            let (account, stored, areas) = try await self.database.read { statements in
                let account = try statements.account(login: login)
                let grants = try account.map { try statements.roleGrants(accountID: $0.id, on: self.today) } ?? []
                return (account, try account.flatMap { try statements.storedPassword(accountID: $0.id) }, Set(grants.map(\.areaID)))
            }
            let matches = try await self.passwords.matches(password, stored ?? "")
            let place = Place(address: place.address, agent: place.agent, areaID: areas.count == 1 ? areas.first ?? "" : "")
            guard matches, let account, account.disabledAt == nil, !self.passwords.policy.isOver(account, at: self.clock.now) else {
                let act = Act(by: .stranger, at: self.clock.now, ids: self.ids, from: place)
                // The last one that is looked at is written whatever was written before.
                if self.refusals.admits(origin, at: act.at) || attempt == SignInRule.most {
                    try await self.database.write { try $0.noteSignInFailed(accountID: account?.id, attempt: attempt, by: act) }
                }
                throw wrong
            }
            let act = Act(by: Actor(id: account.id), at: self.clock.now, ids: self.ids, from: place)
            let better = try await self.passwords.renewed(password, stored ?? "", salt: self.entropy.bytes(16))
            let (token, csrf) = (hexadecimal(self.entropy.bytes(32)), hexadecimal(self.entropy.bytes(16)))
            try await self.database.write { statements in
                try statements.forgetSignInAttempts(login: login, origin: origin)
                if let better { try statements.renewStoredPassword(accountID: account.id, from: stored ?? "", to: better) }
                if let old { try statements.closeSession(tokenDigest: old, by: act) }
                try statements.openSession(
                    accountID: account.id, codeDue: account.factorAt != nil, tokenDigest: SessionCookie.digest(token), csrf: csrf, by: act)
            }
            return token
        }
    }

    /// The cookie of a session; an empty value ends it.
    package func cookie(_ token: String) -> Cookie {
        Cookie(
            name: SessionCookie.name(secure: secureCookies), value: token, maxAge: token.isEmpty ? 0 : 12 * 3600, path: "/",
            secure: secureCookies, httpOnly: true, sameSite: .lax)
    }
}

extension House {
    /// Throws `Refusal.stepDue` where somebody must give a code, change his password or set up a second factor before he does anything
    /// else.
    func requireWholeSignIn(_ visit: Visit, at path: String) throws {
        guard let step = stepDue(visit) else { return }
        let pages: [FixedAddress] =
            switch step {
            case .code: [HouseAddress.code]
            case .password: [HouseAddress.password]
            case .factor: [HouseAddress.beginFactor, HouseAddress.factor]
            }
        guard pages.contains(where: { $0().path == path }) else { throw Refusal.stepDue(step) }
    }

    /// What somebody must do before anything else; nil for nothing.
    package func stepDue(_ visit: Visit) -> SignInStep? {
        if visit.codeIsDue { return .code }
        if passwords.policy.isDue(visit.account, at: clock.now) { return .password }
        return visit.account.factorAt == nil && factorRule.asks(visit.grants) ? .factor : nil
    }
}
