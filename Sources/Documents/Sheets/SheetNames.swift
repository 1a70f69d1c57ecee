/// Names of sheets, each legal and used once.
package struct SheetNames {
    /// Counted as spreadsheets count: in UTF-16 units.
    static let longest = 31
    private var taken: Set<String> = ["history"]  // Excel keeps this name for itself.
    private var count = 0

    /// No name is taken yet.
    package init() {}

    /// A name like the caption; its number when nothing legal is left of it.
    package mutating func name(for caption: String) -> String {
        count += 1
        let legal = Self.legal(caption)
        // One character with many marks can be longer than a name, and then nothing is left of it either.
        let stem = Self.cut(legal, to: Self.longest).isEmpty ? String(count) : legal
        var name = Self.cut(stem, to: Self.longest)
        var again = 2
        while !taken.insert(name.lowercased()).inserted {
            let suffix = " (\(again))"
            name = Self.cut(stem, to: Self.longest - suffix.utf16.count) + suffix
            again += 1
        }
        return name
    }

    private static func legal(_ caption: String) -> String {
        let spaced = printable(caption).map { $0.isWhitespace ? " " : $0 }.filter { !"[]:*?/\\".contains($0) }
        return trimmed(String(spaced))
    }

    /// An apostrophe may stand inside a name, never at its ends.
    private static func trimmed(_ name: String) -> String {
        var rest = Substring(name)
        while let first = rest.first, first == "'" || first == " " { rest.removeFirst() }
        while let last = rest.last, last == "'" || last == " " { rest.removeLast() }
        return String(rest)
    }

    private static func cut(_ name: String, to limit: Int) -> String {
        var rest = Substring(name)
        while rest.utf16.count > limit { rest.removeLast() }
        return trimmed(String(rest))
    }
}
