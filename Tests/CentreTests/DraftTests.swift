import Accounts
import Basics
import Centre
import Editions
import Foundation
import Hummingbird
import HummingbirdTesting
import Jobs
import Storage
import Synchronization
import Testing
import TestKit
import Web

/// A printing program takes hundreds of megabytes and some ten seconds: a draft is a job, whoever asks for the same gets the same, and
/// nobody fills the queue.
@Suite struct DraftTests {
    @Test(arguments: Database.Engine.required)
    func theSameDraftIsPrintedOnceAndIsThereWhenOneComesBack(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (database, clock) = (world.centre.database, world.clock.clock)
            let cookies = [try await world.signIn("leader", .leader, area: "9901"), try await world.signIn("other", .leader, area: "9901")]
            let path = "/bulletins/2011-03/9901/draft.pdf"
            var places: Set<String> = []
            for turn in 0..<6 {
                let answer = try await world.get(path, cookie: cookies[turn % 2])
                #expect(answer.status == .seeOther)
                places.insert(answer.headers[.location] ?? "")
            }
            let place = try #require(places.first)
            #expect(places.count == 1 && place.hasPrefix("/bulletins/2011-03/9901/drafts/"))
            let waiting = String(buffer: try await world.get(place, cookie: cookies[0]).body)
            let events = try #require(waiting.firstMatch(of: /data-job="([^"]*)"/).map { String($0.1) })
            #expect(waiting.contains("You may leave this page"))
            #expect(try await world.get(place + ".pdf", cookie: cookies[0]).status == .notFound)

            let blobs = try BlobStore(folder: world.centre.configuration.dataFolder.appendingPathComponent("blobs"))
            let printed = Counter()
            let press = EditionPress(
                database: database, blobs: blobs, pages: world.centre.house.pages, rules: world.centre.settings.rules,
                programs: .init(
                    pdf: { _ in
                        printed.add()
                        return Data("%PDF".utf8)
                    }, pictures: { $0.map { _ in Data() } }), isSample: true)
            func attempt() async throws {
                let job = try #require(try await database.write { try $0.claimJob(kinds: [DraftJob.kind], lease: 1, at: clock.now) })
                let run = JobRun(job, database: database, clock: clock, lease: 1)
                let account = try await DraftJob(press: press, clock: clock).run(run)
                try await database.write {
                    _ = try $0.endJob(id: job.id, attempt: job.attempts, as: .done, account: account, at: clock.now)
                }
            }
            try await attempt()
            #expect(printed.count == 1)
            #expect(String(buffer: try await world.get(events, cookie: cookies[0]).body).contains("\"ended\":true"))
            // Another reader sees the paper, and not the other's work.
            #expect(try await world.get(events, cookie: cookies[1]).status == .notFound)
            #expect(String(buffer: try await world.get(place, cookie: cookies[1]).body).contains("\(place).pdf"))
            let file = try await world.get(place + ".pdf", cookie: cookies[1])
            #expect(file.status == .ok && String(buffer: file.body) == "%PDF")
            // The same input, an hour later: the same paper.
            world.clock.set(clock.now.adding(seconds: 3600))
            #expect(try await world.get(path, cookie: cookies[0]).headers[.location] == place)
            // What is not his area, another month's address, somebody's own job of another kind: no draft.
            let county = try await world.signIn("county", .officer, area: "990102")
            for wrong in [place, place + ".pdf", place.replacing("2011-03", with: "2011-02"), "/bulletins/2011-03/9901/drafts/none"] {
                #expect(try await world.get(wrong, cookie: county).status == .notFound, "\(wrong)")
            }
            // The file is gone: it is made again.
            try FileManager.default.removeItem(at: world.centre.configuration.dataFolder.appendingPathComponent("drafts"))
            #expect(String(buffer: try await world.get(place, cookie: cookies[0]).body).contains("no longer kept"))
            let again = try await world.get(path, cookie: cookies[0]).headers[.location]
            #expect(again != place && again?.hasPrefix("/bulletins/2011-03/9901/drafts/") == true)
        }
    }

    @Test func oneReaderDoesNotFillTheQueue() async throws {
        try await withCentre(.sqlite) { world in
            let (leader, other) = (
                try await world.signIn("leader", .leader, area: "9901"), try await world.signIn("other", .leader, area: "9901")
            )
            var statuses: [Int] = []
            for code in ["9901", "990101", "990102", "990101001", "990102001"] {
                statuses.append(try await world.get("/bulletins/2011-03/\(code)/draft.pdf", cookie: leader).status.code)
            }
            #expect(statuses == [303, 303, 303, 303, 409])
            #expect(try await world.get("/bulletins/2011-03/990102001/draft.pdf", cookie: other).status == .seeOther)
        }
    }
}

/// Counts from anywhere.
private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
