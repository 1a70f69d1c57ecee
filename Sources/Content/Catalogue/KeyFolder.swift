import Basics
package import Foundation
package import Trust

/// The centre's folder of keys on its disk: `root.key`, `targets.key`, `snapshot.key`, `timestamp.key`, 64 hexadecimal digits each, mode 0600. The root's key may be elsewhere.
/// All is blocking.
package struct KeyFolder: Sendable {
    private let folder: URL

    package init(_ folder: URL) { self.folder = folder }

    private func file(_ role: MetadataRole) -> URL { folder.appendingPathComponent("\(role.rawValue).key") }
    private func next(_ role: MetadataRole) -> URL { folder.appendingPathComponent("\(role.rawValue).key.next") }

    /// The roles whose keys lie here.
    package var present: [MetadataRole] { MetadataRole.allCases.filter { FileManager.default.fileExists(atPath: file($0).path) } }

    /// Reads one. Throws `CatalogueKeys.Problem` when it is none, or others may read it.
    package func load(_ role: MetadataRole) throws -> SigningKey { try Self.load(file(role)) }

    private static func load(_ location: URL) throws -> SigningKey {
        let name = location.lastPathComponent
        let mode = try FileManager.default.attributesOfItem(atPath: location.path)[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0 else {
            throw CatalogueKeys.Problem(description: "\(name) may be read by other users of this machine. Set its mode to 0600.")
        }
        guard let bytes = FileManager.default.contents(atPath: location.path) else { throw CatalogueKeys.Problem(description: "\(name) cannot be read.") }
        guard let seed = SHA256Hex(rawValue: String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CatalogueKeys.Problem(description: "\(name) does not hold 64 hexadecimal digits. Restore it from the backup.")
        }
        let digits = Array(seed.hex.utf8)
        return try SigningKey(seed: stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) })
    }

    /// Makes all four, unless another does. All are written beside their place first, so that a machine that stops half-way begins anew instead of with half of them.
    func make(_ entropy: Entropy) throws {
        let part = folder.appendingPathExtension("part")
        try? FileManager.default.removeItem(at: part)
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let beside = KeyFolder(part)
        for role in MetadataRole.allCases { try Self.write(try SigningKey(seed: entropy.bytes(32)), to: beside.file(role)) }
        // An empty folder may be there already; anything else in it stays.
        _ = rmdir(folder.path)
        if FileManager.default.fileExists(atPath: folder.path) {
            for role in MetadataRole.allCases { try FileManager.default.moveItem(at: beside.file(role), to: file(role)) }
            try FileManager.default.removeItem(at: part)
        } else {
            try FileManager.default.moveItem(at: part, to: folder)
        }
    }

    private static func write(_ key: SigningKey, to location: URL) throws {
        guard FileManager.default.createFile(atPath: location.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CatalogueKeys.Problem(description: "\(location.lastPathComponent) could not be written. Check the room on the disk and the rights of the data folder.")
        }
        let handle = try FileHandle(forWritingTo: location)
        try handle.write(contentsOf: Data((hexadecimal(key.seed) + "\n").utf8))
        try handle.synchronize()
        try handle.close()
    }

    /// Puts new keys beside the present ones; ``settle(by:)`` puts them in their place once a root names them.
    package func stage(_ keys: [MetadataRole: SigningKey]) throws { for (role, key) in keys { try Self.write(key, to: next(role)) } }

    /// After a change of keys, or after a stop in the middle of one: what a root names is put in its place. Nothing is removed, because the root may be older than what another
    /// process is about to publish.
    package func settle(by root: Root) throws {
        for role in MetadataRole.allCases where FileManager.default.fileExists(atPath: next(role).path) {
            guard root.signers(of: role).values.contains(try Self.load(next(role)).verifyingKey) else { continue }
            guard rename(next(role).path, file(role).path) == 0 else { throw CatalogueKeys.Problem(description: "\(next(role).lastPathComponent) cannot be put in its place.") }
        }
    }

    /// Removes a root key that the newest root does not name: it was taken elsewhere and does not stay behind. Under ``lock()`` only.
    package func removeForeignRoot(by newest: Root) throws {
        guard present.contains(.root), !newest.signers(of: .root).values.contains(try load(.root).verifyingKey) else { return }
        try FileManager.default.removeItem(at: file(.root))
    }

    /// Keeps other commands that change keys out until the handle is closed. Blocking.
    package func lock() throws -> FileHandle {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CatalogueKeys.Problem(description: "The folder of the catalogue's keys cannot be opened. Start the centre once, or restore it.") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw CatalogueKeys.Problem(description: "Another command changes the keys now. Try again when it has ended.") }
        return handle
    }
}
