import Basics
import Jobs
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct JobRunnerTests {
    private struct Oops: Error {}

    @Test(arguments: Database.Engine.required)
    func everyEndOfAHandlerIsTold(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let runner = world.runner { run in
                switch run.job.subject {
                case "good":
                    try await run.report(0.5, step: "half")
                    return "did it"
                case "bad": throw JobFailure.failed(code: "media.no_video", account: "no picture")
                case "later": throw JobFailure.postponed(code: "disk.full", seconds: 60)
                case "full": throw StorageError.diskFull("no room")
                default: throw Oops()
                }
            }
            var ids: [String: String] = [:]
            for subject in ["good", "bad", "later", "full", "defect"] { ids[subject] = try await world.enqueue(subject: subject) }
            for _ in 0..<5 { #expect(try await runner.runNext()) }
            #expect(try await runner.runNext() == false)
            let jobs = try await withThrowingTaskGroup(of: (String, Job).self) { group in
                for (subject, id) in ids { group.addTask { (subject, try await world.job(id)) } }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(jobs["good"].map { [$0.state.rawValue, $0.step, $0.account] } == ["done", "half", "did it"])
            #expect(jobs["bad"].map { [$0.state.rawValue, $0.problem, $0.account] } == ["failed", "media.no_video", "no picture"])
            #expect(jobs["defect"].map { [$0.state.rawValue, $0.problem] } == ["failed", "job.defect"])
            for subject in ["later", "full"] { #expect(jobs[subject].map { [$0.state.rawValue, $0.problem] } == ["ready", "disk.full"]) }
            // When there is room again the postponed ones are tried again.
            world.hands.advance(seconds: 61)
            for _ in 0..<2 { #expect(try await runner.runNext()) }
            #expect(try await runner.runNext() == false)
            #expect(try await world.job(ids["later"] ?? "").attempts == 2)
        }
    }

    @Test func theEndOfAJobWaitsForRoomOnTheDisk() async throws {
        try await JobsWorld.with(.sqlite) { world in
            let database = world.database
            let isFull = Mutex(false)
            let runner = world.runner { _ in
                // No page more than there are: what a full disk answers.
                try await database.write { try $0.script("PRAGMA max_page_count = 1") }
                isFull.withLock { $0 = true }
                return String(repeating: "account ", count: 10_000)
            }
            let id = try await world.enqueue()
            async let ran = runner.runNext()
            #expect(try await eventually { isFull.withLock { $0 } })
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await world.job(id).state == .running)
            try await database.write { try $0.script("PRAGMA max_page_count = 1000000") }
            #expect(try await ran)
            let job = try await world.job(id)
            #expect(job.state == .done && job.account.count == 80_000)
        }
    }

    @Test(arguments: Database.Engine.required)
    func workOfSeveralPiecesGivesWayToAnothersAndNotToItsOwn(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let done = Mutex<[String]>([])
            let runner = world.runner { run in
                for piece in 1...3 {
                    let name = "\(run.job.subject)\(piece)"
                    guard !done.withLock({ $0.contains(name) }) else { continue }
                    done.withLock { $0.append(name) }
                    if run.job.subject == "a" { try await run.giveWay() }
                }
                return ""
            }
            let ids = [try await world.enqueue(subject: "a"), try await world.enqueue(subject: "b"), try await world.enqueue(subject: "c")]
            try await world.database.write { try $0.run("UPDATE job SET made_by = 'another' WHERE id = \(ids[2])") }
            for _ in 0..<4 {
                world.hands.advance(seconds: 1)
                #expect(try await runner.runNext())
            }
            #expect(done.withLock { $0 } == ["a1", "c1", "c2", "c3", "a2", "a3", "b1", "b2", "b3"])
            #expect(try await world.database.read { try $0.jobCounts() } == ["done": 3])
        }
    }

    @Test func theWishToCancelEndsTheHandler() async throws {
        try await JobsWorld.with(.sqlite) { world in
            let id = try await world.enqueue()
            let began = Mutex(false)
            let runner = world.runner { _ in
                began.withLock { $0 = true }
                try await Task.sleep(for: .seconds(60))
                return "never"
            }
            async let ran = runner.runNext()
            #expect(try await eventually { began.withLock { $0 } })
            let now = world.hands.now
            #expect(try await world.database.write { try $0.cancelJob(id: id, at: now) })
            #expect(try await ran)
            #expect(try await world.job(id).state == .cancelled)
        }
    }

    @Test func aHandlerThatReportsSeesTheWishToCancelToo() async throws {
        try await JobsWorld.with(.sqlite) { world in
            let id = try await world.enqueue()
            let runner = world.runner(poll: .seconds(60)) { run in
                let now = world.hands.now
                _ = try await world.database.write { try $0.cancelJob(id: id, at: now) }
                try await run.report(0.1, step: "next")
                return "never"
            }
            #expect(try await runner.runNext())
            #expect(try await world.job(id).state == .cancelled)
        }
    }

    @Test func theEndOfTheProgramPutsTheJobBack() async throws {
        try await JobsWorld.with(.sqlite) { world in
            let id = try await world.enqueue()
            let began = Mutex(false)
            let runner = world.runner { _ in
                began.withLock { $0 = true }
                try await Task.sleep(for: .seconds(60))
                return "never"
            }
            let group = ServiceGroup(configuration: .init(services: [.init(service: runner)], logger: Logger(label: "test")))
            async let ended: Void = group.run()
            #expect(try await eventually { began.withLock { $0 } })
            await group.triggerGracefulShutdown()
            try await ended
            let job = try await world.job(id)
            #expect(job.state == .ready && job.attempts == 1 && job.problem.isEmpty)
        }
    }

    @Test func theBellWakesTheRunner() async throws {
        try await JobsWorld.with(.sqlite) { world in
            let bell = JobBell()
            let looked = Mutex(0)
            let runner = world.runner(bell: bell, poll: .seconds(600)) { _ in
                looked.withLock { $0 += 1 }
                return ""
            }
            let group = ServiceGroup(configuration: .init(services: [.init(service: runner)], logger: Logger(label: "test")))
            async let ended: Void = group.run()
            // The first look may come before or after the first job; the second job can only be seen because of the bell.
            for number in 1...2 {
                try await Task.sleep(for: .milliseconds(50))
                _ = try await world.enqueue()
                bell.ring()
                #expect(try await eventually { looked.withLock { $0 } == number })
            }
            await group.triggerGracefulShutdown()
            try await ended
        }
    }

    @Test func timedWorkGoesOnAfterAnErrorAndEndsWithTheProgram() async throws {
        let turns = Mutex(0)
        let work = PeriodicWork("test", every: .milliseconds(5)) {
            turns.withLock { $0 += 1 }
            throw Oops()
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: work)], logger: Logger(label: "test")))
        async let ended: Void = group.run()
        #expect(try await eventually { turns.withLock { $0 } >= 3 })
        await group.triggerGracefulShutdown()
        try await ended
    }
}
