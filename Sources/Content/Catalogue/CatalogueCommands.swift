package import Accounts
package import Basics
package import Storage
package import Trust

extension Statements {
    /// Makes the first root and an empty catalogue, or checks that the keys are those of the catalogue that is there and renews what is
    /// due. Answers the fingerprint of the first root. Throws `CatalogueKeys.Problem` when the keys are others.
    @discardableResult package func ensureCatalogue(_ keys: CatalogueKeys, by act: Act) throws -> String {
        guard let named = try namedKeys() else {
            let bytes = try keys.repository.firstRoot(at: act.at.milliseconds)
            try storeRoot(bytes, version: 1, at: act.at)
            try store(try keys.repository.publish(after: nil, at: act.at.milliseconds), at: act.at)
            let fingerprint = SHA256Hex(of: bytes).hex
            try record("catalogue.begun", fingerprint, by: act)
            return fingerprint
        }
        guard try keys.fit(named) else {
            throw CatalogueKeys.Problem(
                description:
                    """
                    The keys are not those of the catalogue in this database. Restore the folder of keys that belongs to it; if they were \
                    changed just now, run `yuanjiao keys status` and start the centre again.
                    """
            )
        }
        if let present = try latestPublication() {
            if keys.mayDelegate, present.catalogue.publishers.isEmpty {
                try store(try keys.beginPublishers(present, at: act.at.milliseconds), at: act.at)
            } else if !present.isSigned(by: named.root) {
                // What was published under keys that the root does not name any more is nobody's word: it is said again.
                let delegating = keys.mayDelegate ? Repository.Delegating([:], signers: []) : nil
                try store(try keys.repository.publish(delegating: delegating, after: present, at: act.at.milliseconds), at: act.at)
            }
        }
        _ = try refreshCatalogue(keys, by: act)
        try noteAudiences()
        return try rootFingerprint() ?? ""
    }

    /// Takes down for whom courseware is published that was so before this stood beside it: as the signed lists say it.
    private func noteAudiences() throws {
        let ids = Set(try all("SELECT id FROM courseware WHERE state = 'published' AND shown_areas = ''") { try $0.text(0) })
        guard !ids.isEmpty, let catalogue = try latestPublication()?.catalogue else { return }
        for file in catalogue.files.values {
            guard let fields = try? JSONFields(.object(file.custom), at: "custom"), let id = try? fields.text("courseware"),
                ids.contains(id),
                let audience = try? fields.fields("audience"), let areas = try? audience.array("areas"),
                let kinds = try? audience.array("kinds")
            else { continue }
            func words(_ values: [JSONValue]) -> String {
                values.compactMap { if case .string(let text) = $0 { text } else { nil } }.joined(separator: " ")
            }
            try run("UPDATE courseware SET shown_areas = \(words(areas)), shown_kinds = \(words(kinds)) WHERE id = \(id)")
        }
    }

    /// Signs anew what is in the second half of its life; false when nothing was due. For a timer, so that nothing ever expires.
    package func refreshCatalogue(_ keys: CatalogueKeys, by act: Act) throws -> Bool {
        try requireFit(keys)
        guard let present = try latestPublication(), let renewed = try keys.repository.renew(present, at: act.at.milliseconds) else {
            return false
        }
        try store(renewed, at: act.at)
        // Nodes that are on their way need what was named a moment ago, not what was named years ago.
        let past = act.at.adding(seconds: -Self.metadataKept)
        try run(
            """
            DELETE FROM metadata WHERE role <> \(MetadataRole.root) AND made_at < \(past)
                AND version < (SELECT max(m.version) FROM metadata m WHERE m.role = metadata.role)
            """)
        // A new timestamp alone says nothing new, and there are four a day.
        if renewed.snapshotContent.version != present.snapshotContent.version {
            try record("catalogue.renewed", String(renewed.timestampContent.version), by: act)
        }
        return true
    }

