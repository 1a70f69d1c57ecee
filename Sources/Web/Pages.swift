package import Foundation
import Hummingbird
import Mustache

/// Templates in both languages. In a template `[[key]]` stands for words of the catalogue; it is put in when the templates are loaded, so
/// that a missing key stops the program at start and costs nothing later.
package struct Pages: Sendable {
    let statics: StaticFiles
    private let loaded: PageLibrary
    private let workshop: Workshop?

    /// The words, for what a page puts together in code.
    package var words: Words { library.words }
    private var library: PageLibrary { workshop?.library ?? loaded }
    /// The addresses that templates write out.
    var links: Set<TemplateLink> { loaded.links }

    /// Loads the folders `Templates` and `Words` of the house and of the given modules; those of `sources`, where that is given, as they
    /// stand at each look. Throws for a key without words and for a template that is none.
    package init(_ bundles: [Bundle], sources: URL? = nil) throws {
        let (all, statics) = ([.module] + bundles, try StaticFiles())
        self.statics = statics
        loaded = try PageLibrary(all.map(\.folder), statics)
        workshop = try sources.map { try Workshop($0, all, statics) }
    }

    /// The page as HTML, within the frame that all pages share. `page` is a flat struct of stored properties, or a `MustacheParent`.
    package func html(_ template: String, _ page: Any, frame: Frame, language: Language) throws -> String {
        var frame = frame
        frame.content = try part(template, page, language: language)
        return try part(frame.isPrint ? "frame_print" : "frame", frame, language: language)
    }

    /// A part of a page without the frame.
    package func part(_ template: String, _ page: Any, language: Language) throws -> String {
        guard let text = library.templates[language]?.render(Reflected.shown(page) ?? page, withTemplate: template) else {
            throw MissingWords(description: "There is no template \(template)")
        }
        return text
    }
}

/// Words and templates of some folders.
struct PageLibrary: Sendable {
    let words: Words
    let templates: [Language: MustacheLibrary]
    let links: Set<TemplateLink>

    init(_ folders: [URL], _ statics: StaticFiles) throws {
        words = try Words(in: folders)
        let files = try folders.flatMap(PageLibrary.templates).map { file in
            let name = file.deletingPathExtension().lastPathComponent
            let read = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            // An edition's page is kept for years and names what stays.
            return (name: name, text: name.hasPrefix("edition_") ? read : statics.marked(read))
        }
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases {
            var library = MustacheLibrary()
            for (name, text) in files {
                try library.register(try PageLibrary.translated(text, name: name, words: words, language: language), named: name)
            }
            libraries[language] = library
        }
        templates = libraries
        links = Set(try files.flatMap { try TemplateLink.all(in: $0.text, of: $0.name) })
    }

    /// The templates of a folder.
    static func templates(in folder: URL) -> [URL] { folder.files("Templates", ending: "mustache") }

    private static func translated(_ text: String, name: String, words: Words, language: Language) throws -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.range(of: "[["), let end = rest.range(of: "]]", range: start.upperBound..<rest.endIndex) {
            let key = String(rest[start.upperBound..<end.lowerBound])
            guard words.has(key) else { throw MissingWords(description: "Template \(name) names the words \(key), which no catalogue has") }
            result += rest[..<start.lowerBound] + escaped(words.text(key, language))
            rest = rest[end.upperBound...]
        }
        return result + rest
    }
}

/// Text for HTML content and attributes.
package func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;").replacing(
        "'", with: "&#39;")
}

/// What stands around every page.
package struct Frame: Sendable {
    package struct Link: Sendable {
        package let label: String
        package let url: Location
        package var current: Bool
        /// How many things wait behind it.
        var waiting: String?

        package init(label: String, url: Location, current: Bool = false) {
            self.label = label
            self.url = url
            self.current = current
        }
    }
    package struct Group: Sendable {
        package let label: String
        package let links: [Link]

        package init(label: String, links: [Link]) {
            self.label = label
            self.links = links
        }
    }
    package var title: String
    package var language: String
    package var otherLanguage: String
    package var otherLanguageName: String
    package var signedIn: Bool
    package var accountName: String
    package var csrf: String
    package var sample: Bool
    package var groups: [Group]
    package var crumbs: [Link]
    /// The path of the page, to come back to.
    package var here: String
    package var isPrint: Bool
    /// For so many seconds the session is good if nothing is done.
    var idleSeconds = 0
    /// Whether it ends then, whatever is done.
    var isLast = false
    /// Whether there is something that the person may look for.
    var mayFind = false
    var content = ""
}
