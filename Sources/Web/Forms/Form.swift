package import Basics
import Crypto
import Foundation

/// A form, declared once by the feature that owns it.
package struct Form: Sendable {
    package let fields: [FieldEntry]

    /// A form with these fields, in the order of the page.
    package init<each Value>(_ field: repeat Field<each Value>) {
        var fields: [FieldEntry] = []
        for field in repeat each field { fields.append(field.entry) }
        self.fields = fields
    }

    /// A form whose fields are only known when it is shown.
    package init(_ fields: [FieldEntry]) { self.fields = fields }

    /// What the texts of all fields say. Throws `Refusal.invalid` that names everything that is wrong, also what `check` finds in what
    /// could be read.
    package func read(
        _ texts: [String: String], way: String = "", files: [String: TypedFile] = [:],
        check: (FormValues) throws -> FieldProblems = { _ in [:] }
    ) throws
        -> FormValues
    {
        let values = FormValues(texts: texts, way: way, files: files)
        var problems = try check(values)
        for field in fields {
            do throws(FieldProblem) { _ = try field.understood(texts[field.name] ?? "") } catch { problems[field.name] = error }
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        return values
    }

    /// The texts as they are shown again: those that are understood in their normal form, the others as they were typed.
    package func shown(_ texts: [String: String]) -> [String: String] {
        Dictionary(fields.map { field in (field.name, (try? field.understood(texts[field.name] ?? "")) ?? texts[field.name] ?? "") }) {
            first, _ in first
        }
    }

    /// What stands for the state of a record in its form: a digest of each field's text.
    package func version(_ texts: [String: String]) -> String {
        fields.map { $0.isStored ? Form.digest($0.name, texts[$0.name] ?? "") : "-" }.joined(separator: ".")
    }

    /// The fields that are stored differently now from when the form was shown with `version`; all of them for a version that is none.
    package func changed(since version: String, _ stored: [String: String]) -> Set<String> {
        let (seen, now) = (version.split(separator: "."), self.version(stored).split(separator: "."))
        guard seen.count == now.count else { return Set(fields.map(\.name)) }
        return Set(zip(fields, zip(seen, now)).filter { $0.1.0 != $0.1.1 }.map(\.0.name))
    }

    /// Whether a text is what a form showed with `version`.
    package func isUntouched(_ name: String, _ text: String, since version: String) -> Bool {
        let seen = version.split(separator: ".")
        guard seen.count == fields.count, let place = fields.firstIndex(where: { $0.name == name }) else { return false }
        return seen[place] == Form.digest(name, text)
    }

    /// The texts as values that nobody looked at yet: what cannot be read of them is nil.
    package func unread(_ texts: [String: String]) -> FormValues { FormValues(texts: texts, way: "", files: [:]) }

    /// Whether two texts of a field are the same but for their line ends and the blanks around them.
    package static func isSame(_ one: String?, _ other: String?) -> Bool { digest("", one ?? "") == digest("", other ?? "") }

    private static func digest(_ name: String, _ text: String) -> String {
        digest(of: [name, text.replacing("\r\n", with: "\n").trimmedBlanks])
    }

    /// Stands for some texts, in their order.
    static func digest(of texts: [String]) -> String {
        var hash = SHA256()
        for text in texts { hash.update(data: Data("\(text.utf8.count) \(text)".utf8)) }
        return hexadecimal(hash.finalize().prefix(8))
    }
}

/// What was read from a form of which every field is understood.
package struct FormValues: Sendable {
    let texts: [String: String]
    /// The button that was pressed, where a form has several; empty for its own.
    package let way: String
    fileprivate let files: [String: TypedFile]

    /// Whether it was among what was sent, or read from a file.
    package func has<Value>(_ field: Field<Value>) -> Bool { texts[field.name] != nil }

    /// The value of a field; nil where it cannot be read.
    package func understood<Value>(_ field: Field<Value>) -> Value? { try? field.read(texts[field.name] ?? "") }

    /// The file of one of the form's fields.
    package subscript(_ field: Field<TypedFile>) -> TypedFile {
        get throws {
            guard let file = files[field.name] else { throw Refusal.invalid([field.name: "form.required"]) }
            return file
        }
    }

    /// The value of one of the form's fields.
    package subscript<Value>(_ field: Field<Value>) -> Value {
        get throws {
            do throws(FieldProblem) { return try field.read(texts[field.name] ?? "") } catch { throw Refusal.invalid([field.name: error]) }
        }
    }
}
