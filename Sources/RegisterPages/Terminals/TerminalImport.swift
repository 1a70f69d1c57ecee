package import Accounts
package import Basics
package import Records
import Registry
package import Storage

/// The file of boxes: which stands where, from which day on. docs/import.md describes it.
package enum TerminalImport {
    /// The columns, in the order in which we write them. A row without a site takes its box away.
    package static let columns = [
        ImportTable.Column("terminal", ["终端", "终端编号", "机顶盒", "机顶盒编号", "设备编号"]),
        ImportTable.Column("code", ["站点编码", "站点代码", "站点编号", "站点"]),
        ImportTable.Column("from_on", ["起始日期", "终端起始日期", "启用日期", "装机日期", "日期"]),
    ]
}

/// What a row says: where its box stands from a day on.
private struct BoxRow {
    let record: CSV.Record
    let terminal: String
    let placing: TerminalPlacing
    let from: Day
    let siteCode: String
    /// Where it stood until then; empty for nowhere.
    let before: String
}

extension Statements {
    /// Says of boxes where they stand; new ones become known. What stands there already is unchanged, a box that stands twice in the file
    /// is refused the second time, and so is what lies outside the scope, now or by the file. With `apply` false nothing is written.
    package func importTerminals(
        _ bytes: [UInt8], chosen: ImportChoice = [:], apply: Bool, in scope: Scope, today: Day, by act: Act
    ) throws -> ImportReport {
        let table = try ImportTable(bytes, TerminalImport.columns, chosen: chosen)
        var report = ImportReport(table)
        report.rows = table.records.count
        var (rows, seen): ([BoxRow], Set<String>) = ([], [])
        for record in table.records {
            do {
                let row = try row(record, table, in: scope, today: today)
                guard seen.insert(table.code("terminal", record)).inserted else { throw Refusal.invalid(["terminal": "import.twice"]) }
                guard let row else {
                    report.unchanged += 1
                    continue
                }
                rows.append(row)
            } catch Refusal.invalid(let problems) {
                let (column, problem) = problems.min { $0.key < $1.key } ?? ("terminal", "form.required")
                let named = column == "from" ? "from_on" : column
                report.refuse(record, column: named, code: problem.code, value: table.cell(named, record))
            } catch let refusal as Refusal {
                report.refuse(record, column: "terminal", code: refusal.code, value: table.cell("terminal", record))
            }
        }
        try askAboutRoundedCodes(&report, ["code": .site, "terminal": .box])
        let known = try terminalNumbers(rows.map(\.terminal))
        for row in rows {
            guard known[row.terminal] != nil else {
                report.add(row.record, code: row.terminal, name: row.siteCode)
                continue
            }
            report.changed += 1
            report.changes.append(
                ImportChange(
                    line: row.record.line, subject: row.terminal, column: "code", from: row.before, to: row.siteCode, on: row.from))
        }
        if apply, !rows.isEmpty {
            let file = try recordFile(today: today, by: act)
            report.fileID = file
            try placeTogether(rows.map { ($0.terminal, $0.placing, $0.from) }, today: today, by: act.because(of: file))
            report.movedSince = rows.map(\.from).min()
        }
        return report
    }

    /// What a row says; nil when that is so already. Throws `Refusal` for one that may not be.
    private func row(_ record: CSV.Record, _ table: ImportTable, in scope: Scope, today: Day) throws -> BoxRow? {
        func refused(_ column: String, _ code: String) -> Refusal { Refusal.invalid([column: FieldProblem(code)]) }
        guard !table.hasTooManyCells(record) else { throw refused("from_on", "csv.cells") }
        let (terminal, code) = (table.code("terminal", record), table.code("code", record))
        guard !terminal.isScientific else { throw refused("terminal", "import.scientific") }
        guard !code.isScientific else { throw refused("code", "import.scientific") }
        guard let from = Day(written: table.code("from_on", record)) else { throw refused("from_on", "form.date") }
        let stay = try terminalStays(terminal).first { $0.replacedAt == nil && $0.fromDay <= from && from < $0.untilDay }
        guard stay?.siteCode ?? "" != code || (code.isEmpty && stay != nil) else { return nil }
        var placing = TerminalPlacing.takenAway
        if !code.isEmpty {
            guard let site = try site(code: code, on: from, in: scope) else { throw refused("code", "site.not_here") }
            placing = .at(site)
        }
        let plan = try planPlacing(terminal, placing, from: from, today: today)
        if let left = plan.leaves, try site(code: left.siteCode, on: from, in: scope) == nil {
            throw refused("terminal", "terminal.elsewhere")
        }
        return BoxRow(
            record: record, terminal: terminal, placing: placing, from: from, siteCode: code, before: plan.leaves?.siteCode ?? "")
    }
}
