package import Basics
import Trust

/// When the catalogue last brought a new timestamp, and when the parent last answered about it at all.
///
/// The centre signs one every six hours. A parent that goes on answering with the same is cut off itself, or somebody withholds what is
/// new: what was published or withdrawn since is not known here (the freeze attack of the TUF specification, 1.5.2). A line that is cut
/// says nothing of the kind.
package struct Freshness: Hashable, Sendable {
    static let key = "catalogue-news"
    var newsAt: Instant?
    private var answeredAt: Instant?

    package init() {}

    /// Notes an answer; true when it is to be kept on the disk.
    mutating func heard(news: Bool, at now: Instant) -> Bool {
        answeredAt = now
        // A clock that was set back would otherwise never see a day go by.
        guard news || newsAt == nil || newsAt.map({ $0 > now }) == true else { return false }
        newsAt = now
        return true
    }

    /// For how long the parent has answered with nothing new, milliseconds.
    package var unchangedFor: Int64 {
        guard let newsAt, let answeredAt else { return 0 }
        return max(0, answeredAt.milliseconds(since: newsAt))
    }

    /// Since when the catalogue is held back, if it is.
    package var frozenSince: Instant? { unchangedFor > RepositoryLifetimes.frozenAfter ? newsAt : nil }
}
