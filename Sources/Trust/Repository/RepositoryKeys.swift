/// The keys of the centre, one a role; the root's may be elsewhere.
package struct RepositoryKeys: Sendable {
    package let root: SigningKey?
    package let targets: SigningKey
    package let snapshot: SigningKey
    package let timestamp: SigningKey

    package init(root: SigningKey?, targets: SigningKey, snapshot: SigningKey, timestamp: SigningKey) {
        self.root = root
        self.targets = targets
        self.snapshot = snapshot
        self.timestamp = timestamp
    }
}

/// How long each file may be accepted after its signing, in milliseconds; settings.
package struct RepositoryLifetimes: Hashable, Sendable {
    package let root: Int64
    package let targets: Int64
    package let snapshot: Int64
    package let timestamp: Int64

    package init(root: Int64, targets: Int64, snapshot: Int64, timestamp: Int64) {
        self.root = root
        self.targets = targets
        self.snapshot = snapshot
        self.timestamp = timestamp
    }

    /// Ten years, a year, a year and thirty days: a box whose clock runs weeks ahead still takes the catalogue, and a stale mirror shows in a month.
    package static let standard = RepositoryLifetimes(root: 3650 * day, targets: 365 * day, snapshot: 365 * day, timestamp: 30 * day)
    private static let day: Int64 = 86_400_000
}
