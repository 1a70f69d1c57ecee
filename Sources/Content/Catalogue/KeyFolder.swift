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

    /// After a change of keys, or after a stop in the middle of one: what the newest root names lies in its place, what it does not name is gone.
    package func settle(by root: Root) throws {
        for role in MetadataRole.allCases where FileManager.default.fileExists(atPath: next(role).path) {
            if let key = try? Self.load(next(role)), root.signers(of: role).values.contains(key.verifyingKey) {
                guard rename(next(role).path, file(role).path) == 0 else { throw CatalogueKeys.Problem(description: "\(next(role).lastPathComponent) cannot be put in its place.") }
            } else {
                try FileManager.default.removeItem(at: next(role))
            }
        }
        // A root key that was taken elsewhere does not stay behind.
        if FileManager.default.fileExists(atPath: file(.root).path), !root.signers(of: .root).values.contains(try load(.root).verifyingKey) {
            try FileManager.default.removeItem(at: file(.root))
        }
    }
}
