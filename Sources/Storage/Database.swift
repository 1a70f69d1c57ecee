import Foundation

/// The one seam to data: SQL text stands in the feature that owns the table, the engine below is chosen when the program starts.
package struct Database: Sendable {
    package enum Engine: String, Sendable, CaseIterable, Hashable {
        case sqlite
        case postgres
    }

    private let backend: any Backend
    private let journal: StatementJournal?
    /// The engine below.
    package let engine: Engine

    /// Opens (and makes) a SQLite file.
    package static func sqlite(path: String, journal: StatementJournal? = nil) throws -> Database {
        Database(backend: try SQLiteBackend(path: path), journal: journal, engine: .sqlite)
    }

    /// Connects to PostgreSQL by a libpq connection string. The database must be UTF-8 with collation C.
    package static func postgres(_ connection: String, connections: Int = 4, journal: StatementJournal? = nil) async throws -> Database {
        Database(backend: try await PostgresBackend(connection, connections: connections), journal: journal, engine: .postgres)
    }

    /// Opens what an address names: `postgres:` followed by a libpq connection string, else the path of a SQLite file.
    package static func open(_ address: String, journal: StatementJournal? = nil) async throws -> Database {
        if address.hasPrefix("postgres:") { return try await postgres(String(address.dropFirst("postgres:".count)), journal: journal) }
        // Two that make the file at the same moment may meet where SQLite waits for nobody: at the switch to the write-ahead log.
        for _ in 0..<100 {
            do { return try sqlite(path: address, journal: journal) } catch StorageError.busy {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return try sqlite(path: address, journal: journal)
    }

    private init(backend: any Backend, journal: StatementJournal?, engine: Engine) {
        self.backend = backend
        self.journal = journal
        self.engine = engine
    }

    /// Reads in one consistent view.
    package func read<Result: Sendable>(_ body: @escaping @Sendable (Statements) throws -> Result) async throws -> Result {
        try await perform(.reading, body)
    }

    /// Writes in one transaction: all or nothing, durable when this returns. The closure may run again after a conflict, so it must change
    /// nothing but the database.
    /// - Parameter inTurn: waits for other writers in turn, of whatever process, instead of meeting them in a conflict: for large
    ///   transactions that change the same tables.
    @discardableResult package func write<Result: Sendable>(
        inTurn: Bool = false, _ body: @escaping @Sendable (Statements) throws -> Result
    ) async throws -> Result {
        try await perform(inTurn ? .writingInTurn : .writing, body)
    }

    private func perform<Result: Sendable>(_ access: Access, _ body: @escaping @Sendable (Statements) throws -> Result) async throws
        -> Result
    {
        let (engine, journal) = (engine, journal)
        return try await backend.perform(access) { connection in
            let statements = Statements(engine: engine, connection: connection, journal: journal)
            let result = try body(statements)
            try statements.checkSound()
            return result
        }
    }

    /// Closes all connections; the database must not be used afterwards.
    package func close() async { await backend.close() }
}

/// What a transaction is for.
enum Access: Sendable { case reading, writing, writingInTurn }

/// An engine's connections. Runs blocking work on its own queues, never on the cooperative pool.
protocol Backend: Sendable {
    func perform<Result: Sendable>(_ access: Access, _ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result
    func close() async
}
