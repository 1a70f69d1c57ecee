/// What a snapshot says: which lists of targets belong together (TUF specification 1.0, section 4.4).
package struct Snapshot: MetadataContent {
    package static let role = MetadataRole.snapshot
    /// The name under which the top list stands.
    static let targetsName = "targets.json"

    package let version: Int64
    package let expiresAt: Int64
    /// The newest `targets.json`.
    package let targets: NamedFile

    package init(version: Int64, expiresAt: Int64, targets: NamedFile) {
        self.version = version
        self.expiresAt = expiresAt
        self.targets = targets
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        targets = try NamedFile(fields.fields("meta").fields(Self.targetsName))
    }

    package var members: [String: JSONValue] { ["meta": [Self.targetsName: targets.json]] }
}
