import Accounts
package import Basics
import Foundation
import Storage

/// Where a file that is taken as a whole stands.
package enum TableImportState: String, CaseIterable, Sendable, Codable { case looking, looked, applying, applied, undoing, undone }

/// What a file did, or would do, as it is kept: all counts, and the first of the rows.
struct StoredReport: Codable, Hashable, Sendable {
    static let mostShown = ImportReport.mostShown

    var added = 0
    var changed = 0
    var unchanged = 0
    var refused = 0
    var changes: [ImportChange] = []
    var refusals: [RefusedRow] = []
    var additions: [ImportAddition]?
    var readings: [ImportTable.Recognition] = []
    /// What it is taken back by; nil where it did nothing, and for one of before there was a way back.
    var fileID: String?
    /// The headings of the file, and whether somebody must say which columns they are.
    var headings: [String]?
    var needsColumns: Bool?
    /// Why it could not be taken back when somebody asked for that.
    var refusal: String?

    init() {}

    init(_ report: ImportReport, _ readings: [ImportTable.Recognition]) {
        (added, changed, unchanged, refused) = (report.added, report.changed, report.unchanged, report.refused.count)
        (changes, refusals) = (Array(report.changes.prefix(Self.mostShown)), Array(report.refused.prefix(Self.mostShown)))
        (self.readings, fileID, additions) = (readings, report.fileID, report.additions)
    }

    /// Of a file whose columns are not recognised.
    init(headings: [String]) { (self.headings, needsColumns) = (headings, true) }
}

/// A file that somebody brought in, without what stands in it.
package struct TableImportFile: Hashable, Sendable {
    package let id: String
    package let topic: String
    let accountID: String
    package let fileName: String
    /// The codes of the areas in which it was ordered, with blanks between.
    let scope: String
    package let state: TableImportState
    let jobID: String
    let chosen: ImportChoice
    let report: StoredReport
    package let madeAt: Instant
}

extension Statements {
    /// Keeps a file that is to be looked at. Of an account the last four are kept, and the last fifty that were done, for a quarter of a
    /// year.
    func keepTableImport(
        _ bytes: Data, id: String, topic: String, name: String, chosen: ImportChoice = [:], scope: Scope, jobID: String, by act: Act
    ) throws {
        let codes = scope.areas.map(\.description).sorted().joined(separator: " ")
        try run(
            """
            INSERT INTO table_import (id, topic, account_id, file_name, bytes, scope, state, job_id, report, refused, made_at,
                chosen)
            VALUES (\(id), \(topic), \(act.actor.id), \(name), \([UInt8](bytes)), \(codes), 'looking', \(jobID), '', '', \(act.at),
                \(chosen.stored))
            """)
        try run(
            """
            DELETE FROM table_import WHERE account_id = \(act.actor.id) AND state IN ('looking', 'looked') AND id NOT IN (
                SELECT id FROM table_import WHERE account_id = \(act.actor.id) AND state IN ('looking', 'looked')
                ORDER BY id DESC LIMIT 4)
            """)
        try run(
            """
            DELETE FROM table_import WHERE account_id = \(act.actor.id) AND state IN ('applied', 'undone') AND id NOT IN (
                SELECT id FROM table_import WHERE account_id = \(act.actor.id) AND state IN ('applied', 'undone') ORDER BY id DESC LIMIT 50)
            """)
        try forgetOldTableImports(at: act.at)
    }

    /// Forgets files of long ago; of one that was done what stood in it goes at once.
    func forgetOldTableImports(at now: Instant) throws {
        try run("DELETE FROM table_import WHERE made_at <= \(now.adding(seconds: -ImportBound.appliedSeconds))")
        try run(
            """
            DELETE FROM table_import WHERE state IN ('looking', 'looked') AND made_at <= \(now.adding(seconds: -ImportBound.openSeconds))
            """)
    }

