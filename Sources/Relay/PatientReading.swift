import AsyncHTTPClient
import Basics
import NIOCore
import Synchronization

/// How slow a line may be.
package enum LineRule {
    /// The slowest rate at which an answer still comes, bytes a second.
    package static let bytesPerSecond = 256
    /// Looked at so often.
    package static let window = Duration.seconds(30)
}

/// Reads at most so many bytes of an answer, as long as they come faster than the slowest line: who gives one byte now and then holds the
/// line down and is left. `whole` asks for all of an answer that is no longer than that; otherwise what came before the line broke is
/// answered, unless it came too slowly. Throws ``ParentError/tooSlow`` and what the line throws.
func read(_ body: HTTPClientResponse.Body, upTo longest: Int, whole: Bool = true, window: Duration = LineRule.window) async throws
    -> [UInt8]
{
    let received = Received()
    do {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for try await buffer in body {
                    let count = received.add(buffer.readableBytesView, most: longest)
                    guard count <= longest || !whole else { throw ParentError.tooLong(longest) }
                    if !whole, count >= longest { break }
                }
                return true
            }
            group.addTask {
                var before = 0
                while true {
                    try await Task.sleep(for: window)
                    let now = received.count
                    guard now - before >= Int(window.components.seconds) * LineRule.bytesPerSecond else { return false }
                    before = now
                }
            }
            let isRead = try await group.next() ?? false
            group.cancelAll()
            guard isRead else { throw ParentError.tooSlow }
        }
    } catch let error as ParentError { throw error } catch  where !whole && received.count > 0 && !(error is CancellationError) {
        return received.bytes
    }
    return received.bytes
}

private final class Received: Sendable {
    private let state = Mutex<(bytes: [UInt8], count: Int)>(([], 0))

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var count: Int { state.withLock { $0.count } }

    /// Keeps at most so many; answers how many came in all.
    func add(_ view: ByteBufferView, most: Int) -> Int {
        state.withLock { state in
            state.bytes += view.prefix(max(0, most - state.bytes.count))
            state.count += view.count
            return state.count
        }
    }
}
