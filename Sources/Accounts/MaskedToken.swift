import Basics

/// A session's token as a page carries it: other text on every page, because pages are compressed, and the length of what is compressed
/// tells whoever may choose a part of the page how much of the rest is like it (BREACH, CVE-2013-3587; the mask is Django's remedy).
package enum MaskedToken {
    /// `token` is hexadecimal; `pad` are as many random bytes as it has.
    package static func mask(_ token: String, pad: [UInt8]) -> String {
        guard let bytes = bytes(ofHexadecimal: token), bytes.count == pad.count else { return token }
        return hexadecimal(pad) + hexadecimal(zip(bytes, pad).map { $0 ^ $1 })
    }

    /// The token under the mask; a text that is no masked token as it is.
    package static func unmask(_ text: String) -> String {
        guard let bytes = bytes(ofHexadecimal: text), bytes.count.isMultiple(of: 2), bytes.count >= 32 else { return text }
        let half = bytes.count / 2
        return hexadecimal(zip(bytes[..<half], bytes[half...]).map { $0 ^ $1 })
    }
}
