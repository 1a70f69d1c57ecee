package import Accounts
package import Basics
import Foundation
import Jobs
package import Storage
import Synchronization

/// Where an upload in pieces stands.
package enum UploadProgress: Hashable, Sendable {
    /// So many bytes are on the disk for good; the next piece begins there.
    case received(Int64)
    /// It is whole, and courseware of this id.
    case done(String)
}

/// Which request writes an upload: the latest. One whose line died may still be waiting for bytes.
package final class UploadDesk: Sendable {
    private static let closed = -1
    private let turns = Mutex<[String: Int]>([:])

    package init() {}

    /// The turn of a request; nil while the upload becomes courseware.
    func begin(_ id: String) -> Int? {
        turns.withLock {
            guard $0[id] != Self.closed else { return nil }
            $0[id, default: 0] += 1
            return $0[id]
        }
    }

    /// Lets nobody write any more, so that what is hashed is what is stored; false when another request has the turn.
    func close(_ turn: Int, of id: String) -> Bool {
        turns.withLock {
            guard $0[id] == turn else { return false }
            $0[id] = Self.closed
            return true
        }
    }

    func isTurn(_ turn: Int, of id: String) -> Bool { turns.withLock { $0[id] == turn } }

    func end(_ id: String) { turns.withLock { $0[id] = nil } }
}

extension ContentHouse {
    /// An account may have so many uploads that are not whole; opening another lets go of its oldest.
    private static let mostOpen = 5
    /// How long an upload waits for its next piece.
    private static let patienceSeconds: Int64 = 7 * 86_400

