package import Accounts
import Basics
import Foundation
import Hummingbird
package import Jobs
package import Lists
package import Storage
package import Web

/// A kind of file that is taken as a whole, declared by the feature whose rows it brings. A job looks at what a file would do; somebody
/// reads that and says so; another job does it in one transaction, and ends with an account of new, changed, unchanged, refused.
package struct TableImport: Sendable {
    /// Its words begin so: `import`, `import_note`, and `column.` for each of its columns.
    package let topic: String
    let right: Right
    let columns: [ImportTable.Column]
    /// Looks at the rows of a file, or takes them.
    let take: @Sendable (Statements, ImportSource, Bool, RecordVisit) throws -> ImportReport
    /// Takes back what came of it, by the id of its report.
    let takeBack: @Sendable (Statements, String, RecordVisit) throws -> Void
    package let new: FixedAddress
    package let one: Address<String>
    let refused: Address<String>
    let undo: Address<String>
    let choose: Address<String>

    /// All addresses lie below the given one.
    package init(
        _ topic: String, at address: String, _ right: Right, columns: [ImportTable.Column],
        take: @escaping @Sendable (Statements, ImportSource, Bool, RecordVisit) throws -> ImportReport,
        takeBack: @escaping @Sendable (Statements, String, RecordVisit) throws -> Void
    ) {
        (self.topic, self.right, self.columns, self.take, self.takeBack) = (topic, right, columns, take, takeBack)
        (new, one) = (FixedAddress(address + "/import"), Address("\(address)/imports/:import"))
        refused = Address("\(address)/imports/:import/refused.csv")
        undo = Address("\(address)/imports/:import/undo")
        choose = Address("\(address)/imports/:import/columns")
    }

    var kind: String { "import.\(topic)" }

    /// Stands in no heading: a unit separator.
    private static let between = "\u{1F}"
    /// So many bytes a file: 50,000 sites and more.
    static let mostBytes = 8 << 20

    private static let file = Field.file("file", "import.table_file", endings: [".csv", ".xlsx", ".txt", "text/csv"], isHelped: true)
    /// Where somebody sees what he brought in.
    package static let list = FixedAddress("/imports")

    /// The form by which a file comes in.
    var sending: FormPage<Void> {
        var page = FormPage<Void>(
            submit: "import.look", cancel: { _, _ in Self.list() }, subject: { _, _ in }, form: { _ in Form(Self.file) },
            texts: { _, _ in [:] },
            act: { statements, _, values, at in
                let (file, id) = (try values[Self.file], at.act.ids.next())
                let chosen = try statements.importChoice(of: at.visit.account.id, topic: topic)
                if let headings = at.prepared["headings"] {
                    try statements.keepTableImport(
                        file.bytes, id: id, topic: topic, name: file.name, scope: at.visit.scope, jobID: "", by: at.act)
                    guard let kept = try statements.tableImport(id: id, accountID: at.visit.account.id) else { return one(id) }
                    let report = StoredReport(headings: headings.components(separatedBy: Self.between))
                    try statements.noteTableImport(kept, report, refused: "", as: .looked)
                    return choose(id)
                }
                let job = try ordered(id, statements, at)
                try statements.keepTableImport(
                    file.bytes, id: id, topic: topic, name: file.name, chosen: chosen, scope: at.visit.scope, jobID: job, by: at.act)
                return one(id)
            },
            page: { view, _, at in
                let names = columns.map { at.text("\(topic).column.\($0.name)") }.joined(separator: at.text("list.comma"))
                return FormFrame(
                    title: at.text("\(topic).import"), crumbs: [crumb(at)],
                    note: at.text("\(topic).import_note") + " " + at.text("import.note", ["columns": names]), view)
            })
        page.mostBytes = Self.mostBytes + 65_536
        page.isOnlyLooking = true
        page.preparing = { typed, at in
            guard let file = typed.files[Self.file.name] else { return [:] }
            guard file.bytes.count <= Self.mostBytes else { throw Refusal.invalid([Self.file.name: "form.file_too_large"]) }
            let (bytes, account) = ([UInt8](file.bytes), at.visit.account.id)
            let chosen = try await at.house.database.read { try $0.importChoice(of: account, topic: topic) }
            do {
                _ = try await offPool { try ImportTable(bytes, columns, chosen: chosen) }
            } catch Refusal.invalid(let problems) {
                if ImportTable.isUnrecognised(Refusal.invalid(problems)),
                    let headings = try await offPool({ try? ImportTable.headings(bytes, columns, [:]) })
                {
                    return ["headings": headings.joined(separator: Self.between)]
                }
                guard let (place, problem) = problems.min(by: { $0.key < $1.key }) else { throw Refusal.invalid(problems) }
                let code = problem.code == "csv.header_missing" ? "import.no_header" : problem.code
                guard columns.contains(where: { $0.name == place }) else { throw Refusal.invalid([Self.file.name: FieldProblem(code)]) }
                let values = ["column": at.text("\(topic).column.\(place)"), "reason": at.text("refusal.\(code)")]
                throw Refusal.invalid([Self.file.name: FieldProblem("import.column", values)])
            }
            return [:]
        }
        return page
    }

    private func ordered(_ id: String, _ statements: Statements, _ at: FormVisit) throws -> String {
        try statements.requireRoom(JobBound(inAll: 40, ofAccount: 4), kind: kind, of: at.visit.account.id)
        return try statements.enqueueJob(
            kind: kind, subject: "import \(id)", payload: id, madeBy: at.visit.account.id, at: at.act.at, ids: at.act.ids)
    }

    private func crumb(_ at: FormVisit) -> Frame.Link { Frame.Link(label: at.text("imports.title"), url: Self.list()) }

    /// The page of a file: how far it is, what it would do with the button that does it, what it did.
    func applying(bell: JobBell) -> FormPage<TableImportSubject> {
        FormPage(
            submit: "import.apply", cancel: { _, _ in Self.list() },
            subject: { statements, at in
                guard let file = try statements.tableImport(id: try at.parts(one), accountID: at.visit.account.id), file.topic == topic
                else {
                    throw Refusal.notFound("import")
                }
                let job = try statements.job(id: file.jobID)
                return TableImportSubject(file: file, progress: job.map { $0.state == .failed ? -1 : $0.progress } ?? 0)
            }, form: { _ in Form([]) }, texts: { _, _ in [:] },
            preview: { _, subject, _, at in
                guard subject.file.state == .looked else { throw Refusal.conflict("import.begun") }
                guard subject.file.report.needsColumns != true else { throw Refusal.conflict("import.columns_due") }
                return preview(subject.file.report, at)
            },
            act: { statements, subject, _, at in
                guard subject.file.report.needsColumns != true else { throw Refusal.conflict("import.columns_due") }
                try statements.beginTableImport(subject.file, as: .applying, jobID: try ordered(subject.file.id, statements, at))
                return one(subject.file.id)
            }, after: { bell.ring() },
            page: { view, subject, at in
                let (file, isFailed) = (subject.file, subject.progress < 0)
                let isUnderWay = file.state == .looking || file.state == .applying || file.state == .undoing
                let isDone = file.state == .applied || file.state == .undone
                let needsColumns = file.state == .looked && file.report.needsColumns == true
                let content = ImportView(
                    isOpen: file.state == .looked && !needsColumns, isApplying: isUnderWay && !isFailed, permille: max(0, subject.progress),
                    eventsURL: JobAddress.events(file.jobID), here: one(file.id),
                    account: isDone ? account(file.report, at) : nil, isUndone: file.state == .undone,
                    undoURL: file.state == .applied && file.report.fileID != nil ? undo(file.id) : nil,
                    notUndone: file.state == .applied ? file.report.refusal.map { at.text("refusal.\($0)") } : nil,
                    isFailed: isUnderWay && isFailed,
                    refusedURL: isUnderWay || file.report.refused == 0 ? nil : refused(file.id),
                    columnsURL: file.state == .looked && file.report.headings != nil ? choose(file.id) : nil,
                    needsColumns: needsColumns, listURL: Self.list(),
                    recognised: file.report.readings.isEmpty
                        ? nil
                        : file.report.readings.map { at.text("import.read.\($0.name)", ["value": $0.value]) }.joined(
                            separator: at.text("list.semicolon")),
                    form: file.state == .looked && !needsColumns ? view : nil)
                return FormFrame(
                    title: "\(at.text("\(topic).import"))\(at.text("form.colon"))\(file.fileName)", crumbs: [crumb(at)],
                    template: "import", content: content)
            })
    }

    /// The page on which somebody says which columns of a file are which; then it is looked at again.
    func choosing(bell: JobBell) -> FormPage<ImportColumnsSubject<TableImportFile>> {
        var page = FormPage<ImportColumnsSubject<TableImportFile>>(
            submit: "import.choose", cancel: { subject, _ in one(subject.file.id) },
            subject: { statements, at in
                guard let file = try statements.tableImport(id: try at.parts(choose), accountID: at.visit.account.id), file.topic == topic
                else { throw Refusal.notFound("import") }
                guard file.state == .looked, let headings = file.report.headings else { throw Refusal.conflict("import.begun") }
                let fields = columns.map {
                    ImportColumn(name: $0.name, label: "\(topic).column.\($0.name)", isNeeded: $0.isNeeded)
                }
                return ImportColumnsSubject(
                    file: file, known: columns, columns: ImportColumnsForm(columns: fields, headings: headings), chosen: file.chosen)
            }, form: { $0.columns.form }, texts: { subject, _ in subject.columns.texts(subject.known, subject.chosen) },
            act: { statements, subject, values, at in
                let chosen = try subject.columns.chosen(values, subject.known)
                try statements.choose(chosen, of: subject.file, jobID: try ordered(subject.file.id, statements, at))
                try statements.remember(chosen, topic: topic, by: at.act)
                return one(subject.file.id)
            }, after: { bell.ring() },
            page: { view, subject, at in
                FormFrame(
                    title: at.text("import.choose_columns"),
                    crumbs: [crumb(at), Frame.Link(label: subject.file.fileName, url: one(subject.file.id))],
                    note: at.text("import.choose_note"), view)
            }
        )
        page.isOnlyLooking = true
        return page
    }

    /// Takes back what a file brought in, as one step.
    func undoing(bell: JobBell) -> FormPage<TableImportFile> {
        FormPage(
            submit: "import.undo", cancel: { file, _ in one(file.id) },
            subject: { statements, at in
                guard let file = try statements.tableImport(id: try at.parts(undo), accountID: at.visit.account.id), file.topic == topic
                else {
                    throw Refusal.notFound("import")
                }
                return file
            }, form: { _ in Form([]) }, texts: { _, _ in [:] },
            preview: { _, file, _, at in
                guard file.state == .applied, file.report.fileID != nil else { throw Refusal.conflict("import.taken_back") }
                return FormPreview([
                    at.text("import.will_undo", ["added": String(file.report.added), "changed": String(file.report.changed)])
                ])
            },
            act: { statements, file, _, at in
                try statements.beginTableImport(file, as: .undoing, jobID: try ordered(file.id, statements, at))
                return one(file.id)
            }, after: { bell.ring() },
            page: { view, file, at in
                FormFrame(
                    title: "\(at.text("import.undo"))\(at.text("form.colon"))\(file.fileName)",
                    crumbs: [crumb(at), Frame.Link(label: file.fileName, url: one(file.id))], note: at.text("import.undo_note"), view)
            })
    }

    private func counts(_ report: StoredReport) -> [(String, Int)] {
        [("added", report.added), ("changed", report.changed), ("unchanged", report.unchanged), ("refused", report.refused)]
    }

    private func account(_ report: StoredReport, _ at: FormVisit) -> Table {
        Table(
            caption: at.text("import.account"),
            columns: [Table.Column(at.text("import.what")), Table.Column(at.text("import.rows_count"), isNumber: true)],
            rows: counts(report).map { [Table.Cell(at.text("import.count.\($0.0)")), Table.Cell($0.1)] })
    }

    private func preview(_ report: StoredReport, _ at: FormVisit) -> FormPreview {
        let values = Dictionary(uniqueKeysWithValues: counts(report).map { ($0.0, String($0.1)) })
        let isNothing = report.added + report.changed == 0
        let warnings = isNothing ? ["import.nothing"] : report.refused > 0 ? ["import.some_refused"] : []
        func titled(_ key: String, count: Int, _ names: [String], _ rows: [[Table.Cell]]) -> Table? {
            guard !rows.isEmpty else { return nil }
            let some = count > rows.count ? at.text("import.shown", ["shown": String(rows.count)]) : ""
            let columns = [Table.Column(at.text("import.line"), isNumber: true)] + names.map { Table.Column(at.text($0)) }
            return Table(caption: at.text(key, ["count": String(count)]) + some, columns: columns, rows: rows)
        }
        let refusals = report.refusals.map { row in
            [
                Table.Cell(row.line), Table.Cell(label(row.column, at)), Table.Cell(String(row.value.prefix(60))),
                Table.Cell(said(row, at.house.pages.words, at.visit.language), mark: "wide"),
            ]
        }
        let changes = report.changes.map { change in
            [
                Table.Cell(change.line), Table.Cell(change.subject), Table.Cell(label(change.column, at)), Table.Cell(change.from),
                Table.Cell(change.to), Table.Cell(change.on.description),
            ]
        }
        let additions = (report.additions ?? []).map { [Table.Cell($0.line), Table.Cell($0.code), Table.Cell($0.name)] }
        return FormPreview(
            [at.text("import.would", values)], warnings: warnings.map { at.text($0, values) },
            tables: [
                titled("import.refused_rows", count: report.refused, ["record.field", "import.typed", "import.reason"], refusals),
                titled(
                    "import.changed_rows", count: report.changed,
                    ["import.record", "record.field", "import.before", "import.after", "import.since"], changes),
                titled("import.added_rows", count: report.added, ["import.code", "import.name"], additions),
            ].compactMap { $0 })
    }

    private func label(_ column: String, _ at: FormVisit) -> String { label(column, at.house.pages.words, at.visit.language) }

    private func label(_ column: String, _ words: Words, _ language: Language) -> String {
        words.has("\(topic).column.\(column)") ? words.text("\(topic).column.\(column)", language) : column
    }

    /// Why a row was refused, in words.
    private func said(_ row: RefusedRow, _ words: Words, _ language: Language) -> String {
        words.text(
            FieldProblem(row.code, ["text": row.value, "list": row.guesses ?? row.value, "count": "1", "value": row.value]), language)
    }

    /// The refused rows to mend and bring in again: the columns of the file, and behind them what is wrong.
    private func refusedFile(_ report: ImportReport, _ words: Words, _ language: Language) -> String {
        guard !report.refused.isEmpty else { return "" }
        return "\u{FEFF}" + report.refusedCSV { (label($0.column, words, language), said($0, words, language)) }
    }

    /// The job that looks at a file, and the one that takes it.
    package func job(_ house: House, bell: JobBell) -> FeatureJob {
        FeatureJob(kind, bell: bell) { run in
            let id = run.job.payload
            guard let file = try await house.database.read({ try $0.tableImport(id: id, accountID: nil) }) else {
                throw JobFailure.failed(code: "not_found.import", account: "")
            }
            let language = try await house.database.read { try $0.account(id: file.accountID) }.flatMap { Language(rawValue: $0.language) }
            let bytes = try await house.database.read { try $0.tableImportBytes(id: id) }
            let source = ImportSource(bytes, chosen: file.chosen)
            let readings = bytes.isEmpty ? [] : try await offPool { try ImportTable(bytes, columns, chosen: file.chosen).readings }
            let headings = bytes.isEmpty ? nil : try await offPool { try ImportTable.headings(bytes, columns, file.chosen) }
            let visit = RecordVisit(
                scope: Scope(areas: file.scope.split(separator: " ").compactMap { AreaCode($0) }), today: house.today,
                act: Act(by: Actor(id: file.accountID), at: house.clock.now, ids: house.ids))
            @Sendable func note(_ report: ImportReport, as state: TableImportState, _ statements: Statements) throws {
                var stored = StoredReport(report, readings)
                stored.headings = headings
                try statements.noteTableImport(
                    file, stored, refused: refusedFile(report, house.pages.words, language ?? .chinese), as: state)
            }
            switch file.state {
            case .looking:
                let report = try await house.database.read { try take($0, source, false, visit) }
                try await house.database.write { try note(report, as: .looked, $0) }
            case .applying:
                try await house.database.write { statements in
                    let report = try take(statements, source, true, visit)
                    try note(report, as: .applied, statements)
                    try statements.record(
                        "import.table_applied", id,
                        [
                            "path": topic, "added": String(report.added), "changed": String(report.changed),
                            "unchanged": String(report.unchanged), "refused": String(report.refused.count),
                        ], by: visit.act)
                }
            case .undoing:
                do {
                    try await house.database.write { statements in
                        guard let cause = file.report.fileID else { throw Refusal.conflict("import.taken_back") }
                        try takeBack(statements, cause, visit)
                        try statements.noteTakenBack(file, refusal: nil)
                        try statements.record("import.table_undone", id, ["path": topic], by: visit.act)
                    }
                } catch let refusal as Refusal {
                    try await house.database.write { try $0.noteTakenBack(file, refusal: refusal.code) }
                }
            case .looked, .applied, .undone: break
            }
            return id
        }
    }

    /// Takes a file at once, as sample data does.
    package func bring(_ bytes: [UInt8], name: String, _ statements: Statements, _ at: RecordVisit) throws {
        let id = at.act.ids.next()
        try statements.keepTableImport(Data(bytes), id: id, topic: topic, name: name, scope: at.scope, jobID: "", by: at.act)
        guard let file = try statements.tableImport(id: id, accountID: nil) else { return }
        try statements.noteTableImport(
            file, StoredReport(try take(statements, ImportSource(bytes), true, at), []), refused: "", as: .applied)
    }

    func refusedRows(_ at: FormVisit) async throws -> Response {
        let id = try at.parts(refused)
        let text = try await at.house.database.read { statements in
            guard try statements.tableImport(id: id, accountID: at.visit.account.id) != nil else { throw Refusal.notFound("import") }
            return try statements.tableImportRefused(id: id)
        }
        return download(text, name: "refused-\(at.today).csv", type: "text/csv; charset=utf-8")
    }
}

