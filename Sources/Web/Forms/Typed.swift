import Basics
import Crypto
package import Foundation
package import Hummingbird
import Listener
import NIOCore

/// What somebody chose in a field for a file.
package struct TypedFile: Hashable, Sendable {
    /// As his machine calls it.
    package let name: String
    package let bytes: Data
}

/// What somebody sent with a form: the texts of its fields as they were typed.
package struct Typed: Sendable {
    /// How the names of fields begin that hold passwords.
    static let secretPrefix = "password_"

    private let fields: [String: String]
    /// By the names of their fields; those stand among the texts with the name of the file.
    package let files: [String: TypedFile]
    /// Which it came with: its path is the form's, with parameters.
    package let request: Request

    /// Reads `application/x-www-form-urlencoded`, or `multipart/form-data` where there is a file: at most 64 KiB, or `most` bytes.
    package init(_ request: Request, _ context: AppContext, upTo most: Int = 0) async throws {
        self.request = request
        let body = try await request.whole(
            upTo: max(most, context.maxUploadSize), orRefuse: most > 0 ? "form.file_too_large" : "form.too_large")
        if let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") {
            let data = FormData(Data(body.readableBytesView), contentType: type)
            let chosen = (data?.files ?? [:]).mapValues { TypedFile(name: $0.name.withoutHidden, bytes: $0.bytes) }
            (files, fields) = (chosen, (data?.fields ?? [:]).merging(chosen.mapValues(\.name)) { $1 })
            return
        }
        files = [:]
        fields = (try? URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))) ?? [:]
    }

    /// The field as it shows, without blanks at its ends; empty when it is missing.
    package subscript(_ name: String) -> String { (fields[name] ?? "").withoutHidden.trimmedBlanks }

    /// All fields as typed.
    package var all: [String: String] { fields }

    /// All fields but passwords, as typed.
    var plain: [String: String] { fields.filter { !$0.key.hasPrefix(Self.secretPrefix) } }

    /// The field as typed.
    package func raw(_ name: String) -> String { fields[name] ?? "" }

    /// Stands for the files.
    var fileDigests: [String] {
        files.sorted { $0.key < $1.key }.flatMap { [$0.key, hexadecimal(SHA256.hash(data: $0.value.bytes))] }
    }

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
