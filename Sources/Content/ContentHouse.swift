import Basics
package import Foundation
package import Jobs
package import Storage

/// What the library stands on besides `House`; made once at start.
package struct ContentHouse: Sendable {
    package let blobs: BlobStore
    /// `uploads` and `media` stand in it, on the same volume as the blobs.
    package let data: URL
    package let keys: CatalogueKeys
    package let bell: JobBell
    /// Bytes of the disk that uploads leave free.
    package let reserve: Int64
    /// Where what goes onto screens needs a second person.
    package let secondPerson: SecondPerson
    package let freeBytes: @Sendable (URL) -> Int64
    let desk = UploadDesk()

    package init(
        data: URL, blobs: BlobStore, keys: CatalogueKeys, bell: JobBell = JobBell(), reserve: Int64 = 512 << 20,
        secondPerson: SecondPerson = .never,
        freeBytes: @escaping @Sendable (URL) -> Int64 = { BlobStore.freeBytes(at: $0) }
    ) {
        self.data = data
        self.blobs = blobs
        self.keys = keys
        self.bell = bell
        self.reserve = reserve
        self.secondPerson = secondPerson
        self.freeBytes = freeBytes
    }

    /// Takes uploads to the disk.
    package var intake: UploadIntake {
        UploadIntake(folder: data.appendingPathComponent("uploads"), reserve: reserve, freeBytes: freeBytes)
    }

    /// Removes what an earlier process left: parts of uploads, stored or not, and working folders of courseware that is encoded. Call it at
    /// start, before requests are answered.
    package func sweep(_ database: Database) async throws {
        let (intake, blobs, media) = (intake, blobs, data.appendingPathComponent("media"))
        let whole = try await offPool { intake.wholeParts() }
        let unknown = try await database.read { statements in try whole.filter { try !statements.isStored($0) } }
        try await removeDeleted(database)
        let open = try await database.read { try $0.openUploads() }
        let names = try await offPool {
            for hash in unknown { try blobs.remove(hash) }
            try intake.sweep(keeping: open)
            return (try? FileManager.default.contentsOfDirectory(atPath: media.path)) ?? []
        }
        let kept = try await database.read { try $0.coursewareInWork(among: names) }
        try await offPool {
            for name in names where !kept.contains(name) { try FileManager.default.removeItem(at: media.appendingPathComponent(name)) }
        }
    }

    /// Removes what a courseware that was discarded left on the disk: its working folder, and its source when nothing else needs it.
    package func removeRemains(of id: String, source: String?) async throws {
        let (blobs, folder) = (blobs, data.appendingPathComponent("media").appendingPathComponent(id))
        try await offPool {
            do { try FileManager.default.removeItem(at: folder) } catch CocoaError.fileNoSuchFile {}
            if let source { try blobs.remove(source) }
        }
    }
}
