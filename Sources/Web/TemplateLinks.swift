/// An address that a template writes out: code that makes links is checked by the compiler, templates when the centre starts.
package struct TemplateLink: Sendable, Hashable {
    let template: String
    let method: String
    /// With `{{…}}` where the page's values stand.
    let path: String

    /// All of a template. Throws for an address that is put together behind a value, which nobody could check.
    package static func all(in text: String, of template: String) throws -> [TemplateLink] {
        try text.matches(of: /<[a-z]+\s[^>]*>/).flatMap { tag in
            let method = tag.output.contains("method=\"post\"") ? "POST" : "GET"
            return try tag.output.matches(of: /(?:href|action|src|data-pick|data-job)="([^"]*)"/).compactMap { attribute in
                let path = String(attribute.output.1)
                if path.hasPrefix("/") { return TemplateLink(template: template, method: method, path: path) }
                guard path.wholeMatch(of: /\{\{[^\/#^]+\}\}[\/.].*/) == nil else {
                    throw DeadLink(description: "Template \(template) puts the address \(path) together: let the page say it")
                }
                return nil
            }
        }
    }

    /// Whether it leads to a route.
    package func leads(to route: Routes.Entry) -> Bool {
        let (own, its) = (segments(path), segments(route.path))
        return route.method == method && own.count == its.count && zip(own, its).allSatisfy { $0 == $1 }
    }

    /// The parts of a path, `*` for what is not the same in all: `/editions/{id}.pdf` and `/editions/{{id}}.pdf` are `editions`, `*.pdf`.
    private func segments(_ path: String) -> [String] {
        path.replacing(/\{\{[^}]*\}\}|\{[^}]*\}|:[^\/]+/, with: "*").prefix { $0 != "?" && $0 != "#" }.split(separator: "/").map(
            String.init)
    }
}

/// A template leads to where there is no page.
package struct DeadLink: Error, CustomStringConvertible, Sendable {
    package let description: String
}

extension Pages {
    /// Throws for a template that leads to no route.
    package func check(_ routes: [Routes.Entry]) throws {
        for link in links where !routes.contains(where: link.leads) {
            throw DeadLink(description: "Template \(link.template) leads to \(link.path), where there is no page (\(link.method))")
        }
    }
}
