import Basics
import Foundation
import Storage
import Synchronization
import TestKit
import Testing

private let schema = Migration(
    number: 1, name: "0001_thing",
    text: """
        CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL CHECK (amount >= 0), note TEXT, weight DOUBLE PRECISION,
            seen_at BIGINT, bits BYTEA);
        CREATE TABLE day_thing (day BIGINT NOT NULL, thing TEXT NOT NULL, PRIMARY KEY (day, thing)) /*sqlite: WITHOUT ROWID */;
        """)

private struct Thing: Decodable, Equatable {
    var id: String
    var amount: Int
    var note: String?
    var weight: Double?
    var seenAt: Instant?
    var bits: [UInt8]?
}

private func withThings(_ engine: Database.Engine, _ body: (Database) async throws -> Void) async throws {
    try await withDatabase(engine) { database in
        _ = try await database.migrate([schema], at: Instant(milliseconds: 1))
        try await body(database)
    }
}

/// How often something was tried, by many at once.
private final class Tries: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
}

@Suite struct DatabaseTests {
    @Test(arguments: Database.Engine.required)
    func valuesAndTypedNullsComeBackAsTheyWentIn(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            let full = Thing(
                id: "一", amount: 9_007_199_254_740_993, note: "教'育\"𠮷", weight: 0.1, seenAt: Instant(milliseconds: -5), bits: [0, 255, 7])
            let bare = Thing(id: "b", amount: 0, note: nil, weight: nil, seenAt: nil, bits: nil)
            for thing in [full, bare] {
                try await database.write {
                    try $0.run(
                        """
                        INSERT INTO thing (id, amount, note, weight, seen_at, bits)
                        VALUES (\(thing.id), \(thing.amount), \(thing.note), \(thing.weight), \(thing.seenAt), \(thing.bits))
                        """
                    )
                }
            }
            let found = try await database.read {
                try $0.all(Thing.self, "SELECT id, amount, note, weight, seen_at, bits FROM thing ORDER BY id")
            }
            #expect(found == [bare, full])
            let none: String? = nil
            let matches = try await database.read { try $0.count("SELECT count(*) FROM thing WHERE \(none) IS NULL OR note = \(none)") }
            #expect(matches == 2)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aTransactionWhoseStatementFailedIsUndoneEvenWhenTheErrorWasCaught(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            await #expect(throws: StorageError.self) {
                try await database.write { statements in
                    try statements.run("INSERT INTO thing (id, amount) VALUES ('a', 1)")
                    _ = try? statements.run("INSERT INTO thing (id, amount) VALUES ('b', -1)")
                }
            }
            let found1 = try await database.read { try $0.count("SELECT count(*) FROM thing") }
            #expect(found1 == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func brokenRulesOfTheSchemaAreToldApart(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.run("INSERT INTO thing (id, amount) VALUES ('a', 1)") }
            let cases: [(SQL, StorageError.Constraint)] = [
                ("INSERT INTO thing (id, amount) VALUES ('a', 2)", .unique), ("INSERT INTO thing (id, amount) VALUES ('c', -2)", .check),
                ("INSERT INTO thing (id, amount) VALUES ('d', NULL)", .notNull),
            ]
            for (sql, wanted) in cases {
                do {
                    try await database.write { try $0.run(sql) }
                    Issue.record("the statement was taken")
                } catch StorageError.constraint(let constraint, _) { #expect(constraint == wanted) }
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func contendedIncrementsAllCount(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.run("INSERT INTO thing (id, amount) VALUES ('a', 0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await database.write { statements in
                            let amount = try statements.count("SELECT amount FROM thing WHERE id = 'a'")
                            try statements.run("UPDATE thing SET amount = \(amount + 1) WHERE id = 'a'")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let found2 = try await database.read { try $0.count("SELECT amount FROM thing WHERE id = 'a'") }
            #expect(found2 == 40)
        }
    }

    @Test func writersInTurnOfSeveralConnectionsMeetNoConflict() async throws {
        try await withThings(.postgres) { database in
            let tries = Tries()
            try await database.write { try $0.run("INSERT INTO thing (id, amount) VALUES ('a', 0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await database.write(inTurn: true) { statements in
                            tries.add()
                            let amount = try statements.count("SELECT amount FROM thing WHERE id = 'a'")
                            try statements.run("UPDATE thing SET amount = \(amount + 1) WHERE id = 'a'")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.read { try $0.count("SELECT amount FROM thing") } == 40)
            #expect(tries.count == 40)
            // Whoever fails gives the turn on.
            await #expect(throws: StorageError.self) {
                try await database.write(inTurn: true) { _ = try $0.run("INSERT INTO thing (id) VALUES ('b')") }
            }
            try await database.write(inTurn: true) { _ = try $0.run("UPDATE thing SET amount = 0") }
        }
    }

    @Test(arguments: Database.Engine.required)
    func manyRowsGoInAtOnceAndDuplicatesChangeNothing(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            let rows = (0..<500).map { [Value.integer(Int64($0 % 250)), .text("t")] }
            let changed = try await database.write {
                try $0.run("INSERT INTO day_thing (day, thing) \(values: rows) ON CONFLICT (day, thing) DO NOTHING")
            }
            #expect(changed == 250)
            let listed = try await database.read {
                try $0.all("SELECT day FROM day_thing WHERE day IN (\(list: [3, 4, 900])) ORDER BY day") { try $0.int(0) }
            }
            #expect(listed == [3, 4])
            let found3 = try await database.read { try $0.count("SELECT count(*) FROM day_thing WHERE day IN (\(list: [Int]()))") }
            #expect(found3 == 0)
        }
    }

    @Test(arguments: Database.Engine.required)
    func rowsOfEveryTypeComeBackWithTheirNulls(_ engine: Database.Engine) async throws {
        let rows: [[Value]] = [
            [.integer(1), .null(.text), .real(-0.5), .blob([])], [.integer(.min), .text("甲{\"}\\,"), .null(.real), .blob([0, 255])],
            [.integer(.max), .text(""), .real(1e300), .null(.blob)],
        ]
        try await withThings(engine) { database in
            for count in 1...3 {
                let part = Array(rows.prefix(count))
                let found = try await database.read { statements in
                    try statements.all("WITH v(a, b, c, d) AS (\(values: part)) SELECT a, b, c, d FROM v") { row in
                        try (0..<4).map { try row.value($0) }
                    }
                }
                // A null that comes back has lost its type.
                let wanted = part.map { row in row.map { value -> Value in if case .null = value { .null(.text) } else { value } } }
                #expect(found == wanted)
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func textOrdersByCodePointAndLikeHeedsCase(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            for id in ["b", "A", "乙", "a", "甲"] {
                try await database.write { try $0.run("INSERT INTO thing (id, amount, note) VALUES (\(id), 1, \(id))") }
            }
            let found4 = try await database.read { try $0.all("SELECT id FROM thing ORDER BY id") { try $0.text(0) } }
            #expect(found4 == ["A", "a", "b", "乙", "甲"])
            let found5 = try await database.read { try $0.count("SELECT count(*) FROM thing WHERE note LIKE 'a%'") }
            #expect(found5 == 1)
        }
    }

    /// Centres and commands that start at the same moment on an empty database: each step is taken once, and nobody fails.
    @Test(arguments: Database.Engine.required)
    func severalAtOnceBringTheSchemaUp(_ engine: Database.Engine) async throws {
        for _ in 0..<5 {
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            var address = folder.appendingPathComponent("test.sqlite").path
            if engine == .postgres {
                let (server, name) = try await freshSchema()
                address = "postgres:\(server) options='-c search_path=\(name)'"
            }
            let place = address
            let steps = (1...20).map { Migration(number: $0, name: "step \($0)", text: "CREATE TABLE t\($0) (n BIGINT NOT NULL)") }
            let done = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let database = try await Database.open(place, journal: nil)
                        let done = try await database.migrate(steps, at: Instant(milliseconds: 1))
                        await database.close()
                        return done
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(done.sorted() == steps.map(\.name).sorted())
        }
    }

    @Test(arguments: Database.Engine.required)
    func migratingAgainDoesNothingAndAnEditedOrUnknownStepIsRefused(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            let found6 = try await database.migrate([schema], at: Instant(milliseconds: 2))
            #expect(found6 == [])
            let second = Migration(number: 2, name: "0002_more", text: "ALTER TABLE thing ADD COLUMN extra TEXT")
            let found7 = try await database.migrate([schema, second], at: Instant(milliseconds: 2))
            #expect(found7 == ["0002_more"])
            await #expect(throws: StorageError.self) { _ = try await database.migrate([schema], at: Instant(milliseconds: 3)) }
            let edited = Migration(number: 1, name: "0001_thing", text: schema.text + " ")
            await #expect(throws: StorageError.self) { _ = try await database.migrate([edited, second], at: Instant(milliseconds: 3)) }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aFailedMigrationLeavesNothingBehind(_ engine: Database.Engine) async throws {
        try await withThings(engine) { database in
            let broken = Migration(
                number: 2, name: "0002_broken", text: "CREATE TABLE half (id TEXT NOT NULL PRIMARY KEY); CREATE TABLE half (id TEXT)")
            await #expect(throws: StorageError.self) { _ = try await database.migrate([schema, broken], at: Instant(milliseconds: 2)) }
            let mended = Migration(number: 2, name: "0002_mended", text: "CREATE TABLE half (id TEXT NOT NULL PRIMARY KEY)")
            let found8 = try await database.migrate([schema, mended], at: Instant(milliseconds: 2))
            #expect(found8 == ["0002_mended"])
        }
    }

    @Test func sqliteRefusesAFolderThatIsNotThere() {
        #expect(throws: StorageError.self) { try Database.sqlite(path: "/nowhere/at/all.sqlite") }
    }
}

@Suite struct BlobStoreTests {
    @Test func theSameBytesTwiceAreStoredOnceUnderTheirHash() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try BlobStore(folder: folder)
        let first = try store.store(Data("abc".utf8))
        #expect(first == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try store.store(Data("abc".utf8)) == first)
        #expect(store.length(first) == 3)
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])?.allObjects.compactMap {
            $0 as? URL
        }
        .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
        #expect(files?.count == 1)
    }

