import Basics
package import Logging
package import Node

/// Says once when the catalogue is held back for longer than the centre ever waits with a new one, and once when it moves again.
package struct FreezeWatch: Sendable {
    private struct Held: Error, CustomStringConvertible {
        let since: Instant
        var description: String {
            """
            nothing new since \(since.milliseconds / 1000) (seconds since 1970), although the parent answers. The parent is cut off from \
            the centre, or somebody keeps the catalogue back
            """
        }
    }

    private let log: LineLog

    package init(_ logger: Logger) { log = LineLog(logger, "The catalogue stands still", "The catalogue moves again") }

    package func look(_ freshness: Freshness) {
        if let since = freshness.frozenSince { log.failed(Held(since: since)) } else { log.succeeded() }
    }
}