    /// Puts a courseware into the catalogue, signed in this transaction. `manifest` is its final manifest, which is in the store;
    /// `expected` the row from which it was made. Throws `Refusal.conflict` when the row is another by now, or not in a state to be
    /// published.
    package func publishCourseware(_ expected: Courseware, manifest: Manifest, keys: CatalogueKeys, on day: Day, by act: Act) throws {
        guard let current = try courseware(id: expected.id, on: day, in: .everything) else { throw Refusal.notFound("courseware") }
        guard CoursewareLife.publish.from.contains(current.state) else { throw Refusal.conflict(CoursewareLife.publish.stale) }
        guard current == expected, manifest.courseware == current.id else { throw Refusal.conflict("courseware.changed_meanwhile") }
        let bytes = manifest.bytes
        let hash = SHA256Hex(of: bytes)
        try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.publish.to), version = \(manifest.version), manifest_hash = \(hash.hex),
                manifest_bytes = \(bytes.count), published_at = \(act.at),
                withdrawn_at = NULL, shown_areas = \(current.audience.map(\.description).joined(separator: " ")), shown_kinds = \
                \(current.audienceKinds)
            WHERE id = \(current.id) AND \(sql: CoursewareLife.publish.stands)
            """)
        try endWaiting(of: current.id)
        try run("DELETE FROM published_blob WHERE courseware_id = \(current.id)")
        let blobs = [Blob(sha256: hash, length: Int64(bytes.count))] + manifest.blobs
        for start in stride(from: 0, to: blobs.count, by: 500) {
            let rows: [[Value]] = blobs[start..<min(start + 500, blobs.count)].map {
                [$0.sha256.hex.bound, current.id.bound, manifest.version.bound, $0.length.bound]
            }
            try run("INSERT INTO published_blob (hash, courseware_id, version, length) \(values: rows)")
        }
        let file = TargetFile(
            length: Int64(bytes.count), sha256: hash,
            custom: [
                "kind": "courseware", "courseware": .string(current.id), "version": .integer(manifest.version),
                "published_at": .integer(act.at.milliseconds),
                "audience": current.audienceJSON,
            ])
        try requireFit(keys)
        guard var present = try latestPublication() else {
            throw CatalogueKeys.Problem(description: "There is no catalogue yet. Start the centre once.")
        }
        let publisher = current.publisher
        if let publisher, keys.mayDelegate, !present.catalogue.publishers.contains(publisher) {
            present = try keys.delegate(to: [publisher], present, at: act.at.milliseconds)
            try store(present, at: act.at)
        }
        let chosen = present.catalogue.publisher(of: current)
        let path = try RelativePath(checking: chosen.path(courseware: current.id, version: manifest.version), at: "A courseware")
        var lists = present.lists(naming: current.id)
        // Programs from before there were publishers read the top list alone: they follow until its keys are taken offline.
        let top = present.catalogue.files(of: MetadataRole.targets.rawValue)
        if keys.mayDelegate, !top.isEmpty,
            let old = RelativePath(rawValue: Publisher.oldPath(courseware: current.id, version: manifest.version))
        {
            lists[MetadataRole.targets.rawValue, default: top][old] = file
        }
        lists[chosen.role, default: present.catalogue.files(of: chosen.role)][path] = file
        try store(lists, after: present, keys, at: act.at)
        try record(
            CoursewareLife.publish.event, current.id,
            [
                "version": String(manifest.version), "manifest": hash.hex,
                "areas": current.audience.map(\.description).joined(separator: " "),
                "kinds": current.audienceKinds,
            ],
            by: act)
    }

    /// Takes a courseware out of the catalogue, signed in this transaction; nodes that have it stop showing it as soon as they hear of it.
    package func withdrawCourseware(id: String, keys: CatalogueKeys, by act: Act) throws {
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.withdraw.to), withdrawn_at = \(act.at)
            WHERE id = \(id) AND \(sql: CoursewareLife.withdraw.stands)
            """)
        guard changed == 1 else { throw Refusal.conflict(CoursewareLife.withdraw.stale) }
        try takeBackPublicationRequests(of: id, by: act)
        try run("DELETE FROM published_blob WHERE courseware_id = \(id)")
        try requireFit(keys)
        guard let present = try latestPublication() else {
            throw CatalogueKeys.Problem(description: "There is no catalogue yet. Start the centre once.")
        }
        try store(present.lists(naming: id), after: present, keys, at: act.at)
        try record(CoursewareLife.withdraw.event, id, by: act)
    }

    /// How long a file that is not the newest can still be fetched, seconds: longer than a timestamp is believed.
    private static var metadataKept: Int64 { 40 * 86_400 }

    /// Whether what a courseware's publication changes can be signed with the keys at hand.
    func canSign(_ courseware: Courseware, with keys: CatalogueKeys) throws -> Bool {
        guard let present = try latestPublication() else { return true }
        let roles = Set(present.lists(naming: courseware.id).keys).subtracting([MetadataRole.targets.rawValue]).union([
            present.catalogue.publisher(of: courseware).role
        ])
        return try roles.allSatisfy { try keys.repository.canSign($0, in: present) }
    }

    /// Throws `catalogue.keys_changed` for keys that were replaced while this program ran: nobody would believe what they sign.
    private func requireFit(_ keys: CatalogueKeys) throws {
        guard let named = try namedKeys(), try keys.fit(named) else { throw Refusal.conflict("catalogue.keys_changed") }
    }

    /// Signs changed lists and what names them. Refuses `catalogue.key_elsewhere` for a publisher whose key lies on a stick.
    private func store(
        _ lists: [String: [RelativePath: TargetFile]], after present: Publication, _ keys: CatalogueKeys, at instant: Instant
    ) throws {
        do { try store(try keys.repository.publish(lists, after: present, at: instant.milliseconds), at: instant) } catch let error
            as TrustError where error.code == .key
        {
            throw Refusal.conflict("catalogue.key_elsewhere")
        }
    }

    /// Stores the parts of a publication that are new.
    func store(_ publication: Publication, at instant: Instant) throws {
        for file in publication.signedFiles { try storeMetadata(role: file.role, version: file.version, file.bytes, at: instant) }
    }

    func storeRoot(_ bytes: [UInt8], version: Int64, at instant: Instant) throws {
        try storeMetadata(role: MetadataRole.root.rawValue, version: version, bytes, at: instant)
    }

    private func storeMetadata(role: String, version: Int64, _ bytes: [UInt8], at instant: Instant) throws {
        try run(
            """
            INSERT INTO metadata (role, version, body, made_at)
            VALUES (\(role), \(version), \(bytes), \(instant)) ON CONFLICT (role, version) DO NOTHING
            """
        )
    }
}

