package import Basics
package import Node
package import Trust

/// What the programs around edge and terminal need of the node's logic; both machines have it.
package protocol NodeMachine: Sendable {
    /// Where it stands; when the centre has moved it, it is made anew from its records.
    var standing: PlaceBook { get }
    /// What one that was made anew from the same records knows besides them.
    mutating func takeOver(from before: Self)
    mutating func start(at now: Instant) -> [Change]
    /// What tells the stop orders that are known from others; empty for none.
    var stopTag: String { get }
    /// Somebody gave a file of stop orders.
    mutating func order(_ file: [UInt8], at now: Instant) -> [Change]
    /// Counts what was noticed around the node.
    mutating func note(_ noticed: [Noticed], at now: Instant) -> [Change]
    mutating func nextUp(at now: Instant) -> UpStep
    /// Throws for an answer that is not to be believed; nothing is changed by it.
    mutating func upReceived(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change]
    /// Of those alone that carry for others.
    mutating func upCarried(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change]
    mutating func upFailed(at now: Instant)
    mutating func upTooLarge(at now: Instant) -> [Change]
    mutating func nextDown(_ way: DownWay, at now: Instant) -> DownStep
    mutating func downFinished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Change]
}

extension NodeMachine {
    package mutating func takeOver(from before: Self) {}
    package mutating func upCarried(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change] { [] }
}

extension TerminalNode: NodeMachine {}
extension EdgeNode: NodeMachine {}
