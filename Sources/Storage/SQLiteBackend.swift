import Foundation
import GRDB

/// SQLite through GRDB: one writer, readers beside it, write-ahead log, every commit on disk before it is acknowledged.
final class SQLiteBackend: Backend {
    private let pool: DatabasePool

    init(path: String) throws {
        var configuration = Configuration()
        // Another process that writes on a slow machine is waited for.
        configuration.busyMode = .timeout(30)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA case_sensitive_like = ON") }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL on the writer after `prepareDatabase`; an acknowledged fact must survive a power cut.
            let level = try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return try Int.fetchOne(database, sql: "PRAGMA synchronous")
            }
            guard level == 2 else {
                throw StorageError.schema("SQLite does not write through to the disk (synchronous is \(level ?? -1), 2 is needed)")
            }
        } catch let error as DatabaseError { throw translated(error) }
    }

    func perform<Result: Sendable>(_ access: Access, _ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        do {
            if access != .reading { return try await pool.write { try body(SQLiteConnection(database: $0)) } }
            return try await pool.read { try body(SQLiteConnection(database: $0)) }
        } catch let error as DatabaseError { throw translated(error) }
    }

    func close() async { try? pool.close() }
}

private final class SQLiteConnection: Connection {
    private let database: GRDB.Database

    init(database: GRDB.Database) { self.database = database }

    func run(_ sql: SQL, each: (Row) throws -> Void) throws -> Int {
        let (text, values) = sql.forSQLite
        do {
            let statement = try database.cachedStatement(sql: text)
            statement.setUncheckedArguments(StatementArguments(values.map(\.databaseValue)))
            if statement.columnCount == 0 {
                try statement.execute()
                return statement.isReadonly ? 0 : database.changesCount
            }
            let rows = try GRDB.Row.fetchCursor(statement)
            while let row = try rows.next() { try each(Row(source: .sqlite(row))) }
            return statement.isReadonly ? 0 : database.changesCount
        } catch let error as DatabaseError { throw translated(error) }
    }

    func script(_ text: String) throws {
        do { try database.execute(sql: text) } catch let error as DatabaseError { throw translated(error) }
    }
}

extension Value {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .integer(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let value): Data(value).databaseValue
        case .null: .null
        }
    }
}

func translated(_ error: DatabaseError) -> StorageError {
    let text = error.description
    switch error.extendedResultCode {
    case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: return .constraint(.unique, text)
    case .SQLITE_CONSTRAINT_FOREIGNKEY: return .constraint(.foreignKey, text)
    case .SQLITE_CONSTRAINT_CHECK: return .constraint(.check, text)
    case .SQLITE_CONSTRAINT_NOTNULL: return .constraint(.notNull, text)
    default: break
    }
    switch error.resultCode {
    case .SQLITE_FULL: return .diskFull(text)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy(text)
    case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_READONLY: return .unavailable(text)
    default: return .statement(text)
    }
}
