import Accounts
import Basics
import Hummingbird
import Jobs
import Storage
import Web

private enum ImportFields {
    static let file = Field.file("file", "import.file", endings: [".csv", ".xlsx", ".txt", "text/csv"], isHelped: true)
    static let form = Form(file)
}

/// A file that is looked at, with its rows, where it is not done yet.
struct ImportSubject<Record: Sendable>: Sendable {
    let file: ImportFile
    /// Nil while somebody must say which of its columns are which.
    let rows: RecordRows<Record>?
    let progress: Int
}

/// A file of which somebody says which columns are which.
struct ImportColumnsSubject<File: Sendable>: Sendable {
    let file: File
    let known: [ImportTable.Column]
    let columns: ImportColumnsForm
    let chosen: ImportChoice
}

/// The page `import_new`: where a file comes in, and what came in before.
struct ImportNew: Sendable {
    let note: String
    let form: FormView
    let files: Table?
}

/// The page `import`: how the file was read, what it would do, how far it is, what it did.
struct ImportView: Sendable {
    let isOpen: Bool
    let isApplying: Bool
    let permille: Int
    let eventsURL: Location
    let here: Location
    let account: Table?
    /// Of a file that can be taken back, or was.
    var isUndone = false
    var undoURL: Location?
    /// Why that could not be done.
    var notUndone: String?
    let isFailed: Bool
    let refusedURL: Location?
    /// Where somebody says which columns are which, and whether he must.
    var columnsURL: Location?
    var needsColumns = false
    let listURL: Location
    let recognised: String?
    let form: FormView?
}

extension RecordPage {
    /// The form by which a file comes in.
    var importing: FormPage<Void> {
        var page = FormPage<Void>(
            submit: "import.look", cancel: { _, _ in addresses.list() }, subject: { _, _ in }, form: { _ in ImportFields.form },
            texts: { _, _ in [:] },
            act: { statements, _, values, at in
                let file = try values[ImportFields.file]
                guard file.bytes.count <= ImportBound.mostBytes else {
                    throw Refusal.invalid([ImportFields.file.name: "form.too_large"])
                }
                let (bytes, words) = ([UInt8](file.bytes), at.house.pages.words)
                let chosen = try statements.importChoice(of: at.visit.account.id, topic: path)
                var isUnrecognised = false
                do { _ = try ImportTable(bytes, columns(words), chosen: chosen) } catch let refusal {
                    isUnrecognised =
                        ImportTable.isUnrecognised(refusal) && (try? ImportTable.headings(bytes, columns(words), chosen)) != nil
                }
                if !isUnrecognised { _ = try RecordRows(self, bytes, words, chosen: chosen, in: at.visit.language) }
                let id = try statements.keepImport(file.bytes, name: file.name, path: path, chosen: chosen, by: at.act)
                return isUnrecognised ? addresses.fileColumns(id) : addresses.file(id)
            },
            page: { view, _, at in
                let columns = form.fields.map { at.text($0.label) }.joined(separator: at.text("list.comma"))
                let files = try await at.house.database.read {
                    try $0.importFiles(path: path, of: at.visit.account.id, limit: 20)
                }
                let content = ImportNew(
                    note: at.text("import.note", ["columns": columns]), form: view, files: files.isEmpty ? nil : table(files, at))
                return FormFrame(
                    title: at.text("\(topic).import"), crumbs: [crumb(at)], template: "import_new", content: content)
            })
        page.mostBytes = ImportBound.mostBytes + 65_536
        page.isOnlyLooking = true
        return page
    }

