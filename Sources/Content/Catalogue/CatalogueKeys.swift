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
    /// The keys that are here, by the file in which they lie.
    private let here: [KeyName: SigningKey]
    private let publishers: PublisherKeys

    /// Whether every one of these keys counts.
    func fit(_ named: NamedKeys) throws -> Bool { try here.allSatisfy { try named.hold($0.value, as: $0.key) } }

    /// Whether the top list can be signed here.
    package var mayDelegate: Bool { here[.targets] != nil }

    /// The public keys of publishers that are made here.
    package func made(for areas: Set<Publisher>) throws -> [Publisher: [VerifyingKey]] {
        var keys: [Publisher: [VerifyingKey]] = [:]
        for publisher in areas { keys[publisher] = try publishers.made(for: publisher).map { [$0.verifyingKey] } }
        return keys
    }

    /// The keys of these files. Throws `Problem` without those of snapshot and timestamp.
    /// - Parameter others: keys of publishers that are not made here.
    package init(_ files: [KeyName: SigningKey], others: [Publisher: SigningKey] = [:], lifetimes: RepositoryLifetimes = .standard) throws {
        guard let snapshot = files[.snapshot], let timestamp = files[.timestamp] else {
            throw Problem(description: "The keys of snapshot and timestamp are needed.")
        }
        publishers = PublisherKeys(secret: files[.publishers], others: others)
        repository = Repository(
            keys: RepositoryKeys(
                root: files[.root], targets: files[.targets], snapshot: snapshot, timestamp: timestamp, publishers: publishers),
            lifetimes: lifetimes)
        voice = CentreVoice(timestamp)
        here = files
    }

    /// Reads the keys of a folder, and makes all when there is none, unless another does. Those of root and targets may be elsewhere once
    /// there is a root. Throws `Problem` when only some are there, or others may read them. Blocking.
    /// - Parameter named: what counts now, when there is a network: keys that were changed are put in their place first.
    package static func loadOrMake(
        in folder: URL, entropy: Entropy, lifetimes: RepositoryLifetimes = .standard, makes: Bool = true, named: NamedKeys? = nil
    ) throws
        -> CatalogueKeys
    {
        let files = KeyFolder(folder)
        if let named {
            try files.settle(by: named)
            // A network from before it had publishers.
            if makes, named.catalogue?.publishers.isEmpty == true, files.present.contains(.targets), !files.present.contains(.publishers) {
                try files.makePublishers(entropy)
            }
        }
        let present = files.present
        let missing = (named == nil ? KeyName.allCases : KeyName.online).filter { !present.contains($0) }
        guard present.isEmpty || missing.isEmpty else {
            let names = missing.map { "\($0.rawValue).key" }.joined(separator: ", ")
            throw Problem(description: "The folder of the catalogue's keys lacks \(names). Restore it from the backup.")
        }
        guard makes || !present.isEmpty else {
            throw Problem(
                description:
                    "The data folder has no keys of the catalogue yet. Start the centre that does the jobs first, on the same folder.")
        }
        guard named == nil || !present.isEmpty else {
            throw Problem(description: "The folder of the catalogue's keys is empty, but there is a catalogue. Restore it from the backup.")
        }
        if present.isEmpty { try files.make(entropy) }
        var keys = Dictionary(uniqueKeysWithValues: try files.present.map { ($0, try files.load($0)) })
        // What was taken elsewhere and lies here still, after a stop in the middle, signs nothing. It is removed by the next command about
        // keys.
        if let named {
            for name in [KeyName.root, .targets] { if let key = keys[name], try !named.hold(key, as: name) { keys[name] = nil } }
        }
        return try CatalogueKeys(keys, lifetimes: lifetimes)
    }
}
