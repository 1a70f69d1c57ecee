import Accounts
import Basics
package import Jobs
import Storage
package import Web

extension Feature {
    /// What all files of records have in common: they are not kept for ever.
    package static func imports(_ house: House) -> Feature {
        let cleaning = PeriodicWork("old imports", every: .seconds(3600)) {
            let now = house.clock.now
            try await house.database.write { statements in
                try statements.forgetOldImports(at: now)
                try statements.forgetOldTableImports(at: now)
            }
        }
        return Feature(
            "imports", timers: [FeatureTimer(cleaning)],
            speech: [
                EventSpeech(["import."]) { statements, ids, _ in
                    try statements.importNames(ids).merging(try statements.tableImportNames(ids)) { one, _ in one }
                }
            ])
    }
}

extension RecordPage {
    /// The job that brings files of these records in: each row in a transaction of its own, with the note that it is done, so that a kill
    /// neither loses nor repeats one. It ends with an account of what was new, changed, unchanged, refused.
    package func importJob(_ house: House, bell: JobBell) -> FeatureJob {
        FeatureJob(importKind, bell: bell) { run in
            let (id, clock) = (run.job.payload, house.clock)
            guard let file = try await house.database.read({ try $0.importFile(id: id, path: path) }) else {
                throw JobFailure.failed(code: "not_found.import", account: "")
            }
            if file.undoState == "undoing" {
                let scope = Scope(areas: file.scope.split(separator: " ").compactMap { AreaCode($0) })
                let at = RecordVisit(
                    scope: scope, today: house.today, act: Act(by: Actor(id: file.accountID), at: clock.now, ids: house.ids))
                do {
                    try await house.database.write { statements in
                        try takeBack(statements, id, at)
                        try statements.noteUndone(file, refusal: nil, by: at.act)
                    }
                } catch let refusal as Refusal {
                    try await house.database.write { try $0.noteUndone(file, refusal: refusal.code, by: at.act) }
                }
                return id
            }
            let bytes = try await house.database.read { try $0.importBytes(id: id) }
            let rows = try RecordRows(self, bytes, house.pages.words, chosen: ImportChoice(stored: file.chosen))
            let scope = Scope(areas: file.scope.split(separator: " ").compactMap { AreaCode($0) })
            func act() -> Act { Act(by: Actor(id: file.accountID), at: clock.now, ids: house.ids) }
            var seen: Set<[String]> = []
            for (number, row) in rows.table.records.enumerated() {
                let (at, before) = (RecordVisit(scope: scope, today: house.today, act: act()), seen)
                seen = try await house.database.write { statements in
                    var seen = before
                    let outcome = try rows.outcome(row, statements, at, seen: &seen)
                    // What was done before a kill is only looked at again, for rows that stand twice.
                    guard number >= file.seenRows else { return seen }
                    try statements.take(outcome, rows, line: row.line, of: id, at)
                    if case .refused(let refusal) = outcome { try statements.noteRefusedRow(refusal, of: id) }
                    try statements.noteRow(outcome.count, row: number, of: id)
                    return seen
                }
                try await run.report(Double(number + 1) / Double(rows.table.records.count), step: "import")
            }
            let end = act()
            try await house.database.write { try $0.endImport(file, by: end) }
            return id
        }
    }
}

extension Statements {
    fileprivate func take<Record>(
        _ outcome: RowOutcome<Record>, _ rows: RecordRows<Record>, line: Int, of file: String, _ at: RecordVisit
    ) throws {
        switch outcome {
        case .added(let new):
            try rows.page.save(self, nil, new, at)
            try rows.page.noteRow(self, nil, new, line: line, of: file, at)
        case .changed(let old, let new):
            try rows.page.save(self, old, new, at)
            try rows.page.noteRow(self, old, new, line: line, of: file, at)
        case .unchanged, .refused: break
        }
    }
}
