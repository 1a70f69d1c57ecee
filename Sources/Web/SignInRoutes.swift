import Accounts
import Basics
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// What the page for signing in shows.
struct SignInPage: Sendable {
    let login: String
    let next: String
    let problem: String?
    /// Whom to ask who forgot his password.
    let help: String?
    /// Whether what somebody typed waits for him.
    let isKept: Bool
}

/// The addresses of what belongs to no feature.
package enum HouseAddress {
    package static let home = FixedAddress("/")
    package static let signIn = FixedAddress("/sign-in")
    static let signOut = FixedAddress("/sign-out")
    static let language = FixedAddress("/language")
    package static let account = FixedAddress("/account")
    package static let password = FixedAddress("/account/password")
    /// Where a code of the second factor is given after the password; where one is set up, and from where it begins.
    package static let code = FixedAddress("/account/code")
    package static let factor = FixedAddress("/account/factor")
    package static let beginFactor = FixedAddress("/account/factor/begin")
    static let search = FixedAddress("/search")
    static let suggestions = FixedAddress("/search.json")

    /// Where somebody is led who must take a step first.
    static func page(of step: SignInStep) -> Location {
        switch step {
        case .code: code()
        case .password: password()
        case .factor: beginFactor()
        }
    }
}

extension Routes {
    /// `/`, `/sign-in`, `/sign-out`, `/language`, static files.
    package mutating func addHouse() {
        let house = house
        addHome()
        addSearch()
        addJobEvents()
        open(.get, HouseAddress.signIn) { request, _ in
            let next = Query(request)["next"]
            return try await house.signInPage(request, login: "", next: next.isEmpty ? "/" : next, problem: nil)
        }
        open(.post, HouseAddress.signIn) { request, context in
            // Without a session there is no token; a form of another origin is told apart by what the browser says.
            if request.isFromElsewhere { throw Refusal.forbidden("form.csrf") }
            let form = try await Typed(request, context)
            do {
                let old = request.cookies[SessionCookie.name(secure: house.secureCookies)].map { SessionCookie.digest($0.value) }
                let token = try await house.signIn(
                    login: form.raw("login").trimmedBlanks, password: form.raw("password"), from: request.place(context), ending: old)
                var response = seeOther(Location(asked: form["next"]))
                response.setCookie(house.cookie(token))
                return response
            } catch Refusal.invalid(let fields) {
                return try await house.signInPage(request, login: form["login"], next: form["next"], problem: fields["password"])
            }
        }
        open(.post, HouseAddress.language) { request, context in
            let form = try await Typed(request, context)
            guard let language = Language(rawValue: form["language"]) else { throw Refusal.invalid(["language": "form.choice"]) }
            var response = seeOther(Location(asked: form["next"]))
            response.setCookie(
                Cookie(
                    name: "yuanjiao_language", value: language.rawValue, maxAge: 31_536_000, path: "/", secure: house.secureCookies,
                    httpOnly: true, sameSite: .lax))
            if let visit = try await house.visit(request, context, for: .ownAccount), visit.made(form["csrf"]) {
                let act = house.act(visit)
                try await house.database.write { try $0.setLanguage(language.rawValue, accountID: visit.account.id, by: act) }
            }
            return response
        }
        open(.post, HouseAddress.signOut) { request, context in
            let form = try await Typed(request, context)
            if let visit = try await house.visit(request, context, for: .ownAccount) {
                // A cookie that is gone while its session is good would only look like an end.
                guard visit.made(form["csrf"]) else { throw Refusal.forbidden("form.csrf") }
                let act = house.act(visit)
                try await house.database.write { try $0.closeSession(tokenDigest: visit.sessionDigest, by: act) }
            }
            var response = seeOther(HouseAddress.signIn())
            response.setCookie(house.cookie(""))
            response.setCookie(house.keptCookie(""))
            if let field = HTTPField.Name("Clear-Site-Data") { response.headers[field] = "\"cache\", \"storage\"" }
            return response
        }
        house.pages.statics.add(to: &self)
    }
}

/// A path within this site, so that a link cannot lead a person elsewhere after signing in; letters of any script are written as an address
/// has them.
func safePath(_ text: String) -> String {
    let path = text.removingPercentEncoding ?? ""
    let isSafe =
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
        && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } && !text.contains(" ")
    guard isSafe, text.utf8.count <= 4096 else { return "/" }
    return text.utf8.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "%" + (String($0, radix: 16, uppercase: true)) }.joined()
}

extension Request {
    /// Where somebody is led back to who had to sign in: the page itself, or that in which the form stood, because what is only sent to is
    /// no page.
    var pageToReturnTo: String {
        if method == .get || method == .head { return uri.string }
        guard let referer = headers[.referer].flatMap({ URLComponents(string: $0) }), !referer.percentEncodedPath.isEmpty else {
            return "/"
        }
        return referer.percentEncodedPath + (referer.percentEncodedQuery.map { "?" + $0 } ?? "")
    }
}

extension House {
    func signInPage(_ request: Request, login: String, next: String, problem: FieldProblem?) async throws -> Response {
        let (kept, now) = (request.cookies[KeptForm.cookie]?.value.split(separator: ".").first.map(String.init) ?? "", clock.now)
        let isKept = kept.isEmpty ? false : try await database.read { try $0.isKept(id: String(kept.prefix(64)), at: now) }
        let (words, language) = (pages.words, language(request))
        return try openPage(
            "sign_in",
            SignInPage(
                login: login, next: next, problem: problem.map { words.text($0, language) },
                help: signInHelp.isEmpty ? nil : signInHelp, isKept: isKept),
            title: words.text("sign_in.title", language),
            request, status: problem == nil ? .ok : .unprocessableContent)
    }
}
