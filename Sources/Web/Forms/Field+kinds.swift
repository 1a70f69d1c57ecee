package import Basics
import Foundation

extension Field where Value == String {
    /// One line of text.
    package static func text(_ name: String, _ label: String, most: Int = 500, isNeeded: Bool = true, isHelped: Bool = false) -> Field {
        Field(name, label, look: .line(), isNeeded: isNeeded, isHelped: isHelped, most: most, normal: { $0 }, reading: { $0 })
    }

    /// A password, or a code; `name` begins with ``Typed/secretPrefix``.
    package static func secret(_ name: String, _ label: String, _ secret: Secret) -> Field {
        Field(name, label, look: .secret(secret), most: 200, normal: { $0 }, reading: { $0 })
    }

    /// A telephone number of an office, of 5 to 40 characters: digits, blanks, `+`, `-`, brackets, and an extension behind `转` or `#`.
    package static func phone(_ name: String, _ label: String, isHelped: Bool = false) -> Field {
        Field(name, label, look: .line(), isHelped: isHelped, most: 40, normal: { $0 }) { text throws(FieldProblem) in
            // U+8F6C stands before an extension.
            let plain = text.precomposedStringWithCompatibilityMapping
            guard (5...40).contains(plain.count), plain.contains(where: \.isNumber),
                plain.allSatisfy({ "0123456789 +-()\u{8F6C}#*".contains($0) })
            else { throw "form.phone" }
            return plain
        }
    }

    /// A thing that is named by its name, pinyin or code; `from` is where a script asks for suggestions.
    package static func picked(_ name: String, _ label: String, from pick: FixedAddress, isHelped: Bool = true) -> Field {
        Field(name, label, look: .line(pick: pick().path), isHelped: isHelped, most: 200, normal: { $0 }, reading: { $0 })
    }

    /// Several lines of text.
    package static func note(_ name: String, _ label: String, most: Int, rows: Int = 3, isNeeded: Bool = true, isHelped: Bool = false)
        -> Field
    {
        Field(name, label, look: .note(rows: rows), isNeeded: isNeeded, isHelped: isHelped, most: most, normal: { $0 }, reading: { $0 })
    }

    /// The number and name of the paper behind a decision, such as `组发〔2011〕8号`; papers on file are suggested at `pick`.
    package static func document(
        _ label: String, name: String = "document", most: Int = 200, isNeeded: Bool = false, isHelped: Bool = false,
        from pick: FixedAddress? = nil
    ) -> Field {
        Field(name, label, look: .line(pick: pick?().path), isNeeded: isNeeded, isHelped: isHelped, most: most, normal: { $0 }) {
            text throws(FieldProblem) in
            // Digits as they are printed; brackets and words as they were written.
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { (0xFF10...0xFF19).contains($0.value) ? UnicodeScalar($0.value - 0xFEE0) ?? $0 : $0 }))
        }
    }
}

extension Field where Value == Int {
    /// A whole number, with or without separators of thousands, full-width or not. `problem` are words that name `{least}` and `{most}`.
    package static func number(
        _ name: String, _ label: String, in range: ClosedRange<Int>, problem: String = "form.number_range", isHelped: Bool = false
    ) -> Field {
        Field(name, label, look: .line(digits: true), isHelped: isHelped, most: 30, normal: { String($0) }) { text throws(FieldProblem) in
            guard let number = Int(text.officeCode.filter { !",，' \u{a0}\u{202f}".contains($0) }), range.contains(number) else {
                throw FieldProblem(problem, ["least": String(range.lowerBound), "most": String(range.upperBound)])
            }
            return number
        }
    }
}

extension Field {
    /// An amount of money, as offices write it; in yuan.
    package static func money(_ name: String, _ label: String, isHelped: Bool = false) -> Field<Fen> where Value == Fen {
        Field(name, label, look: .money, isHelped: isHelped, most: 40, normal: \.description) { text throws(FieldProblem) in
            guard let amount = Fen(written: text) else { throw "form.money" }
            return amount
        }
    }
}

extension Field where Value == TypedFile {
    /// A file, of at most so many bytes as the form's page says; its text is its name. A form that has one shows no preview, because a
    /// browser would not send the file again.
    package static func file(_ name: String, _ label: String, endings: [String], isHelped: Bool = false) -> Field {
        Field(name, label, look: .file(endings), isHelped: isHelped, most: 200, normal: \.name) { name throws(FieldProblem) in
            TypedFile(name: name, bytes: .init())
        }
    }
}

