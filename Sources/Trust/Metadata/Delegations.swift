import Foundation

/// To whom a list of targets gives a part of its paths (TUF specification 1.0, section 4.5).
package struct Delegations: Hashable, Sendable {
    /// One of them, in the order of precedence.
    package struct Role: Hashable, Sendable {
        package let name: String
        package let keyIDs: Set<String>
        package let threshold: Int
        /// What this role does not know is not looked for in those behind it.
        package let terminating: Bool
        /// Patterns of paths as a shell has them; `*` stands for no slash. Or the first digits of SHA-256 of the path.
        package let paths: Paths

        package init(name: String, keyIDs: Set<String>, threshold: Int, terminating: Bool, paths: Paths) {
            self.name = name
            self.keyIDs = keyIDs
            self.threshold = threshold
            self.terminating = terminating
            self.paths = paths
        }
    }

    package enum Paths: Hashable, Sendable {
        case patterns([String])
        case hashPrefixes([String])

        /// Whether the role may say something about a path.
        package func hold(_ path: String) -> Bool {
            switch self {
            case .patterns(let patterns): patterns.contains { fnmatch($0, path, FNM_PATHNAME | FNM_NOESCAPE) == 0 }
            case .hashPrefixes(let prefixes):
                prefixes.contains { SHA256Hex(of: Array(path.utf8)).hex.hasPrefix($0) }
            }
        }
    }

    /// By key id; keys of types that we do not know are passed over.
    package let keys: [String: MetadataKey]
    package let roles: [Role]

    package init(keys: [String: MetadataKey], roles: [Role]) {
        self.keys = keys
        self.roles = roles
    }

    init(_ fields: JSONFields) throws(TrustError) {
        keys = try MetadataKey.table(fields.fields("keys"), at: "delegations.keys")
        var roles: [Role] = []
        for value in try fields.array("roles") {
            let entry = try JSONFields(value, at: "delegations.roles")
            let name = try entry.text("name")
            guard !name.isEmpty, name.utf8.count <= 200, MetadataRole(rawValue: name) == nil else {
                throw entry.refusal("name", "the name of a delegated role")
            }
            guard !roles.contains(where: { $0.name == name }) else { throw entry.refusal("name", "a name that stands once") }
            let (keyIDs, threshold) = try Root.holders(entry)
            roles.append(
                Role(
                    name: name, keyIDs: keyIDs, threshold: threshold, terminating: try entry.bool("terminating"),
                    paths: try Self.paths(entry)))
        }
        self.roles = roles
    }

    private static func paths(_ entry: JSONFields) throws(TrustError) -> Paths {
        func texts(_ name: String) throws(TrustError) -> [String] {
            var texts: [String] = []
            for value in try entry.array(name) {
                guard case .string(let text) = value else { throw entry.refusal(name, "a list of strings") }
                texts.append(text)
            }
            return texts
        }
        guard entry.has("paths") != entry.has("path_hash_prefixes") else {
            throw entry.refusal("paths", "there, or path_hash_prefixes in its place")
        }
        return entry.has("paths") ? .patterns(try texts("paths")) : .hashPrefixes(try texts("path_hash_prefixes"))
    }

    /// Whose signatures the file of a delegated role needs.
    func signers(of role: Role) -> Signers { Signers(role: role.name, keys: keys, keyIDs: role.keyIDs, threshold: role.threshold) }

    /// Whether a list is signed as a role that stands here.
    func hold(_ list: SignedMetadata<Targets>, as role: String) -> Bool {
        roles.first { $0.name == role }.map { (try? list.verify(by: signers(of: $0))) != nil } ?? false
    }

    var json: JSONValue {
        [
            "keys": .object(keys.mapValues(\.json)),
            "roles": .array(
                roles.map { role in
                    var members: [String: JSONValue] = [
                        "name": .string(role.name), "keyids": .array(role.keyIDs.sorted().map(JSONValue.string)),
                        "threshold": .integer(Int64(role.threshold)),
                        "terminating": .bool(role.terminating),
                    ]
                    switch role.paths {
                    case .patterns(let patterns): members["paths"] = .array(patterns.map(JSONValue.string))
                    case .hashPrefixes(let prefixes): members["path_hash_prefixes"] = .array(prefixes.map(JSONValue.string))
                    }
                    return .object(members)
                }),
        ]
    }
}
