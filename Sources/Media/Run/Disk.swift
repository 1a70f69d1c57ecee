import Dispatch
import Foundation

/// File operations that must survive a power cut, off the cooperative pool.
enum Disk {
    /// Runs blocking work on a thread of its own. A full disk comes back as `MediaProblem.diskFull`.
    static func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(with: Result { do { return try work() } catch { throw translated(error) } })
            }
        }
    }

    /// Removes a file or folder; that it is not there is fine.
    static func remove(_ path: URL) throws {
        do { try FileManager.default.removeItem(at: path) } catch CocoaError.fileNoSuchFile {}
    }

    /// Writes all files of a folder and its list to the disk, gives it its final name and writes that down too. An unfinished
    /// folder never has the final name, not after a power cut either.
    static func seal(_ folder: URL, as final: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try synchronize(folder.appendingPathComponent(name))
        }
        try synchronize(folder)
        try FileManager.default.moveItem(at: folder, to: final)
        try synchronize(final.deletingLastPathComponent())
    }

    /// The first bytes of a file.
    static func head(of file: URL, count: Int = 64) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        return try handle.read(upToCount: count).map(Array.init) ?? []
    }

    static func size(of file: URL) throws -> Int {
        try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }

    private static func synchronize(_ path: URL) throws {
        let descriptor = open(path.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    private static func translated(_ error: any Error) -> any Error {
        if let error = error as? CocoaError, error.code == .fileWriteOutOfSpace { return MediaProblem.diskFull }
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
        if let posix = underlying as? POSIXError, [.ENOSPC, .EDQUOT].contains(posix.code) { return MediaProblem.diskFull }
        return error
    }
}
