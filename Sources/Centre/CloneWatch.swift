import Basics
import Synchronization
import Web
import Wire

/// Sees that one key is used in two places: batches name the start of the program that made them, and a node has one start after another.
/// Two programs with one key take turns.
///
/// A batch of an earlier start may still come, over an edge or once more, after the first of the next: only who goes back three times
/// between two new starts is a clone. Kept in memory, of at most 200,000 nodes; ids of another form than our own programs give say nothing.
final class CloneWatch: Sendable {
    private struct Starts {
        /// In the order in which they were seen first, the last eight.
        var seen: [Substring]
        var present: Substring
        var returns = 0
    }

    private let nodes = Mutex<[String: Starts]>([:])

    /// Looks at the id of a batch.
    func see(_ batch: String, of node: String, _ house: House) {
        guard let mark = batch.firstRange(of: "-b"), !batch[..<mark.lowerBound].isEmpty else { return }
        let start = batch[..<mark.lowerBound]
        let isClone = nodes.withLock { nodes -> Bool in
            guard var starts = nodes[node] else {
                if nodes.count >= 200_000 { nodes = [:] }
                nodes[node] = Starts(seen: [start], present: start)
                return false
            }
            guard starts.present != start else { return false }
            let (new, old) = (starts.seen.firstIndex(of: start), starts.seen.firstIndex(of: starts.present) ?? 0)
            if let new {
                if new < old { starts.returns += 1 }
            } else {
                starts.seen = starts.seen.suffix(7) + [start]
                starts.returns = 0
            }
            starts.present = start
            nodes[node] = starts
            return new.map { $0 < old } == true && starts.returns >= 3
        }
        if isClone { house.notice(.clone, about: node) }
    }
}
