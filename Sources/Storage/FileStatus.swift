import Foundation

/// What lies under a name, without following a link.
package struct FileStatus: Hashable, Sendable {
    /// No folder, link, pipe or device.
    package let isRegular: Bool
    package let length: Int64

    /// Nil when nothing lies there, or it may not be looked at. Blocking.
    package init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of an open file.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        isRegular = status.st_mode & S_IFMT == S_IFREG
        length = Int64(status.st_size)
    }
}
