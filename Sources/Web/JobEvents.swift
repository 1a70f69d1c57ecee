import Accounts
import Basics
import HTTPTypes
import Hummingbird
import Jobs
import NIOCore
import Storage
import Synchronization

/// How many people watch their work at once: a page that waits holds a connection.
final class Watchers: Sendable {
    private static let (inAll, ofAccount) = (200, 4)
    private let watching = Mutex<[String: Int]>([:])

    /// Whether there is room for one more.
    func begin(_ account: String) -> Bool {
        watching.withLock { watching in
            guard watching.values.reduce(0, +) < Self.inAll, watching[account, default: 0] < Self.ofAccount else { return false }
            watching[account, default: 0] += 1
            return true
        }
    }

    func end(_ account: String) {
        watching.withLock { watching in
            let left = (watching[account] ?? 1) - 1
            watching[account] = left > 0 ? left : nil
        }
    }
}

extension Routes {
    /// `/jobs/ID/events`: how far a person's own work is, as server-sent events (HTML, 9.2): `{"permille":…,"ended":…}` whenever it
    /// changes. A minute long; the browser asks again by itself.
    mutating func addJobEvents() {
        let house = house
        get("/jobs/:id/events", .ownAccount) { _, context, visit in
            let (id, account) = (try context.parameters.require("id"), visit.account.id)
            guard let job = try await house.database.read({ try $0.job(id: id) }), job.madeBy == account else {
                throw Refusal.notFound("job")
            }
            var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
            // nginx would hold events back until it has a buffer full.
            if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    // Whoever watches too much looks again later.
                    guard house.watchers.begin(account) else {
                        try await writer.write(ByteBuffer(string: "retry: 15000\n\n"))
                        return try await writer.finish(nil)
                    }
                    defer { house.watchers.end(account) }
                    var said = ""
                    for _ in 0..<120 {
                        guard let job = try await house.database.read({ try $0.job(id: id) }) else { break }
                        let ended = ![.ready, .running].contains(job.state)
                        let event = "data: {\"permille\":\(job.progress),\"ended\":\(ended)}\n\n"
                        if event != said { try await writer.write(ByteBuffer(string: event)) }
                        said = event
                        if ended { break }
                        try await Task.sleep(for: .milliseconds(500))
                    }
                    try await writer.finish(nil)
                })
        }
    }
}
