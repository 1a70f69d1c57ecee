package import Accounts
package import Basics
package import Records
package import Storage

/// The file of areas: `code,name,from_on`. docs/import.md describes it.
package enum AreaImport {
    /// The columns, in the order in which we write them.
    package static let columns = [
        ImportTable.Column("code", ["区划代码", "行政区划代码", "统计用区划代码", "代码", "编码", "区域代码"]),
        ImportTable.Column("name", ["名称", "区划名称", "区域名称", "单位名称", "区域"]),
        ImportTable.Column("from_on", ["起始日期", "启用日期", "生效日期", "设立日期", "开始日期", "起"]),
    ]
    package static let header = ["code", "name", "from_on"]
}

/// A checked row of the file.
private struct AreaImportRow {
    let record: CSV.Record
    let code: AreaCode
    let name: String
    let from: Day

    init?(_ record: CSV.Record, _ table: ImportTable, today: Day, _ report: inout ImportReport) {
        func refuse(_ column: String, _ code: String, _ value: String) { report.refuse(record, column: column, code: code, value: value) }
        let (codeText, dayText) = (table.code("code", record), table.code("from_on", record))
        name = table.cell("name", record)
        self.record = record
        guard !table.hasTooManyCells(record) else {
            refuse("name", "csv.cells", record.fields.last ?? "")
            return nil
        }
        guard let code = AreaCode(written: codeText) else {
            refuse("code", codeText.isScientific ? "import.scientific" : "area.code_form", codeText)
            return nil
        }
        guard (1...100).contains(name.count) else {
            refuse("name", "form.required", name)
            return nil
        }
        guard let from = Day(written: dayText) else {
            refuse("from_on", "form.date", dayText)
            return nil
        }
        guard from <= today else {
            refuse("from_on", "area.future", from.description)
            return nil
        }
        (self.code, self.from) = (code, from)
    }
}

extension Statements {
    /// Why an area gets another code by a file.
    private static let recodeReason = "新的区划代码表"

