import Basics
import Foundation
package import Hummingbird

/// What somebody sent with a form: the texts of its fields as they were typed.
package struct Typed: Sendable {
    private let fields: [String: String]
    /// Which it came with: its path is the form's, with parameters.
    package let request: Request

    /// Reads at most 64 KiB of `application/x-www-form-urlencoded`.
    package init(_ request: Request, _ context: AppContext) async throws {
        self.request = request
        let body = try await request.whole(upTo: context.maxUploadSize, orRefuse: "form.too_large")
        fields = (try? URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))) ?? [:]
    }

    /// The field as it shows, without blanks at its ends; empty when it is missing.
    package subscript(_ name: String) -> String { (fields[name] ?? "").withoutHidden.trimmedBlanks }

    /// All fields as typed.
    package var all: [String: String] { fields }

    /// The field as typed.
    package func raw(_ name: String) -> String { fields[name] ?? "" }

    /// The texts of a form's fields; those of a set of boxes are one text.
    package func texts(of form: Form) -> [String: String] { Typed.texts(of: form, in: fields) }

    static func texts(of form: Form, in fields: [String: String]) -> [String: String] {
        Dictionary(
            form.fields.map { field in
                // NUL is no character of any text: PostgreSQL takes none, and a page that shows it is none.
                guard case .boxes(let options) = field.look else {
                    return (field.name, (fields[field.name] ?? "").replacing("\0", with: ""))
                }
                return (field.name, options.map(\.value).filter { fields["\(field.name).\($0)"]?.isEmpty == false }.joined(separator: ","))
            }
        ) { first, _ in first }
    }
}
