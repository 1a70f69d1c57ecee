package import Basics

/// What came of a test play: ten seconds of a complete courseware, to the end of the chain that a terminal can reach. Natural key:
/// terminal, boot, sequence; of two that differ the earlier stands, and of one instant the one whose outcome comes first below.
package struct TestPlay: Hashable, Sendable {
    package enum Outcome: String, Codable, CaseIterable, Sendable {
        /// Media time moved on the television page.
        case played
        /// No courseware is complete, so that there is nothing to test.
        case nothingComplete = "nothing_complete"
        /// The manifest does not verify.
        case notVerified = "not_verified"
        /// The page has the picture and cannot decode it: media time stands.
        case notDecoded = "not_decoded"
        /// No television page is there to play it.
        case noPage = "no_page"
        /// A blob cannot be read from the disk, or is not what was put there.
        case disk
        /// The terminal does not know the time.
        case clock
    }

    package let terminal: String
    /// Drawn anew at every start of the terminal's program; below 2^53.
    package let boot: Int64
    /// Counts the tests of one boot from 1.
    package let sequence: Int64
    /// When it ended.
    package let at: Instant
    package let outcome: Outcome
    /// What was played; empty when nothing was complete or the time is not known.
    package let courseware: String

    package init(terminal: String, boot: Int64, sequence: Int64, at: Instant, outcome: Outcome, courseware: String = "") {
        self.terminal = terminal
        self.boot = boot
        self.sequence = sequence
        self.at = at
        self.outcome = outcome
        self.courseware = courseware
    }

    /// Whether the terminal was shown to be unable to play, and not merely had nothing to play or no time to say when.
    package var isFailure: Bool { outcome.isFailure }

    /// The one that stands of two of the same key, whichever came first.
    package func merged(with other: TestPlay) -> TestPlay {
        let order = { (one: TestPlay) in (one.at, TestPlay.Outcome.allCases.firstIndex(of: one.outcome) ?? 0, one.courseware) }
        return order(other) < order(self) ? other : self
    }
}

extension TestPlay.Outcome {
    /// As ``TestPlay/isFailure``.
    package var isFailure: Bool {
        switch self {
        case .notVerified, .notDecoded, .noPage, .disk: true
        case .played, .nothingComplete, .clock: false
        }
    }
}

/// The end of a run of a terminal's program, told at its next start. Natural key: terminal, boot; merging is the later last instant, the
/// earlier return, and clean only if all say so.
package struct Stop: Hashable, Sendable {
    package let terminal: String
    /// The boot that ended.
    package let boot: Int64
    /// The last instant that was on the disk.
    package let lastAt: Instant
    /// When the program ran again.
    package let backAt: Instant
    /// Whether it ended in good order, and not by a power cut or a pulled plug.
    package let isClean: Bool

    package init(terminal: String, boot: Int64, lastAt: Instant, backAt: Instant, isClean: Bool) {
        self.terminal = terminal
        self.boot = boot
        self.lastAt = lastAt
        self.backAt = backAt
        self.isClean = isClean
    }

    /// What two of the same key say together, whichever came first.
    package func merged(with other: Stop) -> Stop {
        let last = max(lastAt, other.lastAt)
        return Stop(
            terminal: terminal, boot: boot, lastAt: last, backAt: max(last, min(backAt, other.backAt)), isClean: isClean && other.isClean)
    }
}

/// The minutes of one local day in which an edge heard a terminal below it. Natural key: edge, terminal and day; merging is union.
package struct Contact: Hashable, Sendable {
    package let edge: String
    package let terminal: String
    package let day: Day
    package let minutes: MinuteSet

    package init(edge: String, terminal: String, day: Day, minutes: MinuteSet) {
        self.edge = edge
        self.terminal = terminal
        self.day = day
        self.minutes = minutes
    }
}
