import Basics
import Foundation
import Storage
import Web

/// What came of a row, as it is counted.
enum RowCount: String, CaseIterable, Sendable { case added, changed, unchanged, refused }

/// What a row of a file would make of its record.
enum RowOutcome<Record: Sendable>: Sendable {
    case added(Record)
    case changed(Record, to: Record)
    case unchanged
    case refused(RowRefusal)

    var count: RowCount {
        switch self {
        case .added: .added
        case .changed: .changed
        case .unchanged: .unchanged
        case .refused: .refused
        }
    }
}

/// The rows of a file of records. Its columns are the fields of their form, called by their names or by their labels in either language;
/// what is not in the file stays as it is.
struct RecordRows<Record: Sendable>: Sendable {
    let page: RecordPage<Record>
    let table: ImportTable
    private let words: Words

    /// Throws `Refusal.invalid` of the field `file` for a file that is no table, or that holds too many rows.
    init(
        _ page: RecordPage<Record>, _ bytes: [UInt8], _ words: Words, chosen: ImportChoice = [:], in language: Language = .chinese
    ) throws {
        (self.page, self.words) = (page, words)
        do { table = try ImportTable(bytes, page.columns(words), chosen: chosen) } catch Refusal.invalid(let problems) {
            guard let (place, problem) = problems.min(by: { $0.key < $1.key }) else { throw Refusal.invalid(problems) }
            // Of a column its label, of the whole table what is wrong with it.
            let label = page.form.fields.first { $0.name == place }.map { words.text($0.label, language) }
            let code = problem.code == "csv.header_missing" ? "import.no_header" : problem.code
            let says = words.text(FieldProblem(code, problem.values), language)
            throw Refusal.invalid([
                "file": label.map { FieldProblem("import.column", ["column": $0, "reason": says]) } ?? FieldProblem(code)
            ])
        }
        guard table.records.count <= ImportBound.mostRows else {
            throw Refusal.invalid([
                "file": FieldProblem("import.rows", ["most": String(ImportBound.mostRows), "count": String(table.records.count)])
            ])
        }
    }

    /// The number of the account's line, and what the row would make of its record, beside what `seen` holds of the rows before it.
    func outcome(_ row: CSV.Record, _ statements: Statements, _ at: RecordVisit, seen: inout Set<[String]>) throws -> RowOutcome<Record> {
        func refused(_ field: String, _ problem: FieldProblem) -> RowOutcome<Record> {
            .refused(RowRefusal(line: row.line, field: field, code: problem.code, values: problem.values))
        }
        guard !table.hasTooManyCells(row) else { return refused(page.key.first ?? "", "csv.cells") }
        let texts = cells(of: row)
        do {
            let old = try page.match(statements, page.form.unread(texts), at)
            // Of what lies elsewhere a row learns nothing.
            if let old, try page.find(statements, page.id(old), at) == nil {
                return refused(page.key.first ?? "", "import.elsewhere")
            }
            let stored = old.map { page.form.shown(page.texts($0)) } ?? [:]
            var read: Record?
            _ = try page.form.read(stored.merging(texts) { $1 }) { values in
                do { read = try page.reading(statements, old, values, at) } catch Refusal.invalid(let problems) { return problems }
                return [:]
            }
            guard let new = read else { return refused(page.key.first ?? "", "form.required") }
            let after = page.form.shown(page.texts(new))
            guard seen.insert(page.key.map { folded(after[$0] ?? "") }).inserted else {
                return refused(page.key.first ?? "", "import.twice")
            }
            guard let old else { return .added(new) }
            guard changes(from: stored, to: after).isEmpty == false else { return .unchanged }
            if let refusal = page.obstacle(old, at) { return refused(page.key.first ?? "", FieldProblem(refusal.code)) }
            return .changed(old, to: new)
        } catch Refusal.invalid(let problems) {
            let first = page.form.fields.first { problems[$0.name] != nil }?.name ?? problems.keys.min() ?? ""
            return refused(first, problems[first] ?? "form.required")
        } catch let refusal as Refusal {
            return refused(page.key.first ?? "", FieldProblem(refusal.code))
        }
    }

    /// The fields that are other ones, in the order of the form.
    func changes(from before: [String: String], to after: [String: String]) -> [FieldEntry] {
        page.form.fields.filter { !Form.isSame(before[$0.name], after[$0.name]) }
    }

    /// What the row says of the fields that the file has; words of a choice become what is sent for them.
    private func cells(of row: CSV.Record) -> [String: String] {
        Dictionary(
            page.form.fields.filter { table.has($0.name) }.map { field in
                let text = table.cell(field.name, row)
                switch field.look {
                case .choice(let options): return (field.name, chosen(text, options))
                case .boxes(let options): return (field.name, listed(text).map { chosen($0, options) }.joined(separator: ","))
                default: return (field.name, text)
                }
            }
        ) { first, _ in first }
    }

    private func chosen(_ text: String, _ options: [FieldOption]) -> String {
        options.first { option in
            plain(option.value) == plain(text) || Language.allCases.contains { plain(words.text(option.label, $0)) == plain(text) }
        }?.value ?? text
    }
}

/// A heading or a word as it is compared.
private func plain(_ text: String) -> String { ImportTable.plain(text) }

extension RecordPage {
    /// The columns of a file: the fields, called by their names or labels.
    func columns(_ words: Words) -> [ImportTable.Column] {
        form.fields.map { field in
            ImportTable.Column(
                field.name, Language.allCases.map { plain(words.text(field.label, $0)) }, isNeeded: key.contains(field.name))
        }
    }
}
