package import Basics
package import Foundation
package import Trust

/// The keys that sign the catalogue, kept as files that nobody but the program's own user reads.
package struct CatalogueKeys: Sendable {
    /// Why the keys cannot be used.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Signs.
    package let repository: Repository
    /// Signs answers to nodes.
    package let voice: CentreVoice
    /// The public keys by role, as the root must name them.
    let verifying: [MetadataRole: VerifyingKey]

    /// Signs with given keys; for tests and for `loadOrMake`.
    package init(_ keys: RepositoryKeys, lifetimes: RepositoryLifetimes = .standard) {
        repository = Repository(keys: keys, lifetimes: lifetimes)
        voice = CentreVoice(keys.timestamp)
        verifying = [
            .root: keys.root.verifyingKey, .targets: keys.targets.verifyingKey, .snapshot: keys.snapshot.verifyingKey, .timestamp: keys.timestamp.verifyingKey,
        ]
    }

    /// Reads `root.key`, `targets.key`, `snapshot.key` and `timestamp.key` of a folder (64 hexadecimal digits, mode 0600), and makes all four when there is none, unless
    /// another does. Throws `Problem` when only some are there, or others may read them. Blocking.
    package static func loadOrMake(in folder: URL, entropy: Entropy, lifetimes: RepositoryLifetimes = .standard, makes: Bool = true) throws -> CatalogueKeys {
        let present = MetadataRole.allCases.filter { FileManager.default.fileExists(atPath: file(of: $0, in: folder).path) }
        guard present.isEmpty || present.count == MetadataRole.allCases.count else {
            let missing = MetadataRole.allCases.filter { !present.contains($0) }.map { "\($0.rawValue).key" }.joined(separator: ", ")
            throw Problem(description: "The folder of the catalogue's keys lacks \(missing). Restore it from the backup.")
        }
        guard makes || !present.isEmpty else {
            throw Problem(description: "The data folder has no keys of the catalogue yet. Start the centre that does the jobs first, on the same folder.")
        }
        if present.isEmpty { try make(in: folder, entropy: entropy) }
        let keys = RepositoryKeys(
            root: try load(.root, in: folder), targets: try load(.targets, in: folder), snapshot: try load(.snapshot, in: folder),
            timestamp: try load(.timestamp, in: folder))
        return CatalogueKeys(keys, lifetimes: lifetimes)
    }

    private static func file(of role: MetadataRole, in folder: URL) -> URL { folder.appendingPathComponent("\(role.rawValue).key") }

    /// All four are written beside their place first, so that a machine that stops half-way begins anew instead of with half of them.
    private static func make(in folder: URL, entropy: Entropy) throws {
        let part = folder.appendingPathExtension("part")
        try? FileManager.default.removeItem(at: part)
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for role in MetadataRole.allCases {
            let text = hexadecimal(entropy.bytes(32)) + "\n"
            let path = file(of: role, in: part).path
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw Problem(description: "\(role.rawValue).key could not be written. Check the room on the disk and the rights of the data folder.")
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
        }
        // An empty folder may be there already; anything else in it stays.
        _ = rmdir(folder.path)
        if FileManager.default.fileExists(atPath: folder.path) {
            for role in MetadataRole.allCases { try FileManager.default.moveItem(at: file(of: role, in: part), to: file(of: role, in: folder)) }
            try FileManager.default.removeItem(at: part)
        } else {
            try FileManager.default.moveItem(at: part, to: folder)
        }
    }

    private static func load(_ role: MetadataRole, in folder: URL) throws -> SigningKey {
        let path = file(of: role, in: folder).path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0 else {
            throw Problem(description: "\(role.rawValue).key may be read by other users of this machine. Set its mode to 0600.")
        }
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Problem(description: "\(role.rawValue).key cannot be read.") }
        guard let seed = SHA256Hex(rawValue: String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Problem(description: "\(role.rawValue).key does not hold 64 hexadecimal digits. Restore it from the backup.")
        }
        let digits = Array(seed.hex.utf8)
        return try SigningKey(seed: stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) })
    }
}
