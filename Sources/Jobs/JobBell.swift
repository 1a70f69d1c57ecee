import Synchronization

/// Wakes the runner of this process when a job was put in the queue, so that it need not wait for its next look.
package final class JobBell: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    package init() {}

    /// There is work: call it after the transaction that enqueued a job.
    package func ring() {
        state.withLock { state in
            state.hasRung = state.waiter == nil
            state.waiter.take()?.resume()
        }
    }

    /// Returns when the bell rings, has rung since the last wait, or the task is cancelled. One waits at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        continuation.resume()
                    } else {
                        state.waiter = continuation
                    }
                }
            }
        } onCancel: {
            state.withLock { $0.waiter.take()?.resume() }
        }
    }
}
