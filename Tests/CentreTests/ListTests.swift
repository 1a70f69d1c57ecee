import Accounts
import Basics
import Centre
import Foundation
import HTTPTypes
import HummingbirdTesting
import Listener
import Storage
import Synchronization
import TestKit
import Testing
import Web

/// Whole lists as files have a door of their own: who asks for them without end is told so, and pages stay open.
@Suite struct ListTests {
    @Test func listsAsFilesHaveADoor() async throws {
        try await withCentre(.sqlite) { world in
            let reader = try await world.signIn("leader", .leader, area: "9901")
            let account = try #require(try await world.centre.database.read { try $0.account(login: "leader") })
            #expect(try await world.get("/sites.csv", cookie: reader).status == .ok)
            let work = LongWork()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await world.centre.house.lists.admit(account.id) {
                            work.inside.withLock { $0 += 1 }
                            while !work.isOver.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
                        }
                    }
                }
                while work.inside.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
                defer { work.isOver.withLock { $0 = true } }
                let refused = try await world.get("/sites.csv", cookie: reader)
                #expect(refused.status == .serviceUnavailable && refused.headers[.retryAfter] != nil)
                #expect(try await world.get("/sites.xlsx", cookie: reader).status == .serviceUnavailable)
                #expect(try await world.get("/sites", cookie: reader).status == .ok)
                let other = try await world.signIn("other", .leader, area: "9901")
                #expect(try await world.get("/sites.csv", cookie: other).status == .ok)
                work.isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            #expect(try await world.get("/sites.csv", cookie: reader).status == .ok)
        }
    }
}

/// Work that is under way until it is told to end.
private final class LongWork: Sendable {
    let inside = Mutex(0)
    let isOver = Mutex(false)
}
