/// What a root says: the keys of the network and what each may sign (TUF specification 1.0, section 4.3).
package struct Root: MetadataContent {
    package static let role = MetadataRole.root

    /// The keys that may sign for a role, and how many distinct ones must.
    package struct Role: Hashable, Sendable {
        package let keyIDs: Set<String>
        package let threshold: Int

        package init(keyIDs: Set<String>, threshold: Int) {
            self.keyIDs = keyIDs
            self.threshold = threshold
        }
    }

    package let version: Int64
    package let expiresAt: Int64
    /// By key id; keys of types other than Ed25519 are passed over.
    package let keys: [String: VerifyingKey]
    /// All four roles.
    package let roles: [MetadataRole: Role]

    package init(version: Int64, expiresAt: Int64, keys: [VerifyingKey], roles: [MetadataRole: Role]) {
        self.version = version
        self.expiresAt = expiresAt
        self.keys = Dictionary(keys.map { ($0.keyID, $0) }, uniquingKeysWith: { first, _ in first })
        self.roles = roles
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        guard try fields.bool("consistent_snapshot") else { throw fields.refusal("consistent_snapshot", "true") }
        keys = try Self.keys(fields.fields("keys"))
        let named = try fields.fields("roles")
        var roles: [MetadataRole: Role] = [:]
        for role in MetadataRole.allCases {
            let entry = try named.fields(role.rawValue)
            var keyIDs: Set<String> = []
            for keyID in try entry.array("keyids") {
                guard case .string(let keyID) = keyID, keyIDs.insert(keyID).inserted else { throw entry.refusal("keyids", "a list of different strings") }
            }
            roles[role] = Role(keyIDs: keyIDs, threshold: Int(try entry.integer("threshold", in: 1...1024)))
        }
        self.roles = roles
    }

    /// The keys that may sign for a role, by key id.
    package func signers(of role: MetadataRole) -> [String: VerifyingKey] { keys.filter { roles[role]?.keyIDs.contains($0.key) == true } }

    private static func keys(_ fields: JSONFields) throws(TrustError) -> [String: VerifyingKey] {
        var keys: [String: VerifyingKey] = [:]
        for keyID in fields.names {
            let value = try fields.value(keyID)
            guard SHA256Hex(of: CanonicalJSON.signedBytes(value)).hex == keyID else {
                throw TrustError(.key, "A key in root.json does not match its key id \(keyID.prefix(64)).")
            }
            let entry = try fields.fields(keyID)
            guard try entry.text("keytype") == "ed25519", try entry.text("scheme") == "ed25519" else { continue }
            keys[keyID] = try VerifyingKey(hex: entry.fields("keyval").text("public"))
        }
        return keys
    }

    package var members: [String: JSONValue] {
        [
            "consistent_snapshot": true,
            "keys": .object(keys.mapValues(\.json)),
            "roles": .object(
                Dictionary(
                    uniqueKeysWithValues: roles.map { role, entry in
                        (
                            role.rawValue,
                            ["keyids": .array(entry.keyIDs.sorted().map(JSONValue.string)), "threshold": .integer(Int64(entry.threshold))]
                        )
                    })),
        ]
    }
}
