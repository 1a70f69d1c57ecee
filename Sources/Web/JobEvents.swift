import Accounts
import Basics
import Foundation
import HTTPTypes
package import Hummingbird
import Jobs
import NIOCore
package import Storage
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

/// How far work is that somebody waits for.
package struct JobLook: Hashable, Sendable {
    let permille: Int
    let isEnded: Bool
    /// What is being done, in his language; empty where the page says it.
    let text: String

    package init(permille: Int, isEnded: Bool, text: String = "") { (self.permille, self.isEnded, self.text) = (permille, isEnded, text) }
}

/// Where a page watches work.
package enum JobAddress {
    /// How far a person's own job is.
    package static let events = Address<String>("/jobs/:id/events")
}

extension Routes {
    /// `/jobs/ID/events`: how far a person's own work is.
    mutating func addJobEvents() {
        let house = house
        get(JobAddress.events, .ownAccount) { _, context, visit in
            let (id, account) = (try JobAddress.events.parts(context), visit.account.id)
            return try await house.events(visit) { statements in
                guard let job = try statements.job(id: id), job.madeBy == account else { throw Refusal.notFound("job") }
                return JobLook(permille: job.progress, isEnded: ![.ready, .running].contains(job.state))
            }
        }
    }
}

extension House {
    /// How far work is, as server-sent events (HTML, 9.2) for an element with `data-job`: `{"ended":…,"permille":…,"text":…}` whenever it
    /// changes. A minute long; the browser asks again by itself.
    package func events(_ visit: Visit, _ look: @escaping @Sendable (Statements) throws -> JobLook) async throws -> Response {
        let (watchers, account, database) = (watchers, visit.account.id, database)
        let first = try await database.read(look)
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        // nginx would hold events back until it has a buffer full.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                // Whoever watches too much looks again later.
                guard watchers.begin(account) else {
                    try await writer.write(ByteBuffer(string: "retry: 15000\n\n"))
                    return try await writer.finish(nil)
                }
                defer { watchers.end(account) }
                var (now, said) = (first, nil as JobLook?)
                for _ in 0..<120 {
                    if now != said { try await writer.write(ByteBuffer(string: now.event)) }
                    said = now
                    if now.isEnded { break }
                    try await Task.sleep(for: .milliseconds(500))
                    // What is gone meanwhile has ended.
                    now = (try? await database.read(look)) ?? JobLook(permille: now.permille, isEnded: true)
                }
                try await writer.finish(nil)
            })
    }
}

extension JobLook {
    fileprivate var event: String {
        // Texts can always be written.
        let says = String(decoding: (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8), as: UTF8.self)
        return "data: {\"permille\":\(permille),\"ended\":\(isEnded),\"text\":\(says)}\n\n"
    }
}
