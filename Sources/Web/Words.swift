package import Accounts
package import Basics
package import Foundation

/// The languages of the pages.
package enum Language: String, Sendable, CaseIterable {
    case chinese = "zh-Hans"
    case english = "en"

    /// The account's choice, else the browser's, else Chinese.
    package static func choose(account: String, acceptLanguage: String) -> Language {
        if let chosen = Language(rawValue: account) { return chosen }
        for part in acceptLanguage.lowercased().split(separator: ",") {
            if part.contains("zh") { return .chinese }
            if part.contains("en") { return .english }
        }
        return .chinese
    }
}

/// What the catalogues lack.
package struct MissingWords: Error, CustomStringConvertible, Sendable {
    package let description: String
}

/// Every word that people see, in both languages, by key. The catalogues are the files of `Words/zh-Hans` and `Words/en` beside the
/// features: a file a topic, the same keys in both.
package struct Words: Sendable {
    private let catalogues: [Language: [String: String]]

    /// Reads both catalogues, those of the house and of the given modules; throws when a key stands in only one language, or twice in one.
    package init(_ bundles: [Bundle]) throws { try self.init(in: ([.module] + bundles).map(\.folder)) }

    /// The same from folders that hold `Words`.
    init(in folders: [URL]) throws {
        var catalogues: [Language: [String: String]] = [:]
        for language in Language.allCases {
            var catalogue: [String: String] = [:]
            for file in folders.flatMap({ Words.files(of: language, in: $0) }) {
                let topic = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
                try catalogue.merge(topic) { _, _ in
                    throw MissingWords(description: "\(file.lastPathComponent) has a key that stands elsewhere too")
                }
            }
            catalogues[language] = catalogue
        }
        let (chinese, english) = (Set((catalogues[.chinese] ?? [:]).keys), Set((catalogues[.english] ?? [:]).keys))
        let difference = chinese.symmetricDifference(english)
        guard difference.isEmpty else {
            throw MissingWords(description: "Only one catalogue has: \(difference.sorted().joined(separator: ", "))")
        }
        self.catalogues = catalogues
    }

    /// The catalogues of a folder.
    static func files(of language: Language, in folder: URL) -> [URL] { folder.files("Words/\(language.rawValue)", ending: "json") }

    /// The words for a key, with `{name}` replaced by the given values. An unknown key shows itself in angle brackets, which a test looks
    /// for.
    package func text(_ key: String, _ language: Language, _ values: [String: String] = [:]) -> String {
        guard var text = catalogues[language]?[key] else { return "⟨\(key)⟩" }
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return text
    }

    /// What is wrong with a field, in a sentence.
    package func text(_ problem: FieldProblem, _ language: Language) -> String { text("refusal.\(problem.code)", language, problem.values) }

    /// Who did something: the words for the program and for whoever sits at the machine, else the name of the account, else the id of the
    /// node.
    package func actor(_ id: String, _ accounts: [String: NamedAccount], _ language: Language) -> String {
        switch id {
        case Actor.system.id: text("actor.system", language)
        case Actor.stranger.id: text("actor.stranger", language)
        case Actor.commandLine.id: text("actor.command_line", language)
        default: Actor.person(id).map { text("actor.command_line_of", language, ["person": $0]) } ?? accounts[id]?.name ?? id
        }
    }

    /// Whether the key exists.
    package func has(_ key: String) -> Bool { catalogues[.chinese]?[key] != nil }

    /// All keys.
    package var keys: Set<String> { Set((catalogues[.chinese] ?? [:]).keys) }
}

extension Bundle {
    /// Where its resources lie.
    var folder: URL { resourceURL ?? bundleURL }
}

extension URL {
    /// The files with an ending in a folder below; none where it is missing.
    func files(_ path: String, ending: String) -> [URL] {
        let below = appendingPathComponent(path)
        let found = (try? FileManager.default.contentsOfDirectory(at: below, includingPropertiesForKeys: nil)) ?? []
        return found.filter { $0.pathExtension == ending }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