    @Test(arguments: ["", "../../etc/passwd", String(repeating: "A", count: 64), String(repeating: "0", count: 63) + "/"])
    func aNameThatIsNoHashLeadsNowhere(_ name: String) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try BlobStore(folder: folder)
        #expect(store.url(name) == nil)
        #expect(store.length(name) == nil)
    }
}

@Suite struct DatabaseCopyTests {
    /// What others write meanwhile is in the copy whole or not at all, and what is in the write-ahead log is in it.
    @Test func aCopyOfSQLiteHoldsWhatWasWrittenAndNothingByHalves() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("yuanjiao-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, copy) = (folder.appendingPathComponent("a.sqlite").path, folder.appendingPathComponent("b.sqlite").path)
        let database = try Database.sqlite(path: path)
        _ = try await database.migrate([schema], at: Instant(milliseconds: 0))
        try await database.write { try $0.run("INSERT INTO thing (id, amount) VALUES ('first', 1)") }
        let writing = Task {
            for number in 0..<200 {
                try await database.write { statements in
                    for part in 0..<2 { try statements.run("INSERT INTO thing (id, amount) VALUES (\("\(number)-\(part)"), 1)") }
                }
            }
        }
        try await offPool { try Database.copySQLite(path, to: copy) }
        try await writing.value
        await #expect(throws: (any Error).self) { try await offPool { try Database.copySQLite(path, to: copy) } }
        await #expect(throws: (any Error).self) { try await offPool { try Database.copySQLite(path + "x", to: copy + "x") } }
        await database.close()
        let other = try Database.sqlite(path: copy)
        let count = try await other.read { try $0.count("SELECT count(*) FROM thing") }
        #expect(count % 2 == 1)
        await other.close()
    }

    @Test(
        arguments: [
            (
                "host=db user=yuanjiao password='open sesame' dbname=y",
                ["PGHOST": "db", "PGUSER": "yuanjiao", "PGPASSWORD": "open sesame", "PGDATABASE": "y"], ""
            ),
            (
                "postgresql://u:p%20w@db:5433/y?sslmode=verify-full",
                ["PGHOST": "db", "PGPORT": "5433", "PGUSER": "u", "PGPASSWORD": "p w", "PGDATABASE": "y", "PGSSLMODE": "verify-full"], ""
            ),
            ("host=/run tcp_user_timeout='7'", ["PGHOST": "/run"], "tcp_user_timeout='7'"), ("", [:], ""),
        ] as [(String, [String: String], String)])
    func aConnectionStringBecomesVariables(_ connection: String, _ variables: [String: String], _ rest: String) throws {
        let found = try Database.postgresEnvironment(connection)
        let own = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("PG") }
        #expect(found.variables == own.merging(variables) { $1 } && found.rest == rest)
    }

    @Test func whatIsNoConnectionStringIsRefused() { #expect(throws: (any Error).self) { try Database.postgresEnvironment("host='x") } }
}