    /// Opens an upload that will come in pieces. Throws `Refusal.diskFull` when it will not fit, and `Refusal.invalid` for an empty one.
    package func openUpload(name: String, length: Int64, areaID: String, in database: Database, by act: Act) async throws -> OpenUpload {
        guard length > 0 else { throw Refusal.invalid(["file": "upload.empty"]) }
        let needed = length.addingReportingOverflow(reserve)
        let folder = intake.folder
        try await offPool { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        guard !needed.overflow, freeBytes(folder) >= needed.partialValue else { throw Refusal.diskFull }
        let upload = OpenUpload(id: act.ids.next(), name: cleanedUploadName(name), areaID: areaID, totalBytes: length, receivedBytes: 0)
        let stale = try await database.write { statements in
            let stale = try statements.staleUploads(
                before: act.at.adding(seconds: -Self.patienceSeconds), of: act.actor.id, keeping: Self.mostOpen - 1)
            for id in stale { try statements.closeUpload(id: id) }
            // Before hours of sending, not after them.
            try statements.requireRoom(EncodeJob.bound, kind: EncodeJob.kind, of: act.actor.id)
            try statements.openUpload(upload, by: act)
            return stale
        }
        try await remove(stale)
        return upload
    }

    /// Lets go of uploads that nobody went on with.
    package func forgetUploads(_ database: Database, at now: Instant) async throws {
        let stale = try await database.write { statements in
            let stale = try statements.staleUploads(before: now.adding(seconds: -Self.patienceSeconds), of: "", keeping: 0)
            for id in stale { try statements.closeUpload(id: id) }
            return stale
        }
        try await remove(stale)
    }

    private func remove(_ stale: [String]) async throws {
        let (intake, desk) = (intake, desk)
        try await offPool {
            for id in stale {
                desk.end(id)
                try? FileManager.default.removeItem(at: intake.part(of: id))
            }
        }
    }

    /// Where an upload of the account stands; nil when there is none. One that is whole and never became courseware is taken up again by
    /// its next, empty piece.
    package func progress(of id: String, in database: Database, by act: Act) async throws -> UploadProgress? {
        let (upload, isCourseware) = try await database.read {
            (try $0.upload(id: id, of: act.actor.id), try $0.isCourseware(id, madeBy: act.actor.id))
        }
        if isCourseware { return .done(id) }
        guard let upload else { return nil }
        let intake = intake
        // What the disk lost comes again.
        let isThere = try await offPool { try intake.isSealed(id) || intake.length(of: intake.part(of: id)) >= upload.receivedBytes }
        guard !isThere else { return .received(upload.receivedBytes) }
        try await database.write { try $0.uploadReceived(id: id, bytes: 0, at: act.at) }
        return .received(0)
    }

    /// Takes the piece of an upload that begins at `offset`. What came of it before its line broke stays. Throws
    /// `Refusal.conflict("upload.offset")` for a piece that does not begin where the upload ends, and `Refusal.invalid` for more than was
    /// announced and for what is no video.
    package func append<Body: AsyncSequence>(
        _ body: Body, to id: String, at offset: Int64, in database: Database, by act: Act
    ) async throws -> UploadProgress where Body.Element == [UInt8] {
        guard let progress = try await progress(of: id, in: database, by: act),
            let upload = try await database.read({ try $0.upload(id: id, of: act.actor.id) })
        else {
            if case .done(let made)? = try await progress(of: id, in: database, by: act) { return .done(made) }
            throw Refusal.notFound("upload")
        }
        guard progress == .received(offset) else { throw Refusal.conflict("upload.offset") }
        let (intake, desk) = (intake, desk)
        // It is whole and about to become courseware.
        guard let turn = desk.begin(id), try await offPool({ try !intake.isSealed(id) }) else { throw Refusal.busy }
        let part = intake.part(of: id)
        var received = offset
        do {
            let file = try await offPool { try PartFile(opening: part.path, from: offset) }
            func keep() async throws {
                try await offPool { try file.sync() }
                let reached = received
                if desk.isTurn(turn, of: id) { try await database.write { try $0.uploadReceived(id: id, bytes: reached, at: act.at) } }
            }
            do {
                try await intake.eachPiece(of: body) { bytes in
                    guard desk.isTurn(turn, of: id) else { throw Refusal.conflict("upload.offset") }
                    guard received + Int64(bytes.count) <= upload.totalBytes else { throw Refusal.invalid(["file": "upload.longer"]) }
                    let (place, head) = (received, Int64(UploadKind.headBytes))
                    let kind = try await offPool { () -> UploadKind? in
                        guard intake.hasRoom else { throw Refusal.diskFull }
                        try file.write(bytes, at: place)
                        let reached = place + Int64(bytes.count)
                        guard place < head, reached >= min(head, upload.totalBytes) else { return nil }
                        let handle = try FileHandle(forReadingFrom: part)
                        defer { try? handle.close() }
                        return UploadKind(head: [UInt8](try handle.read(upToCount: UploadKind.headBytes) ?? Data()))
                    }
                    if let kind { throw kind.refusal }
                    received += Int64(bytes.count)
                }
            } catch let refusal as Refusal where refusal.isFinal {
                throw refusal
            } catch {
                try await keep()
                throw error
            }
            try await keep()
        } catch let refusal as Refusal where refusal.isFinal {
            try await database.write { try $0.closeUpload(id: id) }
            try? await offPool { try FileManager.default.removeItem(at: part) }
            desk.end(id)
            throw refusal
        }
        guard received == upload.totalBytes else { return .received(received) }
        guard desk.close(turn, of: id) else { throw Refusal.conflict("upload.offset") }
        defer { desk.end(id) }
        let whole = try await offPool { try intake.seal(part, id: id) }
        // What fails here may come right the next time: the bytes stay.
        return .done(
            try await enter(whole, id: id, name: upload.name, areaID: upload.areaID, into: database, by: act) {
                try FileManager.default.moveItem(at: $0, to: part)
            })
    }
}

extension Refusal {
    /// Whether an upload that was refused so can never be taken.
    fileprivate var isFinal: Bool { if case .invalid = self { true } else { false } }
}
