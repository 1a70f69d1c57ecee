import Accounts
import Basics
import Bulletins
import Centre
import Editions
import Figures
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import Operations
import Registry
import Storage
import Testing
import TestKit
import Web

@Suite struct PublishTests {
    /// Ordered at the page, printed by a job; sent twice it is printed once; killed at any moment and begun anew it is written once.
    @Test(arguments: Database.Engine.required)
    func anEditionIsOrderedPrintedAndWrittenOnce(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: SampleWorld.moment("2011-05-02", 12)) { world in
            let cookie = try await world.signIn("city", .officer, area: "9901")
            let path = "/bulletins/2011-03/9901"
            let page = String(buffer: try await world.get(path + "/editions", cookie: cookie).body)
            let token = String(page.components(separatedBy: "name=\"csrf\" value=\"").dropFirst().first?.prefix { $0 != "\"" } ?? "")
            func publish(_ fields: [String: String]) async throws -> TestAnswer {
                let answer = try await world.submit(
                    path + "/publish", ["csrf": token].merging(fields) { $1 }, from: path + "/editions", cookie: cookie)
                return TestAnswer(status: answer.status.code, text: String(buffer: answer.body))
            }
            let whole = ["document": "5号", "signed_off": "方正"]
            var answer = try await publish(whole)
            #expect(answer.status == 409 && answer.text.contains("not closed"))
            let closed = try await world.submit(path + "/close", cookie: cookie)
            #expect(closed.status == .seeOther)
            answer = try await publish(["document": "", "signed_off": "方正"])
            #expect(answer.status == 422)
            answer = try await publish(whole)
            #expect(answer.status == 303)
            answer = try await publish(whole)
            #expect(answer.status == 409 && answer.text.contains("being printed"))
            let waiting = try await world.get(path + "/editions", cookie: cookie)
            let refresh = try #require(HTTPField.Name("Refresh"))
            #expect(
                String(buffer: waiting.body).contains("being printed") && String(buffer: waiting.body).contains("data-job=")
                    && waiting.headers[refresh] == "30")

            let (database, clock) = (world.centre.database, world.clock.clock)
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let blobs = try BlobStore(folder: folder)
            let press = EditionPress(
                database: database, blobs: blobs, pages: world.centre.house.pages, rules: world.centre.settings.rules,
                programs: .init(pdf: { _ in Data("%PDF".utf8) }, pictures: { _ in throw Refusal.conflict("print.program_missing") }),
                isSample: true)
            func attempt(_ press: EditionPress) async throws -> Result<String, any Error> {
                let job = try #require(try await database.write { try $0.claimJob(kinds: [PublishJob.kind], lease: 1, at: clock.now) })
                // The lease of the runner that died is over at the next attempt.
                defer { world.clock.set(clock.now.adding(seconds: 10)) }
                let run = JobRun(job, database: database, clock: clock, lease: 1)
                do { return .success(try await PublishJob(press: press, clock: clock, ids: .system).run(run)) } catch {
                    return .failure(error)
                }
            }
            // Meanwhile the city gets another code: the order is for the area as it lay in its month.
            try await database.write { statements in
                guard let old = AreaCode("9901"), let new = AreaCode("9907"), let day = Day("2011-05-01"), let today = Day("2011-05-02")
                else { return }
                _ = try statements.decideArea(
                    .recode(old, to: new), on: day, today: today, reason: "调整", document: "", in: .everything,
                    by: Act(by: .commandLine, at: clock.now, ids: .system))
            }
            // A program is missing: nothing is written, and the reason is told.
            let failed = try await attempt(press)
            #expect(throws: JobFailure.failed(code: "print.program_missing", account: "")) { try failed.get() }
            let none = try await database.read { try $0.lastEdition() }
            #expect(none == nil)
            // The runner dies after the edition was written and before it could say so.
            let mended = EditionPress(
                database: database, blobs: blobs, pages: world.centre.house.pages, rules: world.centre.settings.rules,
                programs: .init(pdf: { _ in Data("%PDF".utf8) }, pictures: { $0.map { _ in onePixel } }), isSample: true)
            let (written, again) = (try await attempt(mended).get(), try await attempt(mended).get())
            #expect(written == "1" && again == "1")
            let (editions, events) = try await database.read { statements in
                (try statements.editions(after: 0, limit: 10), try statements.events(before: "", limit: 100).map(\.kind))
            }
            #expect(editions.map(\.number) == [1] && !events.contains("edition.rewrite_refused"))
            #expect(events.count { $0 == "edition.ordered" } == 1 && events.count { $0 == "edition.published" } == 1)
        }
    }
}

private struct TestAnswer {
    let status: Int
    let text: String
}
