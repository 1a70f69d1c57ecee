import CLibpq
import Foundation
import GRDB

extension Database {
    /// Writes a consistent copy of a SQLite database into a file that is not there yet, while others read and write. Blocking.
    package static func copySQLite(_ path: String, to copy: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
            try queue.close()
        } catch let error as DatabaseError { throw translated(error) }
    }

    /// A libpq connection string as PostgreSQL's own programs take it from their environment, with what our own environment says: on a
    /// command line everybody on the machine could read the password. `rest` is what has no variable of its own, again as a connection
    /// string.
    package static func postgresEnvironment(_ connection: String) throws -> (variables: [String: String], rest: String) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(connection, &message) else {
            defer { PQfreemem(message) }
            throw StorageError.unavailable(message.map { String(cString: $0) } ?? "PostgreSQL: out of memory")
        }
        defer { PQconninfoFree(options) }
        var variables = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("PG") }
        var rest: [String] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val.map({ String(cString: $0) }) {
                if let name = option.pointee.envvar {
                    variables[String(cString: name)] = value
                } else {
                    rest.append("\(String(cString: keyword))='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'")
                }
            }
            option += 1
        }
        return (variables, rest.joined(separator: " "))
    }
}
