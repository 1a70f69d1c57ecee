package import Basics

/// What a field looks like on a page.
package enum FieldLook: Hashable, Sendable {
    /// One line; `digits` brings up a telephone's number keys, at `pick` a script finds what to suggest.
    case line(digits: Bool = false, pick: String? = nil)
    /// Several lines; what is found at `pick` is added to them.
    case note(rows: Int, pick: String? = nil)
    case date
    case month
    /// An amount of money.
    case money
    /// A file to choose; the endings of the names that a browser offers.
    case file([String])
    /// A list to choose one from.
    case choice([FieldOption])
    /// Boxes to tick some of.
    case boxes([FieldOption])
    /// A password: what is typed is neither shown again nor kept nor hashed with the form. A browser offers the one that it knows, or for a
    /// new one makes one up.
    case secret(Secret)
    /// Nothing to type in; see ``Field/seen(_:_:)``.
    case seen
}

/// An entry of a list to choose from: what is sent, and the key of its words; or one that says itself, such as the number of a box.
package struct FieldOption: Hashable, Sendable {
    package let value: String
    package let label: String
    private let isSaid: Bool

    package init(_ value: String, _ label: String) { (self.value, self.label, isSaid) = (value, label, false) }
    package init(said value: String) { (self.value, label, isSaid) = (value, value, true) }

    /// What people read.
    package func said(_ words: (String) -> String) -> String { isSaid ? value : words(label) }
}

/// One field of a form, declared once: from it come its place on the page, the reading of what was typed, and the words of what is wrong
/// with it.
package struct Field<Value: Sendable>: Sendable {
    package internal(set) var entry: FieldEntry
    private let reading: @Sendable (String) throws(FieldProblem) -> Value
    private let normal: @Sendable (Value) -> String

    /// A field whose text `reading` understands, hidden characters and blanks at the ends taken away before; an empty text comes to it only
    /// where the field is not needed.
    /// - Parameters:
    ///   - name: What is sent with the form.
    ///   - label: The key of its words; those of the help are the same with `_help` behind, where `isHelped`.
    ///   - most: The longest text, in Unicode scalars.
    ///   - normal: The value as a form shows it when it is shown again.
    package init(
        _ name: String, _ label: String, look: FieldLook, isNeeded: Bool = true, isHelped: Bool = false, most: Int = 500,
        normal: @escaping @Sendable (Value) -> String, reading: @escaping @Sendable (String) throws(FieldProblem) -> Value
    ) {
        self.reading = reading
        self.normal = normal
        entry = FieldEntry(name: name, label: label, help: isHelped ? label + "_help" : nil, look: look, isNeeded: isNeeded, most: most) {
            text throws(FieldProblem) in
            normal(try Field.read(text, look, isNeeded: isNeeded, most: most, reading))
        }
    }

    package var name: String { entry.name }

    /// The same field where what it begins with is only a proposal, such as today: no part of what is stored.
    package var proposed: Field {
        var field = self
        field.entry.isStored = false
        return field
    }

    /// The same field under a label that names a thing.
    package func titled(_ title: String) -> FieldEntry {
        var entry = entry
        entry.title = title
        return entry
    }

    /// The value of a text; throws what is wrong with it.
    package func read(_ text: String) throws(FieldProblem) -> Value {
        try Field.read(text, entry.look, isNeeded: entry.isNeeded, most: entry.most, reading)
    }

    /// The same field for the value or nothing.
    package var optional: Field<Value?> {
        let (entry, reading, normal) = (entry, reading, normal)
        return Field<Value?>(
            name, entry.label, look: entry.look, isNeeded: false, isHelped: entry.help != nil, most: entry.most,
            normal: { $0.map(normal) ?? "" },
            reading: { text throws(FieldProblem) -> Value? in text.isEmpty ? nil : try reading(text) })
    }

    private static func read(
        _ text: String, _ look: FieldLook, isNeeded: Bool, most: Int, _ reading: (String) throws(FieldProblem) -> Value
    ) throws(FieldProblem) -> Value {
        // Line ends and tabs in a line are blanks to whoever pastes them.
        var plain = text.replacing("\r\n", with: "\n")
        if case .note = look {
        } else {
            plain = String(String.UnicodeScalarView(plain.unicodeScalars.map { ["\n", "\t"].contains($0) ? " " : $0 }))
        }
        plain = plain.withoutHidden.trimmedBlanks
        guard !plain.isEmpty || !isNeeded else {
            if case .choice = look { throw "form.unchosen" }
            throw "form.required"
        }
        let length = plain.unicodeScalars.count
        guard length <= most else { throw FieldProblem("form.too_long", ["most": String(most), "length": String(length)]) }
        return try reading(plain)
    }
}

/// A field of whatever value, as forms hold it.
package struct FieldEntry: Sendable {
    package let name: String
    package let label: String
    /// Stands in place of the words of the label, where that names a thing.
    package var title: String?
    package let help: String?
    package let look: FieldLook
    package let isNeeded: Bool
    package let most: Int
    /// Whether the text with which the form begins is what is stored.
    package var isStored = true
    /// The text as a form shows it again when it is understood: a day as `2011-03-05`, however it was typed. Throws what is wrong with it.
    package let understood: @Sendable (String) throws(FieldProblem) -> String
}

/// What a field holds that nobody else is to see.
package enum Secret: Hashable, Sendable {
    /// One's password, or the one that takes its place.
    case present, new
    /// A code of the second factor, which its owner reads off and may see.
    case code
}
