package import Basics
package import Wire

/// What the television page tells about one play, cumulatively: the body of `POST /tv/plays`.
package struct PlayReport: Hashable, Sendable, Codable {
    /// Made by the page, unique for each play; 1 to 64 printable ASCII characters.
    package let play: String
    package let courseware: String
    package let mode: PlayMode
    package let intervals: [PlayInterval]
    package let ended: Bool

    package init(play: String, courseware: String, mode: PlayMode, intervals: [PlayInterval], ended: Bool) {
        self.play = play
        self.courseware = courseware
        self.mode = mode
        self.intervals = intervals
        self.ended = ended
    }
}

/// A play as it stands on the terminal's disk. It goes on under the same boot and sequences when the program restarts in the middle.
package struct StoredPlay: Hashable, Sendable, Codable {
    /// What fits into one fact.
    package struct Part: Hashable, Sendable, Codable {
        package let sequence: Int64
        package internal(set) var intervals: [PlayInterval]
    }

    package let courseware: String
    package let mode: PlayMode
    package internal(set) var boot: Int64
    package internal(set) var parts: [Part] = []
    package internal(set) var isReported = false
    package internal(set) var hasEnded = false
    package internal(set) var toldAt: Instant
}

/// Plays from the reports of the television page to facts. A report is repeatable and cumulative; it is on disk before it is answered.
package struct PlayBook: Sendable {
    private static let longestPart: Int64 = 86_400_000
    private static let mostIntervals = 2000
    private let terminal: String
    private let boot: Int64
    private let reportEvery: Int64
    private let keepFor: Int64
    private var sequence: Int64 = 0
    private var plays: [String: StoredPlay] = [:]
    private var paused: [String: Pause] = [:]
    private var unreported: Set<String> = []

    /// Takes up what `records` hold. `boot` is drawn anew at each start; a play makes a fact at most every `reportEvery` milliseconds and
    /// at its end.
    package init(terminal: String, boot: Int64, reportEvery: Int64 = 30_000, keepFor: Int64 = 90 * 86_400_000, records: [String: Record]) {
        self.terminal = terminal
        self.boot = boot
        self.reportEvery = reportEvery
        self.keepFor = keepFor
        for (key, record) in records {
            guard case .play(let play) = record else { continue }
            let token = String(key.dropFirst("play/".count))
            plays[token] = play
            if !play.isReported { unreported.insert(token) }
        }
    }

    /// Plays remembered, so that a late copy of a report is not counted as another play.
    package var count: Int { plays.count }

    /// Whether somebody was watching a minute ago.
    func isPlaying(at now: Instant) -> Bool {
        plays.values.contains { !$0.hasEnded && now >= $0.toldAt && now.milliseconds(since: $0.toldAt) < 60_000 }
    }

    /// Takes a report. Throws 422 for one that cannot be a play.
    package mutating func take(_ report: PlayReport, at now: Instant) throws(Problem) -> [Action] {
        try Self.check(report)
        var play = plays[report.play] ?? StoredPlay(courseware: report.courseware, mode: report.mode, boot: boot, toldAt: now)
        guard play.courseware == report.courseware, play.mode == report.mode else {
            throw Self.refusal("play.other", "The play \(report.play) is of another courseware or mode")
        }
        let before = play
        for interval in report.intervals { add(Self.bounded(interval), to: &play) }
        if report.ended { play.hasEnded = true }
        guard play != before || plays[report.play] == nil else { return [] }
        play.isReported = false
        play.toldAt = now
        plays[report.play] = play
        unreported.insert(report.play)
        let actions: [Action] = [.store("play/" + report.play, .play(play))]
        return report.ended ? actions + emit(report.play, at: now) : actions
    }

    /// Facts of the plays whose time has come.
    package mutating func tick(at now: Instant) -> [Action] {
        unreported.sorted().filter { paused[$0]?.end(at: now) == nil }.flatMap { emit($0, at: now) }
    }

    /// Facts of everything that has none yet.
    package mutating func report(at now: Instant) -> [Action] { unreported.sorted().flatMap { emit($0, at: now) } }

    private mutating func emit(_ token: String, at now: Instant) -> [Action] {
        guard var play = plays[token] else { return [] }
        unreported.remove(token)
        paused[token] = play.hasEnded ? nil : Pause(from: now, milliseconds: reportEvery)
        play.isReported = true
        plays[token] = play
        let facts = play.parts.map {
            Action.report(
                .play(
                    Play(
                        terminal: terminal, boot: play.boot, sequence: $0.sequence, courseware: play.courseware, mode: play.mode,
                        intervals: $0.intervals)))
        }
        return facts + [.store("play/" + token, .play(play))]
    }

    private mutating func add(_ interval: PlayInterval, to play: inout StoredPlay) {
        for (index, part) in play.parts.enumerated() {
            guard let position = part.intervals.firstIndex(where: { $0.isSameStretch(as: interval) }) else { continue }
            if interval.mediaUntil > part.intervals[position].mediaUntil, Self.fits(interval, in: part) {
                play.parts[index].intervals[position] = interval
            }
            return
        }
        if let last = play.parts.last, last.intervals.count < Self.mostIntervals, Self.fits(interval, in: last) {
            play.parts[play.parts.count - 1].intervals.append(interval)
        } else {
            if play.parts.isEmpty { play.boot = boot }
            sequence += 1
            // After a restart an old play goes on under its old boot, whose sequences are not counted here: number its parts from its own.
            let number = play.boot == boot ? sequence : (play.parts.map(\.sequence).max() ?? 0) + Self.farAway
            play.parts.append(StoredPlay.Part(sequence: number, intervals: [interval]))
        }
    }

    /// Further than one boot's plays can count.
    private static let farAway: Int64 = 1 << 32

    private static func fits(_ interval: PlayInterval, in part: StoredPlay.Part) -> Bool {
        let start = part.intervals.map(\.startedAt).min().map { min($0, interval.startedAt) } ?? interval.startedAt
        let end = part.intervals.map(\.endedAt).max().map { max($0, interval.endedAt) } ?? interval.endedAt
        return end.milliseconds(since: start) <= longestPart
    }

    /// An interval that alone would be longer than a fact may be is cut at its end.
    private static func bounded(_ interval: PlayInterval) -> PlayInterval {
        let longest = longestPart * interval.rate / 1000
        guard interval.mediaUntil - interval.mediaFrom > longest else { return interval }
        return PlayInterval(
            startedAt: interval.startedAt, mediaFrom: interval.mediaFrom, mediaUntil: interval.mediaFrom + longest, rate: interval.rate)
    }

    private static func check(_ report: PlayReport) throws(Problem) {
        for (name, text) in [("play", report.play), ("courseware", report.courseware)] {
            guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw refusal("play.name", "`\(name)` must be 1 to 64 printable ASCII characters")
            }
        }
        guard report.intervals.count <= 100_000 else {
            throw refusal("play.intervals", "A play has at most 100000 intervals; begin a new one")
        }
        for interval in report.intervals {
            guard interval.mediaFrom >= 0, interval.mediaFrom < interval.mediaUntil, interval.mediaUntil <= 30 * 86_400_000,
                (100...16_000).contains(interval.rate),
                interval.startedAt.milliseconds >= 0
            else {
                throw refusal(
                    "play.interval", "An interval's `from` must lie before its `until`, both within 30 days, and its rate from 100 to 16000"
                )
            }
        }
    }

    private static func refusal(_ code: String, _ detail: String) -> Problem {
        Problem(code: code, status: 422, title: "The report is not one of a play", detail: detail)
    }

    /// Lets go of plays that nobody has told anything about for long.
    package mutating func forget(at now: Instant) -> [Change] {
        let old = plays.filter { $0.value.isReported && now.milliseconds(since: $0.value.toldAt) > keepFor }.keys.sorted()
        for token in old {
            plays[token] = nil
            paused[token] = nil
        }
        return old.map { .remove(key: "play/" + $0) }
    }
}
