import Crypto
package import Foundation
package import Basics

/// One numbered step of the schema; a file `NNNN_name.sql` of the module that owns the tables. Never edited after a release.
package struct Migration: Sendable, Hashable {
    package let number: Int
    package let name: String
    package let text: String

    /// A step with its SQL text.
    package init(number: Int, name: String, text: String) {
        self.number = number
        self.name = name
        self.text = text
    }

    /// The steps that lie as files in the folder `Migrations` of a module's bundle.
    package static func all(in bundle: Bundle) throws -> [Migration] {
        guard let folder = bundle.resourceURL?.appendingPathComponent("Migrations") else {
            throw StorageError.schema("The program's folder Migrations is missing")
        }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter { $0.pathExtension == "sql" }
            .map { file in
                let name = file.deletingPathExtension().lastPathComponent
                guard let number = Int(name.prefix(4)) else { throw StorageError.schema("\(name).sql must begin with four digits") }
                return Migration(number: number, name: name, text: String(decoding: try Data(contentsOf: file), as: UTF8.self))
            }.sorted { $0.number < $1.number }
    }

    /// The text as an engine gets it: what stands in `/*sqlite: … */` is for SQLite alone.
    func text(for engine: Database.Engine) -> String {
        guard engine == .sqlite else { return text }
        return text.replacingOccurrences(of: #"/\*sqlite:(.*?)\*/"#, with: "$1", options: .regularExpression)
    }

    var checksum: String { hexadecimal(SHA256.hash(data: Data(text.utf8))) }
}

extension Database {
    /// Brings the schema up to the given steps, each in a transaction of its own. Refuses a database that knows steps which this program
    /// does not, and one in which an applied step reads differently. Answers the names of the steps applied now.
    package func migrate(_ migrations: [Migration], at now: Instant) async throws -> [String] {
        let migrations = migrations.sorted { $0.number < $1.number }
        guard Set(migrations.map(\.number)).count == migrations.count else {
            throw StorageError.schema("Two migrations have the same number")
        }
        let applied = try await write { statements in
            if statements.engine == .postgres { try statements.script("SELECT pg_advisory_xact_lock(7351001)") }
            try statements.script(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                applied_at BIGINT NOT NULL)
                """
            )
            return Dictionary(
                uniqueKeysWithValues: try statements.all("SELECT number, name, checksum FROM schema_migration") {
                    (try $0.int(0), (try $0.text(1), try $0.text(2)))
                })
        }
        for (number, entry) in applied {
            guard let known = migrations.first(where: { $0.number == number }) else {
                throw StorageError.schema("The database has step \(entry.0), which this program does not know; use the newer program")
            }
            guard known.checksum == entry.1 else {
                throw StorageError.schema("Step \(entry.0) of the database differs from this program's; it must never be edited")
            }
        }
        var done: [String] = []
        for migration in migrations where applied[migration.number] == nil {
            let isOurs = try await write { statements -> Bool in
                // Another process may bring the same schema up at the same time: one of them takes the step, the other finds it taken. The
                // lock comes before anything is looked at.
                if statements.engine == .postgres { try statements.script("LOCK TABLE schema_migration IN EXCLUSIVE MODE") }
                guard try statements.first("SELECT 1 FROM schema_migration WHERE number = \(migration.number)", { try $0.int(0) }) == nil
                else { return false }
                try statements.script(migration.text(for: statements.engine))
                try statements.run(
                    """
                    INSERT INTO schema_migration (number, name, checksum, applied_at)
                    VALUES (\(migration.number), \(migration.name), \(migration.checksum), \(now))
                    """
                )
                return true
            }
            if isOurs { done.append(migration.name) }
        }
        return done
    }
}
