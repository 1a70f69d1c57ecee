import Basics

/// A door before work that costs much: so much at once, so many in line, of one origin only a part of them. Whoever finds no room is told
/// so at once and waits nowhere.
///
/// The line is fair between origins: the first of one comes before the second of another, and when the line is full the last of the origin
/// that fills it most gives way.
package actor Admission {
    private struct Turn {
        let origin: String
        /// How many of the same origin were in line before it.
        let rank: Int
        let go: CheckedContinuation<Bool, Never>
    }

    private let atOnce: Int
    private let inLine: Int
    private let perOrigin: Int
    private var running = 0
    private var line: [Turn] = []
    private var counts: [String: Int] = [:]

    /// `perOrigin` bounds what one origin has under way and in line together; an empty origin, which is everybody behind a proxy that does
    /// not tell, is bound by the line alone.
    package init(atOnce: Int, inLine: Int, perOrigin: Int) {
        self.atOnce = atOnce
        self.inLine = inLine
        self.perOrigin = perOrigin
    }

    /// Does the work when its turn comes. Throws `Refusal.busy` when there is no room for it, or none any more.
    package func admit<Result: Sendable>(_ origin: String, _ work: @Sendable () async throws -> Result) async throws -> Result {
        guard origin.isEmpty || counts[origin, default: 0] < perOrigin else { throw Refusal.busy }
        if running < atOnce {
            running += 1
            counts[origin, default: 0] += 1
        } else {
            let rank = line.count { $0.origin == origin }
            guard makeRoom(for: rank) else { throw Refusal.busy }
            counts[origin, default: 0] += 1
            let isTurn = await withCheckedContinuation { go in
                line.insert(Turn(origin: origin, rank: rank, go: go), at: line.firstIndex { $0.rank > rank } ?? line.count)
            }
            guard isTurn else {
                uncount(origin)
                throw Refusal.busy
            }
        }
        defer { leave(origin) }
        return try await work()
    }

    /// Whether one of that rank finds a place in line; perhaps that of one who has more before it.
    private func makeRoom(for rank: Int) -> Bool {
        guard line.count >= inLine else { return true }
        // The line is in order of rank.
        guard let last = line.last, last.rank > rank else { return false }
        line.removeLast().go.resume(returning: false)
        return true
    }

    private func uncount(_ origin: String) {
        let left = (counts[origin] ?? 1) - 1
        counts[origin] = left > 0 ? left : nil
    }

    private func leave(_ origin: String) {
        uncount(origin)
        // The place passes on, so that nobody slips in between.
        if line.isEmpty { running -= 1 } else { line.removeFirst().go.resume(returning: true) }
    }
}