/// A file that is taken as a whole, and how far its job is in thousandths; -1 for one that broke off.
struct TableImportSubject: Sendable {
    let file: TableImportFile
    let progress: Int
}

extension Routes {
    /// The pages of a kind of file: where one comes in, what it would do, what it did.
    package mutating func imports(_ kind: TableImport, bell: JobBell) {
        let house = house
        var sending = kind.sending
        sending.after = { bell.ring() }
        form(kind.new, kind.right, sending)
        form(kind.one, kind.right, kind.applying(bell: bell))
        form(kind.choose, kind.right, kind.choosing(bell: bell))
        form(kind.undo, kind.right, kind.undoing(bell: bell))
        get(kind.refused, kind.right) { request, context, visit in
            try await kind.refusedRows(FormVisit(house, visit, request, context))
        }
    }
}

extension ListPage where Row == TableImportFile {
    /// What somebody brought in, with the ways to bring in more.
    package static func imports(_ kinds: [TableImport], _ right: Right) -> ListPage {
        @Sendable func kind(_ file: TableImportFile) -> TableImport? { kinds.first { $0.topic == file.topic } }
        return ListPage(
            TableImport.list, right, title: "imports.title",
            columns: [
                ListColumn("file", "import.file") { file, _ in Table.Cell(file.fileName, url: kind(file)?.one(file.id)) },
                ListColumn("topic", "imports.what") { file, question in Table.Cell(question.text("\(file.topic).import")) },
                ListColumn("at", "record.at") { file, question in Table.Cell(question.time(file.madeAt)) },
                ListColumn("state", "imports.state") { file, question in
                    Table.Cell(question.text("imports.state.\(file.state.rawValue)"), mark: "standing")
                },
                ListColumn("added", "import.count.added", isNumber: true) { file, _ in Table.Cell(file.report.added) },
                ListColumn("changed", "import.count.changed", isNumber: true) { file, _ in Table.Cell(file.report.changed) },
                ListColumn("unchanged", "import.count.unchanged", isNumber: true) { file, _ in Table.Cell(file.report.unchanged) },
                ListColumn("refused", "import.count.refused", isNumber: true) { file, _ in Table.Cell(file.report.refused) },
            ],
            rows: { try $0.tableImports(of: $1.visit.account.id, after: $1.after, limit: $1.limit) },
            count: { try $0.tableImportCount(of: $1.visit.account.id) }, place: \.id,
            ways: { question in kinds.map { Frame.Link(label: question.text("\($0.topic).import"), url: $0.new()) } },
            note: "imports.note", empty: "imports.empty")
    }
}
