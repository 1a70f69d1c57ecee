import Foundation
import HTTPTypes
package import Hummingbird
import Synchronization

/// Counters and gauges in the text format of Prometheus (exposition format 0.0.4).
package final class Metrics: Sendable {
    private let counters = Mutex<[String: Int]>([:])

    package init() {}

    /// Adds to a counter; `name` may carry labels: `facts_total{verdict="stored"}`.
    package func count(_ name: String, _ amount: Int = 1) { counters.withLock { $0[name, default: 0] += amount } }

    /// Sets a gauge.
    package func set(_ name: String, _ value: Int) { counters.withLock { $0[name] = value } }

    /// The page `/metrics`, by name, with the process's resident memory.
    package var text: String {
        let pages =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            ?? 0
        set("process_resident_memory_bytes", pages * 4096)
        return counters.withLock { $0.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined() }
    }
}

/// Counts requests by method and status.
package struct RequestCounter<Context: RequestContext>: RouterMiddleware {
    private let metrics: Metrics

    package init(metrics: Metrics) { self.metrics = metrics }

    package func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
        -> Response
    {
        let response = try await next(request, context)
        metrics.count("http_requests_total{method=\"\(request.method.rawValue)\",status=\"\(response.status.code)\"}")
        return response
    }
}
