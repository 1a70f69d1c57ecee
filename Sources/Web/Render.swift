import Accounts
import Basics
package import Hummingbird

extension House {
    /// A page for a signed-in person.
    package func page(
        _ template: String, _ content: Any, title: String, crumbs: [Frame.Link] = [], for visit: Visit, _ request: Request, status: HTTPResponse.Status = .ok, print: Bool = false
    ) throws -> Response {
        let words = pages.words
        var frame = emptyFrame(title: title, visit.language, request)
        frame.signedIn = true
        frame.accountName = visit.account.name
        frame.csrf = visit.csrf
        frame.crumbs = crumbs
        frame.isPrint = print
        frame.groups = navigation.compactMap { group in
            let links = group.links.filter { visit.may($0.right) }
            guard !links.isEmpty else { return nil }
            return Frame.Group(
                label: words.text(group.key, visit.language),
                links: links.map { Frame.Link(label: words.text($0.key, visit.language), url: $0.url, current: request.uri.path.hasPrefix($0.url)) })
        }
        return html(try pages.html(template, content, frame: frame, language: visit.language), status: status)
    }

    /// A page for anybody.
    package func openPage(_ template: String, _ content: Any, title: String, _ request: Request, status: HTTPResponse.Status = .ok) throws -> Response {
        let language = language(request)
        return html(try pages.html(template, content, frame: emptyFrame(title: title, language, request), language: language), status: status)
    }

    /// Words in a visit's language.
    package func text(_ key: String, _ visit: Visit, _ values: [String: String] = [:]) -> String { pages.words.text(key, visit.language, values) }

    private func emptyFrame(title: String, _ language: Language, _ request: Request) -> Frame {
        let other: Language = language == .chinese ? .english : .chinese
        return Frame(
            title: title, language: language.rawValue, otherLanguage: other.rawValue, otherLanguageName: pages.words.text("language.\(other.rawValue)", language),
            signedIn: false, accountName: "", csrf: "", sample: isSample, groups: [], crumbs: [], here: request.uri.string, isPrint: false)
    }

    private func html(_ text: String, status: HTTPResponse.Status) -> Response {
        Response(status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

/// A file to download.
package func download(_ body: String, name: String, type: String) -> Response {
    Response(
        status: .ok, headers: [.contentType: type, .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(string: body)))
}

/// A redirection after a form.
package func seeOther(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }

/// The left column: the field's own words. A link shows for those who have its right.
private let navigation: [(key: String, links: [(key: String, url: String, right: Right)])] = [
    (
        "nav.run",
        [
            ("nav.overview", "/overview", .seeFigures), ("nav.sites", "/sites", .seeFigures), ("nav.exclusions", "/exclusions", .seeFigures),
            ("nav.quarantine", "/quarantine", .seeFigures),
        ]
    ),
    ("nav.library", [("nav.courseware", "/courseware", .seeLibrary), ("nav.approvals", "/approvals", .approveLibrary), ("nav.stop", "/stop", .approveLibrary)]),
    (
        "nav.supervision",
        [
            ("nav.bulletins", "/bulletins", .seeFigures), ("nav.returns", "/returns", .seeFigures), ("nav.received", "/received", .seeFigures),
            ("nav.formulas", "/formulas", .seeFigures),
        ]
    ),
    ("nav.system", [("nav.nodes", "/nodes", .seeSystem), ("nav.incidents", "/incidents", .seeSystem), ("nav.events", "/events", .seeAudit)]),
]