    /// Brings in areas: new codes are added below the area whose code theirs begins with, another name is a renaming from that day on,
    /// another code of a name that is known below the same area, whose own code the file has not, is a recode, which takes all below
    /// along, an earlier day with the same name takes the area's beginning back; nothing from a day after today. Rows are taken from the
    /// top of the tree down and by day, whatever their order; a row that stands twice is one. With `apply` false nothing is written.
    /// Throws only when the file is no table at all; bad rows, and those outside the scope, are in the report.
    package func importAreas(
        _ bytes: [UInt8], chosen: ImportChoice = [:], apply: Bool, in scope: Scope, today: Day, by act: Act
    ) throws -> ImportReport {
        let table = try ImportTable(bytes, AreaImport.columns, chosen: chosen)
        var known = try areaIndex()
        let retired = try retiredCodes()
        // A name that is known below the same area: a list of another year gives it another code.
        var named = Dictionary(known.values.map { ("\($0.parentID ?? "") \($0.name)", $0.code) }, uniquingKeysWith: { first, _ in first })
        var report = ImportReport(table)
        let topLevel = known.keys.map(\.utf8.count).min()
        report.rows = table.records.count
        let order = table.records.compactMap { AreaImportRow($0, table, today: today, &report) }
            .sorted {
                ($0.code.description.utf8.count, $0.code.description, $0.from, $0.record.line) < (
                    $1.code.description.utf8.count, $1.code.description, $1.from, $1.record.line
                )
            }
        let listed = Set(order.map(\.code.description))
        let rootLength = topLevel ?? order.first?.code.level.rawValue
        var (new, later): ([NewArea], [(Act) throws -> Void]) = ([], [])
        var added: Set<String> = []
        for row in order {
            let code = row.code.description
            guard scope.covers(row.code) else {
                report.refuse(row.record, column: "code", code: "area.not_here", value: code)
                continue
            }
            if let old = known[code] {
                if old.name == row.name {
                    guard row.from < old.begins else {
                        report.unchanged += 1
                        continue
                    }
                    if let above = row.code.parent.flatMap({ known[$0.description] }), row.from < above.begins {
                        report.refuse(row.record, column: "from_on", code: "area.before_parent", value: row.from.description)
                        continue
                    }
                    report.changes.append(
                        ImportChange(
                            line: row.record.line, subject: code, column: "from_on", from: old.begins.description, to: row.from.description,
                            on: row.from))
                    report.changed += 1
                    later.append { try self.beginArea(old.areaID, on: row.from, by: $0) }
                    known[code]?.begins = row.from
                } else if row.from <= old.from {
                    report.refuse(
                        row.record, column: "from_on", code: added.contains(code) ? "import.twice" : "area.rename_before_start",
                        value: row.from.description)
                } else {
                    report.changes.append(
                        ImportChange(line: row.record.line, subject: code, column: "name", from: old.name, to: row.name, on: row.from))
                    report.changed += 1
                    later.append { try self.renameArea(old, to: row.name, from: row.from, by: $0) }
                    known[code]?.name = row.name
                    known[code]?.from = row.from
                }
                continue
            }
            guard !retired.contains(code) else {
                report.refuse(row.record, column: "code", code: "area.code_retired", value: code)
                continue
            }
            let parent = row.code.parent.flatMap { known[$0.description] }
            guard parent != nil || row.code.level.rawValue == rootLength else {
                report.refuse(row.record, column: "code", code: "area.parent_missing", value: code)
                continue
            }
            if let parent, row.from < parent.begins {
                report.refuse(row.record, column: "from_on", code: "area.before_parent", value: row.from.description)
                continue
            }
            let place = "\(parent?.areaID ?? "") \(row.name)"
            if let other = named[place], !added.contains(other) {
                guard let old = known[other], let oldCode = AreaCode(other), !listed.contains(other), scope.covers(oldCode) else {
                    report.refuse(row.record, column: "name", code: "area.known_name", value: "\(row.name) \(other)")
                    continue
                }
                guard row.from > old.begins, row.from >= old.from else {
                    report.refuse(row.record, column: "from_on", code: "area.before_start", value: row.from.description)
                    continue
                }
                report.changes.append(
                    ImportChange(line: row.record.line, subject: row.name, column: "code", from: other, to: code, on: row.from))
                report.changed += 1
                later.append {
                    try self.decideArea(
                        .recode(oldCode, to: row.code), on: row.from, today: today, reason: Self.recodeReason, document: "",
                        in: .everything,
                        by: $0)
                }
                // From here on everything below has its new code.
                for (below, area) in known where below.hasPrefix(other) {
                    let moved = code + below.dropFirst(other.count)
                    known[below] = nil
                    known[moved] = KnownArea(
                        areaID: area.areaID, code: moved, name: area.name, parentID: area.parentID, from: max(area.from, row.from),
                        begins: area.begins)
                }
                named = Dictionary(
                    known.values.map { ("\($0.parentID ?? "") \($0.name)", $0.code) }, uniquingKeysWith: { first, _ in first })
                continue
            }
            let id = act.ids.next()
            new.append(NewArea(id: id, code: row.code, name: row.name, parentID: parent?.areaID, from: row.from))
            known[code] = KnownArea(areaID: id, code: code, name: row.name, parentID: parent?.areaID, from: row.from, begins: row.from)
            named[place] = named[place] ?? code
            added.insert(code)
            report.add(row.record, code: code, name: row.name)
        }
        if apply, !new.isEmpty || !later.isEmpty {
            let file = try recordFile(today: today, by: act)
            report.fileID = file
            let act = act.because(of: file)
            try addAreas(new, by: act)
            for change in later { try change(act) }
        }
        try askAboutRoundedCodes(&report, ["code": .area])
        report.refused.sort { $0.line < $1.line }
        report.changes.sort { $0.line < $1.line }
        return report
    }
}
