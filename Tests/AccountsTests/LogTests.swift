import Accounts
import Basics
import Foundation
import Storage
import TestKit
import Testing

private let noon = SampleWorld.moment("2011-03-05", 12)

@Suite struct LogTests {
    /// Entries of a few acts, chained.
    private func log(_ world: SampleWorld) async throws {
        for number in 1...6 {
            let act = Act(
                by: Actor(id: "a\(number % 2)"), at: noon.adding(seconds: Int64(number)), ids: world.ids,
                from: Place(address: "10.0.0.\(number)", agent: "b", areaID: "x"))
            try await world.database.write {
                try $0.record("site.state_set", "S\(number)", ["state": "closed"], refusal: number == 3 ? "right.missing" : "", by: act)
            }
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
            #expect(
                unsent.map(\.position) == Array(1...all + 1) && unsent.last?.event.kind == "site.state_set"
                    && unsent.last?.hash == after.head)
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
            (
                "UPDATE event SET happened_at = happened_at + 1 WHERE id = (SELECT event_id FROM event_link WHERE position = 3)",
                ["changed 3"]
            ),
            ("UPDATE event SET refusal = '' WHERE refusal <> ''", ["changed 0"]),
            (
                "UPDATE event SET address = '10.0.0.9', agent = 'c' WHERE id = (SELECT event_id FROM event_link WHERE position = 2)",
                ["changed 2"]
            ),
            ("DELETE FROM event WHERE id = (SELECT event_id FROM event_link WHERE position = 2)", ["missing 2"]),
            (
                """
                DELETE FROM event WHERE id = (SELECT event_id FROM event_link WHERE position = 2); DELETE FROM event_link WHERE position = 2
                """,
                ["gap 2", "changed 3"]
            ),
            ("DELETE FROM event_link WHERE position = 2", ["gap 2", "changed 3", "unchained 1"]),
            (
                """
                UPDATE event_link SET position = position + 100 WHERE position IN (2, 3); UPDATE event_link SET position = 3
                WHERE position = 102; UPDATE event_link SET position = 2 WHERE position = 103
                """,
                ["changed 2", "changed 3", "changed 4"]
            ),
            (
                """
                DELETE FROM event WHERE id IN (SELECT event_id FROM event_link WHERE position > 4); DELETE
                FROM event_link WHERE position > 4; INSERT INTO event_sent (only_one, position) VALUES (1, 7)
                """,
                ["cut 5"]
            ),
            (
                """
                INSERT INTO event_pending (event_id) VALUES ('gone'); DELETE FROM event_link WHERE position > 4; DELETE
                FROM event WHERE id NOT IN (SELECT event_id FROM event_link)
                """,
                ["missing 5"]
            ),
            ("UPDATE event_link SET hash = 'aa' WHERE position = 2", ["changed 2", "changed 3"]),
            (
                "INSERT INTO event (id, happened_at, actor, kind, subject, detail) VALUES ('zz', 1, 'a1', 'site.state_set', 'S1', '{}')",
                ["unchained 1"]
            ),
        ] as [(String, [String])])
    func whatWasRemovedChangedAddedOrReorderedIsFound(_ engine: Database.Engine, _ tampering: (String, [String])) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let refused = try await world.database.read {
                try $0.count("SELECT position FROM event_link l JOIN event e ON e.id = l.event_id WHERE e.refusal <> ''")
            }
            try await world.database.write { statements in
                for text in tampering.0.split(separator: ";") { try statements.script(String(text)) }
            }
            let found = try await world.database.read { try $0.verifyLog() }.faults
            #expect(
                found.map { "\($0.kind) \($0.position == refused ? 0 : $0.position)" }
                    == tampering.1.map { $0 == "changed \(refused)" ? "changed 0" : $0 })
        }
    }

    /// The copy as a receiver of syslog writes it, in pieces of some length.
    private func compare(_ copy: String, by size: Int = 1 << 20, with world: SampleWorld) async throws -> LogComparison {
        var comparison = LogComparison()
        func note(_ entries: [CopiedEvent]) async throws {
            guard !entries.isEmpty else { return }
            comparison.note(entries, here: try await world.database.read { try $0.sentEvents(at: Set(entries.map(\.position))) })
        }
        var bytes = Array(copy.utf8)[...]
        while !bytes.isEmpty {
            try await note(comparison.take(Array(bytes.prefix(size))))
            bytes = bytes.dropFirst(size)
        }
        try await note(comparison.finish())
        return comparison
    }

    private func copied(_ world: SampleWorld) async throws -> [String] {
        try await world.database.read { try $0.unsentEvents(limit: 1000) }.map { "Mar  5 12:00:07 centre yuanjiao: \(try $0.line())" }
    }

    @Test(arguments: Database.Engine.required, [1, 7, 1 << 20])
    func theCopyThatWasSentOnAgrees(_ engine: Database.Engine, piece: Int) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let lines = try await copied(world)
            let length = try await world.database.read { try $0.chainLength() }
            #expect(lines.count == length)
            let noise = [
                "Mar  5 12:00:08 centre sshd[7]: Accepted publickey for root", "",
                "<85>1 2011-03-05T12:00:08+08:00 centre other - - - {\"actor\":1}",
                String(repeating: "x", count: (1 << 20) + 9) + "{\"actor\":\"",
            ]
            // Whole, with others' lines between and some twice, in another order, and ending without an end of line.
            let whole = try await compare((lines + noise + lines.reversed()).joined(separator: "\n"), by: piece, with: world)
            #expect(whole.agreed.count == length && whole.differing.isEmpty && whole.unreadable == 0)
            // A copy that lacks some, and one whose line was cut off on its way.
            let partly = try await compare(
                ([lines[3], String(lines[4].dropLast(9))] + lines[6...]).joined(separator: "\r\n") + "\n", by: piece, with: world)
            #expect(partly.agreed.count == length - 5 && partly.differing.isEmpty && partly.unreadable == 1)
            let none = try await compare(noise.joined(separator: "\n"), by: piece, with: world)
            #expect(none.agreed.isEmpty && none.differing.isEmpty)
        }
    }

    /// Whoever writes the whole chain anew satisfies the chain, and not the copy.
    @Test(
        arguments: Database.Engine.required,
        [
            ("UPDATE event SET actor = 'a9' WHERE id = (SELECT event_id FROM event_link WHERE position = 3)", ["other 3"]),
            ("UPDATE event_link SET hash = 'aa' WHERE position = 3", ["other 3"]),
            ("DELETE FROM event WHERE id = (SELECT event_id FROM event_link WHERE position = 3)", ["gone 3"]),
            ("DELETE FROM event_link WHERE position IN (3, 4)", ["gone 3", "gone 4"]),
            (
                """
                DELETE FROM event WHERE id IN (SELECT event_id FROM event_link WHERE position > 5); DELETE
                FROM event_link WHERE position > 5
                """,
                ["gone 6", "gone 7", "gone 8"]
            ),
            (
                """
                UPDATE event SET actor = 'a9' WHERE id = (SELECT event_id
                FROM event_link WHERE position = 6); INSERT INTO event_pending SELECT event_id FROM event_link; DELETE FROM event_link
                """,
                ["other 6", "other 7", "other 8"]
            ),
        ] as [(String, [String])])
    func whatStandsOtherwiseInTheCopyIsNamed(_ engine: Database.Engine, _ tampering: (String, [String])) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let lines = Array(try await copied(world).prefix(8))
            try await world.database.write { statements in
                for text in tampering.0.split(separator: ";") { try statements.script(String(text)) }
            }
            // The chain is made whole again where it was taken away.
            _ = try await world.database.write { try $0.chainEvents() }
            let found = try await compare(lines.joined(separator: "\n"), with: world)
            #expect(found.differing.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" } == tampering.1)
            #expect(found.agreed.count == lines.count - tampering.1.count && found.agreed.intersection(.init(found.differing.keys)).isEmpty)
        }
    }

    /// A forged line beside the true one is named, whichever comes first.
    @Test(arguments: Database.Engine.required)
    func twoLinesOfOnePlaceAreBothLookedAt(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await log(world)
            let lines = try await copied(world)
            let forged = lines[2].replacing("\"hash\":\"", with: "\"hash\":\"00")
            for copy in [[lines[2], forged, lines[1]], [forged, lines[1], lines[2]]] {
                let found = try await compare(copy.joined(separator: "\n"), with: world)
                #expect(found.differing == [3: .other] && Array(found.agreed) == [2])
            }
            let ahead = try await compare(lines[0].replacing("\"position\":\"1\"", with: "\"position\":\"999999999999\""), with: world)
            #expect(ahead.differing == [999_999_999_999: .gone])
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
