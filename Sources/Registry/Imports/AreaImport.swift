package import Accounts
package import Basics
package import Storage

/// The file of areas: `code,name,from_on`. docs/import.md describes it.
package enum AreaImport {
    /// The columns, in the order in which we write them.
    package static let header = ["code", "name", "from_on"]
}

extension Statements {
    /// Brings in areas: new codes are added below the area whose code theirs begins with, another name is a renaming from that day on; not from a day
    /// after today. With `apply` false nothing is written. Throws only when the file is no table at all; bad rows are in the report.
    package func importAreas(_ bytes: [UInt8], apply: Bool, today: Day, by act: Act) throws -> ImportReport {
        let table = try ImportTable(bytes, needs: AreaImport.header)
        var known = try areaIndex()
        let retired = try retiredCodes()
        var report = ImportReport(header: table.header)
        var new: [(id: String, code: AreaCode, name: String, parentID: String?, from: Day)] = []
        var seen: Set<String> = []
        let topLevel = known.keys.map(\.utf8.count).min()
        // Parents before children, whatever the order of the file; a file's own shortest code is a root.
        let order = table.records.sorted { table.cell("code", $0).utf8.count < table.cell("code", $1).utf8.count }
        let rootLength = topLevel ?? order.lazy.compactMap { AreaCode(table.cell("code", $0)) }.first?.level.rawValue
        for record in order {
            report.rows += 1
            guard let code = AreaCode(table.cell("code", record)) else {
                report.refuse(record, column: "code", code: "area.code_form", value: table.cell("code", record))
                continue
            }
            let name = table.cell("name", record)
            guard (1...100).contains(name.count) else {
                report.refuse(record, column: "name", code: "form.required", value: name)
                continue
            }
            guard let from = Day(table.cell("from_on", record)) else {
                report.refuse(record, column: "from_on", code: "form.date", value: table.cell("from_on", record))
                continue
            }
            guard from <= today else {
                report.refuse(record, column: "from_on", code: "area.future", value: from.description)
                continue
            }
            guard seen.insert(code.description).inserted else {
                report.refuse(record, column: "code", code: "import.twice", value: code.description)
                continue
            }
            if let old = known[code.description] {
                if old.name == name {
                    report.unchanged += 1
                } else if from <= old.from {
                    report.refuse(record, column: "from_on", code: "area.rename_before_start", value: from.description)
                } else {
                    report.changed += 1
                    if apply { try renameArea(old, code: code, to: name, parentID: code.parent.flatMap { known[$0.description]?.areaID }, from: from, by: act) }
                }
                continue
            }
            guard !retired.contains(code.description) else {
                report.refuse(record, column: "code", code: "area.code_retired", value: code.description)
                continue
            }
            let parent = code.parent.flatMap { known[$0.description] }
            guard parent != nil || code.level.rawValue == rootLength else {
                report.refuse(record, column: "code", code: "area.parent_missing", value: code.description)
                continue
            }
            if let parent, from < parent.from {
                report.refuse(record, column: "from_on", code: "area.before_parent", value: from.description)
                continue
            }
            let id = act.ids.next()
            new.append((id, code, name, parent?.areaID, from))
            known[code.description] = KnownArea(areaID: id, name: name, from: from, versionID: "")
            report.added += 1
        }
        if apply { try addAreas(new, by: act) }
        report.refused.sort { $0.line < $1.line }
        return report
    }
}
