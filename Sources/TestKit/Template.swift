import Basics
import CLibpq
import Foundation
package import Storage

/// A database that many tests begin with: made once in a run for each engine, and copied for each test, which is quicker than making it.
package actor DatabaseTemplate {
    /// All tables of the centre, empty.
    package static let tables = DatabaseTemplate { _ = try await $0.migrate(allMigrations, at: Instant(milliseconds: 1)) }

    private enum Made {
        case file(Data)
        case database(String)
    }

    private let fill: @Sendable (Database) async throws -> Void
    private var made: [Database.Engine: Task<Made, any Error>] = [:]

    package init(_ fill: @escaping @Sendable (Database) async throws -> Void) { self.fill = fill }

    /// Hands over the address, as `Database.open` takes it, of a copy that only this test has, and removes the copy.
    package nonisolated func withCopy<Result: Sendable>(_ engine: Database.Engine, _ body: (String) async throws -> Result) async throws
        -> Result
    {
        switch try await original(engine) {
        case .file(let contents):
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appendingPathComponent("test.sqlite")
            try await offPool { try contents.write(to: file) }
            return try await body(file.path)
        case .database(let original):
            let name = "c" + hexadecimal(Entropy.system.bytes(8))
            try await onServer("CREATE DATABASE \(name) TEMPLATE \(original)")
            do {
                let result = try await body("postgres:\(try testServer()) dbname=\(name)")
                try await onServer("DROP DATABASE \(name) WITH (FORCE)")
                return result
            } catch {
                try? await onServer("DROP DATABASE \(name) WITH (FORCE)")
                throw error
            }
        }
    }

    /// Opens a copy, hands it over, and removes it.
    package nonisolated func withDatabase<Result: Sendable>(_ engine: Database.Engine, _ body: (Database) async throws -> Result)
        async throws
        -> Result
    {
        try await withCopy(engine) { try await closing(try await Database.open($0, journal: testJournal), body) }
    }

    private func original(_ engine: Database.Engine) async throws -> Made {
        if let task = made[engine] { return try await task.value }
        let fill = fill
        let task = Task { try await DatabaseTemplate.make(engine, fill) }
        made[engine] = task
        return try await task.value
    }

    private static func make(_ engine: Database.Engine, _ fill: @Sendable (Database) async throws -> Void) async throws -> Made {
        switch engine {
        case .sqlite:
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appendingPathComponent("test.sqlite")
            let database = try Database.sqlite(path: file.path, journal: testJournal)
            try await fill(database)
            await database.close()
            return .file(try await offPool { try Data(contentsOf: file) })
        case .postgres:
            let name = "o" + hexadecimal(Entropy.system.bytes(8))
            try await onServer("CREATE DATABASE \(name)")
            let database = try await Database.postgres("\(try testServer()) dbname=\(name)", connections: 1, journal: testJournal)
            try await fill(database)
            await database.close()
            return .database(name)
        }
    }
}

/// Runs a statement that no transaction may hold on the test server.
private func onServer(_ statement: String) async throws {
    let address = try testServer()
    try await offPool {
        let connection = PQconnectdb(address)
        defer { PQfinish(connection) }
        let result = PQexec(connection, statement)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw MissingEngine(description: String(cString: PQerrorMessage(connection)))
        }
    }
}
