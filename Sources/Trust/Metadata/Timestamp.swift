/// What a timestamp says: which snapshot is the newest (TUF specification 1.0, section 4.6).
package struct Timestamp: MetadataContent {
    package static let role = MetadataRole.timestamp

    package let version: Int64
    package let expiresAt: Int64
    /// The newest `snapshot.json`.
    package let snapshot: NamedFile

    package init(version: Int64, expiresAt: Int64, snapshot: NamedFile) {
        self.version = version
        self.expiresAt = expiresAt
        self.snapshot = snapshot
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        snapshot = try NamedFile(fields.fields("meta").fields("snapshot.json"))
    }

    package var members: [String: JSONValue] { ["meta": ["snapshot.json": snapshot.json]] }
}
