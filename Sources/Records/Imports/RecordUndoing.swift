import Accounts
import Basics
import Foundation
import Jobs
package import Storage
import Web

/// How what a file of records brought in is taken back.
package struct RecordUndoing<Record: Sendable>: Sendable {
    /// What is compared, and put back.
    let kept: @Sendable (Record) -> [String: String]
    /// Takes away what a file made, with its entry in the log of acts. Throws `Refusal.conflict` where something stands on it.
    let remove: @Sendable (Statements, Record, RecordVisit) throws -> Void
    /// Puts back what it was; nil where its form does that.
    let restore: (@Sendable (Statements, Record, [String: String], RecordVisit) throws -> Void)?

    /// `kept` is what a form holds, unless that does not say all.
    package init(
        kept: @escaping @Sendable (Record) -> [String: String],
        restore: (@Sendable (Statements, Record, [String: String], RecordVisit) throws -> Void)? = nil,
        remove: @escaping @Sendable (Statements, Record, RecordVisit) throws -> Void
    ) {
        (self.kept, self.restore, self.remove) = (kept, restore, remove)
    }
}

/// What a row of a file made or changed.
private struct ImportedRow {
    let recordID: String
    /// Nil for what it made.
    let before: [String: String]?
    let after: [String: String]
}

extension RecordPage {
    /// Notes what a row did, in the transaction in which it did it.
    func noteRow(_ statements: Statements, _ old: Record?, _ new: Record, line: Int, of file: String, _ at: RecordVisit) throws {
        // As it is found again, not as it was sent.
        guard let undoing, let after = try find(statements, id(new), at) else { return }
        func text(_ record: Record) throws -> String {
            String(decoding: try JSONEncoder().encode(undoing.kept(record)), as: UTF8.self)
        }
        try statements.run(
            """
            INSERT INTO import_row (import_id, line, record_id, before_text, after_text)
            VALUES (\(file), \(line), \(id(new)), \(try old.map(text) ?? ""), \(try text(after))) ON CONFLICT (import_id, line) DO NOTHING
            """)
    }

    /// Takes a file back as one step: the last row first. Throws `Refusal.conflict` where a record is another one by now, may not be
    /// changed any more, or something stands on it; then nothing is changed.
    func takeBack(_ statements: Statements, _ file: String, _ at: RecordVisit) throws {
        guard let undoing else { throw Refusal.conflict("import.taken_back") }
        for row in try statements.importedRows(of: file) {
            guard let record = try find(statements, row.recordID, at), undoing.kept(record) == row.after else {
                throw Refusal.conflict("import.overtaken")
            }
            if let refusal = obstacle(record, at) { throw Refusal.conflict(refusal.code) }
            guard let before = row.before else {
                try undoing.remove(statements, record, at)
                continue
            }
            if let restore = undoing.restore {
                try restore(statements, record, before, at)
            } else {
                try save(statements, record, try reading(statements, record, try form.read(before), at), at)
            }
        }
    }

    /// The page that asks whether a file is to be taken back.
    func undoing(bell: JobBell) -> FormPage<ImportFile> {
        FormPage(
            submit: "import.undo", cancel: { file, _ in addresses.file(file.id) },
            subject: { statements, at in
                let id = try at.parts(addresses.fileUndo)
                guard let file = try statements.importFile(id: id, path: path, accountID: at.visit.account.id) else {
                    throw Refusal.notFound("import")
                }
                return file
            }, form: { _ in Form([]) }, texts: { _, _ in [:] },
            preview: { _, file, _, at in
                guard mayUndo(file) else { throw Refusal.conflict("import.taken_back") }
                return FormPreview([
                    at.text("import.will_undo", ["added": String(file.added), "changed": String(file.changed)])
                ])
            },
            act: { statements, file, _, at in
                guard mayUndo(file) else { throw Refusal.conflict("import.taken_back") }
                try statements.beginUndo(file, jobID: try ordered(file.id, statements, at))
                return addresses.file(file.id)
            }, after: { bell.ring() },
            page: { view, file, at in
                FormFrame(
                    title: "\(at.text("import.undo"))\(at.text("form.colon"))\(file.fileName)",
                    crumbs: [crumb(at), Frame.Link(label: file.fileName, url: addresses.file(file.id))],
                    note: at.text("import.undo_note"), view)
            })
    }

    /// Whether a file did something that can be taken back.
    func mayUndo(_ file: ImportFile) -> Bool {
        undoing != nil && file.state == .applied && file.undoState.isEmpty && file.added + file.changed > 0
    }
}

extension Statements {
    /// What a file did, the last row first.
    fileprivate func importedRows(of file: String) throws -> [ImportedRow] {
        func texts(_ text: String) -> [String: String] { (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:] }
        return try all("SELECT record_id, before_text, after_text FROM import_row WHERE import_id = \(file) ORDER BY line DESC") { row in
            let before = try row.text(1)
            return ImportedRow(recordID: try row.text(0), before: before.isEmpty ? nil : texts(before), after: texts(try row.text(2)))
        }
    }

    fileprivate func beginUndo(_ file: ImportFile, jobID: String) throws {
        let begun = try run(
            """
            UPDATE import_file SET undo_state = 'undoing', undo_refusal = '', job_id = \(jobID)
            WHERE id = \(file.id) AND state = 'applied' AND undo_state = ''
            """)
        guard begun == 1 else { throw Refusal.conflict("import.begun") }
    }

    /// It was taken back, or could not be: why, as a code of a refusal.
    func noteUndone(_ file: ImportFile, refusal: String?, by act: Act) throws {
        try run(
            """
            UPDATE import_file SET undo_state = \(refusal == nil ? "undone" : ""), undo_refusal = \(refusal ?? "")
            WHERE id = \(file.id) AND undo_state = 'undoing'
            """)
        if refusal == nil { try record("import.undone", file.id, ["path": file.path], by: act) }
    }
}
