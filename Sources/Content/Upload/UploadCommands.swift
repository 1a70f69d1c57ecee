import Accounts
import Basics
package import Storage

/// An upload that comes in pieces and is not whole yet.
package struct OpenUpload: Decodable, Hashable, Sendable {
    package let id: String
    package let name: String
    package let areaID: String
    package let totalBytes: Int64
    /// On the disk for good.
    package let receivedBytes: Int64
}

extension Statements {
    /// Opens an upload.
    func openUpload(_ upload: OpenUpload, by act: Act) throws {
        try run(
            """
            INSERT INTO upload (id, name, area_id, total_bytes, received_bytes, made_by, touched_at)
            VALUES (\(upload.id), \(upload.name), \(upload.areaID), \(upload.totalBytes), 0, \(act.actor.id), \(act.at))
            """)
    }

    /// An open upload of an account.
    package func upload(id: String, of account: String) throws -> OpenUpload? {
        try first(
            OpenUpload.self, "SELECT id, name, area_id, total_bytes, received_bytes FROM upload WHERE id = \(id) AND made_by = \(account)")
    }

    /// Takes down how many bytes of an upload are on the disk.
    func uploadReceived(id: String, bytes: Int64, at now: Instant) throws {
        try run("UPDATE upload SET received_bytes = \(bytes), touched_at = \(now) WHERE id = \(id)")
    }

    /// Forgets an upload that is whole or given up.
    func closeUpload(id: String) throws { try run("DELETE FROM upload WHERE id = \(id)") }

    /// The uploads that are let go of: those to which nothing came since a moment, and of an account all but the latest so many.
    func staleUploads(before: Instant, of account: String, keeping: Int) throws -> [String] {
        try all(
            """
            SELECT id FROM upload WHERE touched_at < \(before)
                OR made_by = \(account) AND id NOT IN (SELECT u.id
                    FROM upload u WHERE u.made_by = \(account) ORDER BY u.touched_at DESC, u.id DESC LIMIT \(keeping))
            """
        ) { try $0.text(0) }
    }

    /// All uploads that are open.
    package func openUploads() throws -> Set<String> { Set(try all("SELECT id FROM upload") { try $0.text(0) }) }
}
