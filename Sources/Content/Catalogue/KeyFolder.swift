import Basics
package import Foundation
package import Trust

/// A file in the centre's folder of keys.
package enum KeyName: String, CaseIterable, Sendable {
    case root, targets, snapshot, timestamp
    /// The secret from which the keys of publishers are made.
    case publishers

    /// The role that the root gives to the key; nil for the publishers', to whom the top list delegates.
    package var role: MetadataRole? { MetadataRole(rawValue: rawValue) }

    /// Without these nothing can be signed; the others may lie on sticks.
    package static let online: [KeyName] = [.snapshot, .timestamp, .publishers]
}

/// The centre's folder of keys on its disk: `root.key`, `targets.key`, `snapshot.key`, `timestamp.key`, `publishers.key`, 64 hexadecimal
/// digits each, mode 0600. Those of root and targets may be elsewhere. All is blocking.
package struct KeyFolder: Sendable {
    private let folder: URL

    package init(_ folder: URL) { self.folder = folder }

    private func file(_ name: KeyName) -> URL { folder.appendingPathComponent("\(name.rawValue).key") }
    private func next(_ name: KeyName) -> URL { folder.appendingPathComponent("\(name.rawValue).key.next") }

    /// What lies here.
    package var present: [KeyName] { KeyName.allCases.filter { FileManager.default.fileExists(atPath: file($0).path) } }

    /// Reads one. Throws `CatalogueKeys.Problem` when it is none, or others may read it.
    package func load(_ name: KeyName) throws -> SigningKey { try Self.load(file(name)) }

    private static func load(_ location: URL) throws -> SigningKey {
        let name = location.lastPathComponent
        let mode = try FileManager.default.attributesOfItem(atPath: location.path)[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0 else {
            throw CatalogueKeys.Problem(description: "\(name) may be read by other users of this machine. Set its mode to 0600.")
        }
        guard let contents = FileManager.default.contents(atPath: location.path) else {
            throw CatalogueKeys.Problem(description: "\(name) cannot be read.")
        }
        let text = String(decoding: contents, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let digits = SHA256Hex(rawValue: text), let seed = bytes(ofHexadecimal: digits.hex) else {
            throw CatalogueKeys.Problem(description: "\(name) does not hold 64 hexadecimal digits. Restore it from the backup.")
        }
        return try SigningKey(seed: seed)
    }

    /// Makes all, unless another does. All are written beside their place first, so that a machine that stops half-way begins anew instead
    /// of with half of them.
    func make(_ entropy: Entropy) throws {
        let part = folder.appendingPathExtension("part")
        try? FileManager.default.removeItem(at: part)
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let beside = KeyFolder(part)
        for name in KeyName.allCases { try Self.write(try SigningKey(seed: entropy.bytes(32)), to: beside.file(name)) }
        // An empty folder may be there already; anything else in it stays.
        _ = rmdir(folder.path)
        if FileManager.default.fileExists(atPath: folder.path) {
            for name in KeyName.allCases { try FileManager.default.moveItem(at: beside.file(name), to: file(name)) }
            try FileManager.default.removeItem(at: part)
        } else {
            try FileManager.default.moveItem(at: part, to: folder)
        }
    }

    /// Makes the secret of publishers where a network has none yet.
    func makePublishers(_ entropy: Entropy) throws {
        try stage([.publishers: SigningKey(seed: entropy.bytes(32))])
        try putInPlace(.publishers)
    }

    private static func write(_ key: SigningKey, to location: URL) throws {
        guard FileManager.default.createFile(atPath: location.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CatalogueKeys.Problem(
                description:
                    "\(location.lastPathComponent) could not be written. Check the room on the disk and the rights of the data folder.")
        }
        let handle = try FileHandle(forWritingTo: location)
        try handle.write(contentsOf: Data((hexadecimal(key.seed) + "\n").utf8))
        try handle.synchronize()
        try handle.close()
    }

    /// Puts new keys beside the present ones; ``settle(by:)`` puts them in their place once a root or the top list names them.
    package func stage(_ keys: [KeyName: SigningKey]) throws { for (name, key) in keys { try Self.write(key, to: next(name)) } }

    /// After a change of keys, or after a stop in the middle of one: what is named is put in its place. Nothing is removed, because what is
    /// known may be older than what another process is about to publish.
    package func settle(by named: NamedKeys) throws {
        for name in KeyName.allCases where FileManager.default.fileExists(atPath: next(name).path) {
            guard try named.hold(try Self.load(next(name)), as: name) else { continue }
            try putInPlace(name)
        }
    }

    private func putInPlace(_ name: KeyName) throws {
        guard rename(next(name).path, file(name).path) == 0 else {
            throw CatalogueKeys.Problem(description: "\(next(name).lastPathComponent) cannot be put in its place.")
        }
    }

    /// Removes keys of root and targets that the newest root does not name: they were taken elsewhere and do not stay behind. Under
    /// ``lock()`` only.
    package func removeForeign(by newest: NamedKeys) throws {
        for name in [KeyName.root, .targets] where try present.contains(name) && !newest.hold(load(name), as: name) {
            try FileManager.default.removeItem(at: file(name))
        }
    }

    /// Keeps other commands that change keys out until the handle is closed. Blocking.
    package func lock() throws -> FileHandle {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CatalogueKeys.Problem(
                description: "The folder of the catalogue's keys cannot be opened. Start the centre once, or restore it.")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CatalogueKeys.Problem(description: "Another command changes the keys now. Try again when it has ended.")
        }
        return handle
    }
}

/// Whose signatures count: the newest root, and the catalogue that names publishers.
package struct NamedKeys: Sendable {
    package let root: Root
    /// Nil before the first.
    package let catalogue: Catalogue?
    /// Ids of the publishers' keys that were taken onto sticks.
    package let sticks: Set<String>

    package init(root: Root, catalogue: Catalogue?, sticks: Set<String> = []) {
        self.root = root
        self.catalogue = catalogue
        self.sticks = sticks
    }

    /// Whether a publisher's key lies on a stick.
    package func isOnStick(_ publisher: Publisher) -> Bool {
        catalogue?.signers(of: publisher).contains { sticks.contains($0.keyID) } == true
    }

    /// Whether a key counts as what its file is called; the secret of publishers when all of them have keys of its making but those on
    /// sticks.
    package func hold(_ key: SigningKey, as name: KeyName) throws -> Bool {
        guard let role = name.role else {
            let keys = PublisherKeys(secret: key)
            return try (catalogue?.publishers ?? []).allSatisfy { publisher in
                try isOnStick(publisher)
                    || keys.made(for: publisher).map { catalogue?.signers(of: publisher).contains($0.verifyingKey) == true } == true
            }
        }
        return root.signers(of: role).values.contains(key.verifyingKey)
    }
}
