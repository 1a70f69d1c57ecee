/// What a snapshot says: which lists of targets belong together (TUF specification 1.0, section 4.4).
package struct Snapshot: MetadataContent {
    package static let role = MetadataRole.snapshot
    /// The name under which the top list stands.
    static let targetsName = "targets.json"

    /// The name under which the list of a delegated role stands.
    static func name(of role: String) -> String { role + ".json" }

    package let version: Int64
    package let expiresAt: Int64
    /// The newest `targets.json`.
    package let targets: NamedFile
    /// All lists by file name without version, `targets.json` among them.
    package let meta: [String: NamedFile]

    /// The versions of the lists of delegated roles, by role.
    package var delegated: [String: Int64] {
        Dictionary(
            meta.compactMap { name, file in name == Self.targetsName ? nil : (String(name.dropLast(".json".count)), file.version) },
            uniquingKeysWith: { first, _ in first })
    }

    package init(version: Int64, expiresAt: Int64, targets: NamedFile, delegated: [String: NamedFile] = [:]) {
        self.version = version
        self.expiresAt = expiresAt
        self.targets = targets
        meta = delegated.merging([Self.targetsName: targets]) { _, targets in targets }
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        let named = try fields.fields("meta")
        targets = try NamedFile(named.fields(Self.targetsName))
        var meta: [String: NamedFile] = [:]
        for name in named.names { meta[name] = try NamedFile(named.fields(name)) }
        self.meta = meta
    }

    package var members: [String: JSONValue] { ["meta": .object(meta.mapValues(\.json))] }
}
