package import Accounts
import Basics
package import HTTPTypes
package import Hummingbird
import Listener

/// A list as a file, as far as a job must know it.
package struct Export: Sendable {
    package let right: Right
    package let tables: @Sendable (Query, Visit) async throws -> ([Table], String)

    package init(right: Right, tables: @escaping @Sendable (Query, Visit) async throws -> ([Table], String)) {
        (self.right, self.tables) = (right, tables)
    }
}

/// The routes of the centre and who may use them. Every page is added through here, so that a test can walk all of them with every role.
package struct Routes {
    /// One route, as the test of rights sees it.
    package struct Entry: Sendable, Hashable {
        package let method: String
        package let path: String
        /// Nil for a page that anybody may see.
        package let right: Right?

        package init(method: String, path: String, right: Right?) { (self.method, self.path, self.right) = (method, path, right) }
    }
    package typealias Handler = @Sendable (Request, AppContext, Visit) async throws -> Response

    package let house: House
    private let router: Router<AppContext>
    /// All that was added so far.
    package private(set) var entries: [Entry] = []
    /// The paths of declared forms.
    package var forms: [String] = []
    /// The paths of declared lists.
    package var lists: [String] = []
    /// The lists as files, by their paths.
    package var exports: [String: Export] = [:]

    package init(house: House, router: Router<AppContext>) {
        self.house = house
        self.router = router
    }

    /// A page that shows something to those who have a right.
    package mutating func get<each Part>(
        _ address: Address<repeat each Part>, _ right: Right, hasOwnDoor: Bool = false, _ handler: @escaping Handler
    ) {
        let path = address.pattern
        entries.append(Entry(method: "GET", path: path, right: right))
        let house = house
        // A whole list as a file costs more than a page of it.
        let isList = !hasOwnDoor && [".csv", ".xlsx"].contains { path.hasSuffix($0) }
        let isPage = !(path.split(separator: "/").last ?? "").contains(".")
        router.get(RouterPath(path)) { request, context in
            let visit = try await house.admitted(request, context, right)
            if isPage, !visit.codeIsDue { await house.countWhatWaits(visit) }
            let response =
                try await isList
                ? house.lists.admit(visit.account.id) { try await handler(request, context, visit) } : handler(request, context, visit)
            if response.headers[.contentDisposition]?.hasPrefix("attachment") == true { await house.noteDownload(request, context, visit) }
            return response
        }
    }

    /// A form that changes something. Its fields come with the session's CSRF token, which is checked before the handler runs. One that
    /// `asksAgain` wants the password besides, when it was not given a short while ago.
    package mutating func post<each Part>(
        _ address: Address<repeat each Part>, _ right: Right, asksAgain: Bool = false,
        _ handler: @escaping @Sendable (Typed, AppContext, Visit) async throws -> Response
    ) {
        post(address, right, keeps: false, asksAgain: { _ in asksAgain }, handler)
    }

    /// With `keeps` what was typed is not lost with the session in which the form was opened, but there when the person is back.
    mutating func post<each Part>(
        _ address: Address<repeat each Part>, _ right: Right, keeps: Bool, upTo most: Int = 0,
        asksAgain: @escaping @Sendable (Typed) -> Bool, _ handler: @escaping @Sendable (Typed, AppContext, Visit) async throws -> Response
    ) {
        let path = address.pattern
        entries.append(Entry(method: "POST", path: path, right: right))
        let house = house
        router.post(RouterPath(path)) { request, context in
            let found = try await house.visit(request, context, for: right)
            // Much is read of those alone who may do it; whose session has ended hears that, not that his file is too large.
            if found == nil, most > 0, let length = request.headers[.contentLength].flatMap({ Int($0) }), length > context.maxUploadSize {
                throw Refusal.signInNeeded
            }
            let form = try await Typed(request, context, upTo: found?.may(right) == true ? most : 0)
            guard let signedIn = found, signedIn.made(form["csrf"]) else {
                if keeps, let response = try await house.keeping(form, found) { return response }
                throw found == nil ? Refusal.signInNeeded : Refusal.forbidden("form.csrf")
            }
            try house.requireWholeSignIn(signedIn, at: request.uri.path)
            guard signedIn.may(right) else { throw Refusal.forbidden("right.missing") }
            let visit = try await signedIn.keeping(house.keptForm(request, signedIn.account))
            if asksAgain(form), let question = try await house.askedAgain(form, context, visit) { return question }
            defer { house.counts.forget(visit.account.id) }
            return try await handler(form, context, visit)
        }
    }

    /// A body that is streamed (an upload). The CSRF token comes in the header `X-CSRF`.
    package mutating func stream<each Part>(
        _ method: HTTPRequest.Method, _ address: Address<repeat each Part>, _ right: Right, _ handler: @escaping Handler
    ) {
        let path = address.pattern
        entries.append(Entry(method: method.rawValue, path: path, right: right))
        let house = house
        router.on(RouterPath(path), method: method) { request, context in
            let visit = try await house.admitted(request, context, right)
            guard let field = HTTPField.Name("X-CSRF"), visit.made(request.headers[field] ?? "") else {
                throw Refusal.forbidden("form.csrf")
            }
            return try await handler(request, context, visit)
        }
    }

    /// A page for everybody.
    package mutating func open<each Part>(
        _ method: HTTPRequest.Method, _ address: Address<repeat each Part>,
        _ handler: @escaping @Sendable (Request, AppContext) async throws -> Response
    ) {
        let path = address.pattern
        entries.append(Entry(method: method.rawValue, path: path, right: nil))
        router.on(RouterPath(path), method: method) { request, context in try await handler(request, context) }
    }
}

extension House {
    /// The person of a request; refuses those who are not signed in or lack the right everywhere.
    func admitted(_ request: Request, _ context: AppContext, _ right: Right) async throws -> Visit {
        guard let visit = try await visit(request, context, for: right) else { throw Refusal.signInNeeded }
        try requireWholeSignIn(visit, at: request.uri.path)
        guard visit.may(right) else { throw Refusal.forbidden("right.missing") }
        return try await visit.keeping(keptForm(request, visit.account))
    }
}
