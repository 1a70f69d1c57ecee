package import Basics
package import Storage
package import Trust

/// One version of one role's file.
package struct StoredMetadata: Hashable, Sendable {
    package let version: Int64
    /// The signed bytes, to be sent as they are.
    package let bytes: [UInt8]
}

extension Statements {
    /// The file of a role, top-level or delegated, in a version; nodes may ask for every one, so there is no scope.
    package func metadata(role: String, version: Int64) throws -> [UInt8]? {
        try first("SELECT body FROM metadata WHERE role = \(role) AND version = \(version)") { try $0.bytes(0) }
    }

    /// The newest file of a role.
    package func latestMetadata(role: MetadataRole) throws -> StoredMetadata? {
        try first("SELECT version, body FROM metadata WHERE role = \(role) ORDER BY version DESC LIMIT 1") {
            StoredMetadata(version: Int64(try $0.int(0)), bytes: try $0.bytes(1))
        }
    }

    /// When the newest timestamp was signed; nil before `ensureCatalogue`.
    package func newestTimestampInstant() throws -> Instant? {
        try first("SELECT made_at FROM metadata WHERE role = \(MetadataRole.timestamp) ORDER BY version DESC LIMIT 1") { try $0.instant(0) }
    }

    /// The SHA-256 of the first root, which claims carry; nil before `ensureCatalogue`.
    package func rootFingerprint() throws -> String? {
        try metadata(role: MetadataRole.root.rawValue, version: 1).map { SHA256Hex(of: $0).hex }
    }

    /// Whether a node that stands there may fetch a content.
    package func isPublishedBlob(_ hash: String, for place: NodePlace) throws -> Bool {
        let audiences = try all(
            """
            SELECT c.shown_areas, c.shown_kinds, coalesce(c.published_at, 0)
            FROM published_blob b JOIN courseware c ON c.id = b.courseware_id WHERE b.hash = \(hash)
            """
        ) { row in
            let (areas, kinds) = (try row.text(0).split(separator: " "), try row.text(1).split(separator: " "))
            return (Audience(areas: areas.compactMap { AreaCode($0) }, kinds: kinds.map(String.init)), try row.instant(2))
        }
        return audiences.contains { audience, publishedAt in audience.includes(place, asOf: publishedAt) }
    }

    /// The length in bytes of a content that is a manifest of the catalogue, or that such a manifest names; nil for any other.
    package func publishedLength(of hash: String) throws -> Int64? {
        try first("SELECT length FROM published_blob WHERE hash = \(hash) LIMIT 1") { Int64(try $0.int(0)) }
    }

    /// Whether the catalogue offers the present version of a courseware for those who are to see it now, under the name of whom it is
    /// published by now.
    func isPublishedAsItIs(_ courseware: Courseware) throws -> Bool {
        guard let catalogue = try latestPublication()?.catalogue else { return false }
        let publisher = catalogue.publisher(of: courseware)
        guard let path = RelativePath(rawValue: publisher.path(courseware: courseware.id, version: Int64(courseware.version))) else {
            return false
        }
        return catalogue.files(of: publisher.role)[path]?.custom["audience"] == courseware.audienceJSON
    }

    /// The newest lists, snapshot and timestamp; nil before `ensureCatalogue`.
    package func latestPublication() throws -> Publication? {
        guard let targets = try latestMetadata(role: .targets), let snapshot = try latestMetadata(role: .snapshot),
            let timestamp = try latestMetadata(role: .timestamp)
        else {
            return nil
        }
        var lists: [String: [UInt8]] = [:]
        for (role, version) in try SignedMetadata<Snapshot>(parsing: snapshot.bytes).content.delegated {
            // Without it the list would be signed anew, empty.
            guard let list = try metadata(role: role, version: version) else {
                throw CatalogueKeys.Problem(
                    description: "The list \(version) of \(role) is named but is not in the database. Restore it from the backup.")
            }
            lists[role] = list
        }
        return try Publication(targets: targets.bytes, lists: lists, snapshot: snapshot.bytes, timestamp: timestamp.bytes)
    }

    /// The newest root; nil before the first start.
    package func newestRoot() throws -> Root? {
        try latestMetadata(role: .root).map { try SignedMetadata<Root>(parsing: $0.bytes).content }
    }

    /// Whose signatures count now; nil before the first start.
    package func namedKeys() throws -> NamedKeys? {
        try newestRoot().map { NamedKeys(root: $0, catalogue: try latestPublication()?.catalogue, sticks: try stickKeys()) }
    }

    private func stickKeys() throws -> Set<String> { Set(try all("SELECT key_id FROM publisher_stick") { try $0.text(0) }) }
}
