import CLibpq
import Foundation

/// One libpq connection. Blocking; lives on one queue.
final class PostgresConnection: Connection {
    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]

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

    func transaction<Result>(writing: Bool, _ body: (any Connection) throws -> Result) throws -> Result {
        try script(writing ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
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
        let (text, values) = sql.rendered("$")
        let name = try prepare(text, values)
        let result = execute(name, values)
        let holder = PostgresResult(result)
        try check(result)
        for index in 0..<holder.count { try each(Row(source: .postgres(holder, index))) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    private func prepare(_ text: String, _ values: [Value]) throws -> String {
        let key = text + String(decoding: values.map { $0.kind.rawValue + 0x30 }, as: UTF8.self)
        if let name = prepared[key] { return name }
        if prepared.count >= 400 {
            prepared.removeAll()
            try script("DEALLOCATE ALL")
        }
        let name = "s\(prepared.count)"
        let types = values.map { value -> Oid in
            switch value.kind {
            case .integer: 20
            case .real: 701
            case .text: 25
            case .blob: 17
            }
        }
        let result = PQprepare(handle, name, text, Int32(types.count), types)
        defer { PQclear(result) }
        try check(result)
        prepared[key] = name
        return name
    }

    private func execute(_ name: String, _ values: [Value]) -> OpaquePointer? {
        // All parameters lie one behind the other in one buffer, in PostgreSQL's binary form.
        var buffer: [UInt8] = []
        var places: [(start: Int, length: Int)?] = []
        for value in values {
            let start = buffer.count
            switch value {
            case .integer(let number): withUnsafeBytes(of: number.bigEndian) { (bytes: UnsafeRawBufferPointer) in buffer.append(contentsOf: bytes) }
            case .real(let number): withUnsafeBytes(of: number.bitPattern.bigEndian) { (bytes: UnsafeRawBufferPointer) in buffer.append(contentsOf: bytes) }
            case .text(let text): buffer.append(contentsOf: text.utf8)
            case .blob(let bytes): buffer.append(contentsOf: bytes)
            case .null:
                places.append(nil)
                continue
            }
            places.append((start, buffer.count - start))
        }
        buffer.append(0)
        let lengths = places.map { Int32($0?.length ?? 0) }
        let formats = [Int32](repeating: 1, count: values.count)
        return buffer.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) in
            bytes.withMemoryRebound(to: CChar.self) { (characters: UnsafeBufferPointer<CChar>) in
                let pointers: [UnsafePointer<CChar>?] = places.map { place in
                    guard let place, let base = characters.baseAddress else { return nil }
                    return base + place.start
                }
                return PQexecPrepared(handle, name, Int32(values.count), pointers, lengths, formats, 1)
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
        default: throw StorageError.column("Column \(column) has PostgreSQL type \(type); cast it to BIGINT, DOUBLE PRECISION, TEXT or BYTEA")
        }
    }
}
