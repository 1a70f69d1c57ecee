package import Logging
import ServiceLifecycle

/// A timer: does something at once and then at intervals, until the program stops. An error is logged and the next turn comes all the same.
package struct PeriodicWork: Service {
    private let name: String
    private let interval: Duration
    private let log: Logger
    private let work: @Sendable () async throws -> Void

    package init(
        _ name: String, every interval: Duration, log: Logger = Logger(label: "timer"), _ work: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.log = log
        self.work = work
    }

    package func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do { try await work() } catch is CancellationError {
                return
            } catch {
                log.warning("timed work failed", metadata: ["work": "\(name)", "error": "\(error)"])
            }
            await withTaskGroup(of: Void.self) { group in
                let interval = interval
                group.addTask { try? await Task.sleep(for: interval) }
                group.addTask { try? await gracefulShutdown() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
