import Accounts
import Basics
import Registry
package import Storage
package import Wire

extension Statements {
    /// What is stored of the tests, stops and contacts among some facts.
    func conditionMerge(_ facts: [AcceptedFact], terminals: [String: Int]) throws -> ConditionMerge {
        var merge = ConditionMerge(terminals: terminals)
        var (tests, stops, contacts): (Set<TestKey>, Set<StopKey>, Set<ContactKey>) = ([], [], [])
        for fact in facts {
            switch fact.fact.body {
            case .test(let test): if let key = merge.key(test) { tests.insert(key) }
            case .stop(let stop): if let key = merge.key(stop) { stops.insert(key) }
            case .contact(let contact): if let key = merge.key(contact) { contacts.insert(key) }
            case .presence, .play, .watermark, .holding, .incident: break
            }
        }
        let names = Dictionary(terminals.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        try inParts(tests.sorted()) { part in
            try each(
                """
                WITH k(terminal, boot, sequence) AS (\(values: part.map { [$0.terminal.bound, $0.boot.bound, $0.sequence.bound] }))
                SELECT p.terminal, p.boot, p.sequence, p.at, p.outcome, p.courseware FROM k
                JOIN test_play p ON p.terminal = k.terminal AND p.boot = k.boot AND p.sequence = k.sequence
                """
            ) { row in
                let key = TestKey(terminal: try row.int(0), boot: Int64(try row.int(1)), sequence: Int64(try row.int(2)))
                merge.tests[key] = TestPlay(
                    terminal: names[key.terminal] ?? "", boot: key.boot, sequence: key.sequence, at: try row.instant(3),
                    outcome: try testOutcome(row, 4), courseware: try row.text(5))
            }
        }
        try inParts(stops.sorted()) { part in
            try each(
                """
                WITH k(terminal, boot) AS (\(values: part.map { [$0.terminal.bound, $0.boot.bound] }))
                SELECT s.terminal, s.boot, s.last_at, s.back_at, s.clean FROM k
                JOIN terminal_stop s ON s.terminal = k.terminal AND s.boot = k.boot
                """
            ) { row in
                let key = StopKey(terminal: try row.int(0), boot: Int64(try row.int(1)))
                merge.stops[key] = Stop(
                    terminal: names[key.terminal] ?? "", boot: key.boot, lastAt: try row.instant(2), backAt: try row.instant(3),
                    isClean: try row.int(4) == 1)
            }
        }
        try inParts(contacts.sorted()) { part in
            try each(
                """
                WITH k(day, terminal, edge) AS (\(values: part.map { [$0.key.day.number.bound, $0.key.terminal.bound, $0.edge.bound] }))
                SELECT c.day, c.terminal, c.edge, c.minutes FROM k
                JOIN contact c ON c.day = k.day AND c.terminal = k.terminal AND c.edge = k.edge
                """
            ) { row in
                let key = ContactKey(key: TerminalDay(day: try row.day(0), terminal: try row.int(1)), edge: try row.text(2))
                merge.contacts[key] = try row.minutes(3)
            }
        }
        return merge
    }

    /// Writes what changed.
    func store(_ merge: ConditionMerge, zone: NetworkZone) throws {
        try inParts(merge.changedTests.sorted { $0.key < $1.key }) { part in
            let rows = part.compactMap { key, source -> [Value]? in
                guard let test = merge.tests[key] else { return nil }
                return [
                    key.terminal.bound, key.boot.bound, key.sequence.bound, test.at.bound, zone.day(of: test.at).number.bound,
                    test.outcome.rawValue.bound, test.courseware.bound, (test.isFailure ? 1 : 0).bound, source.bound,
                ]
            }
            try run(
                """
                INSERT INTO test_play (terminal, boot, sequence, at, day, outcome, courseware, failure, source) \(values: rows)
                ON CONFLICT (terminal, boot, sequence) DO UPDATE SET at = excluded.at, day = excluded.day, outcome = excluded.outcome,
                    courseware = excluded.courseware, failure = excluded.failure, source = excluded.source
                """)
        }
        try inParts(merge.changedStops.sorted { $0.key < $1.key }) { part in
            let rows = part.compactMap { key, source -> [Value]? in
                guard let stop = merge.stops[key] else { return nil }
                return [
                    key.terminal.bound, key.boot.bound, stop.lastAt.bound, stop.backAt.bound, (stop.isClean ? 1 : 0).bound, source.bound,
                ]
            }
            try run(
                """
                INSERT INTO terminal_stop (terminal, boot, last_at, back_at, clean, source) \(values: rows)
                ON CONFLICT (terminal, boot) DO UPDATE SET last_at = excluded.last_at, back_at = excluded.back_at,
                    clean = excluded.clean, source = excluded.source
                """)
        }
        try inParts(merge.changedContacts.sorted()) { part in
            let rows = part.map {
                [$0.key.day.number.bound, $0.key.terminal.bound, $0.edge.bound, (merge.contacts[$0] ?? MinuteSet()).encoded.bound]
            }
            try run(
                """
                INSERT INTO contact (day, terminal, edge, minutes) \(values: rows)
                ON CONFLICT (day, terminal, edge) DO UPDATE SET minutes = excluded.minutes
                """)
        }
    }

    /// The outcome in a column.
    package func testOutcome(_ row: Row, _ column: Int) throws -> TestPlay.Outcome {
        guard let outcome = TestPlay.Outcome(rawValue: try row.text(column)) else {
            throw StorageError.column("The outcome of a stored test cannot be read")
        }
        return outcome
    }
}