    /// The page of a file that came in: what it would do, and its button; then how far it is, then its account.
    func applying(bell: JobBell) -> FormPage<ImportSubject<Record>> {
        FormPage(
            submit: "import.apply", cancel: { _, _ in addresses.list() },
            subject: { statements, at in
                let (id, words) = (try at.parts(addresses.file), at.house.pages.words)
                guard let file = try statements.importFile(id: id, path: path, accountID: at.visit.account.id) else {
                    throw Refusal.notFound("import")
                }
                let rows = try read(file, try statements.importBytes(id: id), words)
                let isUnderWay = file.state == .applying || file.undoState == "undoing"
                let job = isUnderWay ? try statements.job(id: file.jobID) : nil
                return ImportSubject(file: file, rows: rows, progress: job.map { $0.state == .failed ? -1 : $0.progress } ?? 0)
            }, form: { _ in Form([]) }, texts: { _, _ in [:] },
            preview: { statements, subject, _, at in
                guard subject.file.state == .open else { throw Refusal.conflict("import.begun") }
                guard let rows = subject.rows else { throw Refusal.conflict("import.columns_due") }
                return try rows.preview(statements, at)
            },
            act: { statements, subject, _, at in
                guard subject.rows != nil else { throw Refusal.conflict("import.columns_due") }
                let job = try ordered(subject.file.id, statements, at)
                try statements.beginImport(subject.file, scope: at.visit.scope, jobID: job)
                return addresses.file(subject.file.id)
            }, after: { bell.ring() },
            page: { view, subject, at in
                let file = subject.file
                let table = subject.rows?.table
                let content = ImportView(
                    isOpen: file.state == .open && table != nil,
                    isApplying: (file.state == .applying || file.undoState == "undoing") && subject.progress >= 0,
                    permille: subject.progress,
                    eventsURL: JobAddress.events(file.jobID), here: addresses.file(file.id),
                    account: file.state == .applied || subject.progress < 0 ? account(file, at) : nil,
                    isUndone: file.undoState == "undone", undoURL: mayUndo(file) ? addresses.fileUndo(file.id) : nil,
                    notUndone: file.undoRefusal.isEmpty ? nil : at.text("refusal.\(file.undoRefusal)"), isFailed: subject.progress < 0,
                    refusedURL: table == nil || file.state == .applied && file.refused == 0 ? nil : addresses.refusedRows(file.id),
                    columnsURL: file.state == .open ? addresses.fileColumns(file.id) : nil,
                    needsColumns: file.state == .open && table == nil, listURL: addresses.list(),
                    recognised: table?.readings.isEmpty ?? true
                        ? nil
                        : table?.readings.map { at.text("import.read.\($0.name)", ["value": $0.value]) }.joined(
                            separator: at.text("list.semicolon")),
                    form: file.state == .open && table != nil ? view : nil)
                return FormFrame(
                    title: "\(at.text("\(topic).import"))\(at.text("form.colon"))\(file.fileName)", crumbs: [crumb(at)],
                    template: "import", content: content)
            })
    }

    /// The rows of a file; nil while its columns are not recognised.
    private func read(_ file: ImportFile, _ bytes: [UInt8], _ words: Words) throws -> RecordRows<Record>? {
        let chosen = ImportChoice(stored: file.chosen)
        do { _ = try ImportTable(bytes, columns(words), chosen: chosen) } catch let refusal where ImportTable.isUnrecognised(refusal) {
            return nil
        }
        return try RecordRows(self, bytes, words, chosen: chosen)
    }

    /// The page on which somebody says which columns of a file are which.
    var choosing: FormPage<ImportColumnsSubject<ImportFile>> {
        var page = FormPage<ImportColumnsSubject<ImportFile>>(
            submit: "import.choose", cancel: { subject, _ in addresses.file(subject.file.id) },
            subject: { statements, at in
                let (id, known) = (try at.parts(addresses.fileColumns), columns(at.house.pages.words))
                guard let file = try statements.importFile(id: id, path: path, accountID: at.visit.account.id) else {
                    throw Refusal.notFound("import")
                }
                guard file.state == .open else { throw Refusal.conflict("import.begun") }
                let chosen = ImportChoice(stored: file.chosen)
                let headings = try ImportTable.headings(try statements.importBytes(id: id), known, chosen)
                let fields = form.fields.map { ImportColumn(name: $0.name, label: $0.label, isNeeded: key.contains($0.name)) }
                return ImportColumnsSubject(
                    file: file, known: known, columns: ImportColumnsForm(columns: fields, headings: headings), chosen: chosen)
            }, form: { $0.columns.form }, texts: { subject, _ in subject.columns.texts(subject.known, subject.chosen) },
            act: { statements, subject, values, at in
                let chosen = try subject.columns.chosen(values, subject.known)
                try statements.choose(chosen, of: subject.file)
                try statements.remember(chosen, topic: path, by: at.act)
                return addresses.file(subject.file.id)
            },
            page: { view, subject, at in
                FormFrame(
                    title: at.text("import.choose_columns"),
                    crumbs: [crumb(at), Frame.Link(label: subject.file.fileName, url: addresses.file(subject.file.id))],
                    note: at.text("import.choose_note"), view)
            }
        )
        page.isOnlyLooking = true
        return page
    }

