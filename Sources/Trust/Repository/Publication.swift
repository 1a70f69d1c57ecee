/// What the centre publishes: files that name each other.
package struct Publication: Sendable {
    let targets: SignedMetadata<Targets>
    /// The lists of those to whom the top list delegates, by role.
    let lists: [String: SignedMetadata<Targets>]
    let snapshot: SignedMetadata<Snapshot>
    let timestamp: SignedMetadata<Timestamp>

    init(
        targets: SignedMetadata<Targets>, lists: [String: SignedMetadata<Targets>], snapshot: SignedMetadata<Snapshot>,
        timestamp: SignedMetadata<Timestamp>
    ) {
        self.targets = targets
        self.lists = lists
        self.snapshot = snapshot
        self.timestamp = timestamp
    }

    /// Reads back what the centre stored. Throws `trust.hash` when the files do not belong together.
    /// - Parameter lists: by role, those that are at hand.
    package init(targets: [UInt8], lists: [String: [UInt8]] = [:], snapshot: [UInt8], timestamp: [UInt8]) throws(TrustError) {
        var parsed: [String: SignedMetadata<Targets>] = [:]
        for (role, bytes) in lists { parsed[role] = try SignedMetadata(parsing: bytes) }
        self.init(
            targets: try SignedMetadata(parsing: targets), lists: parsed, snapshot: try SignedMetadata(parsing: snapshot),
            timestamp: try SignedMetadata(parsing: timestamp))
        guard self.snapshot.content.targets.names(self.targets.named), self.timestamp.content.snapshot.names(self.snapshot.named),
            parsed.allSatisfy({ self.snapshot.content.meta[Snapshot.name(of: $0.key)]?.names($0.value.named) == true })
        else { throw TrustError(.hash, "The stored lists, snapshot and timestamp do not belong together; publish again.") }
    }

    /// Whether all files are signed by keys that a root names, and the lists by keys that the top list names.
    package func isSigned(by root: Root) -> Bool {
        isTopSigned(by: root) && (try? snapshot.verify(by: root)) != nil && (try? timestamp.verify(by: root)) != nil
            && lists.allSatisfy { targets.content.delegations?.hold($0.value, as: $0.key) == true }
    }

    /// Whether the top list is signed by keys that a root names.
    package func isTopSigned(by root: Root) -> Bool { (try? targets.verify(by: root)) != nil }

    /// What is listed.
    package var catalogue: Catalogue { Catalogue(targets, lists) }
    package var targetsContent: Targets { targets.content }
    package var snapshotContent: Snapshot { snapshot.content }
    package var timestampContent: Timestamp { timestamp.content }

    /// Which version of which role's list belongs to it, and until when that may be taken (UTC milliseconds).
    package var listStandings: [String: (version: Int64, expiresAt: Int64)] {
        lists.mapValues { ($0.content.version, $0.content.expiresAt) }
    }

    /// A signed file with the name that nodes ask for it by.
    package struct File: Sendable {
        /// The role: one of the four, or a delegated one.
        package let role: String
        package let version: Int64
        package let name: String
        package let bytes: [UInt8]
    }

    /// The signed files, to be written in this order: nobody then sees a name before its file is there.
    package var signedFiles: [File] {
        func file<Content>(_ signed: SignedMetadata<Content>, _ role: String) -> File {
            let version = signed.content.version
            return File(
                role: role, version: version,
                name: MetadataRole(rawValue: role)?.fileName(version: version) ?? "\(version).\(role.percentEncoded).json",
                bytes: signed.bytes)
        }
        return lists.sorted { $0.key < $1.key }.map { file($1, $0) } + [
            file(targets, "targets"), file(snapshot, "snapshot"), file(timestamp, "timestamp"),
        ]
    }

    /// Lets a client take all of it that it wants, as it would over a line; without an instant whatever its end dates. Throws what the
    /// client throws.
    package func offer(to client: inout TrustedSet, at instant: Int64?) throws(TrustError) {
        _ = try client.take(timestamp: timestamp.bytes, at: instant)
        let files = Dictionary(signedFiles.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        while let wanted = client.wanted {
            guard let bytes = files[wanted.fileName] else {
                throw TrustError(.parentMissing, "\(wanted.fileName) is named but is not there; publish again.")
            }
            try client.accept(bytes, wanted: wanted, at: instant)
        }
    }
}
