import Basics
import Wire

/// When a terminal's program ran last, so that the next start can say when it ended and how. The last instant is on the disk to the minute.
struct RunBook: Sendable {
    static let key = "run"
    private let terminal: String
    private let boot: Int64
    /// The run before this one, until it is told.
    private var before: StoredRun?
    private var noted: Instant?

    /// `boot` stays the same as long as the program runs, also when its logic is made anew from the records.
    init(terminal: String, boot: Int64, records: [String: Record]) {
        (self.terminal, self.boot) = (terminal, boot)
        guard case .run(let stored)? = records[Self.key] else { return }
        if stored.boot == boot { noted = stored.lastAt } else { before = stored }
    }

    /// Once after each start: tells how the run before ended.
    mutating func start(at now: Instant) -> [Action] {
        guard let run = before else { return noted == nil ? note(now) : [] }
        before = nil
        // A clock that was set back in between tells no moment of the return.
        let stop = Stop(
            terminal: terminal, boot: run.boot, lastAt: run.lastAt, backAt: max(now, run.lastAt), isClean: run.isClean)
        return [.report(.stop(stop))] + note(now)
    }

    /// The program runs.
    mutating func beat(at now: Instant) -> [Action] {
        if let noted, now >= noted, now.milliseconds(since: noted) < 60_000 { return [] }
        return note(now)
    }

    /// The program is about to end in good order.
    func stop(at now: Instant) -> [Action] { [.store(Self.key, .run(StoredRun(boot: boot, lastAt: now, isClean: true)))] }

    private mutating func note(_ now: Instant) -> [Action] {
        noted = now
        return [.store(Self.key, .run(StoredRun(boot: boot, lastAt: now, isClean: false)))]
    }
}

/// A run of the program as it stands on the disk.
package struct StoredRun: Hashable, Sendable, Codable {
    let boot: Int64
    let lastAt: Instant
    let isClean: Bool
}
