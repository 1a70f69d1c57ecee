import Basics
package import Foundation
package import Storage
import Synchronization

extension Database.Engine {
    /// The engines that every command and query is tested on: both, always.
    package static var required: [Database.Engine] { allCases }
}

/// What a test needs and does not have.
package struct MissingEngine: Error, CustomStringConvertible {
    package let description: String
}

/// Opens an empty database of the engine, hands it over, and removes it. PostgreSQL is the throw-away server that bin/test starts; each
/// test has a schema of its own.
package func withDatabase<Result: Sendable>(_ engine: Database.Engine, _ body: (Database) async throws -> Result) async throws -> Result {
    switch engine {
    case .sqlite:
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try Database.sqlite(path: folder.appendingPathComponent("test.sqlite").path, journal: testJournal)
        return try await closing(database, body)
    case .postgres:
        let (address, schema) = try await freshSchema()
        let database = try await Database.postgres(address + " options='-c search_path=\(schema)'", connections: 2, journal: testJournal)
        let server = try await Database.postgres(address, connections: 1)
        do {
            let result = try await body(database)
            await database.close()
            try await server.write { try $0.script("DROP SCHEMA \(schema) CASCADE") }
            await server.close()
            return result
        } catch {
            await database.close()
            await server.close()
            throw error
        }
    }
}

/// Hands over a database, and closes it whatever comes of that.
func closing<Result: Sendable>(_ database: Database, _ body: (Database) async throws -> Result) async throws -> Result {
    do {
        let result = try await body(database)
        await database.close()
        return result
    } catch {
        await database.close()
        throw error
    }
}

/// The libpq address of the test server.
func testServer() throws -> String {
    guard let address = ProcessInfo.processInfo.environment["YUANJIAO_TEST_POSTGRES"] else {
        throw MissingEngine(
            description: "YUANJIAO_TEST_POSTGRES is not set; run the tests with bin/test, which starts a PostgreSQL of its own")
    }
    return address
}

/// The libpq address of an empty schema on the test server, for tests that open the database themselves.
package func freshSchema() async throws -> (address: String, schema: String) {
    let address = try testServer()
    let schema = "t" + hexadecimal(Entropy.system.bytes(8))
    let server = try await Database.postgres(address, connections: 1)
    try await server.write { try $0.script("CREATE SCHEMA \(schema)") }
    await server.close()
    return (address, schema)
}

/// A new folder for one test; the caller removes it.
package func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("yuanjiao-test-" + hexadecimal(Entropy.system.bytes(8)))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// Writes each (engine, file, function) that ran SQL once to the file named by YUANJIAO_STATEMENT_JOURNAL; bin/test compares it with the
/// list of all commands and queries.
package let testJournal: StatementJournal? = ProcessInfo.processInfo.environment["YUANJIAO_STATEMENT_JOURNAL"].map { path in
    let seen = Mutex<Set<String>>([])
    return StatementJournal { entry in
        seen.withLock { seen in
            guard seen.insert(entry).inserted, let line = (entry + "\n").data(using: .utf8) else { return }
            if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
            guard let handle = FileHandle(forWritingAtPath: path) else { return }
            handle.seekToEndOfFile()
            handle.write(line)
            try? handle.close()
        }
    }
}
