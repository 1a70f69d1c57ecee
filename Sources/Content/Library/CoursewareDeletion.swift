package import Accounts
import Basics
import Foundation
package import Storage
import Trust

/// What deleting a courseware takes off the disk.
package struct DeletionPlan: Hashable, Sendable {
    /// The original, as it was uploaded; 0 when another courseware needs it too.
    package let sourceBytes: Int64
    /// Renditions, pictures and manifest that nothing else needs.
    package let mediaBytes: Int64
    /// What stays because other courseware has the same content.
    package let sharedBytes: Int64
    let hashes: [String]

    package var freedBytes: Int64 { sourceBytes + mediaBytes }
}

extension ContentHouse {
    /// What deleting would free. Throws `Refusal.conflict("courseware.not_withdrawn")` for what is published, in work or has no media, and
    /// `Refusal.conflict("courseware.shared")` while the same original is being encoded for another courseware.
    package func deletionPlan(of courseware: Courseware, in database: Database) async throws -> DeletionPlan {
        guard CoursewareLife.delete.from.contains(courseware.state) else { throw Refusal.conflict(CoursewareLife.delete.stale) }
        let inWork = try await database.read { try $0.isSourceInWork(courseware.sourceHash, beside: courseware.id) }
        guard !inWork else { throw Refusal.conflict("courseware.shared") }
        let (blobs, needed) = (blobs, try await contentNeeded(beside: courseware.id, in: database))
        return try await offPool {
            let direct = [courseware.manifestHash, courseware.posterHash, courseware.previewHash].filter { !$0.isEmpty }
            let media = try blobs.named(by: courseware.manifestHash).union(direct).subtracting([courseware.sourceHash])
            func bytes(_ hashes: some Sequence<String>) -> Int64 { hashes.reduce(0) { $0 + (blobs.length($1) ?? 0) } }
            let own = media.subtracting(needed)
            let isSourceOwn = !needed.contains(courseware.sourceHash) && !courseware.sourceHash.isEmpty
            return DeletionPlan(
                sourceBytes: isSourceOwn ? bytes([courseware.sourceHash]) : 0, mediaBytes: bytes(own),
                sharedBytes: bytes(media.intersection(needed)) + (isSourceOwn ? 0 : bytes([courseware.sourceHash].filter { !$0.isEmpty })),
                hashes: own.sorted() + (isSourceOwn ? [courseware.sourceHash] : []))
        }
    }

    /// What the courseware needs beside one.
    private func contentNeeded(beside id: String, in database: Database) async throws -> Set<String> {
        let (blobs, others) = (blobs, try await database.read { try $0.contentOfOthers(beside: id) })
        return try await offPool { try others.manifests.reduce(into: others.direct) { $0.formUnion(try blobs.named(by: $1)) } }
    }

    /// Deletes a withdrawn courseware's media, its original too. Its title and length stay, because plays name it.
    package func delete(_ courseware: Courseware, in database: Database, by act: Act) async throws {
        let plan = try await deletionPlan(of: courseware, in: database)
        try await database.write { try $0.deleteMedia(of: courseware.id, plan, by: act) }
        try await removeDeleted(database)
    }

    /// Takes off the disk what was deleted and nothing needs.
    func removeDeleted(_ database: Database) async throws {
        let (blobs, hashes) = (blobs, try await database.read { try $0.removedBlobs() })
        guard !hashes.isEmpty else { return }
        // The same film may have come again meanwhile.
        let needed = try await contentNeeded(beside: "", in: database)
        for hash in hashes {
            let isFree = try await database.read { try !$0.isStored(hash) }
            if isFree, !needed.contains(hash) { try await offPool { try blobs.remove(hash) } }
            try await database.write { try $0.blobRemoved(hash) }
        }
    }
}

extension Statements {
    /// Whether an original is being encoded for another courseware.
    func isSourceInWork(_ hash: String, beside id: String) throws -> Bool {
        try count("SELECT count(*) FROM courseware WHERE source_hash = \(hash) AND state = 'encoding' AND id <> \(id)") > 0
    }

    /// What the other courseware needs: its manifests, and the content that its rows name.
    func contentOfOthers(beside id: String) throws -> (manifests: Set<String>, direct: Set<String>) {
        var (manifests, direct): (Set<String>, Set<String>) = ([], [])
        try each("SELECT source_hash, manifest_hash, poster_hash, preview_hash FROM courseware WHERE id <> \(id)") { row in
            if !(try row.text(1)).isEmpty { manifests.insert(try row.text(1)) }
            for column in 0..<4 where !(try row.text(column)).isEmpty { direct.insert(try row.text(column)) }
        }
        return (manifests, direct)
    }

    fileprivate func deleteMedia(of id: String, _ plan: DeletionPlan, by act: Act) throws {
        let source = try first("SELECT source_hash FROM courseware WHERE id = \(id)") { try $0.text(0) } ?? ""
        guard try !isSourceInWork(source, beside: id) else { throw Refusal.conflict("courseware.shared") }
        let changed = try run(
            """
            UPDATE courseware SET state = \(CoursewareLife.delete.to), source_hash = '', source_bytes = 0, manifest_hash = '',
                manifest_bytes = 0, poster_hash = '', preview_hash = '', notes = ''
            WHERE id = \(id) AND \(sql: CoursewareLife.delete.stands)
            """)
        guard changed == 1 else { throw Refusal.conflict(CoursewareLife.delete.stale) }
        try takeBackPublicationRequests(of: id, by: act)
        for start in stride(from: 0, to: plan.hashes.count, by: 500) {
            let rows = plan.hashes[start..<min(start + 500, plan.hashes.count)].map { [$0.bound] }
            try run("INSERT INTO blob_removal (hash) \(values: rows) ON CONFLICT (hash) DO NOTHING")
        }
        try record(CoursewareLife.delete.event, id, ["freed_bytes": String(plan.freedBytes)], by: act)
    }

    func removedBlobs() throws -> [String] { try all("SELECT hash FROM blob_removal ORDER BY hash") { try $0.text(0) } }

    func blobRemoved(_ hash: String) throws { try run("DELETE FROM blob_removal WHERE hash = \(hash)") }
}

extension BlobStore {
    /// The content that a manifest names; none when the manifest is not here. Blocking. Throws when it is here and cannot be read: that
    /// must not look like needing nothing.
    fileprivate func named(by manifest: String) throws -> Set<String> {
        guard length(manifest) != nil, let url = url(manifest) else { return [] }
        return Set(try Manifest(parsing: [UInt8](Data(contentsOf: url))).files.map(\.sha256.hex))
    }
}
