import ServiceLifecycle

/// Does something again and again while the program runs, and something else when it ends in good order.
package struct Ticker: Service {
    private let every: Duration
    private let tick: @Sendable () async -> Void
    private let last: @Sendable () async -> Void

    package init(every: Duration, _ tick: @escaping @Sendable () async -> Void, last: @escaping @Sendable () async -> Void = {}) {
        self.every = every
        self.tick = tick
        self.last = last
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await tick()
                try? await Task.sleep(for: every)
            }
        }
        await last()
    }
}
