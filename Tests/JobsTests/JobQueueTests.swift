import Basics
import Jobs
import Storage
import TestKit
import Testing

@Suite struct JobQueueTests {
    @Test(arguments: Database.Engine.required)
    func jobsAreTakenInOrderAndEachByOneRunner(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let first = try await world.enqueue()
            let second = try await world.enqueue()
            let other = try await world.enqueue("other")
            let taken = try #require(try await world.claim())
            #expect(taken.id == first && taken.state == .running && taken.attempts == 1 && taken.payload == "p" && taken.madeBy == "tester")
            #expect(try await world.claim()?.id == second)
            #expect(try await world.claim() == nil)
            #expect(try await world.job(other).state == .ready)
            let counts = try await world.database.read { try $0.jobCounts() }
            #expect(counts == ["running": 2, "ready": 1])
        }
    }

    /// Nobody's hundred films stand before another's one; and no more may wait than is said.
    @Test(arguments: Database.Engine.required)
    func turnsAreTakenByPersonAndTheQueueHasABound(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            var ids: [String: [String]] = [:]
            for person in ["much", "much", "much", "little", "much", "little"] {
                ids[person, default: []].append(try await world.enqueue(of: person))
                world.hands.advance(seconds: 1)
            }
            func room(_ bound: JobBound, _ person: String, _ kind: String = "work") async throws {
                try await world.database.read { try $0.requireRoom(bound, kind: kind, of: person) }
            }
            await #expect(throws: Refusal.conflict("job.too_many_own")) { try await room(.init(inAll: 100, ofAccount: 4), "much") }
            await #expect(throws: Refusal.conflict("job.too_many")) { try await room(.init(inAll: 6, ofAccount: 5), "nobody") }
            try await room(.init(inAll: 7, ofAccount: 5), "much")
            try await room(.init(inAll: 1, ofAccount: 1), "much", "other")
            var taken: [String] = []
            while let job = try await world.claim() {
                taken.append(job.madeBy)
                world.hands.advance(seconds: 1)
                _ = try await world.database.write { [now = world.hands.now] in
                    try $0.endJob(id: job.id, attempt: 1, as: .done, account: "", at: now)
                }
            }
            #expect(taken == ["much", "little", "much", "little", "much", "much"])
            try await room(.init(inAll: 1, ofAccount: 1), "much")
        }
    }

    @Test(arguments: Database.Engine.required)
    func theJobOfADeadRunnerIsTakenAgainAfterItsLease(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let id = try await world.enqueue()
            _ = try await world.claim()
            world.hands.advance(seconds: 29)
            #expect(try await world.claim() == nil)
            let renewed = world.hands.now
            #expect(try await world.database.write { try $0.renewLease(id: id, attempt: 1, lease: 30_000, at: renewed) })
            world.hands.advance(seconds: 29)
            #expect(try await world.claim() == nil)
            world.hands.advance(seconds: 2)
            #expect(try await world.claim()?.attempts == 2)
            // The first runner wakes up again: nothing of it counts any more.
            let now = world.hands.now
            let late = try await world.database.write { statements in
                [
                    try statements.advanceJob(id: id, attempt: 1, progress: 900, step: "late", lease: 30_000, at: now),
                    try statements.renewLease(id: id, attempt: 1, lease: 30_000, at: now),
                    try statements.endJob(id: id, attempt: 1, as: .done, account: "late", at: now),
                ]
            }
            #expect(late == [false, false, false])
            #expect(try await world.job(id).state == .running)
        }
    }

    @Test(arguments: Database.Engine.required)
    func progressAndTheEndAreToldOfTheNewestJobAboutAThing(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            _ = try await world.enqueue(subject: "a")
            world.hands.advance(seconds: 1)
            let id = try await world.enqueue(subject: "a")
            _ = try await world.claim()
            _ = try await world.claim()
            let now = world.hands.now
            #expect(
                try await world.database.write {
                    try $0.advanceJob(id: id, attempt: 1, progress: 420, step: "half", lease: 30_000, at: now)
                })
            var job = try #require(try await world.database.read { try $0.latestJob(about: "a") })
            #expect(job.id == id && job.progress == 420 && job.step == "half")
            #expect(try await world.database.write { try $0.endJob(id: id, attempt: 1, as: .done, account: "all of it", at: now) })
            job = try await world.job(id)
            #expect(job.state == .done && job.progress == 1000 && job.account == "all of it" && job.endedAt == now)
            #expect(try await world.database.read { try $0.latestJob(about: "nothing") } == nil)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aWaitingJobIsCancelledAtOnceAndARunningOneWhenItsRunnerLooks(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let (waiting, now) = (try await world.enqueue("other"), world.hands.now)
            let running = try await world.enqueue()
            _ = try await world.claim()
            #expect(try await world.database.write { try $0.cancelJob(id: waiting, at: now) })
            #expect(try await world.job(waiting).state == .cancelled)
            #expect(try await world.database.write { try $0.cancelJob(id: running, at: now) })
            #expect(try await world.job(running).cancelWanted)
            #expect(
                try await world.database.write { try $0.advanceJob(id: running, attempt: 1, progress: 1, step: "", lease: 1, at: now) }
                    == false)
            #expect(try await world.database.write { try $0.cancelJob(id: waiting, at: now) } == false)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aPostponedJobWaitsForItsTimeAndAStartTakesAllLeasesBack(_ engine: Database.Engine) async throws {
        try await JobsWorld.with(engine) { world in
            let id = try await world.enqueue()
            _ = try await world.claim()
            let until = world.hands.now.adding(seconds: 10)
            try await world.database.write { try $0.postponeJob(id: id, attempt: 1, problem: "disk.full", until: until) }
            #expect(try await world.job(id).problem == "disk.full")
            #expect(try await world.claim() == nil)
            world.hands.advance(seconds: 10)
            #expect(try await world.claim()?.problem == "")
            #expect(try await world.database.write { try $0.releaseLeases() } == 1)
            #expect(try await world.claim()?.attempts == 3)
        }
    }
}
