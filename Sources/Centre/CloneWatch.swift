import Basics
import Synchronization
import Web
import Wire

/// Sees that one key is used in two places: batches name the start of the program that made them, and a node has one start after another. Two programs with one key take turns.
///
/// A batch of an earlier start may still come, over an edge, after the first of the next: only who goes back three times is a clone. Kept in memory, of at most 200,000 nodes.
final class CloneWatch: Sendable {
    private struct Starts {
        var present: Substring
        var earlier: Set<Substring> = []
        var returns = 0
    }

    private let nodes = Mutex<[String: Starts]>([:])

    /// Looks at the id of a batch; ids of another form than our own programs give say nothing.
    func see(_ batch: String, of node: String, _ house: House) {
        guard let mark = batch.firstRange(of: "-b"), !batch[..<mark.lowerBound].isEmpty else { return }
        let start = batch[..<mark.lowerBound]
        let isClone = nodes.withLock { nodes -> Bool in
            guard var starts = nodes[node] else {
                if nodes.count >= 200_000 { nodes = [:] }
                nodes[node] = Starts(present: start)
                return false
            }
            guard starts.present != start else { return false }
            if starts.earlier.contains(start) { starts.returns += 1 }
            if starts.earlier.count >= 8 { starts.earlier = [] }
            starts.earlier.insert(starts.present)
            starts.present = start
            nodes[node] = starts
            return starts.returns >= 3
        }
        if isClone { house.notice(.clone, about: node) }
    }
}
