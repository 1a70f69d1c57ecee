extension TrustedSet {
    /// The bytes to keep on disk, and all that is needed to believe the same again.
    package struct Stored: Hashable, Sendable {
        /// The files of one catalogue; the lists of publishers by role.
        package struct Catalogue: Hashable, Sendable {
            package let timestamp: [UInt8]
            package let snapshot: [UInt8]
            package let targets: [UInt8]
            package let lists: [String: [UInt8]]

            package init(timestamp: [UInt8], snapshot: [UInt8], targets: [UInt8], lists: [String: [UInt8]] = [:]) {
                self.timestamp = timestamp
                self.snapshot = snapshot
                self.targets = targets
                self.lists = lists
            }
        }

        /// Every root from version 1 on, in order.
        package let roots: [[UInt8]]
        /// Nil before the first complete catalogue.
        package let catalogue: Catalogue?

        package init(roots: [[UInt8]], catalogue: Catalogue?) {
            self.roots = roots
            self.catalogue = catalogue
        }
    }

    /// What to keep: all roots and the last files that came complete. Keep all together (one transaction), or keep the old ones.
    package var stored: Stored {
        Stored(
            roots: roots.map(\.bytes),
            catalogue: coherent.map {
                Stored.Catalogue(
                    timestamp: $0.timestamp.bytes, snapshot: $0.snapshot.bytes, targets: $0.targets.bytes,
                    lists: $0.lists.mapValues(\.bytes))
            })
    }

    /// Believes again what was stored, asking everything except expiry: what was verified while valid stays playable. The disk is not
    /// trusted: the chain of roots is checked from the fingerprint on, and each file by its signatures and its parent.
    ///
    /// Throws what ``init(root:fingerprint:)`` and the acceptances throw. When only the catalogue is damaged, restore with `catalogue:
    /// nil`.
    package init(restoring stored: Stored, fingerprint: SHA256Hex, following areas: Set<String>? = nil) throws(TrustError) {
        guard let first = stored.roots.first else { throw TrustError(.parentMissing, "No root is stored; enrol this machine again.") }
        var set = try TrustedSet(root: first, fingerprint: fingerprint, following: areas)
        var chain = [set]
        for root in stored.roots.dropFirst() {
            guard try set.accept(root: root) == .accepted else { throw TrustError(.version, "A root is stored twice.") }
            chain.append(set)
        }
        self = try stored.catalogue.map { catalogue throws(TrustError) in try Self.placing(catalogue, in: chain) } ?? set
    }

    /// A catalogue may have been completed under an older root than the newest one. So the newest root under which its files verify is
    /// looked for, and the roots after it are then taken as they were in life: what they revoke goes.
    private static func placing(_ catalogue: Stored.Catalogue, in chain: [TrustedSet]) throws(TrustError) -> TrustedSet {
        var refusal: TrustError?
        for (position, candidate) in chain.enumerated().reversed() {
            do {
                var set = candidate
                _ = try set.take(timestamp: catalogue.timestamp, at: nil)
                _ = try set.take(snapshot: catalogue.snapshot, at: nil)
                _ = try set.take(targets: catalogue.targets, at: nil)
                var before: [String: SignedMetadata<Targets>] = [:]
                for (role, list) in catalogue.lists.sorted(by: { $0.key < $1.key }) {
                    // One that was passed over is older than the snapshot; by its keys it still counts.
                    do { try set.take(list: list, of: role, at: nil) } catch { before[role] = try SignedMetadata(parsing: list) }
                }
                // A node that was moved lacks a list; what it has may be shown meanwhile.
                set.join(recalling: before)
                for later in chain[(position + 1)...] { try set.accept(root: later.roots[later.roots.endIndex - 1].bytes) }
                return set
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? TrustError(.parentMissing, "No root is stored; enrol this machine again.")
    }
}
