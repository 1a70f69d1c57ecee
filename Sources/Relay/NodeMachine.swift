package import Basics
package import Node
package import Wire

/// What the programs around edge and terminal need of the node's logic; both machines have it.
package protocol NodeMachine: Sendable {
    mutating func start(at now: Instant) -> [Change]
    mutating func nextUp(at now: Instant) -> UpStep
    mutating func upReceived(_ receipt: Receipt, at now: Instant) -> [Change]
    /// Of those alone that carry for others.
    mutating func upCarried(_ load: LoadReceipt, at now: Instant) -> [Change]
    mutating func upFailed(at now: Instant)
    mutating func upTooLarge(at now: Instant) -> [Change]
    mutating func nextDown(at now: Instant) -> DownStep
    mutating func downFinished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Change]
}

extension NodeMachine {
    package mutating func upCarried(_ load: LoadReceipt, at now: Instant) -> [Change] { [] }
}

extension TerminalNode: NodeMachine {}
extension EdgeNode: NodeMachine {}
