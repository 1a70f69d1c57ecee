package import Basics
import Synchronization

/// How many entries one account or address may fill the log with by being refused: so many within an hour, the rest is summed. What is
/// summed and not yet written is lost with the process; that somebody was refused often stands in the log already.
package final class RefusalBudget: Sendable {
    /// What was not written one by one.
    package struct Rest: Hashable, Sendable {
        package let key: String
        package let count: Int
        package let since: Instant
    }
    private struct Window {
        let since: Instant
        var count: Int
    }

    private let most: Int
    private let keys: Int
    private let windows = Mutex<[String: Window]>([:])

    /// At most `keys` accounts and addresses are told apart; further ones share one budget.
    package init(most: Int = 20, keys: Int = 1000) {
        self.most = most
        self.keys = keys
    }

    /// Whether a refusal is to be written on its own.
    package func admits(_ key: String, at now: Instant) -> Bool {
        windows.withLock { windows in
            let key = windows[key] != nil || windows.count < keys ? key : ""
            windows[key, default: Window(since: now, count: 0)].count += 1
            return windows[key].map { $0.count <= most } ?? true
        }
    }

    /// What could not be written comes back, as an hour that is over.
    package func putBack(_ rests: [Rest]) {
        windows.withLock { windows in
            for rest in rests where windows[rest.key] == nil { windows[rest.key] = Window(since: rest.since, count: most + rest.count) }
        }
    }

    /// What was over the budget in hours that are over; afterwards it is forgotten.
    package func rests(at now: Instant) -> [Rest] {
        windows.withLock { windows in
            let over = windows.filter { now.milliseconds(since: $0.value.since) >= 3_600_000 }
            for key in over.keys { windows[key] = nil }
            return over.filter { $0.value.count > most }.map { Rest(key: $0.key, count: $0.value.count - most, since: $0.value.since) }
                .sorted { $0.key < $1.key }
        }
    }
}
