import Foundation

/// The last drafts that were printed, by their jobs. Blocking: call it inside `offPool`.
struct DraftFolder: Sendable {
    private static let most = 40
    let folder: URL

    /// Keeps a file, and drops the oldest of too many.
    func keep(_ data: Data, _ id: String) throws {
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: folder.appendingPathComponent("\(id).pdf"), options: .atomic)
        let names = try files.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".pdf") }.sorted()
        // Ids begin with their time.
        for name in names.dropLast(Self.most) { try? files.removeItem(at: folder.appendingPathComponent(name)) }
    }

    /// The file of a job, while it is kept. The id is that of a job that was found, so that it names nothing else.
    func file(_ id: String) -> Data? { try? Data(contentsOf: folder.appendingPathComponent("\(id).pdf")) }

    func isKept(_ id: String) -> Bool { FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(id).pdf").path) }
}
