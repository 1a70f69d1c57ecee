import CLibpq
import Foundation

/// One libpq connection. Blocking; lives on one queue.
final class PostgresConnection: Connection {
    private let handle: OpaquePointer
    private var prepared: [Shape: String] = [:]

    private struct Shape: Hashable {
        let text: String
        let types: [Oid]
    }

    init(_ address: String) throws {
        guard let handle = PQconnectdb(address) else { throw StorageError.unavailable("PostgreSQL: out of memory") }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else { throw StorageError.unavailable(String(cString: PQerrorMessage(handle))) }
        try script("SET client_min_messages = warning; SET synchronous_commit = on; SET statement_timeout = '60s'")
    }

    deinit { PQfinish(handle) }

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Text must compare and sort as SQLite does, so another collation is refused at once.
    func checkCollation() throws {
        var collation = ""
        _ = try run("SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()") {
            collation = try $0.text(0) + "/" + $0.text(1)
        }
        guard collation == "C/UTF8" || collation == "C.UTF-8/UTF8" || collation == "POSIX/UTF8" else {
            throw StorageError.schema("The database has collation and encoding \(collation); make it with --locale=C --encoding=UTF8")
        }
    }

    func transaction<Result>(_ access: Access, _ body: (any Connection) throws -> Result) throws -> Result {
        guard access == .writingInTurn else { return try transaction(writing: access == .writing, body) }
        // Before the transaction, because its first statement already fixes what it sees. Each schema has a turn of its own.
        try script("SELECT pg_advisory_lock(1, hashtext(current_schema()))")
        defer { try? script("SELECT pg_advisory_unlock(1, hashtext(current_schema()))") }
        return try transaction(writing: true, body)
    }

    private func transaction<Result>(writing: Bool, _ body: (any Connection) throws -> Result) throws -> Result {
        // Reports are planned for their values each time: after five runs PostgreSQL takes to a plan that knows none, and that may be a
        // hundred times slower.
        try script(
            writing
                ? "BEGIN ISOLATION LEVEL SERIALIZABLE"
                : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan")
        do {
            let result = try body(self)
            try script("COMMIT")
            return result
        } catch {
            try? script("ROLLBACK")
            throw error
        }
    }

    func script(_ text: String) throws {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result)
    }

    func run(_ sql: SQL, each: (Row) throws -> Void) throws -> Int {
        let (text, parameters) = sql.forPostgres
        let name = try prepare(text, parameters)
        let result = execute(name, parameters)
        let holder = PostgresResult(result)
        try check(result)
        for index in 0..<holder.count { try each(Row(source: .postgres(holder, index))) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    private func prepare(_ text: String, _ parameters: [PostgresParameter]) throws -> String {
        let types = parameters.map(\.type)
        let key = Shape(text: text, types: types)
        if let name = prepared[key] { return name }
        if prepared.count >= 400 {
            prepared.removeAll()
            try script("DEALLOCATE ALL")
        }
        let name = "s\(prepared.count)"
        let result = PQprepare(handle, name, text, Int32(types.count), types)
        defer { PQclear(result) }
        try check(result)
        prepared[key] = name
        return name
    }

    private func execute(_ name: String, _ parameters: [PostgresParameter]) -> OpaquePointer? {
        // All parameters lie one behind the other in one buffer, in PostgreSQL's binary form.
        var buffer: [UInt8] = []
        var places: [Range<Int>?] = []
        for parameter in parameters {
            let start = buffer.count
            places.append(parameter.append(to: &buffer) ? start..<buffer.count : nil)
        }
        buffer.append(0)
        let lengths = places.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: places.count)
        return buffer.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) in
            bytes.withMemoryRebound(to: CChar.self) { (characters: UnsafeBufferPointer<CChar>) in
                let pointers: [UnsafePointer<CChar>?] = places.map { place in
                    guard let place, let base = characters.baseAddress else { return nil }
                    return base + place.lowerBound
                }
                return PQexecPrepared(handle, name, Int32(places.count), pointers, lengths, formats, 1)
            }
        }
    }

    private func check(_ result: OpaquePointer?) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: break
        }
        let text = String(cString: PQerrorMessage(handle))
        let state = PQresultErrorField(result, 67).map { String(cString: $0) } ?? ""
        switch state {
        case "40001", "40P01": throw PostgresConflict.serialization
        case "23505": throw StorageError.constraint(.unique, text)
        case "23503": throw StorageError.constraint(.foreignKey, text)
        case "23514": throw StorageError.constraint(.check, text)
        case "23502": throw StorageError.constraint(.notNull, text)
        case "53100": throw StorageError.diskFull(text)
        case "25P02": throw StorageError.transactionFailed(text)
        case "53300", "55P03", "57014": throw StorageError.busy(text)
        case "": throw StorageError.unavailable(text)
        default: throw state.hasPrefix("08") || state.hasPrefix("57P") ? StorageError.unavailable(text) : StorageError.statement(text)
        }
    }
}

/// A result set in binary form; freed with its last reference.
final class PostgresResult {
    private let handle: OpaquePointer?
    let count: Int
    lazy var columns: [String: Int] = Dictionary(
        (0..<Int(PQnfields(handle))).map { (String(cString: PQfname(handle, Int32($0))), $0) }, uniquingKeysWith: { first, _ in first })

    init(_ handle: OpaquePointer?) {
        self.handle = handle
        count = Int(PQntuples(handle))
    }

    deinit { PQclear(handle) }

    func value(row: Int, column: Int) throws -> Value {
        let (row, column) = (Int32(row), Int32(column))
        guard column < PQnfields(handle) else { throw StorageError.column("The result has no column \(column)") }
        let type = PQftype(handle, column)
        if PQgetisnull(handle, row, column) == 1 { return .null(.text) }
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
        switch type {
        case 20: return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case 23: return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case 21: return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))
        case 16: return .integer(bytes[0] == 0 ? 0 : 1)
        case 701: return .real(Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))))
        case 17: return .blob([UInt8](bytes))
        case 25, 19, 1043, 1042: return .text(String(decoding: bytes, as: UTF8.self))
        default:
            throw StorageError.column("Column \(column) has PostgreSQL type \(type); cast it to BIGINT, DOUBLE PRECISION, TEXT or BYTEA")
        }
    }
}
