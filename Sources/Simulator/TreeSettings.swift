/// A week of a small network in virtual time: what is in it and what goes wrong.
package struct TreeSettings: Sendable {
    package var seed: UInt64
    package var terminals = 50
    package var days = 7
    package var courseware = 16
    /// Whether some courseware is withdrawn and some gets a second version.
    package var changes = true
    /// Hours after the last day in which nothing goes wrong any more, so that everything can arrive.
    package var quietHours = 8
    package var faults: TreeFaults

    package init(seed: UInt64, faults: TreeFaults = .all) {
        self.seed = seed
        self.faults = faults
    }
}

/// What goes wrong. Chances are per thousand.
package struct TreeFaults: Sendable {
    /// Spans of a cut line: of each terminal, and of the edge.
    package var terminalCuts = 0
    package var edgeCuts = 0
    /// Of a request or an answer: lost, delivered a second time (up to ten minutes later).
    package var lost = 0
    package var doubled = 0
    /// Of an answer with content: one bit is another.
    package var flipped = 0
    /// Of an upward answer: somebody on the line gives another, made up, changed, overheard before or meant for another node.
    package var forged = 0
    /// Of a set of changes to the disk: the program dies among them.
    package var killed = 0
    /// Of a terminal's days: the clock is wrong for a while (1970, a day or an hour off).
    package var wrongClocks = 0
    /// Blobs of each machine's disk that are cut short, changed or lost.
    package var rotten = 0
    /// Boxes that are moved to another site of the county.
    package var moved = 0
    package var recoded = false
    package var edgeLosesDisk = false
    package var centreIsRestored = false

    package static let none = TreeFaults()
    package static let all: TreeFaults = {
        var faults = TreeFaults()
        faults.terminalCuts = 4
        faults.edgeCuts = 6
        faults.lost = 20
        faults.doubled = 15
        faults.flipped = 5
        faults.forged = 20
        faults.killed = 2
        faults.wrongClocks = 60
        faults.rotten = 3
        faults.moved = 5
        faults.recoded = true
        faults.edgeLosesDisk = true
        faults.centreIsRestored = true
        return faults
    }()
}

/// What came of a run.
package struct TreeOutcome: Sendable {
    /// FNV-1a over every event; the same seed gives the same.
    package internal(set) var traceHash: UInt64 = 0
    package internal(set) var events = 0
    /// Promises that were broken, in words; empty is good.
    package internal(set) var violations: [String] = []
    /// What happened, so that a test can show that a fault was there at all.
    package internal(set) var counts: [String: Int] = [:]
    /// Bytes of blobs that went over the terminals' lines, and the bytes that had to.
    package internal(set) var terminalBytes: Int64 = 0
    package internal(set) var neededBytes: Int64 = 0
}