    /// Orders the job that does what a file asks for.
    func ordered(_ id: String, _ statements: Statements, _ at: FormVisit) throws -> String {
        try statements.requireRoom(JobBound(inAll: 40, ofAccount: 4), kind: importKind, of: at.visit.account.id)
        return try statements.enqueueJob(
            kind: importKind, subject: "import \(id)", payload: id, madeBy: at.visit.account.id, at: at.act.at, ids: at.act.ids)
    }

    /// What somebody brought in before, with the way to each.
    private func table(_ files: [ImportFile], _ at: FormVisit) -> Table {
        Table(
            caption: at.text("imports.title"),
            columns: [
                Table.Column(at.text("import.file")), Table.Column(at.text("record.at")), Table.Column(at.text("imports.state")),
                Table.Column(at.text("import.count.added"), isNumber: true),
                Table.Column(at.text("import.count.changed"), isNumber: true),
                Table.Column(at.text("import.count.refused"), isNumber: true),
            ],
            rows: files.map { file in
                let state: TableImportState =
                    switch (file.state, file.undoState) {
                    case (.open, _): .looked
                    case (.applying, _): .applying
                    case (.applied, "undoing"): .undoing
                    case (.applied, "undone"): .undone
                    case (.applied, _): .applied
                    }
                return [
                    Table.Cell(file.fileName, url: addresses.file(file.id)), Table.Cell(at.house.zone.text(file.madeAt)),
                    Table.Cell(at.text("imports.state.\(state.rawValue)"), mark: "standing"), Table.Cell(file.added),
                    Table.Cell(file.changed), Table.Cell(file.refused),
                ]
            })
    }

    /// The kind of the job that brings a file in.
    var importKind: String { "import.\(topic)" }

    private func account(_ file: ImportFile, _ at: FormVisit) -> Table {
        let counts: [(RowCount, Int)] = [
            (.added, file.added), (.changed, file.changed), (.unchanged, file.unchanged), (.refused, file.refused),
        ]
        return Table(
            caption: at.text("import.account"),
            columns: [Table.Column(at.text("import.what")), Table.Column(at.text("import.rows_count"), isNumber: true)],
            rows: counts.map { [Table.Cell(at.text("import.count.\($0.0.rawValue)")), Table.Cell($0.1)] })
    }

    /// The refused rows as a file to mend and bring in again: the columns of the file, and behind them what is wrong.
    func refusedRows(_ at: FormVisit) async throws -> Response {
        let (id, words, visit) = (try at.parts(addresses.refusedRows), at.house.pages.words, RecordVisit(at))
        let (rows, refused) = try await at.house.database.read { statements in
            guard let file = try statements.importFile(id: id, path: path, accountID: at.visit.account.id) else {
                throw Refusal.notFound("import")
            }
            guard let rows = try read(file, try statements.importBytes(id: id), words) else { throw Refusal.notFound("import") }
            guard file.state == .open else { return (rows, try statements.refusedRows(of: id)) }
            var (seen, refused): (Set<[String]>, [RowRefusal]) = ([], [])
            for row in rows.table.records {
                if case .refused(let refusal) = try rows.outcome(row, statements, visit, seen: &seen) { refused.append(refusal) }
            }
            return (rows, refused)
        }
        let reasons = Dictionary(refused.map { ($0.line, $0) }) { first, _ in first }
        let lines = rows.table.records.compactMap { record -> String? in
            guard let refusal = reasons[record.line] else { return nil }
            let label = form.fields.first { $0.name == refusal.field }.map { at.text($0.label) } ?? refusal.field
            return CSV.line(rows.table.own(record) + [String(record.line), label, words.text(refusal.problem, at.visit.language)])
        }
        let text = "\u{FEFF}" + CSV.line(rows.table.header + ImportTable.added) + lines.joined()
        return download(text, name: "refused-\(at.today).csv", type: "text/csv; charset=utf-8")
    }
}

