package import Accounts
import Basics
import Crypto
import Foundation
package import Hummingbird
import Storage

/// The cookie that names a session.
package enum SessionCookie {
    package static let name = "yuanjiao_session"

    /// What is stored of a cookie's value.
    package static func digest(_ token: String) -> String { hexadecimal(SHA256.hash(data: Data(token.utf8))) }
}

extension House {
    /// The signed-in person of a request, with the scope of a right; nil without a good session.
    package func visit(_ request: Request, for right: Right) async throws -> Visit? {
        guard let token = request.cookies[SessionCookie.name]?.value, (16...128).contains(token.utf8.count) else { return nil }
        let digest = SessionCookie.digest(token)
        let (scope, now, today) = (scope, clock.now, today)
        let accepted = request.headers[.acceptLanguage] ?? ""
        return try await database.read { statements in
            guard let (session, account) = try statements.session(tokenDigest: digest, at: now) else { return nil }
            let grants = try statements.roleGrants(accountID: account.id)
            return Visit(
                account: account, grants: grants, scope: try scope(statements, grants, right, today),
                language: Language.choose(account: account.language, acceptLanguage: accepted), csrf: session.csrf, sessionDigest: digest)
        }
    }

    /// The language of a page for somebody who is not signed in.
    package func language(_ request: Request) -> Language {
        Language.choose(account: request.cookies["yuanjiao_language"]?.value ?? "", acceptLanguage: request.headers[.acceptLanguage] ?? "")
    }

    /// Opens a session after a right password; answers the cookie's value. Refuses wrong names and passwords alike, and an account that is locked.
    package func signIn(login: String, password: String) async throws -> String {
        let account = try await database.read { try $0.account(login: login) }
        let stored = try await database.read { statements in try account.flatMap { try statements.storedPassword(accountID: $0.id) } }
        let now = clock.now
        let locked = account.map { $0.lockedUntilAt > now } ?? false
        let matches = try await passwords.matches(password, locked ? "" : stored ?? "")
        guard let account, account.disabledAt == nil else { throw Refusal.invalid(["password": "sign_in.wrong"]) }
        let act = Act(by: Actor(id: account.id), at: now, ids: ids)
        guard !locked else { throw Refusal.invalid(["password": "sign_in.locked"]) }
        guard matches else {
            try await database.write { try $0.countFailure(accountID: account.id, by: act) }
            throw Refusal.invalid(["password": "sign_in.wrong"])
        }
        let token = hexadecimal(entropy.bytes(32))
        let csrf = hexadecimal(entropy.bytes(16))
        try await database.write { try $0.openSession(accountID: account.id, tokenDigest: SessionCookie.digest(token), csrf: csrf, by: act) }
        return token
    }

    /// The cookie of a session; an empty value ends it.
    package func cookie(_ token: String) -> Cookie {
        Cookie(name: SessionCookie.name, value: token, maxAge: token.isEmpty ? 0 : 12 * 3600, path: "/", secure: secureCookies, httpOnly: true, sameSite: .lax)
    }
}
