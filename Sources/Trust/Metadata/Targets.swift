/// What may be shown: the files of the catalogue by path, and who else may name some (TUF specification 1.0, section 4.5).
package struct Targets: MetadataContent {
    package static let role = MetadataRole.targets

    package let version: Int64
    package let expiresAt: Int64
    /// By path, whatever it looks like.
    package let entries: [String: TargetFile]
    /// Those with a path that is safe on every disk; no other is ours.
    package let files: [RelativePath: TargetFile]
    package let delegations: Delegations?

    package init(version: Int64, expiresAt: Int64, files: [RelativePath: TargetFile], delegations: Delegations? = nil) {
        self.version = version
        self.expiresAt = expiresAt
        self.files = files
        entries = Dictionary(uniqueKeysWithValues: files.map { ($0.rawValue, $1) })
        self.delegations = delegations
    }

    package init(_ fields: JSONFields, version: Int64, expiresAt: Int64) throws(TrustError) {
        self.version = version
        self.expiresAt = expiresAt
        let entries = try fields.fields("targets")
        var (all, files): ([String: TargetFile], [RelativePath: TargetFile]) = ([:], [:])
        for name in entries.names {
            let file = try TargetFile(entries.fields(name))
            all[name] = file
            if let path = RelativePath(rawValue: name) { files[path] = file }
        }
        self.entries = all
        self.files = files
        delegations = fields.has("delegations") ? try Delegations(fields.fields("delegations")) : nil
    }

    package var members: [String: JSONValue] {
        var members: [String: JSONValue] = ["targets": .object(entries.mapValues(\.json))]
        if let delegations { members["delegations"] = delegations.json }
        return members
    }
}

/// One file of the catalogue: its length in bytes, its address, and what the network says about it.
package struct TargetFile: Hashable, Sendable {
    package let length: Int64
    package let sha256: SHA256Hex
    /// Members of our own, for example title, audience, end date.
    package let custom: [String: JSONValue]

    package init(length: Int64, sha256: SHA256Hex, custom: [String: JSONValue] = [:]) {
        self.length = length
        self.sha256 = sha256
        self.custom = custom
    }

    init(_ fields: JSONFields) throws(TrustError) {
        length = try fields.integer("length", in: 0...JSONValue.largestInteger)
        sha256 = try fields.fields("hashes").sha256("sha256")
        guard fields.has("custom") else {
            custom = [:]
            return
        }
        guard case .object(let members) = try fields.value("custom") else { throw fields.refusal("custom", "an object") }
        custom = members
    }

    var json: JSONValue {
        var members: [String: JSONValue] = ["length": .integer(length), "hashes": ["sha256": .string(sha256.hex)]]
        if !custom.isEmpty { members["custom"] = .object(custom) }
        return .object(members)
    }
}
