/// The four top-level roles of a TUF repository (TUF specification 1.0, section 2.1). The raw value is the word in the files.
package enum MetadataRole: String, CaseIterable, Sendable {
    case root, timestamp, snapshot, targets

    /// The name of one version of this role's file: `3.root.json`; the timestamp has no number, and without consistent snapshots roots
    /// alone have one.
    package func fileName(version: Int64, consistent: Bool = true) -> String {
        self == .timestamp || (self != .root && !consistent) ? "\(rawValue).json" : "\(version).\(rawValue).json"
    }
}

/// The signed part of one role's file.
package protocol MetadataContent: Hashable, Sendable {
    static var role: MetadataRole { get }
    /// Counts up by one with each signing of the role; at least 1.
    var version: Int64 { get }
    /// End of the time in which this may be accepted, UTC milliseconds, a whole second.
    var expiresAt: Int64 { get }
    /// Reads the members besides `_type`, `spec_version`, `version` and `expires`. Unknown members are passed over, as the specification
    /// asks.
    init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError)
    /// The members besides `_type`, `spec_version`, `version` and `expires`.
    var members: [String: JSONValue] { get }
}

extension MetadataContent {
    /// The whole `signed` object.
    var signed: JSONValue {
        get throws(TrustError) {
            let header: [String: JSONValue] = [
                "_type": .string(Self.role.rawValue), "spec_version": "1.0.31", "version": .integer(version),
                "expires": .string(try UTCText.text(expiresAt)),
            ]
            return .object(header.merging(members) { header, _ in header })
        }
    }
}

/// The file that a parent names: version, length in bytes, SHA-256 (`METAFILES` of the specification). Ours give all three; the last two
/// may be missing elsewhere.
package struct NamedFile: Hashable, Sendable {
    package let version: Int64
    package let length: Int64?
    package let sha256: SHA256Hex?

    package init(version: Int64, length: Int64?, sha256: SHA256Hex?) {
        self.version = version
        self.length = length
        self.sha256 = sha256
    }

    init(_ fields: JSONFields) throws(TrustError) {
        version = try fields.integer("version", in: 1...JSONValue.largestInteger)
        length = fields.has("length") ? try fields.integer("length", in: 1...JSONValue.largestInteger) : nil
        sha256 = fields.has("hashes") ? try fields.fields("hashes").sha256("sha256") : nil
    }

    var json: JSONValue {
        var members: [String: JSONValue] = ["version": .integer(version)]
        if let length { members["length"] = .integer(length) }
        if let sha256 { members["hashes"] = ["sha256": .string(sha256.hex)] }
        return .object(members)
    }

    /// Whether a file, of which everything is known, is the one named.
    func names(_ file: NamedFile) -> Bool {
        version == file.version && (length == nil || length == file.length) && (sha256 == nil || sha256 == file.sha256)
    }
}
