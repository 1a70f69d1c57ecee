package import Logging
import Synchronization

/// Says once that something goes wrong and once that it is well again, however long it lasts.
package final class LineLog: Sendable {
    private let logger: Logger
    private let bad: String
    private let good: String
    private let isBad = Mutex(false)

    package init(_ logger: Logger, _ bad: String, _ good: String) {
        self.logger = logger
        self.bad = bad
        self.good = good
    }

    package func failed(_ error: any Error) {
        if isBad.withLock({
            let before = $0; $0 = true; return !before
        }) {
            logger.warning("\(bad): \(error)")
        }
    }

    package func succeeded() {
        if isBad.withLock({
            let before = $0; $0 = false; return before
        }) {
            logger.info("\(good)")
        }
    }
}
