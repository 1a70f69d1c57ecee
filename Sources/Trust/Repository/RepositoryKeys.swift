/// The keys of the centre, one a role; those of root and targets may be elsewhere, and of publishers some.
package struct RepositoryKeys: Sendable {
    package let root: SigningKey?
    package let targets: SigningKey?
    package let snapshot: SigningKey
    package let timestamp: SigningKey
    package let publishers: PublisherKeys

    package init(
        root: SigningKey?, targets: SigningKey?, snapshot: SigningKey, timestamp: SigningKey,
        publishers: PublisherKeys = PublisherKeys(secret: nil)
    ) {
        self.root = root
        self.targets = targets
        self.snapshot = snapshot
        self.timestamp = timestamp
        self.publishers = publishers
    }
}

/// How long each file may be accepted after its signing, in milliseconds; settings.
package struct RepositoryLifetimes: Hashable, Sendable {
    package let root: Int64
    package let targets: Int64
    package let snapshot: Int64
    package let timestamp: Int64
    /// A timestamp is signed anew at least so often, so that a node sees within a day that somebody keeps the newest from it.
    package let timestampEvery: Int64

    package init(root: Int64, targets: Int64, snapshot: Int64, timestamp: Int64, timestampEvery: Int64 = .max) {
        self.root = root
        self.targets = targets
        self.snapshot = snapshot
        self.timestamp = timestamp
        self.timestampEvery = timestampEvery
    }

    /// Ten years, a year, a year and thirty days: a box whose clock runs weeks ahead still takes the catalogue, and a stale mirror is
    /// believed for a month at most. A new timestamp every six hours.
    package static let standard = RepositoryLifetimes(
        root: 3650 * day, targets: 365 * day, snapshot: 365 * day, timestamp: 30 * day, timestampEvery: day / 4)
    /// Who has heard no new timestamp for so long, milliseconds, is kept from it.
    package static let frozenAfter: Int64 = day
    private static let day: Int64 = 86_400_000
}
