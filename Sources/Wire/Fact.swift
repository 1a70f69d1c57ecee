package import Basics

/// Something that arose at a terminal and travels up. Written as one JSON object; docs/facts.md describes it for those who build terminals.
package struct Fact: Hashable, Sendable {
    /// Given where the fact arose, 1 to 64 printable ASCII characters; names the fact in receipts. What a fact *counts as* is decided by
    /// its natural key, not by this.
    package let id: String
    package let body: Body

    package enum Body: Hashable, Sendable {
        case presence(Presence)
        case play(Play)
        case watermark(Watermark)
        case holding(Holding)
        case incident(Incident)
        case test(TestPlay)
        case stop(Stop)
        case contact(Contact)
    }

    /// A fact with that identity.
    package init(id: String, _ body: Body) {
        self.id = id
        self.body = body
    }

    /// The terminal (or, for a holding or an incident, the node; for a contact, the edge) that the fact is about.
    package var subject: String {
        switch body {
        case .presence(let presence): presence.terminal
        case .play(let play): play.terminal
        case .watermark(let watermark): watermark.terminal
        case .holding(let holding): holding.node
        case .incident(let incident): incident.node
        case .test(let test): test.terminal
        case .stop(let stop): stop.terminal
        case .contact(let contact): contact.edge
        }
    }
}

/// The minutes of one local day in which a terminal was on. Natural key: terminal and day; merging is union.
package struct Presence: Hashable, Sendable {
    package let terminal: String
    package let day: Day
    package let minutes: MinuteSet

    package init(terminal: String, day: Day, minutes: MinuteSet) {
        self.terminal = terminal
        self.day = day
        self.minutes = minutes
    }
}

/// How a play came about.
package enum PlayMode: String, Codable, CaseIterable, Sendable {
    /// Chosen by a person from what the terminal holds (点播).
    case demand
    /// A scheduled channel.
    case channel
    /// A live transmission, which has no length.
    case live
}

/// A stretch of watching. Natural key: terminal, boot, sequence; merging is the union of the intervals.
package struct Play: Hashable, Sendable {
    package let terminal: String
    /// Drawn anew at every start of the terminal's program; below 2^53.
    package let boot: Int64
    /// Counts the plays of one boot from 1.
    package let sequence: Int64
    /// The courseware or channel that was played.
    package let courseware: String
    package let mode: PlayMode
    /// What was watched; paused time is not in it, a seek starts a new one.
    package let intervals: [PlayInterval]

    package init(terminal: String, boot: Int64, sequence: Int64, courseware: String, mode: PlayMode, intervals: [PlayInterval]) {
        self.terminal = terminal
        self.boot = boot
        self.sequence = sequence
        self.courseware = courseware
        self.mode = mode
        self.intervals = intervals
    }
}

/// One uninterrupted piece of a play.
package struct PlayInterval: Hashable, Sendable {
    /// Wall clock at its start.
    package let startedAt: Instant
    /// Position in the media at start and end, milliseconds; for live, milliseconds since the play began.
    package let mediaFrom: Int64
    package let mediaUntil: Int64
    /// Media milliseconds per 1,000 wall-clock milliseconds; 1,000 is normal speed.
    package let rate: Int64

    package init(startedAt: Instant, mediaFrom: Int64, mediaUntil: Int64, rate: Int64 = 1000) {
        self.startedAt = startedAt
        self.mediaFrom = mediaFrom
        self.mediaUntil = mediaUntil
        self.rate = rate
    }

    /// Wall clock at its end.
    package var endedAt: Instant { startedAt.adding(milliseconds: (mediaUntil - mediaFrom) * 1000 / max(rate, 1)) }
}

/// A terminal's word that everything up to a moment has been sent. Natural key: terminal; merging is the later moment.
package struct Watermark: Hashable, Sendable {
    package let terminal: String
    package let throughAt: Instant
    /// By how many milliseconds the terminal's own clock is ahead (less than 0: behind), when it knows that it is wrong. `throughAt` and
    /// the minutes around it are corrected.
    package let clockError: Int64?

    package init(terminal: String, throughAt: Instant, clockError: Int64? = nil) {
        self.terminal = terminal
        self.throughAt = throughAt
        self.clockError = clockError
    }
}

/// How far a node is with fetching one courseware version. Natural key: node, courseware, version; the greater revision stands.
package struct Holding: Hashable, Sendable {
    package enum State: String, Codable, CaseIterable, Sendable { case known, fetching, complete, failed, removed }

    package let node: String
    package let courseware: String
    package let version: Int64
    /// Counts the node's reports about this version; survives restarts and wrong clocks.
    package let revision: Int64
    package let state: State
    package let doneBytes: Int64
    package let totalBytes: Int64
    /// A stable code of why it failed; empty otherwise.
    package let reason: String

    package init(
        node: String, courseware: String, version: Int64, revision: Int64, state: State, doneBytes: Int64, totalBytes: Int64,
        reason: String = ""
    ) {
        self.node = node
        self.courseware = courseware
        self.version = version
        self.revision = revision
        self.state = state
        self.doneBytes = doneBytes
        self.totalBytes = totalBytes
        self.reason = reason
    }
}
