extension TrustedSet {
    /// A metadata file to fetch next, as consistent snapshots name it.
    package struct Wanted: Hashable, Sendable {
        package let role: MetadataRole
        /// For example `12.snapshot.json`.
        package let fileName: String
        /// The most bytes that a source may send; for snapshot and targets the exact length.
        package let longest: Int64
        /// The delegated role whose list it is.
        package let list: String?

        init(_ role: MetadataRole, version: Int64, longest: Int64, consistent: Bool = true) {
            self.role = role
            self.fileName = role.fileName(version: version, consistent: consistent)
            self.longest = longest
            list = nil
        }

        init(list: String, _ named: NamedFile, consistent: Bool) {
            role = .targets
            let plain = Snapshot.name(of: list.percentEncoded)
            fileName = consistent ? "\(named.version).\(plain)" : plain
            longest = named.length ?? TrustedSet.longestTargets
            self.list = list
        }
    }

    /// The most bytes of a root and of a timestamp, which no parent measures: 512,000 and 16,384, as the reference client has them.
    package static let longestRoot: Int64 = 512_000
    package static let longestTimestamp: Int64 = 16_384
    /// Of a snapshot and of a list of targets whose parent does not measure them: 2,000,000 and 5,000,000, as there.
    package static let longestSnapshot: Int64 = 2_000_000
    package static let longestTargets: Int64 = 5_000_000

    /// The root that would come next. Ask for it at the start of each update until the source has none.
    package var wantedRoot: Wanted { Wanted(.root, version: root.version + 1, longest: Self.longestRoot) }

    /// The timestamp; ask for it after the roots.
    package var wantedTimestamp: Wanted { Wanted(.timestamp, version: 0, longest: Self.longestTimestamp) }

    /// The snapshot, the targets or the list of a publisher that the newest timestamp makes necessary; nil when the catalogue is the newest
    /// known.
    package var wanted: Wanted? {
        guard let timestamp else { return nil }
        let (consistent, named) = (root.consistentSnapshot, timestamp.content.snapshot)
        guard let snapshot, named.names(snapshot.named) else {
            return Wanted(.snapshot, version: named.version, longest: named.length ?? Self.longestSnapshot, consistent: consistent)
        }
        let top = snapshot.content.targets
        guard let targets, top.names(targets.named) else {
            return Wanted(.targets, version: top.version, longest: top.length ?? Self.longestTargets, consistent: consistent)
        }
        for role in targets.content.delegations?.roles ?? [] where follows(role) && !passedOver.contains(role.name) {
            guard let named = snapshot.content.meta[Snapshot.name(of: role.name)],
                delegated[role.name].map({ named.names($0.named) }) != true
            else { continue }
            return Wanted(list: role.name, named, consistent: consistent)
        }
        return nil
    }

    /// Whether the list of a delegated role belongs to the catalogue here.
    private func follows(_ role: Delegations.Role) -> Bool {
        Publisher(role: role.name).map { publisher in following?.contains(where: publisher.concerns) ?? false } ?? false
    }

    /// Takes what was wanted. Throws as the acceptances of the roles do.
    @discardableResult
    package mutating func accept(_ bytes: [UInt8], wanted: Wanted, at instant: Int64?) throws(TrustError) -> Acceptance {
        switch (wanted.role, wanted.list) {
        case (_, let list?):
            try take(list: bytes, of: list, at: instant)
            return .accepted
        case (.root, nil): return try accept(root: bytes)
        case (.timestamp, nil): return try take(timestamp: bytes, at: instant)
        case (.snapshot, nil): return try take(snapshot: bytes, at: instant)
        case (.targets, nil): return try take(targets: bytes, at: instant)
        }
    }

    /// Takes a wanted file by its role. Throws as the acceptances of the four roles do.
    @discardableResult
    package mutating func accept(_ bytes: [UInt8], as role: MetadataRole, at instant: Int64) throws(TrustError) -> Acceptance {
        switch role {
        case .root: try accept(root: bytes)
        case .timestamp: try accept(timestamp: bytes, at: instant)
        case .snapshot: try accept(snapshot: bytes, at: instant)
        case .targets: try accept(targets: bytes, at: instant)
        }
    }
}