extension Field {
    /// A day, as offices write it.
    package static func date(_ name: String, _ label: String, isHelped: Bool = false) -> Field<Day> where Value == Day {
        Field(name, label, look: .date, isHelped: isHelped, most: 40, normal: \.description) { text throws(FieldProblem) in
            guard let day = Day(written: text) else { throw "form.date" }
            return day
        }
    }
}

extension Field {
    /// A month, as offices write it.
    package static func month(_ name: String, _ label: String, isHelped: Bool = false) -> Field<Month> where Value == Month {
        Field(name, label, look: .month, isHelped: isHelped, most: 40, normal: \.description) { text throws(FieldProblem) in
            guard let month = Month(written: text) else { throw "form.month" }
            return month
        }
    }
}

extension Field {
    /// A code of an area that need not be there, as offices write it.
    package static func areaCode(_ name: String, _ label: String, isHelped: Bool = false) -> Field<AreaCode> where Value == AreaCode {
        Field(name, label, look: .line(digits: true), isHelped: isHelped, most: 40, normal: \.description) { text throws(FieldProblem) in
            guard let code = AreaCode(written: text) else { throw "area.code_form" }
            return code
        }
    }
}

extension Field where Value == String {
    /// Nothing to type: what the person reads on the page and decides by. When it has changed since, he is shown that first.
    package static func seen(_ name: String, _ label: String) -> Field {
        Field(name, label, look: .seen, isNeeded: false, most: 100_000, normal: { $0 }, reading: { $0 })
    }
}

extension Field where Value: RawRepresentable, Value.RawValue == String {
    /// One of a list; the words of each entry are `words` and its raw value.
    package static func choice(_ name: String, _ label: String, among values: [Value], words: String, isHelped: Bool = false) -> Field {
        let raw = values.map(\.rawValue)
        return Field(
            name, label, look: .choice(raw.map { FieldOption($0, "\(words).\($0)") }), isHelped: isHelped, most: 100, normal: \.rawValue
        ) { text throws(FieldProblem) in
            guard raw.contains(text), let value = Value(rawValue: text) else { throw "form.choice" }
            return value
        }
    }
}

extension Field {
    /// Some of a list, in its order; none where the field is not needed.
    package static func boxes<Item>(
        _ name: String, _ label: String, among items: [Item], words: String, isNeeded: Bool = false, isHelped: Bool = false
    ) -> Field
    where Value == [Item], Item: RawRepresentable & Sendable, Item.RawValue == String {
        let raw = items.map(\.rawValue)
        return Field(
            name, label, look: .boxes(raw.map { FieldOption($0, "\(words).\($0)") }), isNeeded: isNeeded, isHelped: isHelped, most: 2000,
            normal: { $0.map(\.rawValue).joined(separator: ",") },
            reading: { text throws(FieldProblem) in
                let chosen = text.split(separator: ",").map(String.init)
                guard chosen.allSatisfy(raw.contains) else { throw "form.choice" }
                return raw.filter(chosen.contains).compactMap { Item(rawValue: $0) }
            })
    }
}

extension Field where Value == [String] {
    /// Codes with blanks, line ends or any comma between them, each once, in the order in which they were typed.
    package static func codes(
        _ name: String, _ label: String, atMost count: Int = 500, isNeeded: Bool = false, isHelped: Bool = false, rows: Int = 4,
        from pick: FixedAddress? = nil
    )
        -> Field
    {
        Field(
            name, label, look: .note(rows: rows, pick: pick?().path), isNeeded: isNeeded, isHelped: isHelped, most: 20_000,
            normal: { $0.joined(separator: "\n") },
            reading: { text throws(FieldProblem) in
                let codes = listed(text)
                guard codes.count <= count else {
                    throw FieldProblem("form.too_many", ["most": String(count), "count": String(codes.count)])
                }
                return codes
            })
    }
}

/// The items of a list as somebody types it: with blanks, line ends, commas, semicolons and enumeration commas of either width between
/// them, each once.
package func listed(_ text: String) -> [String] {
    var seen: Set<String> = []
    return text.split { $0.isWhitespace || ",，、;；".contains($0) }.map { $0.officeCode }.filter { !$0.isEmpty && seen.insert($0).inserted }
}
