package import Basics

/// What an honest network would not cause, as its code stands in facts. A node of another version may know further ones.
package enum IncidentKind: String, CaseIterable, Codable, Sendable {
    /// A file of the catalogue that is not what the keys say; `about` is why.
    case metadata = "metadata.refused"
    /// A blob that came with other bytes than its name says.
    case blob = "blob.refused"
    /// Something on the node's own disk that was not what was put there.
    case disk = "disk.changed"
    /// An answer that was given as the centre's and was not.
    case answer = "answer.forged"
    /// The parent answers, and with nothing new for longer than the centre ever waits.
    case freeze = "catalogue.frozen"
    /// The node's clock is wrong.
    case clock = "clock.wrong"
    /// A request under a signature that does not fit the node that it names.
    case signature = "signature.wrong"
    /// A request in the name of a node that was never enrolled.
    case unknownNode = "node.unknown"
    /// A request of a node that was revoked.
    case revokedNode = "node.revoked"
    /// One key that is used in two places.
    case clone = "node.cloned"
    /// A claim with a code that is none, or used up.
    case claim = "claim.wrong"
    /// A claim with a key that is another node's.
    case keyTaken = "claim.key_taken"
    /// A batch in an envelope that cannot be opened; `about` is whose it says it is.
    case envelope = "envelope.refused"
    /// Facts that were refused because too many of their sender wait for a person.
    case noRoom = "facts.no_room"
    /// Passwords tried more often than they are looked at.
    case guessing = "sign_in.guessed"
    /// A page asked for under a name that is not the node's.
    case host = "host.strange"
    /// Not an attack but a receipt: the screens of this terminal stopped by the order whose version is `about`.
    case stopped = "stop.obeyed"
    /// The same: they go on.
    case resumed = "stop.lifted"
}

/// That something happened that an honest network would not cause. Natural key: node, kind, what it is about; merging is the earliest, the
/// latest, and the greater count.
package struct Incident: Hashable, Sendable {
    /// Who noticed it.
    package let node: String
    /// The raw value of an ``IncidentKind``, or a newer node's code.
    package let kind: String
    /// A hash, an id, a code: at most 64 printable ASCII characters; empty when there is nothing to name, or too much.
    package let about: String
    package let firstAt: Instant
    package let lastAt: Instant
    /// How often, as far as the node remembers.
    package let count: Int64

    package init(node: String, kind: String, about: String, firstAt: Instant, lastAt: Instant, count: Int64) {
        self.node = node
        self.kind = kind
        self.about = about
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.count = count
    }

    /// What may stand as `about`, of any text.
    package static func about(_ text: String) -> String {
        let kept = text.utf8.prefix(64).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: kept, as: UTF8.self)
    }

    /// What both say; of the same node, kind and matter.
    package func merged(with other: Incident) -> Incident {
        Incident(
            node: node, kind: kind, about: about, firstAt: min(firstAt, other.firstAt), lastAt: max(lastAt, other.lastAt),
            count: max(count, other.count))
    }
}
