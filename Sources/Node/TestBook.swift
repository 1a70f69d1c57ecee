package import Basics
import Trust
package import Wire

/// Test plays: once a night, and when somebody asks, a terminal plays ten seconds of a complete courseware to the end of the chain that it
/// can reach. The book says when and which and what came of it; whoever has the disk reads the blobs, and the television page plays.
package struct TestBook: Sendable {
    /// What the television page is to play, without sound.
    package struct Turn: Hashable, Sendable {
        package let id: String
        package let courseware: String
    }

    private enum Phase: Hashable {
        case idle
        /// Its blobs are read.
        case checking(String)
        /// The page has not asked yet, or plays.
        case offered(Turn, Pause)
        case taken(Turn, Pause)
    }

    /// Between 02:00 and 05:00, the second drawn from the terminal's id so that the load is flat.
    private static let (first, span): (Int64, UInt64) = (7200, 10_800)
    /// A box that was off at its second tests five minutes after its start.
    private static let afterStart: Int64 = 300_000
    /// The page looks once a minute, and plays ten seconds; somebody else may have looked at its list before it.
    private static let (untilTaken, untilPlayed): (Int64, Int64) = (150_000, 100_000)
    /// Somebody was watching: so much later.
    private static let later: Int64 = 600_000
    /// Of the ten seconds so many must be seen to move, in milliseconds.
    private static let enough: Int64 = 8000
    static let key = "test"

    private let terminal: String
    private let boot: Int64
    private let zone: NetworkZone
    private let notBefore: Instant
    private let second: Int64
    private var sequence: Int64 = 0
    private var done: StoredTest
    private var asked: Instant?
    private var phase = Phase.idle
    private var rest: Pause?
    private var putOff: Pause?
    private var isAwake = false

    /// Takes up what `records` hold. A clock that stands before `notBefore` does not know the time.
    package init(terminal: String, boot: Int64, zone: NetworkZone, notBefore: Instant, records: [String: Record]) {
        (self.terminal, self.boot, self.zone, self.notBefore) = (terminal, boot, zone, notBefore)
        second = Self.first + Int64((UInt64(SHA256Hex(of: Array(terminal.utf8)).hex.prefix(15), radix: 16) ?? 0) % Self.span)
        if case .tested(let stored)? = records[Self.key] { done = stored } else { done = StoredTest(night: .min, asked: nil) }
    }

    /// The number of the night whose test is due by now.
    private func night(at now: Instant) -> Int {
        let day = zone.day(of: now)
        return now >= zone.start(of: day).adding(seconds: second) ? day.number : day.number - 1
    }

    /// Somebody asked for a test at that moment; the centre says so again until it has been heard.
    package mutating func ask(_ moment: Instant?) {
        guard let moment, moment > done.asked ?? Instant(milliseconds: .min) else { return }
        asked = max(moment, asked ?? moment)
    }

    /// Which of the complete courseware is to be checked now, if any: its manifest is to be verified and its blobs read; then
    /// ``checked(_:at:)``.
    package mutating func next(_ complete: [String], isPlaying: Bool, at now: Instant) -> (check: String?, actions: [Action]) {
        if !isAwake { (isAwake, rest) = (true, Pause(from: now, milliseconds: Self.afterStart)) }
        switch phase {
        case .checking: return (nil, [])
        case .offered(let turn, let pause), .taken(let turn, let pause):
            return (nil, pause.end(at: now) == nil ? finish(.noPage, turn.courseware, at: now) : [])
        case .idle: break
        }
        guard asked != nil || done.night < night(at: now) && rest?.end(at: now) == nil, !isPlaying, putOff?.end(at: now) == nil else {
            return (nil, [])
        }
        guard now >= notBefore else { return (nil, finish(.clock, "", at: now)) }
        guard !complete.isEmpty else { return (nil, finish(.nothingComplete, "", at: now)) }
        // Another one each night, so that all have their turn.
        let courseware = complete.sorted()[Int(night(at: now).magnitude) % complete.count]
        phase = .checking(courseware)
        return (courseware, [])
    }

    /// What came of the check; nil when manifest and blobs are right and it is the page's turn.
    package mutating func checked(_ outcome: TestPlay.Outcome?, at now: Instant) -> [Action] {
        guard case .checking(let courseware) = phase else { return [] }
        if let outcome { return finish(outcome, courseware, at: now) }
        phase = .offered(Turn(id: "t\(boot)-\(sequence + 1)", courseware: courseware), Pause(from: now, milliseconds: Self.untilTaken))
        return []
    }

    /// What the page is to play now, if anything; it is told again until there is a word of it.
    package mutating func turn(at now: Instant) -> Turn? {
        switch phase {
        case .idle, .checking: return nil
        case .taken(let turn, _): return turn
        case .offered(let turn, _):
            phase = .taken(turn, Pause(from: now, milliseconds: Self.untilPlayed))
            return turn
        }
    }

    /// The page says how many milliseconds of media it saw pass; nil when somebody is watching. A report about another test says nothing.
    package mutating func played(_ id: String, moved: Int64?, at now: Instant) -> [Action] {
        guard case .taken(let turn, _) = phase, turn.id == id else { return [] }
        guard let moved else {
            (phase, putOff) = (.idle, Pause(from: now, milliseconds: Self.later))
            return []
        }
        return finish(moved >= Self.enough ? .played : .notDecoded, turn.courseware, at: now)
    }

    private mutating func finish(_ outcome: TestPlay.Outcome, _ courseware: String, at now: Instant) -> [Action] {
        sequence += 1
        phase = .idle
        done = StoredTest(night: max(done.night, night(at: now)), asked: asked ?? done.asked)
        asked = nil
        let test = TestPlay(
            terminal: terminal, boot: boot, sequence: sequence, at: max(now, Instant(milliseconds: 0)), outcome: outcome,
            courseware: courseware)
        return [.report(.test(test)), .store(Self.key, .tested(done))]
    }
}

/// Up to which night a terminal has tested, and which request it has heard.
package struct StoredTest: Hashable, Sendable, Codable {
    let night: Int
    let asked: Instant?
}
