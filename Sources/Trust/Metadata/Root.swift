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
    /// Whether files other than the timestamp bear their versions in their names. Ours do.
    package let consistentSnapshot: Bool
    /// By key id; keys of types that we do not know are passed over.
    package let keys: [String: MetadataKey]
    /// All four roles.
    package let roles: [MetadataRole: Role]

    package init(version: Int64, expiresAt: Int64, keys: [VerifyingKey], roles: [MetadataRole: Role]) {
        self.version = version
        self.expiresAt = expiresAt
        consistentSnapshot = true
        self.keys = Dictionary(keys.map { ($0.keyID, MetadataKey($0)) }, uniquingKeysWith: { first, _ in first })
        self.roles = roles
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        consistentSnapshot = try fields.bool("consistent_snapshot")
        keys = try MetadataKey.table(fields.fields("keys"), at: "root.json signed.keys")
        let named = try fields.fields("roles")
        var roles: [MetadataRole: Role] = [:]
        for role in MetadataRole.allCases {
            let (keyIDs, threshold) = try Self.holders(named.fields(role.rawValue))
            roles[role] = Role(keyIDs: keyIDs, threshold: threshold)
        }
        self.roles = roles
    }

    /// The key ids and the threshold of a role, top-level or delegated.
    static func holders(_ entry: JSONFields) throws(TrustError) -> (keyIDs: Set<String>, threshold: Int) {
        var keyIDs: Set<String> = []
        for keyID in try entry.array("keyids") {
            guard case .string(let keyID) = keyID, keyIDs.insert(keyID).inserted else {
                throw entry.refusal("keyids", "a list of different strings")
            }
        }
        return (keyIDs, Int(try entry.integer("threshold", in: 1...1024)))
    }

    /// The keys of our own type that may sign for a role, by key id.
    package func signers(of role: MetadataRole) -> [String: VerifyingKey] {
        keys.compactMapValues(\.ed25519).filter { roles[role]?.keyIDs.contains($0.key) == true }
    }

    package var members: [String: JSONValue] {
        [
            "consistent_snapshot": .bool(consistentSnapshot),
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
