/// What the centre publishes: three files that name each other.
package struct Publication: Sendable {
    let targets: SignedMetadata<Targets>
    let snapshot: SignedMetadata<Snapshot>
    let timestamp: SignedMetadata<Timestamp>

    init(targets: SignedMetadata<Targets>, snapshot: SignedMetadata<Snapshot>, timestamp: SignedMetadata<Timestamp>) {
        self.targets = targets
        self.snapshot = snapshot
        self.timestamp = timestamp
    }

    /// Reads back what the centre stored. Throws `trust.hash` when the files do not belong together.
    package init(targets: [UInt8], snapshot: [UInt8], timestamp: [UInt8]) throws(TrustError) {
        self.init(
            targets: try SignedMetadata(parsing: targets), snapshot: try SignedMetadata(parsing: snapshot), timestamp: try SignedMetadata(parsing: timestamp))
        guard self.snapshot.content.targets.names(self.targets.named), self.timestamp.content.snapshot.names(self.snapshot.named) else {
            throw TrustError(.hash, "The stored targets, snapshot and timestamp do not belong together; publish again.")
        }
    }

    /// Whether all three are signed by keys that a root names.
    package func isSigned(by root: Root) -> Bool {
        (try? targets.verify(by: root)) != nil && (try? snapshot.verify(by: root)) != nil && (try? timestamp.verify(by: root)) != nil
    }

    /// The listed files.
    package var files: [RelativePath: TargetFile] { targets.content.files }
    package var targetsContent: Targets { targets.content }
    package var snapshotContent: Snapshot { snapshot.content }
    package var timestampContent: Timestamp { timestamp.content }

    /// The signed bytes by file name, to be written in this order: nobody then sees a name before its file is there.
    package var namedBytes: [(name: String, bytes: [UInt8])] {
        [
            (MetadataRole.targets.fileName(version: targets.content.version), targets.bytes),
            (MetadataRole.snapshot.fileName(version: snapshot.content.version), snapshot.bytes),
            (MetadataRole.timestamp.fileName(version: timestamp.content.version), timestamp.bytes),
        ]
    }
}
