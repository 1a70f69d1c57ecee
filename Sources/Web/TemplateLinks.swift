/// An address that a template writes out: code that makes links is checked by the compiler, templates when the centre starts.
package struct TemplateLink: Sendable, Hashable {
    private static let attributes: Set = ["href=", "action=", "src=", "data-pick=", "data-job="]

    let template: String
    let method: String
    /// With `{{…}}` where the page's values stand.
    let path: String

    /// All of a template. Throws for an address that is put together behind a value, which nobody could check.
    package static func all(in text: String, of template: String) throws -> [TemplateLink] {
        try text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1).flatMap { piece -> [TemplateLink] in
            let tag = piece.prefix { $0 != ">" }
            let method = tag.contains("method=\"post\"") ? "POST" : "GET"
            let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
            return try zip(parts, parts.dropFirst()).compactMap { before, value -> TemplateLink? in
                let name = before.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
                guard attributes.contains(name) else { return nil }
                if value.hasPrefix("/") { return TemplateLink(template: template, method: method, path: String(value)) }
                let rest = value.hasPrefix("{{") && !value.hasPrefix("{{#") ? value.drop { $0 != "}" }.dropFirst(2) : ""
                guard rest.first != "/", rest.first != "." else {
                    throw DeadLink(description: "Template \(template) puts the address \(value) together: let the page say it")
                }
                return nil
            }
        }
    }

    /// Whether it leads to one of some routes.
    package func leads(to routes: [Routes.Entry]) -> Bool {
        let own = TemplateLink.shape(path)
        return routes.contains { $0.method == method && TemplateLink.shape($0.path) == own }
    }

    /// A path with `*` for what is not the same in all: `/editions/{id}.pdf` and `/editions/{{id}}.pdf` are `/editions/*.pdf`.
    fileprivate static func shape(_ path: String) -> String {
        var (shape, depth, isName) = ("", 0, false)
        for character in path.prefix(while: { $0 != "?" && $0 != "#" }) {
            switch character {
            case "{":
                if depth == 0 { shape.append("*") }
                depth += 1
            case "}": depth -= 1
            case ":" where depth == 0:
                shape.append("*")
                isName = true
            default:
                isName = isName && character != "/"
                if depth == 0, !isName { shape.append(character) }
            }
        }
        return shape
    }
}

/// A template leads to where there is no page.
package struct DeadLink: Error, CustomStringConvertible, Sendable {
    package let description: String
}

extension Pages {
    /// Throws for a template that leads to no route.
    package func check(_ routes: [Routes.Entry]) throws {
        let known = Set(routes.map { "\($0.method) \(TemplateLink.shape($0.path))" })
        for link in links where !known.contains("\(link.method) \(TemplateLink.shape(link.path))") {
            throw DeadLink(description: "Template \(link.template) leads to \(link.path), where there is no page (\(link.method))")
        }
    }
}
