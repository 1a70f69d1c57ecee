package import Basics
package import Trust
package import Wire
import Foundation

/// A value that a node keeps over restarts. The disk keeps records by key and knows nothing about their meaning; SQLite holds them as JSON.
package enum Record: Hashable, Sendable, Codable {
    /// `queue/…`: a fact that the centre has not spoken about.
    case fact(Fact)
    /// `kept/…`: a fact that the centre has spoken about, kept in case the centre has to be told again.
    case kept(KeptFact)
    /// `envelope/…`: a terminal's batch that an edge has promised to bring to the centre.
    case carried(Envelope)
    /// `answer/…`: the centre's answer to a batch that an edge brought, for its sender.
    case answered(StoredAnswer)
    /// `presence/…`: minutes that are not yet in a fact, in the text form of the wire.
    case minutes(String)
    /// `play/…`: a play as the television page told it.
    case play(StoredPlay)
    /// `holding/…`: how far a courseware version is.
    case holding(StoredHolding)
    /// `run`: since when and until when the program runs.
    case run(StoredRun)
    /// `test`: up to which night the terminal has tested.
    case tested(StoredTest)
    /// `trusted`: the metadata believed.
    case trusted(StoredTrust)
    /// `place`: where the node stands, as the centre last said.
    case placed(StoredPlace)
    /// `epoch`, `epoch-since`, `relay-epoch`, `sweep`: a word.
    case text(String)
}

/// A released fact and when it was released, by the node's own clock.
package struct KeptFact: Hashable, Sendable, Codable {
    package let fact: Fact
    package let releasedAt: Instant
}

/// The centre's answer to a sender's batch, closed, and when the edge heard it.
package struct StoredAnswer: Hashable, Sendable, Codable {
    package let sender: String
    package let answer: ClosedAnswer
    package let heardAt: Instant
}

/// The files of a ``TrustedSet``; one record, so that they are always of one piece.
package struct StoredTrust: Hashable, Sendable, Codable {
    private let roots: [Data]
    private let catalogue: [Data]?
    /// The lists of publishers, by role.
    private let lists: [String: Data]?

    /// What the set asks to keep.
    package init(_ stored: TrustedSet.Stored) {
        roots = stored.roots.map { Data($0) }
        catalogue = stored.catalogue.map { [Data($0.timestamp), Data($0.snapshot), Data($0.targets)] }
        lists = stored.catalogue.map { $0.lists.mapValues { Data($0) } }
    }

    /// What the set takes back.
    package var stored: TrustedSet.Stored {
        var files: TrustedSet.Stored.Catalogue?
        if let catalogue, catalogue.count == 3 {
            files = .init(
                timestamp: Array(catalogue[0]), snapshot: Array(catalogue[1]), targets: Array(catalogue[2]),
                lists: (lists ?? [:]).mapValues { Array($0) })
        }
        return .init(roots: roots.map { Array($0) }, catalogue: files)
    }
}

/// One step on the disk. Steps are carried out in order; a stop between any two loses nothing that was promised, so one transaction for all
/// is faster but not needed.
package enum Change: Hashable, Sendable {
    case store(key: String, Record)
    case remove(key: String)
}

/// What a part of a node wants done, in order.
package enum Action: Hashable, Sendable {
    /// A step on the disk.
    case change(Change)
    /// A fact to be queued; it is on disk before the next action begins.
    case report(Fact.Body)
    /// Facts reported so far are not merged with later ones, because the clock was set in between.
    case divide

    static func store(_ key: String, _ record: Record) -> Action { .change(.store(key: key, record)) }
    static func remove(_ key: String) -> Action { .change(.remove(key: key)) }
}

/// A disk key that sorts by number.
func numbered(_ prefix: String, _ number: Int64) -> String { prefix + padded(Int(number), 16) }
