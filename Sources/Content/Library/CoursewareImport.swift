package import Accounts
import Basics
package import Records
package import Registry
package import Storage

/// The file of courseware of an earlier platform: `code,title,duration`. docs/import.md describes it.
package enum CoursewareImport {
    package static let columns = [
        ImportTable.Column("code", ["课件编号", "课件编码", "编号", "编码", "代码"]), ImportTable.Column("title", ["课件名称", "题名", "名称", "标题"]),
        ImportTable.Column("duration", ["时长", "课件时长", "播放时长"]),
    ]

    /// A length as offices write it, in milliseconds: `1:02:03`, `45:30`, or seconds. Nil for anything else, for nothing and for more than
    /// a day.
    package static func milliseconds(_ text: String) -> Int? {
        let parts = text.officeCode.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...3).contains(parts.count), !parts.contains(nil), parts.dropFirst().allSatisfy({ ($0 ?? 0) < 60 }),
            parts.allSatisfy({ ($0 ?? -1) >= 0 })
        else { return nil }
        let seconds = parts.reduce(0) { $0 &* 60 &+ ($1 ?? 0) }
        return (1...86_400).contains(seconds) ? seconds * 1000 : nil
    }
}

extension Statements {
    /// Makes courseware of an earlier platform known below an area, so that its plays count. A known code changes nothing; one with another
    /// title or length is refused. With `apply` false nothing is written.
    package func importCourseware(_ bytes: [UInt8], area: Area, apply: Bool, by act: Act) throws -> ImportReport {
        let table = try ImportTable(bytes, CoursewareImport.columns)
        var report = ImportReport(table)
        report.rows = table.records.count
        var known: [String: (title: String, duration: Int)] = [:]
        try each("SELECT id, title, duration_ms FROM courseware") { known[try $0.text(0)] = (try $0.text(1), try $0.int(2)) }
        for record in table.records {
            let (code, title, length) = (table.code("code", record), table.cell("title", record), table.code("duration", record))
            func refuse(_ column: String, _ reason: String, _ value: String) {
                report.refuse(record, column: column, code: reason, value: value)
            }
            if table.hasTooManyCells(record) {
                refuse("title", "csv.cells", record.fields.last ?? "")
            } else if code.isScientific {
                refuse("code", "import.scientific", code)
            } else if !(1...64).contains(code.utf8.count) || !code.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                refuse("code", "courseware.id_form", code)
            } else if !(1...200).contains(title.unicodeScalars.count) {
                refuse("title", "form.required", title)
            } else if let milliseconds = CoursewareImport.milliseconds(length) {
                if let there = known[code] {
                    if there == (title, milliseconds) {
                        report.unchanged += 1
                    } else {
                        refuse(there.title == title ? "duration" : "title", "courseware.known_otherwise", there.title)
                    }
                    continue
                }
                known[code] = (title, milliseconds)
                report.added += 1
                if apply { try archiveCourseware(id: code, title: title, durationMs: milliseconds, areaID: area.areaID, by: act) }
            } else {
                refuse("duration", "courseware.duration_form", length)
            }
        }
        return report
    }
}
