import Basics
package import Jobs
package import Operations
package import Storage

/// Derives the site-days from a day on again, a day a transaction, and with its last day each month. Deriving is idempotent: after a kill
/// it begins anew and comes out the same.
package struct FormulaJob: Sendable {
    package static let kind = "derive"
    /// All such jobs are about the network's figures; the newest one is shown.
    package static let subject = "formula"

    package let database: Database
    let rules: FactRules

    package init(database: Database, rules: FactRules) {
        self.database = database
        self.rules = rules
    }

    /// The work on one job; its payload is the first day. Answers how many days were derived and how many rows changed, as `days changed`.
    package func run(_ run: JobRun) async throws -> String {
        guard let wanted = Day(run.job.payload) else { throw JobFailure.failed(code: "job.defect", account: "") }
        guard let known = try await database.read({ try $0.factDays() }), known.upperBound >= wanted else { return "0 0" }
        let (first, last) = (max(wanted, known.lowerBound), known.upperBound)
        let (days, rules) = (first.distance(to: last) + 1, rules)
        var changed = 0
        for number in 0..<days {
            let day = first.advanced(by: number)
            try await run.report(Double(number) / Double(days), step: day.description)
            let isMonthEnd = day == last || day == day.month.days.upperBound
            changed += try await database.write { statements in
                let changed = try statements.rebuildSiteDays(day...day, rules: rules, months: false)
                if isMonthEnd { _ = try statements.rebuildSiteMonth(day.month) }
                return changed
            }
        }
        return "\(days) \(changed)"
    }
}
