import Foundation

/// Base 64 for URLs and headers without padding (RFC 4648 section 5), strict: one spelling for one value.
enum Base64URL {
    static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Nil unless ``text(_:)`` of the result is the same text.
    static func bytes(_ encoded: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: encoded.replacing("-", with: "+").replacing("_", with: "/") + padding) else { return nil }
        let bytes = Array(data)
        return text(bytes) == encoded ? bytes : nil
    }
}
