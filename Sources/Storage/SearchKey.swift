import Basics
import Foundation

/// What a name is found and sorted by: its full pinyin, the initials, and the name itself, folded; `qingshanzhen qsz 青山镇`. The pinyin is
/// that of ICU (Unicode CLDR, Han-Latin): one reading a character. ü is `v`, as people type it, and `u` besides.
package func searchKey(_ name: String) -> String {
    let latin = (name.applyingTransform(.mandarinToLatin, reverse: false) ?? name).lowercased()
    let typed = String(latin.precomposedStringWithCanonicalMapping.map { "üǖǘǚǜ".contains($0) ? "v" : $0 })
    func plain(_ text: String) -> [String] {
        let bare = text.applyingTransform(.stripDiacritics, reverse: false) ?? text
        return folded(bare).split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
    let (syllables, others) = (plain(typed), plain(latin))
    var parts = [syllables.joined(), String(syllables.compactMap(\.first)), folded(name)]
    if others != syllables { parts.append(others.joined()) }
    return parts.joined(separator: " ")
}

/// A text in the one form in which texts are compared: compatibility forms made one (full-width letters, roman numerals), small letters.
package func folded(_ text: String) -> String { text.precomposedStringWithCompatibilityMapping.lowercased().trimmedBlanks }

/// What somebody types to find something: words, each of which must be in what is found.
package struct SearchWords: Hashable, Sendable {
    package let words: [String]

    /// At most eight words of at most 60 characters.
    package init(_ text: String) {
        words = folded(text.withoutHidden).split(whereSeparator: \.isWhitespace).prefix(8).map { String($0.prefix(60)) }
    }

    package var isEmpty: Bool { words.isEmpty }

    /// Whether every word stands in the key, or in the code, where there is one.
    package func condition(_ key: SQL, code: SQL? = nil) -> SQL {
        words.reduce("1 = 1") { condition, word in
            let escaped = word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            let inKey: SQL = "\(sql: key) LIKE \("%\(escaped)%") ESCAPE '\\'"
            let inCode: SQL = if let code { "OR lower(\(sql: code)) LIKE \("%\(escaped)%") ESCAPE '\\'" } else { "" }
            return "\(sql: condition) AND (\(sql: inKey) \(sql: inCode))"
        }
    }
}
