import Accounts
import Basics
import Hummingbird
import Listener
import Storage
import Wire

/// The password once more, or a code where the account has a second factor, before what goes outside or gives rights.
enum AskAgain {
    /// The field that the page adds to what was sent.
    static let field = "password_again"
}

/// The page that asks: everything that was sent waits on it.
struct AskAgainPage: Sendable {
    struct Field: Sendable {
        let name: String
        let text: String
    }
    let action: String
    let fields: [Field]
    let problem: String?
    /// Whether it asks for a code.
    let asksCode: Bool
}

extension House {
    /// Whether the password, or a code, was given a short while ago, or stands in the form and is right; else the page that asks for it.
    /// The session is fresh again after a right one.
    func askedAgain(_ form: Typed, _ context: AppContext, _ visit: Visit) async throws -> Response? {
        guard clock.now.milliseconds(since: visit.confirmedAt) / 1000 >= confirmSeconds else { return nil }
        let (given, asksCode) = (form.raw(AskAgain.field), visit.account.factorAt != nil)
        if !given.isEmpty, try await asksCode ? isRightCode(given, visit) : isRight(given, visit) { return nil }
        let content = AskAgainPage(
            action: form.request.uri.string,
            fields: form.all.filter { $0.key != AskAgain.field }.sorted { $0.key < $1.key }.map { .init(name: $0.key, text: $0.value) },
            problem: given.isEmpty ? nil : text(asksCode ? "refusal.code.wrong" : "ask_again.wrong", visit), asksCode: asksCode)
        return try page(
            "ask_again", content, title: text(asksCode ? "code.title" : "ask_again.title", visit), for: visit, form.request,
            status: given.isEmpty ? .ok : .unprocessableContent)
    }

    /// Whether a code of the account's second factor was typed, in whatever way people write digits; no more than a few are looked at.
    package func isRightCode(_ typed: String, _ visit: Visit) async throws -> Bool {
        let (act, account) = (act(visit), visit.account)
        let code = typed.officeCode.replacing(/\s/, with: "").lowercased()
        guard (TimeCode.digits...64).contains(code.utf8.count) else { return false }
        // In a transaction of its own, so that an attempt counts whatever becomes of what it was for.
        let isLooked = try await database.write { try $0.takeCodeAttempt(of: account, at: act.at) }
        guard isLooked else {
            notice(.guessing, about: visit.place.address)
            return false
        }
        return try await database.write { try $0.useCode(code, of: account, session: visit.sessionDigest, by: act) }
    }

    /// As at the sign-in: through the same door, under the same bounds, with the same entries.
    package func isRight(_ password: String, _ visit: Visit) async throws -> Bool {
        guard password.utf8.count <= 1024 else { return false }
        let (act, origin) = (act(visit), visit.place.address)
        return try await signIns.admit(origin) {
            let attempt = try await self.database.write { try $0.takeSignInAttempt(login: visit.account.login, origin: origin, at: act.at) }
            guard attempt <= SignInRule.most else {
                self.notice(.guessing, about: origin)
                return false
            }
            let stored = try await self.database.read { try $0.storedPassword(accountID: visit.account.id) }
            let matches = try await self.passwords.matches(password, stored ?? "")
            try await self.database.write { statements in
                guard matches else { return try statements.noteSignInFailed(accountID: visit.account.id, attempt: attempt, by: act) }
                try statements.forgetSignInAttempts(login: visit.account.login, origin: origin)
                try statements.confirmSession(tokenDigest: visit.sessionDigest, by: act)
            }
            return matches
        }
    }
}
