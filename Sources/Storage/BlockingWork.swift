import Dispatch

/// Runs work that blocks (files, key derivation) on threads of its own, because two blocking calls stop every task on a two-core machine.
package func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        blockingQueue.async { continuation.resume(with: Swift.Result { try body() }) }
    }
}

private let blockingQueue = DispatchQueue(label: "blocking", attributes: .concurrent)
