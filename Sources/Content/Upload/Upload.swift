package import Accounts
import Basics
import Foundation
import Jobs
package import Storage

extension ContentHouse {
    /// Takes a video from a browser into the library, to be encoded; answers the courseware's id. The same bytes twice are stored once.
    /// - Parameters:
    ///   - name: as the browser sent it.
    ///   - announced: the length by the request's own word; nil when it has none.
    ///   - areaID: the area to which the courseware belongs.
    package func upload<Body: AsyncSequence>(
        _ body: Body, name: String, announced: Int64?, areaID: String, into database: Database, by act: Act
    ) async throws -> String where Body.Element == [UInt8] {
        try await database.read { try $0.requireRoom(EncodeJob.bound, kind: EncodeJob.kind, of: act.actor.id) }
        let id = act.ids.next()
        let received = try await intake.receive(body, id: id, announced: announced)
        return try await enter(received, id: id, name: cleanedUploadName(name), areaID: areaID, into: database, by: act)
    }

    /// Makes courseware of a body that is whole on the disk; answers its id. When that fails, the file is left to `failed`. Blocking.
    func enter(
        _ received: UploadIntake.Received, id: String, name: String, areaID: String, into database: Database, by act: Act,
        failed: @escaping @Sendable (URL) throws -> Void = { try FileManager.default.removeItem(at: $0) }
    ) async throws -> String {
        let isNew = try await lend(received, failed: failed)
        let new = NewCourseware(
            id: id, title: titleOfUpload(named: name), areaID: areaID, sourceHash: received.hash, sourceName: name,
            sourceBytes: received.length)
        do {
            try await database.write { statements in
                try statements.addCourseware(new, by: act)
                try statements.closeUpload(id: id)
            }
            // An upload of the same bytes that failed meanwhile may have taken them out of the store again.
            _ = try await lend(received) { _ in }
        } catch {
            let isWanted = (try? await database.read { try $0.isStored(received.hash) }) ?? false
            try? await offPool { [blobs] in
                if isNew, !isWanted { try blobs.remove(received.hash) }
                try failed(received.file)
            }
            throw error
        }
        try? await offPool { try FileManager.default.removeItem(at: received.file) }
        bell.ring()
        return id
    }

    /// Puts the received file into the store under its second name; false when the store has that content already. The first name stays
    /// until the library knows of the courseware: from it, the next start sees what was not finished.
    private func lend(_ received: UploadIntake.Received, failed: @escaping @Sendable (URL) throws -> Void) async throws -> Bool {
        let blobs = blobs
        return try await offPool {
            do { return try blobs.lend(received.file, as: received.hash) } catch {
                try? failed(received.file)
                throw error
            }
        }
    }
}
