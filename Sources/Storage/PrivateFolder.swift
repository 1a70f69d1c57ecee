package import Foundation

/// A folder that nobody but the program's own user enters: databases, their copies and blobs lie in it.
package enum PrivateFolder {
    /// Makes it, mode 0700, or takes every right of others away from the one that is there. False when others may enter it and that is not
    /// ours to change: a folder of somebody else's, a shared one like /tmp, a volume without modes. Blocking.
    @discardableResult package static func prepare(_ folder: URL) throws -> Bool {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var status = stat()
        guard stat(folder.path, &status) == 0, status.st_mode & 0o077 != 0 else { return true }
        guard status.st_mode & S_ISVTX == 0, status.st_uid == geteuid() else { return false }
        return chmod(folder.path, status.st_mode & 0o700) == 0
    }
}
