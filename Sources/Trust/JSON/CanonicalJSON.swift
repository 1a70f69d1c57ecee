/// Writes a ``JSONValue`` as bytes that depend on nothing but its content: names sorted by UTF-8 code unit, no white space.
package enum CanonicalJSON {
    /// The OLPC form that TUF signs (TUF specification 1.0, section 4.2; http://wiki.laptop.org/go/Canonical_JSON):
    /// only `"` and `\` are escaped. With control characters inside strings it is not JSON any more, so it is signed, never sent.
    package static func signedBytes(_ value: JSONValue) -> [UInt8] {
        bytes(of: value, escapingControls: false)
    }

    /// The form that is stored and sent: the same bytes, except that control characters are escaped as RFC 8259 demands.
    package static func fileBytes(_ value: JSONValue) -> [UInt8] {
        bytes(of: value, escapingControls: true)
    }

    private static func bytes(of value: JSONValue, escapingControls: Bool) -> [UInt8] {
        var writer = Writer(escapingControls: escapingControls)
        writer.append(value)
        return writer.output
    }
}

private struct Writer {
    let escapingControls: Bool
    var output: [UInt8] = []

    init(escapingControls: Bool) { self.escapingControls = escapingControls }

    mutating func append(_ value: JSONValue) {
        switch value {
        case .object(let members): append(members)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                append(element)
            }
            output.append(UInt8(ascii: "]"))
        case .string(let text): append(text)
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null: output.append(contentsOf: "null".utf8)
        }
    }

    private mutating func append(_ members: [String: JSONValue]) {
        output.append(UInt8(ascii: "{"))
        // `String` sorts by normal form; the canonical order is that of the stored code units.
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (position, member) in sorted.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            append(member.key)
            output.append(UInt8(ascii: ":"))
            append(member.value)
        }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for unit in text.utf8 {
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(unit)
            case 0..<0x20 where escapingControls:
                output.append(contentsOf: "\\u00".utf8)
                output.append(contentsOf: Hex.text([unit]).utf8)
            default: output.append(unit)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
