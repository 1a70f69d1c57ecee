package import Foundation

/// A folder that nobody but the program's own user enters: databases, their copies and blobs lie in it.
package enum PrivateFolder {
    /// Makes it, mode 0700, or takes every right of others away from the one that is there. Blocking.
    package static func prepare(_ folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var status = stat()
        guard stat(folder.path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        guard chmod(folder.path, status.st_mode & 0o700) == 0 else {
            throw StorageError.unavailable("\(folder.path) may be entered by other users of this machine, and it is not ours to change: set its mode to 0700")
        }
    }
}
