/// What one client believes: the pure state of the client workflow of the TUF specification 1.0, section 5.
///
/// Files are offered in the order root, timestamp, snapshot, targets. A refused file changes nothing. Expiry blocks accepting new files
/// only: ``catalogue`` stays what it was, to be played however long the line is cut. It is a value: work on a copy to try a whole update.
package struct TrustedSet: Sendable {
    /// What became of an offered file.
    package enum Acceptance: Sendable {
        /// It is now trusted; store it.
        case accepted
        /// The very content that was trusted already.
        case unchanged
    }

    /// A timestamp, snapshot, targets and followed lists that name each other.
    struct Coherent: Sendable {
        let timestamp: SignedMetadata<Timestamp>
        let snapshot: SignedMetadata<Snapshot>
        let targets: SignedMetadata<Targets>
        let lists: [String: SignedMetadata<Targets>]
    }

    /// From version 1 to the current one, without a gap.
    var roots: [SignedMetadata<Root>]
    /// The newest that was verified; what they name may not have come yet.
    var timestamp: SignedMetadata<Timestamp>?
    var snapshot: SignedMetadata<Snapshot>?
    var targets: SignedMetadata<Targets>?
    /// The lists of delegated roles that are followed, or that a search needed.
    var delegated: [String: SignedMetadata<Targets>] = [:]
    var coherent: Coherent?
    /// Followed lists that nobody had, or that were not what they should be: the catalogue is completed without their news.
    var passedOver: Set<String> = []
    /// The code of the area whose publishers' lists belong to the catalogue; nil when only the top list does.
    let following: Set<String>?

    /// Starts from the first root as it came with the enrolment. Throws `trust.fingerprint` unless its bytes have the SHA-256 of the claim.
    /// - Parameter area: the code of the area whose publishers' lists belong to the catalogue.
    package init(root bytes: [UInt8], fingerprint: SHA256Hex, following areas: Set<String>? = nil) throws(TrustError) {
        guard SHA256Hex(of: bytes) == fingerprint else {
            throw TrustError(
                .fingerprint, "The first root does not have the fingerprint of the claim; check the claim and the address of the centre.")
        }
        try self.init(trusting: bytes, following: areas)
        guard root.version == 1 else { throw TrustError(.version, "The first root has version \(root.version) instead of 1.") }
    }

    /// Starts from a root of any version that came by a way that is trusted, such as a disk of our own.
    package init(trusting bytes: [UInt8], following areas: Set<String>? = nil) throws(TrustError) {
        let root = try SignedMetadata<Root>(parsing: bytes)
        try root.verify(by: root.content)
        roots = [root]
        following = areas
    }

    /// The bytes of the root that is in force.
    package var rootBytes: [UInt8] { roots[roots.endIndex - 1].bytes }

    /// The root that is in force.
    package var root: Root { roots[roots.endIndex - 1].content }

    /// What may be shown: the newest lists that came together with their snapshot and timestamp; nil before the first.
    package var catalogue: Catalogue? { coherent.map { Catalogue($0.targets, $0.lists) } }

    /// The newest timestamp that was verified, also while what it names is still on its way.
    package var newestTimestamp: Timestamp? { timestamp?.content }

    /// Takes the next root (5.3). Call it for successive versions until the source has no more; whether the last one has expired
    /// is asked when a timestamp comes, because on the way to it expired ones are in order.
    ///
    /// When the keys of timestamp or snapshot changed, both are forgotten, so that a fast-forwarded version can be recovered from; when
    /// the targets' keys no longer cover the catalogue, it is revoked and not shown any more.
    @discardableResult
    package mutating func accept(root bytes: [UInt8]) throws(TrustError) -> Acceptance {
        let offered = try SignedMetadata<Root>(parsing: bytes)
        let current = roots[roots.endIndex - 1]
        try offered.verify(by: current.content)
        try offered.verify(by: offered.content)
        if try Self.isSame(offered, as: current) { return .unchanged }
        guard offered.content.version == current.content.version + 1 else {
            throw TrustError(
                .version,
                "After root version \(current.content.version) comes \(current.content.version + 1), not \(offered.content.version).")
        }
        roots.append(offered)
        if offered.content.roles[.timestamp] != current.content.roles[.timestamp]
            || offered.content.roles[.snapshot] != current.content.roles[.snapshot]
        {
            timestamp = nil
            snapshot = nil
        }
        passedOver = []
        if let targets, (try? targets.verify(by: offered.content)) == nil { self.targets = nil }
        if let coherent, (try? coherent.targets.verify(by: offered.content)) == nil { self.coherent = nil }
        return .accepted
    }

    /// Takes a timestamp (5.4) at an instant in UTC milliseconds.
    @discardableResult
    package mutating func accept(timestamp bytes: [UInt8], at instant: Int64) throws(TrustError) -> Acceptance {
        try take(timestamp: bytes, at: instant)
    }

    /// Takes the snapshot that the timestamp names (5.5) at an instant in UTC milliseconds.
    @discardableResult
    package mutating func accept(snapshot bytes: [UInt8], at instant: Int64) throws(TrustError) -> Acceptance {
        try take(snapshot: bytes, at: instant)
    }

    /// Takes the targets that the snapshot names (5.6) at an instant in UTC milliseconds; from then on they are the ``catalogue``.
    @discardableResult
    package mutating func accept(targets bytes: [UInt8], at instant: Int64) throws(TrustError) -> Acceptance {
        try take(targets: bytes, at: instant)
    }

    /// As ``accept(timestamp:at:)``; without an instant whatever its end date, for what was believed before.
    @discardableResult
    package mutating func take(timestamp bytes: [UInt8], at instant: Int64?) throws(TrustError) -> Acceptance {
        try roots[roots.endIndex - 1].checkExpiry(at: instant)
        let offered = try SignedMetadata<Timestamp>(parsing: bytes)
        try offered.verify(by: root)
        var unchanged = false
        // With each look what was passed over is wanted again.
        defer { passedOver = [] }
        if let timestamp {
            unchanged = try Self.isSame(offered, as: timestamp)
            try Self.checkSuccession(from: timestamp.content.snapshot, to: offered.content.snapshot, of: .snapshot)
        }
        try offered.checkExpiry(at: instant)
        if unchanged { return .unchanged }
        timestamp = offered
        joinWhenComplete()
        return .accepted
    }

    /// Recalls a snapshot that was believed before: what it names is not gone behind, whatever the timestamp names by now and whenever it
    /// ended. Throws `trust.threshold` under keys that are no longer the role's.
    package mutating func recall(snapshot bytes: [UInt8]) throws(TrustError) {
        let offered = try SignedMetadata<Snapshot>(parsing: bytes)
        try offered.verify(by: root)
        snapshot = offered
    }

    mutating func take(snapshot bytes: [UInt8], at instant: Int64?) throws(TrustError) -> Acceptance {
        guard let timestamp else {
            throw TrustError(.parentMissing, "A snapshot is believed only after its timestamp; fetch timestamp.json first.")
        }
        try timestamp.checkExpiry(at: instant)
        try Self.check(bytes, against: timestamp.content.snapshot, of: .snapshot)
        let offered = try SignedMetadata<Snapshot>(parsing: bytes)
        try offered.verify(by: root)
        try Self.check(offered, against: timestamp.content.snapshot)
        var unchanged = false
        if let snapshot {
            unchanged = try Self.isSame(offered, as: snapshot)
            for (name, old) in snapshot.content.meta {
                guard let new = offered.content.meta[name] else {
                    throw TrustError(.rollback, "The snapshot offered does not name \(name) any more.")
                }
                try Self.checkSuccession(from: old, to: new, of: .targets)
            }
        }
        try offered.checkExpiry(at: instant)
        if unchanged { return .unchanged }
        snapshot = offered
        forgetLists()
        joinWhenComplete()
        return .accepted
    }

    mutating func take(targets bytes: [UInt8], at instant: Int64?) throws(TrustError) -> Acceptance {
        guard let timestamp, let snapshot, timestamp.content.snapshot.names(snapshot.named) else {
            throw TrustError(
                .parentMissing, "Targets are believed only after the snapshot that the timestamp names; fetch that snapshot first.")
        }
        try snapshot.checkExpiry(at: instant)
        try Self.check(bytes, against: snapshot.content.targets, of: .targets)
        let offered = try SignedMetadata<Targets>(parsing: bytes)
        try offered.verify(by: root)
        try Self.check(offered, against: snapshot.content.targets)
        try offered.checkExpiry(at: instant)
        if let coherent, coherent.targets.named == offered.named, coherent.snapshot.named == snapshot.named { return .unchanged }
        targets = offered
        forgetLists()
        joinWhenComplete()
        return .accepted
    }

    /// Takes the list of a publisher that the top list at hand delegates to and the snapshot names.
    mutating func take(list bytes: [UInt8], of role: String, at instant: Int64?) throws(TrustError) {
        guard let snapshot, let targets else {
            throw TrustError(.parentMissing, "A publisher's list is believed only after the top list; fetch that first.")
        }
        delegated[role] = try Self.list(bytes, of: role, by: targets.content.delegations, in: snapshot.content, at: instant)
        joinWhenComplete()
    }

    /// What a role said under another snapshot, or by keys that may be other now, is asked anew.
    private mutating func forgetLists() {
        let delegations = targets?.content.delegations
        delegated = delegated.filter { role, list in
            snapshot?.content.meta[Snapshot.name(of: role)]?.names(list.named) == true && delegations?.hold(list, as: role) == true
        }
    }

    /// A new timestamp, snapshot or top list often names what is already here; then all is of one piece at once.
    private mutating func joinWhenComplete() {
        guard wanted == nil else { return }
        join()
    }

    /// Takes what is at hand for the catalogue. Of a list that was passed over the one of before stays, as long as its keys count.
    mutating func join(recalling before: [String: SignedMetadata<Targets>] = [:]) {
        guard let timestamp, let snapshot, let targets else { return }
        let old = (coherent?.lists ?? before).filter { targets.content.delegations?.hold($0.value, as: $0.key) == true }
        coherent = Coherent(timestamp: timestamp, snapshot: snapshot, targets: targets, lists: old.merging(delegated) { _, new in new })
    }

    /// Completes the catalogue without the news of the list that is wanted, unless it is the network's, or no list; false when it is.
    package mutating func passOverWanted() -> Bool {
        guard let list = wanted?.list, list != Publisher.network.role else { return false }
        passedOver.insert(list)
        joinWhenComplete()
        return true
    }

    /// Whether the catalogue was completed without the news of a list.
    package var lacksList: Bool { !passedOver.isEmpty }

    /// What may be handed on: the files that name each other.
    package var publication: Publication? {
        coherent.map { coherent in
            Publication(
                targets: coherent.targets,
                lists: coherent.lists.filter { coherent.snapshot.content.meta[Snapshot.name(of: $0.key)]?.names($0.value.named) == true },
                snapshot: coherent.snapshot, timestamp: coherent.timestamp)
        }
    }
}