extension Courseware {
    /// The county that may publish this by itself: it owns it, or a place below does, and nobody outside is to see it. Nil when it is the
    /// network's.
    var publisher: Publisher? {
        guard areaCode.utf8.count >= AreaLevel.county.rawValue else { return nil }
        return Publisher(area: String(areaCode.prefix(AreaLevel.county.rawValue))).flatMap {
            $0.mayPublish(for: audience.map(\.description)) ? $0 : nil
        }
    }
}

extension Catalogue {
    /// Under whose name a courseware is published. A county that joined while the keys of the top list are away publishes under the
    /// network's until they are here again.
    func publisher(of courseware: Courseware) -> Publisher {
        courseware.publisher.flatMap { publishers.contains($0) ? $0 : nil } ?? .network
    }
}

extension Publication {
    /// The lists that name any version of a courseware, without it.
    func lists(naming courseware: String) -> [String: [RelativePath: TargetFile]] {
        var changed: [String: [RelativePath: TargetFile]] = [:]
        for (role, place) in catalogue.publishers.map({ ($0.role, 2) }) + [(MetadataRole.targets.rawValue, 1)] {
            let files = catalogue.files(of: role)
            let others = files.filter { $0.key.rawValue.split(separator: "/").dropFirst(place).first.map(String.init) != courseware }
            if others.count < files.count { changed[role] = others }
        }
        return changed
    }
}

extension CatalogueKeys {
    /// Signs the top list anew, whose key is here, with more publishers, whose keys are made here.
    func delegate(to publishers: Set<Publisher>, _ present: Publication, at instant: Int64) throws -> Publication {
        let known = present.catalogue
        let standing = Dictionary(uniqueKeysWithValues: known.publishers.map { ($0, known.signers(of: $0)) })
        return try repository.publish(
            delegating: .init(standing.merging(try made(for: publishers.subtracting(known.publishers))) { known, _ in known }, signers: []),
            after: present, at: instant)
    }

    /// A catalogue from before there were publishers: what the top list named is the network's. It stays there for programs from before,
    /// until the keys of the top list are offline.
    func beginPublishers(_ present: Publication, at instant: Int64) throws -> Publication {
        var files: [RelativePath: TargetFile] = [:]
        for (path, file) in present.catalogue.files(of: MetadataRole.targets.rawValue) {
            let parts = path.rawValue.split(separator: "/")
            guard parts.count == 3, let moved = RelativePath(rawValue: "courseware/network/\(parts[1])/\(parts[2])") else { continue }
            files[moved] = file
        }
        return try repository.publish(
            [Publisher.network.role: files], delegating: .init(try made(for: [.network]), signers: []), after: present, at: instant)
    }
}
