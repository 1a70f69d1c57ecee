package import Basics

/// What a connection of an engine can do. The two engines are its only conformers.
protocol Connection: AnyObject {
    /// Runs one statement; hands over each row; answers the number of rows changed.
    func run(_ sql: SQL, each: (Row) throws -> Void) throws -> Int
    /// Runs several statements without values.
    func script(_ text: String) throws
}

/// An open transaction. Handed to the closures of `Database.read` and `Database.write`; everything in it is synchronous, so nothing can be
/// awaited while it is open.
package final class Statements {
    /// The engine below; only tests and `doctor` should care.
    package let engine: Database.Engine
    private let connection: any Connection
    private let journal: StatementJournal?
    private var failure: String?

    init(engine: Database.Engine, connection: any Connection, journal: StatementJournal?) {
        self.engine = engine
        self.connection = connection
        self.journal = journal
    }

    /// Runs one statement and hands over each row; answers the number of rows changed. The caller's name goes into the journal of tested
    /// queries.
    @discardableResult package func each(
        _ sql: SQL, file: StaticString = #fileID, function: StaticString = #function, _ body: (Row) throws -> Void
    ) throws -> Int {
        if let failure { throw StorageError.transactionFailed(failure) }
        journal?.note(engine, file: file, function: function)
        do { return try connection.run(sql, each: body) } catch {
            // PostgreSQL poisons the transaction after an error; SQLite must mean the same.
            failure = "\(error)"
            throw error
        }
    }

    /// Runs one statement for its effect; answers the number of rows changed.
    @discardableResult package func run(_ sql: SQL, file: StaticString = #fileID, function: StaticString = #function) throws -> Int {
        try each(sql, file: file, function: function) { _ in }
    }

    /// All rows, each made into something.
    package func all<Element>(
        _ sql: SQL, file: StaticString = #fileID, function: StaticString = #function, _ make: (Row) throws -> Element
    ) throws -> [Element] {
        var result: [Element] = []
        try each(sql, file: file, function: function) { result.append(try make($0)) }
        return result
    }

    /// All rows as records.
    package func all<Record: Decodable>(_ type: Record.Type, _ sql: SQL, file: StaticString = #fileID, function: StaticString = #function)
        throws -> [Record]
    {
        try all(sql, file: file, function: function) { try $0.decode(type) }
    }

    /// The first row, made into something; nil without rows.
    package func first<Element>(
        _ sql: SQL, file: StaticString = #fileID, function: StaticString = #function, _ make: (Row) throws -> Element
    ) throws -> Element? {
        var result: Element?
        try each(sql, file: file, function: function) { if result == nil { result = try make($0) } }
        return result
    }

    /// The first row as a record; nil without rows.
    package func first<Record: Decodable>(_ type: Record.Type, _ sql: SQL, file: StaticString = #fileID, function: StaticString = #function)
        throws -> Record?
    {
        try first(sql, file: file, function: function) { try $0.decode(type) }
    }

    /// The whole number in the first column of the first row; 0 without rows.
    package func count(_ sql: SQL, file: StaticString = #fileID, function: StaticString = #function) throws -> Int {
        try first(sql, file: file, function: function) { try $0.int(0) } ?? 0
    }

    /// The moment up to which what is read here is complete: now, but on a replica of PostgreSQL the moment of the last transaction that it
    /// shows, or of the primary's last message if it has nothing left to show, or of the checkpoint that it began with.
    package func readThrough(_ now: Instant) throws -> Instant {
        guard engine == .postgres else { return now }
        let behind = try first(
            """
            SELECT CAST(extract(epoch FROM greatest(pg_last_xact_replay_timestamp(), (SELECT checkpoint_time FROM pg_control_checkpoint()),
                (SELECT last_msg_send_time FROM pg_stat_wal_receiver WHERE latest_end_lsn <= pg_last_wal_replay_lsn()))) * 1000 AS BIGINT)
            WHERE pg_is_in_recovery()
            """
        ) { try $0.optionalInt(0) }
        guard case .some(.some(let milliseconds)) = behind else { return now }
        return min(now, Instant(milliseconds: Int64(milliseconds)))
    }

    /// Runs several statements at once; for migrations only.
    package func script(_ text: String) throws {
        if let failure { throw StorageError.transactionFailed(failure) }
        try connection.script(text)
    }

    /// What things are called, by their ids: `query` makes of a list of ids a statement that answers with id and name, for no more than 500
    /// of them at once.
    package func names(
        _ ids: [String], file: StaticString = #fileID, function: StaticString = #function, _ query: (SQL) -> SQL
    ) throws -> [String: String] {
        var names: [String: String] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            try each(query("\(list: ids[start..<min(start + 500, ids.count)])"), file: file, function: function) {
                names[try $0.text(0)] = try $0.text(1)
            }
        }
        return names
    }

    /// Throws when a statement failed and the closure went on as if nothing had happened.
    func checkSound() throws { if let failure { throw StorageError.transactionFailed(failure) } }
}

/// Notes which functions ran SQL on which engine, so that a test run can show that every command and query met both.
package final class StatementJournal: Sendable {
    private let note: @Sendable (String) -> Void

    /// A journal that hands each entry `engine<TAB>file<TAB>function` to `note`; it may be called often with the same entry.
    package init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }

    func note(_ engine: Database.Engine, file: StaticString, function: StaticString) { note("\(engine.rawValue)\t\(file)\t\(function)") }
}
