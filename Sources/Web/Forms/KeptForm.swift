import Accounts
import Basics
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// What somebody typed in a form that could not be taken because his session had ended. It lies in the database sealed with a key that is
/// in his browser's cookie alone, and opens only for the account whose session it was.
struct KeptForm: Sendable {
    static let cookie = "yuanjiao_kept"

    let id: String
    /// Where the form was sent to.
    let action: String
    let fields: [String: String]
}

extension House {
    /// Keeps what was sent without a good session, where the browser's session, or the form's, was one of an account that ended within a
    /// day; the form's token proves that the form was ours. Leads to the page of the form, by way of the sign-in where nobody is signed in.
    /// Nil when there is nothing to keep.
    func keeping(_ typed: Typed, _ visit: Visit?) async throws -> Response? {
        let (request, now, csrf) = (typed.request, clock.now, MaskedToken.unmask(typed.raw("csrf")))
        guard !request.isFromElsewhere, (16...64).contains(csrf.utf8.count) else { return nil }
        guard let accountID = try await database.read({ try $0.endedSession(csrf: csrf, at: now) }),
            visit.map({ $0.account.id == accountID }) ?? true
        else { return nil }
        let (id, action, key) = (ids.next(), request.uri.path, SymmetricKey(data: entropy.bytes(32)))
        let plain = try JSONEncoder().encode(typed.plain.filter { $0.key != "csrf" })
        let box = try AES.GCM.seal(
            plain, using: key, nonce: AES.GCM.Nonce(data: entropy.bytes(12)), authenticating: Data("\(accountID) \(action)".utf8))
        guard let sealed = box.combined?.base64EncodedString() else { return nil }
        try await database.write { try $0.keepForm(id: id, accountID: accountID, action: action, sealed: sealed, at: now) }
        let page = Location(asked: request.pageToReturnTo)
        var response = seeOther(visit == nil ? HouseAddress.signIn().with("next", page) : page)
        response.setCookie(keptCookie("\(id).\(key.withUnsafeBytes { hexadecimal($0) })"))
        return response
    }

    /// What a person's browser has the key to.
    func keptForm(_ request: Request, _ account: Account) async throws -> KeptForm? {
        guard let parts = request.cookies[KeptForm.cookie]?.value.split(separator: "."), parts.count == 2, parts[0].utf8.count <= 64,
            let key = bytes(ofHexadecimal: parts[1]),
            key.count == 32
        else { return nil }
        let (id, now) = (String(parts[0]), clock.now)
        guard let kept = try await database.read({ try $0.keptForm(id: id, accountID: account.id, at: now) }) else { return nil }
        guard let sealed = Data(base64Encoded: kept.sealed), let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: Data("\(account.id) \(kept.action)".utf8)),
            let fields = try? JSONDecoder().decode([String: String].self, from: plain)
        else { return nil }
        return KeptForm(id: id, action: kept.action, fields: fields)
    }

    func keptCookie(_ value: String) -> Cookie {
        Cookie(
            name: KeptForm.cookie, value: value, maxAge: value.isEmpty ? 0 : 86_400, path: "/", secure: secureCookies, httpOnly: true,
            sameSite: .lax)
    }
}
