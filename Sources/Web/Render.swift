import Accounts
import Basics
import Foundation
package import HTTPTypes
package import Hummingbird
import NIOCore

extension House {
    /// A page for a signed-in person.
    package func page(
        _ template: String, _ content: Any, title: String, crumbs: [Frame.Link] = [], for visit: Visit, _ request: Request,
        status: HTTPResponse.Status = .ok, print: Bool = false
    ) throws -> Response {
        let words = pages.words
        var frame = emptyFrame(title: title, visit.language, request)
        frame.signedIn = true
        frame.accountName = visit.account.name
        frame.csrf = visit.csrf
        let left = visit.endsAt.milliseconds(since: clock.now) / 1000
        (frame.idleSeconds, frame.isLast) = (Int(clamping: min(idleSeconds, left)), left <= idleSeconds)
        frame.crumbs = crumbs
        frame.mayFind = searches.contains { visit.may($0.right) }
        frame.isPrint = print
        let waiting = counts.of(visit.account.id) ?? [:]
        frame.groups = MenuGroup.allCases.compactMap { group in
            let entries = menu.filter { $0.group == group && visit.may($0.right) }
            guard !entries.isEmpty else { return nil }
            return Frame.Group(
                label: words.text("nav.\(group.rawValue)", visit.language),
                links: entries.map {
                    var link = Frame.Link(
                        label: words.text($0.key, visit.language), url: $0.place, current: request.uri.path.hasPrefix($0.place.path))
                    link.waiting = waiting[$0.place.path]
                    return link
                })
        }
        return html(try pages.html(template, content, frame: frame, language: visit.language), status: status)
    }

    /// A page for anybody.
    package func openPage(_ template: String, _ content: Any, title: String, _ request: Request, status: HTTPResponse.Status = .ok) throws
        -> Response
    {
        let language = language(request)
        return html(
            try pages.html(template, content, frame: emptyFrame(title: title, language, request), language: language), status: status)
    }

    /// Words in a visit's language.
    package func text(_ key: String, _ visit: Visit, _ values: [String: String] = [:]) -> String {
        pages.words.text(key, visit.language, values)
    }

    private func emptyFrame(title: String, _ language: Language, _ request: Request) -> Frame {
        let other: Language = language == .chinese ? .english : .chinese
        return Frame(
            title: title, language: language.rawValue, otherLanguage: other.rawValue,
            otherLanguageName: pages.words.text("language.\(other.rawValue)", language),
            signedIn: false, accountName: "", csrf: "", sample: isSample, groups: [], crumbs: [], here: request.uri.string, isPrint: false)
    }

    private func html(_ text: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

/// A file to download.
package func download(_ body: String, name: String, type: String) -> Response {
    Response(
        status: .ok, headers: [.contentType: type, .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(string: body)))
}

/// A redirection after a form.
package func seeOther(_ place: Location) -> Response { Response(status: .seeOther, headers: [.location: place.description]) }

/// An answer for a script.
package func jsonResponse(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Response(
        status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
}
