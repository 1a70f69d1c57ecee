package import Accounts
package import Basics
import Figures
import Jobs
import Operations
package import Registry
package import Storage

/// Which tables name areas, sites and boxes besides the register's own: what stands in one of these keeps a thing from being taken away.
package enum RegisterUse {
    /// By the column that names one; a test holds the tables against the schema.
    package static let tables: [(column: String, tables: [String])] = [
        (
            "area_id",
            [
                "role_grant", "courseware", "upload", "organisation", "agreement", "paper_area", "posting", "month_closing",
                "edition",
                "bulletin_section", "bulletin_sentence", "edition_recipient", "closed_figures", "monthly_return", "exclusion_proposal",
                "calendar_day", "office_hours",
            ]
        ),
        (
            "site",
            ["site_day", "site_month", "posting", "monthly_return_line", "site_exclusion", "exclusion_proposal_site", "site_message"]
        ),
        (
            "terminal",
            [
                "presence", "play", "late_receipt", "fact_void", "late_play", "watermark_claim", "clock_error",
                "presence_source", "play_source", "test_play", "terminal_stop", "contact", "test_request",
            ]
        ),
    ]

    /// The tables in which something stands on some things.
    package static func found(_ statements: Statements, _ things: RegisterThings) throws -> [String] {
        var found: [String] = []
        func look(_ column: String, _ keys: [some Bindable]) throws {
            for table in tables.first(where: { $0.column == column })?.tables ?? [] {
                let named: SQL = "\(sql: SQL(stringLiteral: table)) WHERE \(sql: SQL(stringLiteral: column))"
                for start in stride(from: 0, to: keys.count, by: 500) {
                    let part = keys[start..<min(start + 500, keys.count)]
                    guard try statements.first("SELECT 1 FROM \(sql: named) IN (\(list: part)) LIMIT 1", { try $0.int(0) }) != nil else {
                        continue
                    }
                    found.append(table)
                    break
                }
            }
        }
        try look("area_id", things.areas)
        try look("site", things.sites)
        try look("terminal", things.terminals)
        return found
    }
}

extension Statements {
    /// What boxes told from a day on counts where they stand now: what was derived for other places is derived again, by a job. Nothing
    /// where no fact is so young.
    package func rederive(from day: Day, by act: Act) throws {
        guard let known = try factDays(), day <= known.upperBound else { return }
        try enqueueJob(
            kind: FormulaJob.kind, subject: FormulaJob.subject, payload: day.description, madeBy: act.actor.id, at: act.at, ids: act.ids)
    }
}
