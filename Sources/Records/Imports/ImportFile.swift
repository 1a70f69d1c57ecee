import Accounts
import Basics
import Foundation
import Storage

/// Where a file that somebody brings in stands: looked at, being done, done.
enum ImportState: String, CaseIterable, Sendable, Codable { case open, applying, applied }

/// A file of records, as somebody brought it in.
struct ImportFile: Decodable, Hashable, Sendable {
    let id: String
    /// Of the list of the records.
    let path: String
    let accountID: String
    let fileName: String
    let state: ImportState
    /// The codes of the areas in which it was ordered, with blanks between.
    let scope: String
    let jobID: String
    /// What was said of its columns.
    let chosen: String
    /// So many rows are done.
    let seenRows: Int
    let added: Int
    let changed: Int
    let unchanged: Int
    let refused: Int
    let madeAt: Instant
    /// `undoing`, `undone`, or nothing.
    let undoState: String
    /// Why it could not be taken back.
    let undoRefusal: String
}

/// How much an account brings in, and for how long it is kept.
enum ImportBound {
    static let (mostBytes, mostRows) = (1 << 20, 5000)
    /// Files that an account has open; the oldest gives way.
    static let mostOpen = 20
    /// A file that was only looked at is kept a day, one that was done a quarter of a year, for the rows that were refused.
    static let (openSeconds, appliedSeconds): (Int64, Int64) = (24 * 3600, 90 * 24 * 3600)
}

/// A row that was refused: why, beside which field.
struct RowRefusal: Codable, Hashable, Sendable {
    let line: Int
    let field: String
    let code: String
    let values: [String: String]

    var problem: FieldProblem { FieldProblem(code, values) }
}

extension Statements {
    /// Keeps a file that is to be looked at; answers its id.
    func keepImport(_ bytes: Data, name: String, path: String, chosen: ImportChoice, by act: Act) throws -> String {
        let id = act.ids.next()
        try forgetOldImports(at: act.at)
        try run(
            """
            INSERT INTO import_file (id, path, account_id, file_name, bytes, state, scope, job_id, seen_rows, added, changed, unchanged,
                refused, made_at, chosen)
            VALUES (\(id), \(path), \(act.actor.id), \(name), \([UInt8](bytes)), 'open', '', '', 0, 0, 0, 0, 0, \(act.at),
                \(chosen.stored))
            """)
        try run(
            """
            DELETE FROM import_file WHERE account_id = \(act.actor.id) AND state = 'open' AND id NOT IN (
                SELECT id FROM import_file WHERE account_id = \(act.actor.id) AND state = 'open'
                ORDER BY made_at DESC, id DESC LIMIT \(ImportBound.mostOpen))
            """)
        return id
    }

    /// Forgets files that were only looked at, and those that were done, or broke off, long ago.
    func forgetOldImports(at now: Instant) throws {
        try run(
            """
            DELETE FROM import_file WHERE state = 'open' AND made_at <= \(now.adding(seconds: -ImportBound.openSeconds))
                OR made_at <= \(now.adding(seconds: -ImportBound.appliedSeconds))
            """)
        try run("DELETE FROM import_refused WHERE import_id NOT IN (SELECT id FROM import_file)")
        try run("DELETE FROM import_row WHERE import_id NOT IN (SELECT id FROM import_file)")
    }

    /// A file that an account brought in.
    func importFile(id: String, path: String, accountID: String? = nil) throws -> ImportFile? {
        let owner: SQL = if let accountID { "account_id = \(accountID)" } else { "1 = 1" }
        return try first(
            ImportFile.self,
            """
            SELECT id, path, account_id, file_name, state, scope, job_id, chosen, seen_rows, added, changed, unchanged, refused, made_at,
                undo_state, undo_refusal
            FROM import_file WHERE id = \(id) AND path = \(path) AND \(sql: owner)
            """)
    }

    /// The last files that an account brought in of a kind, the newest first.
    func importFiles(path: String, of accountID: String, limit: Int) throws -> [ImportFile] {
        try all(
            ImportFile.self,
            """
            SELECT id, path, account_id, file_name, state, scope, job_id, chosen, seen_rows, added, changed, unchanged, refused, made_at,
                undo_state, undo_refusal
            FROM import_file WHERE path = \(path) AND account_id = \(accountID) ORDER BY made_at DESC, id DESC LIMIT \(limit)
            """)
    }

    /// What files are called.
    func importNames(_ ids: [String]) throws -> [String: String] {
        try names(ids) { "SELECT id, file_name FROM import_file WHERE id IN (\(sql: $0))" }
    }

    /// What stands in it.
    func importBytes(id: String) throws -> [UInt8] {
        try first("SELECT bytes FROM import_file WHERE id = \(id)") { try $0.bytes(0) } ?? []
    }

    /// Somebody said which of its columns are which; before it is done.
    func choose(_ chosen: ImportChoice, of file: ImportFile) throws {
        let kept = try run("UPDATE import_file SET chosen = \(chosen.stored) WHERE id = \(file.id) AND state = 'open'")
        guard kept == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// It is being done, once.
    func beginImport(_ file: ImportFile, scope: Scope, jobID: String) throws {
        let codes = scope.areas.map(\.description).sorted().joined(separator: " ")
        let begun = try run(
            "UPDATE import_file SET state = 'applying', scope = \(codes), job_id = \(jobID) WHERE id = \(file.id) AND state = 'open'")
        guard begun == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// One more row is done, in the transaction in which it was: so a row is never done twice.
    func noteRow(_ count: RowCount, row: Int, of file: String) throws {
        let noted = try run(
            """
            UPDATE import_file SET seen_rows = \(row + 1), added = added + \(count == .added ? 1 : 0),
                changed = changed + \(count == .changed ? 1 : 0), unchanged = unchanged + \(count == .unchanged ? 1 : 0),
                refused = refused + \(count == .refused ? 1 : 0)
            WHERE id = \(file) AND seen_rows = \(row)
            """)
        guard noted == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// Keeps why a row was refused.
    func noteRefusedRow(_ refusal: RowRefusal, of file: String) throws {
        let detail = String(decoding: try JSONEncoder().encode(refusal.values), as: UTF8.self)
        try run(
            """
            INSERT INTO import_refused (import_id, line, field, code, detail)
            VALUES (\(file), \(refusal.line), \(refusal.field), \(refusal.code), \(detail)) ON CONFLICT (import_id, line) DO NOTHING
            """)
    }

    /// The rows that were refused, in the order of the file.
    func refusedRows(of file: String) throws -> [RowRefusal] {
        try all("SELECT line, field, code, detail FROM import_refused WHERE import_id = \(file) ORDER BY line") { row in
            let values = try? JSONDecoder().decode([String: String].self, from: Data(try row.text(3).utf8))
            return RowRefusal(line: try row.int(0), field: try row.text(1), code: try row.text(2), values: values ?? [:])
        }
    }

    /// All of it is done: its entry in the log of acts.
    func endImport(_ file: ImportFile, by act: Act) throws {
        guard try run("UPDATE import_file SET state = 'applied' WHERE id = \(file.id) AND state = 'applying'") == 1,
            let done = try importFile(id: file.id, path: file.path)
        else { return }
        try record(
            "import.applied", file.id,
            [
                "path": file.path, "added": String(done.added), "changed": String(done.changed), "unchanged": String(done.unchanged),
                "refused": String(done.refused),
            ], by: act)
    }
}
