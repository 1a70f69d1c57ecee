package import Basics
import Crypto
package import Documents
import Figures
import Foundation
import Returns

/// What a section of a bulletin is about; in this order unless the editor moves them.
package enum SectionKind: String, CaseIterable, Sendable {
    case kinds, boot, viewing, demand
    case zeroPlay = "zero_play"
    case trend, extremes, ranks
    case notHeard = "not_heard"
    case excluded, typed, quality, errata
    /// A paragraph of the editor's own; a bulletin may have several, each with an id that begins so.
    case free
}

/// A sentence that writes itself, and what an editor made of it.
package struct Sentence: Hashable, Sendable {
    /// An editor's text in place of the one that writes itself.
    package struct Edit: Decodable, Hashable, Sendable {
        package let section: String
        package let sentence: String
        /// May name figures as `{boot_rate}`; empty when the sentence is left out.
        package let content: String
        /// What the sentence said by itself when it was edited.
        package let against: String
        package let editedBy: String
        package let editedAt: Instant

        package init(section: String, sentence: String, content: String, against: String, editedBy: String, editedAt: Instant) {
            self.section = section
            self.sentence = sentence
            self.content = content
            self.against = against
            self.editedBy = editedBy
            self.editedAt = editedAt
        }
    }

    /// Why an edited sentence may no longer fit.
    package enum Misfit: Hashable, Sendable {
        /// The figures have changed since: what the sentence said by itself then.
        case changed(String)
        /// A number was typed that is none of the figures.
        case number(String)
    }

    package let name: String
    /// What it says by itself.
    package let automatic: String
    /// The figures that it may name, as printed.
    package let figures: [String: String]
    package let edit: Edit?

    package init(name: String, automatic: String, figures: [String: String], edit: Edit? = nil) {
        self.name = name
        self.automatic = automatic
        self.figures = figures
        self.edit = edit
    }

    /// What is printed; empty when the editor left it out.
    package var text: String { edit.map { Sentence.filled($0.content, figures) } ?? automatic }

    /// What an editor who reads the sentence has seen of it; another one when the figures or the text have changed.
    package var mark: String { hexadecimal(SHA256.hash(data: Data("\(automatic)\u{0}\(edit?.content ?? "\u{1}")".utf8)).prefix(8)) }

    /// Why the edited sentence may no longer fit the figures; nothing for one that writes itself or is left out.
    package var misfits: [Misfit] {
        guard let edit, !edit.content.isEmpty else { return [] }
        var misfits: [Misfit] = edit.against == automatic ? [] : [.changed(edit.against)]
        guard !automatic.isEmpty else { return misfits }
        let known = Set(Sentence.numbers(in: figures.values.joined(separator: " ")))
        let typed = Sentence.numbers(in: Sentence.filled(edit.content, figures.mapValues { _ in " " }))
        misfits += typed.filter { !known.contains($0) }.reduce(into: []) { found, number in
            if !found.contains(.number(number)) { found.append(.number(number)) }
        }
        return misfits
    }

    /// The text with each `{name}` replaced by its figure; a name that is none stays as typed.
    static func filled(_ text: String, _ figures: [String: String]) -> String {
        var result = text
        for name in names(in: text) { if let figure = figures[name] { result = result.replacing("{\(name)}", with: figure) } }
        return result
    }

    /// The names in braces.
    package static func names(in text: String) -> [String] {
        text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstIndex(of: "}").map { String(part[..<$0]) }
        }
    }

    /// The numbers of a text as digits with a decimal point, so that `25.55%` and `25.55` are one; full-width digits count as well.
    static func numbers(in text: String) -> [String] {
        var numbers: [String] = []
        var open = ""
        func close() {
            while open.last == "." { open.removeLast() }
            if !open.isEmpty { numbers.append(open) }
            open = ""
        }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39: open.unicodeScalars.append(scalar)
            case 0xFF10...0xFF19: open += String(scalar.value - 0xFF10)
            case 0x2E where !open.isEmpty && !open.contains("."): open += "."
            default: close()
            }
        }
        close()
        return numbers
    }
}

/// A section as it is printed: its heading, its text, and the tables and pictures behind the text.
package struct BulletinSection: Hashable, Sendable {
    /// The kind's raw value, or the id of a free paragraph.
    package let id: String
    package let kind: SectionKind
    package let heading: String
    package let sentences: [Sentence]
    package let blocks: [Block]
    /// Whether it is printed.
    package var isIncluded = true

    package init(id: String, kind: SectionKind, heading: String, sentences: [Sentence], blocks: [Block] = [], isIncluded: Bool = true) {
        self.id = id
        self.kind = kind
        self.heading = heading
        self.sentences = sentences
        self.blocks = blocks
        self.isIncluded = isIncluded
    }

    /// The text that is printed.
    package func paragraph(separator: String) -> String { sentences.map(\.text).filter { !$0.isEmpty }.joined(separator: separator) }
}