    func tableImportBytes(id: String) throws -> [UInt8] {
        try first("SELECT bytes FROM table_import WHERE id = \(id)") { try $0.bytes(0) } ?? []
    }

    /// The rows that were refused, as a file.
    func tableImportRefused(id: String) throws -> String {
        try first("SELECT refused FROM table_import WHERE id = \(id)") { try $0.text(0) } ?? ""
    }

    package func tableImport(id: String, accountID: String?) throws -> TableImportFile? {
        let owner: SQL = if let accountID { "account_id = \(accountID)" } else { "1 = 1" }
        return try tableImports(where: "id = \(id) AND \(sql: owner)", then: "").first
    }

    /// What an account brought in, the newest first, behind the one with this id.
    package func tableImports(of accountID: String, after id: String, limit: Int) throws -> [TableImportFile] {
        let behind: SQL = id.isEmpty ? "1 = 1" : "id < \(id)"
        return try tableImports(
            where: "account_id = \(accountID) AND \(sql: behind)", then: "ORDER BY id DESC LIMIT \(limit)")
    }

    package func tableImportCount(of accountID: String) throws -> Int {
        try count("SELECT count(*) FROM table_import WHERE account_id = \(accountID)")
    }

    /// What files are called.
    func tableImportNames(_ ids: [String]) throws -> [String: String] {
        try names(ids) { "SELECT id, file_name FROM table_import WHERE id IN (\(sql: $0))" }
    }

    private func tableImports(where condition: SQL, then order: SQL) throws -> [TableImportFile] {
        try all(
            """
            SELECT id, topic, account_id, file_name, scope, state, job_id, report, made_at, chosen FROM table_import
            WHERE \(sql: condition) \(sql: order)
            """
        ) { row in
            TableImportFile(
                id: try row.text(0), topic: try row.text(1), accountID: try row.text(2), fileName: try row.text(3),
                scope: try row.text(4), state: TableImportState(rawValue: try row.text(5)) ?? .looking, jobID: try row.text(6),
                chosen: ImportChoice(stored: try row.text(9)),
                report: (try? JSONDecoder().decode(StoredReport.self, from: Data(try row.text(7).utf8))) ?? StoredReport(),
                madeAt: try row.instant(8))
        }
    }

    /// Somebody said which of its columns are which: it is looked at again.
    func choose(_ chosen: ImportChoice, of file: TableImportFile, jobID: String) throws {
        let kept = try run(
            """
            UPDATE table_import SET chosen = \(chosen.stored), state = 'looking', job_id = \(jobID)
            WHERE id = \(file.id) AND state = 'looked'
            """)
        guard kept == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// It is to be done, or taken back, once.
    func beginTableImport(_ file: TableImportFile, as state: TableImportState, jobID: String) throws {
        let begun = try run(
            "UPDATE table_import SET state = \(state), job_id = \(jobID) WHERE id = \(file.id) AND state = \(file.state)")
        guard begun == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// It was taken back, or could not be: why, as a code of a refusal.
    func noteTakenBack(_ file: TableImportFile, refusal: String?) throws {
        var report = file.report
        report.refusal = refusal
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        let state: TableImportState = refusal == nil ? .undone : .applied
        try run("UPDATE table_import SET state = \(state), report = \(text) WHERE id = \(file.id) AND state = 'undoing'")
    }

    /// Takes down what came of it: that it was looked at, or done.
    func noteTableImport(_ file: TableImportFile, _ report: StoredReport, refused: String, as state: TableImportState) throws {
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        let noted = try run(
            """
            UPDATE table_import SET state = \(state), report = \(text), refused = \(refused)
            WHERE id = \(file.id) AND state = \(file.state)
            """)
        guard noted == 1 else { throw Refusal.conflict("import.begun") }
        if state == .applied { try run("UPDATE table_import SET bytes = \([UInt8]()) WHERE id = \(file.id)") }
    }
}
