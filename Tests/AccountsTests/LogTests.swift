import Accounts
import Basics
import Storage
import TestKit
import Testing

private let noon = SampleWorld.moment("2011-03-05", 12)

@Suite struct LogTests {
    /// Entries of a few acts, chained.
    private func log(_ world: SampleWorld) async throws {
        for number in 1...6 {
            let act = Act(
                by: Actor(id: "a\(number % 2)"), at: noon.adding(seconds: Int64(number)), ids: world.ids, from: Place(address: "10.0.0.\(number)", agent: "b", areaID: "x"))
            try await world.database.write { try $0.record("site.state_set", "S\(number)", ["state": "closed"], refusal: number == 3 ? "right.missing" : "", by: act) }
        }
        while try await world.database.write({ try $0.chainEvents(most: 4) }) == 4 {}
    }

    @Test(arguments: Database.Engine.required)
    func anUntouchedLogHoldsAndGoesOn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let before = try await world.database.read { try $0.verifyLog() }
            #expect(before.faults.isEmpty)
            let all = try await world.database.read { try $0.count("SELECT count(*) FROM event") }
            #expect(before.entries == all)
            let act = world.act(at: noon)
            try await world.database.write { try $0.record("site.state_set", "S1", by: act) }
            // What waits for its place is no fault.
            #expect(try await world.database.read { try $0.verifyLog() } == before)
            #expect(try await world.database.write { try $0.chainEvents() } == 1)
            #expect(try await world.database.write { try $0.chainEvents() } == 0)
            let after = try await world.database.read { try $0.verifyLog() }
            #expect(after.faults.isEmpty && after.entries == all + 1 && after.head != before.head)
            let unsent = try await world.database.read { try $0.unsentEvents(limit: 1000) }
            #expect(unsent.map(\.position) == Array(1...all + 1) && unsent.last?.event.kind == "site.state_set" && unsent.last?.hash == after.head)
            for position in [2, all] { try await world.database.write { try $0.noteSent(through: position) } }
            #expect(try await world.database.read { try $0.unsentEvents(limit: 1000) } == [unsent[all]])
            #expect(try unsent[all].line().contains("\"kind\":\"site.state_set\"") && !unsent.contains { try $0.line().contains("\n") })
            let seen = try await world.database.read { try $0.events(about: "S3") }.first
            #expect(seen?.refusal == "right.missing" && seen?.address == "10.0.0.3" && seen?.agent == "b" && seen?.areaID == "x")
        }
    }

    /// Whoever has the database can write what he likes; each of these is found, and where.
    @Test(
        arguments: Database.Engine.required,
        [
            ("UPDATE event SET actor = 'a9' WHERE id = (SELECT event_id FROM event_link WHERE position = 3)", ["changed 3"]),
            ("UPDATE event SET detail = '{}' WHERE id = (SELECT event_id FROM event_link WHERE position = 3)", ["changed 3"]),
            ("UPDATE event SET happened_at = happened_at + 1 WHERE id = (SELECT event_id FROM event_link WHERE position = 3)", ["changed 3"]),
            ("UPDATE event SET refusal = '' WHERE refusal <> ''", ["changed 0"]),
            ("UPDATE event SET address = '10.0.0.9', agent = 'c' WHERE id = (SELECT event_id FROM event_link WHERE position = 2)", ["changed 2"]),
            ("DELETE FROM event WHERE id = (SELECT event_id FROM event_link WHERE position = 2)", ["missing 2"]),
            (
                "DELETE FROM event WHERE id = (SELECT event_id FROM event_link WHERE position = 2); DELETE FROM event_link WHERE position = 2",
                ["gap 2", "changed 3"]
            ),
            ("DELETE FROM event_link WHERE position = 2", ["gap 2", "changed 3", "unchained 1"]),
            (
                "UPDATE event_link SET position = position + 100 WHERE position IN (2, 3); UPDATE event_link SET position = 3 WHERE position = 102; UPDATE event_link SET position = 2 WHERE position = 103",
                ["changed 2", "changed 3", "changed 4"]
            ),
            (
                "DELETE FROM event WHERE id IN (SELECT event_id FROM event_link WHERE position > 4); DELETE FROM event_link WHERE position > 4; INSERT INTO event_sent (only_one, position) VALUES (1, 7)",
                ["cut 5"]
            ),
            (
                "INSERT INTO event_pending (event_id) VALUES ('gone'); DELETE FROM event_link WHERE position > 4; DELETE FROM event WHERE id NOT IN (SELECT event_id FROM event_link)",
                ["missing 5"]
            ),
            ("UPDATE event_link SET hash = 'aa' WHERE position = 2", ["changed 2", "changed 3"]),
            (
                "INSERT INTO event (id, happened_at, actor, kind, subject, detail) VALUES ('zz', 1, 'a1', 'site.state_set', 'S1', '{}')", ["unchained 1"]
            ),
        ] as [(String, [String])])
    func whatWasRemovedChangedAddedOrReorderedIsFound(_ engine: Database.Engine, _ tampering: (String, [String])) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let refused = try await world.database.read {
                try $0.count("SELECT position FROM event_link l JOIN event e ON e.id = l.event_id WHERE e.refusal <> ''")
            }
            try await world.database.write { statements in for text in tampering.0.split(separator: ";") { try statements.script(String(text)) } }
            let found = try await world.database.read { try $0.verifyLog() }.faults
            #expect(found.map { "\($0.kind) \($0.position == refused ? 0 : $0.position)" } == tampering.1.map { $0 == "changed \(refused)" ? "changed 0" : $0 })
        }
    }

    @Test func whoIsRefusedOftenIsSummed() {
        let budget = RefusalBudget(most: 3, keys: 2)
        #expect((1...5).map { _ in budget.admits("10.0.0.1", at: noon) } == [true, true, true, false, false])
        #expect(budget.admits("10.0.0.2", at: noon))
        // Further ones share a budget.
        #expect(["a", "b", "c", "d"].map { budget.admits($0, at: noon) } == [true, true, true, false])
        #expect(budget.rests(at: noon.adding(seconds: 3599)).isEmpty)
        #expect(budget.rests(at: noon.adding(seconds: 3600)).map { "\($0.key) \($0.count)" } == [" 1", "10.0.0.1 2"])
        #expect(budget.rests(at: noon.adding(seconds: 7200)).isEmpty)
        #expect(budget.admits("10.0.0.1", at: noon.adding(seconds: 7200)))
    }
}
