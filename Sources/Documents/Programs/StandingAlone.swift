/// Whether a page names nothing outside itself. Strict where HTML is lenient: what is not plainly a tag of the listed kinds is objected to,
/// so that no reading of the page by another parser can find a reference in it.
enum StandingAlone {
    /// Elements that cannot fetch. `use`, `image`, `link`, `object` and the like are missing on purpose.
    private static let elements: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "article", "div", "span", "p", "h1", "h2",
        "h3", "h4", "strong", "em", "b",
        "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td",
        "figure", "figcaption",
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "desc", "defs",
    ]
    /// Attributes whose value is text to be read; only these may hold anything.
    private static let texts: Set<String> = ["aria-label", "content", "title"]
    private static let references: Set<String> = [
        "href", "xlink:href", "src", "srcset", "data", "background", "poster", "rel", "http-equiv", "xml:base",
    ]

    /// Why the page cannot be trusted, or nil.
    static func objection(to page: String) -> String? {
        var reader = Reader(rest: Substring(page).utf8)
        if reader.skip("<!doctype html>") == false { return "it does not begin with <!DOCTYPE html>" }
        while let tag = reader.nextTag() {
            guard let tag = tag.value else { return "it has a mark that is no plain tag" }
            if !elements.contains(tag.name) { return "it has the element \(tag.name.prefix(40))" }
            if let objection = tag.attributes.lazy.compactMap(objection(to:)).first { return objection }
            // What stands in a style element is not HTML, so a tag in there would be no tag.
            if tag.name == "style", !tag.isEnd {
                guard let style = reader.text(before: "</style>") else { return "its style has no end" }
                if let word = reference(inStyle: style) { return "its style has \(word)" }
            }
        }
        return nil
    }

    private static func objection(to attribute: (name: String, value: String)) -> String? {
        let (name, value) = attribute
        if references.contains(name) || name.hasPrefix("on") { return "it has the attribute \(name)" }
        // `&` could spell any letter of what is looked for.
        if !texts.contains(name), value.contains("&") || reference(inStyle: value) != nil {
            return "its attribute \(name.prefix(40)) may hold a reference"
        }
        return nil
    }

    /// CSS that fetches, or an escape that could spell it.
    private static func reference(inStyle style: String) -> String? {
        let style = style.lowercased()
        return ["url", "@import", "@font-face", "image(", "image-set", "src(", "\\", "<", "attachment"].first { style.contains($0) }
    }
}

extension StandingAlone {
    private struct Tag {
        var name: String
        var isEnd: Bool
        var attributes: [(name: String, value: String)] = []
    }

    /// Reads tag by tag; text between tags is skipped.
    private struct Reader {
        var rest: Substring.UTF8View

        /// Passes over `word`, in letters of either case, or says that it is not there.
        mutating func skip(_ word: String) -> Bool {
            guard rest.prefix(word.utf8.count).map(Self.small) == Array(word.utf8) else { return false }
            rest = rest.dropFirst(word.utf8.count)
            return true
        }

        mutating func text(before end: String) -> String? {
            let start = rest
            while let place = rest.firstIndex(of: UInt8(ascii: "<")) {
                rest = rest[place...]
                if rest.prefix(end.utf8.count).map(Self.small) == Array(end.utf8) { return String(Substring(start[..<place])) }
                rest = rest.dropFirst()
            }
            return nil
        }

        /// Nil at the end of the page; a nil value where something begins like a tag and is none.
        mutating func nextTag() -> (value: Tag?, Void)? {
            guard let place = rest.firstIndex(of: UInt8(ascii: "<")) else { return nil }
            rest = rest[place...].dropFirst()
            return (tag(), ())
        }

        private mutating func tag() -> Tag? {
            let isEnd = take("/")
            let name = word()
            guard !name.isEmpty else { return nil }
            var tag = Tag(name: name, isEnd: isEnd)
            while true {
                let hadSpace = skipSpace()
                if take(">") { return tag }
                if take("/") { return take(">") ? tag : nil }
                guard hadSpace, let attribute = attribute() else { return nil }
                tag.attributes.append(attribute)
            }
        }

        private mutating func attribute() -> (name: String, value: String)? {
            let name = word()
            guard !name.isEmpty else { return nil }
            guard take("=") else { return (name, "") }
            for quote in ["\"", "'"] as [Unicode.Scalar] where take(quote) {
                guard let end = rest.firstIndex(of: UInt8(ascii: quote)) else { return nil }
                let value = String(Substring(rest[..<end]))
                rest = rest[end...].dropFirst()
                return value.contains("<") ? nil : (name, value)
            }
            return nil
        }

        private mutating func word() -> String {
            let word = rest.prefix { (0x61...0x7A).contains(Self.small($0)) || (0x30...0x3A).contains($0) || $0 == UInt8(ascii: "-") }
            rest = rest.dropFirst(word.count)
            return Substring(word).lowercased()
        }

        private mutating func skipSpace() -> Bool {
            let space = rest.prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            rest = rest.dropFirst(space.count)
            return !space.isEmpty
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: scalar) else { return false }
            rest = rest.dropFirst()
            return true
        }

        private static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }
    }
}