extension RecordRows {
    /// So many rows of a kind are shown; all of them are counted.
    private static var mostShown: Int { 200 }

    /// What the file would do: counts, then new ones, changes from what to what, and refused rows.
    func preview(_ statements: Statements, _ at: FormVisit) throws -> FormPreview {
        var (seen, counts): (Set<[String]>, [RowCount: Int]) = ([], [:])
        var (added, changed, refused): ([[Table.Cell]], [[Table.Cell]], [[Table.Cell]]) = ([], [], [])
        for row in table.records {
            let outcome = try outcome(row, statements, RecordVisit(at), seen: &seen)
            counts[outcome.count, default: 0] += 1
            switch outcome {
            case .added(let new):
                let texts = page.form.shown(page.texts(new))
                let says = page.form.fields.filter { !page.key.contains($0.name) && texts[$0.name]?.isEmpty == false }.map { field in
                    at.text(field.label) + at.text("form.colon") + at.said(texts[field.name] ?? "", in: field)
                }
                let content = says.joined(separator: at.text("list.semicolon"))
                added.append([Table.Cell(row.line), Table.Cell(page.name(new)), Table.Cell(content, mark: "wide")])
            case .changed(let old, let new):
                let (before, after) = (page.form.shown(page.texts(old)), page.form.shown(page.texts(new)))
                changed += changes(from: before, to: after).map { field in
                    [
                        Table.Cell(row.line), Table.Cell(page.name(old)), Table.Cell(at.text(field.label)),
                        Table.Cell(at.said(before[field.name] ?? "", in: field)), Table.Cell(at.said(after[field.name] ?? "", in: field)),
                    ]
                }
            case .unchanged: break
            case .refused(let refusal):
                let label = page.form.fields.first { $0.name == refusal.field }.map { at.text($0.label) } ?? refusal.field
                let says = at.house.pages.words.text(refusal.problem, at.visit.language)
                let (named, typed) = (page.key.first.map { table.cell($0, row) } ?? "", table.cell(refusal.field, row))
                refused.append([
                    Table.Cell(row.line), Table.Cell(String(named.prefix(60))), Table.Cell(label), Table.Cell(String(typed.prefix(60))),
                    Table.Cell(says, mark: "wide"),
                ])
            }
        }
        let values = Dictionary(uniqueKeysWithValues: RowCount.allCases.map { ($0.rawValue, String(counts[$0] ?? 0)) })
        let isNothing = (counts[.added] ?? 0) + (counts[.changed] ?? 0) == 0
        let warnings = isNothing ? ["import.nothing"] : (counts[.refused] ?? 0) > 0 ? ["import.some_refused"] : []
        let (line, field) = ((at.text("import.line"), isNumber: true), at.text("record.field"))
        func titled(_ key: String, _ names: [String], _ rows: [[Table.Cell]]) -> Table? {
            guard !rows.isEmpty else { return nil }
            let some = rows.count > Self.mostShown ? at.text("import.shown", ["shown": String(Self.mostShown)]) : ""
            let title = at.text(key, ["count": String(rows.count)]) + some
            let columns = [Table.Column(line.0, isNumber: line.isNumber)] + names.map { Table.Column($0) }
            return Table(caption: title, columns: columns, rows: Array(rows.prefix(Self.mostShown)))
        }
        let name = at.text("import.record")
        return FormPreview(
            [at.text("import.would", values)], warnings: warnings.map { at.text($0, values) },
            tables: [
                titled("import.refused_rows", [name, field, at.text("import.typed"), at.text("import.reason")], refused),
                titled("import.changed_rows", [name, field, at.text("import.before"), at.text("import.after")], changed),
                titled("import.added_rows", [name, at.text("record.content")], added),
            ].compactMap { $0 })
    }
}

extension ImportTable {
    /// What is said of the file: how it was read, and what of it is not.
    var readings: [Recognition] {
        recognised + (ignored.isEmpty ? [] : [Recognition(name: "ignored", value: ignored.prefix(10).joined(separator: " | "))])
    }
}
