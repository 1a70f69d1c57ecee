package import Foundation

/// The last files that jobs made, by the jobs' ids: what somebody asked for is there when he comes back. Blocking: call it inside
/// `offPool`.
package struct KeptFiles: Sendable {
    private let folder: URL
    private let ending: String
    private let most: Int

    /// `ending` is that of all their names; no more than `most` are kept.
    package init(folder: URL, ending: String, most: Int = 40) { (self.folder, self.ending, self.most) = (folder, ending, most) }

    /// Keeps a file, and drops the oldest of too many.
    package func keep(_ data: Data, _ id: String) throws {
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: place(id), options: .atomic)
        let names = try files.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".\(ending)") }.sorted()
        // Ids begin with their time.
        for name in names.dropLast(most) { try? files.removeItem(at: folder.appendingPathComponent(name)) }
    }

    /// The file of a job, while it is kept. The id is that of a job that was found, so that it names nothing else.
    package func file(_ id: String) -> Data? { try? Data(contentsOf: place(id)) }

    package func isKept(_ id: String) -> Bool { FileManager.default.fileExists(atPath: place(id).path) }

    private func place(_ id: String) -> URL { folder.appendingPathComponent("\(id).\(ending)") }
}
