import Foundation
package import Hummingbird

/// The fields behind the `?` of an address. A page's state stands in its address, so that a link can be
/// sent.
package struct Query: Sendable {
    private var fields: [String: String] = [:]

    /// Reads `application/x-www-form-urlencoded`; of a field that stands twice the first counts.
    package init(_ text: String) {
        for pair in text.split(separator: "&").prefix(50) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                String($0).replacing("+", with: " ").removingPercentEncoding?.replacing("\0", with: "") ?? ""
            }
            if fields[parts[0]] == nil { fields[parts[0]] = parts.count == 2 ? parts[1] : "" }
        }
    }

    /// The fields of a request's address.
    package init(_ request: Request) { self.init(request.uri.query ?? "") }

    /// All fields, by name.
    package var all: [(String, String)] { fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// The field without blanks at its ends; empty when it is missing.
    package subscript(_ name: String) -> String { (fields[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines) }

    /// Fields as they stand behind the `?`; those that are empty are left out.
    package static func text(_ fields: [(String, String)]) -> String {
        fields.filter { !$0.1.isEmpty }.map { "\($0.0)=\(segment($0.1))" }.joined(separator: "&")
    }

    /// A text as one segment of a path or one value of a field.
    package static func segment(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.append(Character(UnicodeScalar(byte)))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
