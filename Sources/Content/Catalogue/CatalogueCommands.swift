package import Accounts
package import Basics
package import Storage
package import Trust

extension Statements {
    /// Makes the first root and an empty catalogue, or checks that the keys are those of the catalogue that is there and renews what is due.
    /// Answers the fingerprint of the first root. Throws `CatalogueKeys.Problem` when the keys are others.
    @discardableResult package func ensureCatalogue(_ keys: CatalogueKeys, by act: Act) throws -> String {
        guard let root = try latestMetadata(role: .root) else {
            let bytes = try keys.repository.firstRoot(at: act.at.milliseconds)
            try store([(.root, 1, bytes)], at: act.at)
            try store(try keys.repository.publish([:], after: nil, at: act.at.milliseconds), at: act.at)
            let fingerprint = SHA256Hex(of: bytes).hex
            try record("catalogue.begun", fingerprint, by: act)
            return fingerprint
        }
        let content = try SignedMetadata<Root>(parsing: root.bytes).content
        guard keys.fit(content) else {
            throw CatalogueKeys.Problem(
                description:
                    "The keys are not those of the catalogue in this database. Restore the folder of keys that belongs to it; if they were changed just now, start the centre again."
            )
        }
        // What was published under keys that the root does not name any more is nobody's word: it is said again.
        if let present = try latestPublication(), !present.isSigned(by: content) {
            try store(try keys.repository.publish(present.files, after: present, at: act.at.milliseconds), at: act.at)
        }
        _ = try refreshCatalogue(keys, by: act)
        return try rootFingerprint() ?? ""
    }

    /// Signs anew what is in the second half of its life; false when nothing was due. For a timer, so that nothing ever expires.
    package func refreshCatalogue(_ keys: CatalogueKeys, by act: Act) throws -> Bool {
        try requireFit(keys)
        guard let present = try latestPublication(), let renewed = try keys.repository.renew(present, at: act.at.milliseconds) else { return false }
        try store(renewed, at: act.at)
        // A new timestamp alone says nothing new, and there are four a day.
        if renewed.snapshotContent.version != present.snapshotContent.version { try record("catalogue.renewed", String(renewed.timestampContent.version), by: act) }
        return true
    }

    /// Puts a courseware into the catalogue, signed in this transaction. `manifest` is its final manifest, which is in the store; `expected` the row from which it was
    /// made. Throws `Refusal.conflict` when the row is another by now, or not in a state to be published.
    package func publishCourseware(_ expected: Courseware, manifest: Manifest, keys: CatalogueKeys, on day: Day, by act: Act) throws {
        guard let current = try courseware(id: expected.id, on: day, in: .everything) else { throw Refusal.notFound("courseware") }
        guard [.ready, .published, .withdrawn].contains(current.state) else { throw Refusal.conflict("courseware.not_ready") }
        guard current == expected, manifest.courseware == current.id else { throw Refusal.conflict("courseware.changed_meanwhile") }
        let bytes = manifest.bytes
        let hash = SHA256Hex(of: bytes)
        try run(
            """
            UPDATE courseware SET state = 'published', version = \(manifest.version), manifest_hash = \(hash.hex), manifest_bytes = \(bytes.count), published_at = \(act.at),
                withdrawn_at = NULL
            WHERE id = \(current.id)
            """)
        try run("DELETE FROM published_blob WHERE courseware_id = \(current.id)")
        let blobs = [Blob(sha256: hash, length: Int64(bytes.count))] + manifest.blobs
        for start in stride(from: 0, to: blobs.count, by: 500) {
            let rows: [[Value]] = blobs[start..<min(start + 500, blobs.count)].map {
                [$0.sha256.hex.bound, current.id.bound, manifest.version.bound, $0.length.bound]
            }
            try run("INSERT INTO published_blob (hash, courseware_id, version, length) \(values: rows)")
        }
        let path = try RelativePath(checking: "courseware/\(current.id)/\(manifest.version).json", at: "A courseware")
        let file = TargetFile(
            length: Int64(bytes.count), sha256: hash,
            custom: [
                "kind": "courseware", "courseware": .string(current.id), "version": .integer(manifest.version), "published_at": .integer(act.at.milliseconds),
                "audience": current.audienceJSON,
            ])
        try sign(keys, at: act.at) { files in
            files = files.filter { !$0.key.rawValue.hasPrefix("courseware/\(current.id)/") }
            files[path] = file
        }
        try record(
            "courseware.published", current.id,
            [
                "version": String(manifest.version), "manifest": hash.hex, "areas": current.audience.map(\.description).joined(separator: " "),
                "kinds": current.audienceKinds,
            ],
            by: act)
    }

    /// Takes a courseware out of the catalogue, signed in this transaction; nodes that have it stop showing it as soon as they hear of it.
    package func withdrawCourseware(id: String, keys: CatalogueKeys, by act: Act) throws {
        let changed = try run("UPDATE courseware SET state = 'withdrawn', withdrawn_at = \(act.at) WHERE id = \(id) AND state = 'published'")
        guard changed == 1 else { throw Refusal.conflict("courseware.not_published") }
        try takeBackPublicationRequests(of: id, by: act)
        try run("DELETE FROM published_blob WHERE courseware_id = \(id)")
        try sign(keys, at: act.at) { files in files = files.filter { !$0.key.rawValue.hasPrefix("courseware/\(id)/") } }
        try record("courseware.withdrawn", id, by: act)
    }

    /// Throws `catalogue.keys_changed` for keys that were replaced while this program ran: nobody would believe what they sign.
    private func requireFit(_ keys: CatalogueKeys) throws {
        guard let root = try newestRoot(), keys.fit(root) else { throw Refusal.conflict("catalogue.keys_changed") }
    }

    /// A catalogue whose list is the newest one, changed.
    private func sign(_ keys: CatalogueKeys, at instant: Instant, _ change: (inout [RelativePath: TargetFile]) -> Void) throws {
        try requireFit(keys)
        guard let present = try latestPublication() else { throw CatalogueKeys.Problem(description: "There is no catalogue yet. Start the centre once.") }
        var files = present.files
        change(&files)
        try store(try keys.repository.publish(files, after: present, at: instant.milliseconds), at: instant)
    }

    /// Stores the parts of a publication that are new.
    func store(_ publication: Publication, at instant: Instant) throws {
        let names = publication.namedBytes.map(\.bytes)
        let versions = [publication.targetsContent.version, publication.snapshotContent.version, publication.timestampContent.version]
        try store([(.targets, versions[0], names[0]), (.snapshot, versions[1], names[1]), (.timestamp, versions[2], names[2])], at: instant)
    }

    func store(_ files: [(role: MetadataRole, version: Int64, bytes: [UInt8])], at instant: Instant) throws {
        for file in files {
            try run(
                """
                INSERT INTO metadata (role, version, body, made_at) VALUES (\(file.role), \(file.version), \(file.bytes), \(instant))
                ON CONFLICT (role, version) DO NOTHING
                """)
        }
    }
}
