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
        let id = act.ids.next()
        let received = try await intake.receive(body, id: id, announced: announced)
        let isNew = try await adopt(received)
        let name = cleanedUploadName(name)
        let new = NewCourseware(
            id: id, title: titleOfUpload(named: name), areaID: areaID, sourceHash: received.hash, sourceName: name, sourceBytes: received.length)
        do {
            try await database.write { try $0.addCourseware(new, by: act) }
        } catch {
            if isNew { try? await offPool { [blobs] in try blobs.remove(received.hash) } }
            throw error
        }
        bell.ring()
        return id
    }

    /// Puts the part into the store; false when the store has that content already.
    private func adopt(_ received: UploadIntake.Received) async throws -> Bool {
        let blobs = blobs
        return try await offPool {
            do {
                guard blobs.length(received.hash) != received.length else {
                    try FileManager.default.removeItem(at: received.file)
                    return false
                }
                try blobs.adopt(received.file, as: received.hash)
                return true
            } catch {
                try? FileManager.default.removeItem(at: received.file)
                throw error
            }
        }
    }
}
