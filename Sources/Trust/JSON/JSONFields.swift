/// Reads the members of one JSON object; each reading names the place when it refuses, so that a signer finds the member.
package struct JSONFields: Sendable {
    private let members: [String: JSONValue]
    private let place: String

    /// `place` is what a refusal calls this object, for example `root.json signed`. Throws `trust.shape` for anything but an object.
    package init(_ value: JSONValue, at place: String) throws(TrustError) {
        guard case .object(let members) = value else { throw TrustError(.shape, "\(place) is not an object.") }
        self.members = members
        self.place = place
    }

    /// Names in code unit order, so that of two faults always the same one is told.
    package var names: [String] { members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    package func has(_ name: String) -> Bool { members[name] != nil }

    /// A refusal that names the member.
    package func refusal(_ name: String, _ expected: String) -> TrustError {
        TrustError(.shape, "\(place).\(name) is not \(expected).")
    }

    package func value(_ name: String) throws(TrustError) -> JSONValue {
        guard let value = members[name] else { throw refusal(name, "there") }
        return value
    }

    package func text(_ name: String) throws(TrustError) -> String {
        guard case .string(let text) = try value(name) else { throw refusal(name, "a string") }
        return text
    }

    package func integer(_ name: String, in range: ClosedRange<Int64>) throws(TrustError) -> Int64 {
        guard case .integer(let number) = try value(name), range.contains(number) else {
            throw refusal(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func bool(_ name: String) throws(TrustError) -> Bool {
        guard case .bool(let flag) = try value(name) else { throw refusal(name, "true or false") }
        return flag
    }

    package func array(_ name: String) throws(TrustError) -> [JSONValue] {
        guard case .array(let elements) = try value(name) else { throw refusal(name, "an array") }
        return elements
    }

    package func fields(_ name: String) throws(TrustError) -> JSONFields {
        try JSONFields(value(name), at: "\(place).\(name)")
    }

    package func sha256(_ name: String) throws(TrustError) -> SHA256Hex {
        guard let hash = SHA256Hex(rawValue: try text(name)) else { throw refusal(name, "a SHA-256 of 64 lower-case hexadecimal digits") }
        return hash
    }

    package func path(_ name: String) throws(TrustError) -> RelativePath {
        try RelativePath(checking: text(name), at: "\(place).\(name)")
    }
}
