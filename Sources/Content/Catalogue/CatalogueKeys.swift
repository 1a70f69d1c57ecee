package import Basics
package import Foundation
package import Trust

/// The keys that sign the catalogue, kept as files that nobody but the program's own user reads.
package struct CatalogueKeys: Sendable {
    /// Why the keys cannot be used.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Signs.
    package let repository: Repository
    /// Signs answers to nodes.
    package let voice: CentreVoice
    /// The public keys by role, as the root must name them; none for a root whose key is elsewhere.
    let verifying: [MetadataRole: VerifyingKey]

    /// Whether a root names every one of these keys for its role.
    func fit(_ root: Root) -> Bool { verifying.allSatisfy { root.roles[$0.key]?.keyIDs.contains($0.value.keyID) == true } }

    /// Signs with given keys; for tests and for `loadOrMake`.
    package init(_ keys: RepositoryKeys, lifetimes: RepositoryLifetimes = .standard) {
        repository = Repository(keys: keys, lifetimes: lifetimes)
        voice = CentreVoice(keys.timestamp)
        var verifying = [MetadataRole.targets: keys.targets.verifyingKey, .snapshot: keys.snapshot.verifyingKey, .timestamp: keys.timestamp.verifyingKey]
        verifying[.root] = keys.root?.verifyingKey
        self.verifying = verifying
    }

    /// Reads the keys of a folder, and makes all four when there is none, unless another does. The root's may be elsewhere once there is a root. Throws `Problem` when only some are
    /// there, or others may read them. Blocking.
    /// - Parameter root: the newest root, when there is one: keys that were changed are put in their place first.
    package static func loadOrMake(in folder: URL, entropy: Entropy, lifetimes: RepositoryLifetimes = .standard, makes: Bool = true, root: Root? = nil) throws -> CatalogueKeys {
        let files = KeyFolder(folder)
        if let root { try files.settle(by: root) }
        let present = files.present
        let missing = MetadataRole.allCases.filter { !present.contains($0) && !(root != nil && $0 == .root) }
        guard present.isEmpty || missing.isEmpty else {
            let names = missing.map { "\($0.rawValue).key" }.joined(separator: ", ")
            throw Problem(description: "The folder of the catalogue's keys lacks \(names). Restore it from the backup.")
        }
        guard makes || !present.isEmpty else {
            throw Problem(description: "The data folder has no keys of the catalogue yet. Start the centre that does the jobs first, on the same folder.")
        }
        guard root == nil || !present.isEmpty else {
            throw Problem(description: "The folder of the catalogue's keys is empty, but there is a catalogue. Restore it from the backup.")
        }
        if present.isEmpty { try files.make(entropy) }
        let keys = RepositoryKeys(
            root: files.present.contains(.root) ? try files.load(.root) : nil, targets: try files.load(.targets), snapshot: try files.load(.snapshot),
            timestamp: try files.load(.timestamp))
        return CatalogueKeys(keys, lifetimes: lifetimes)
    }
}
