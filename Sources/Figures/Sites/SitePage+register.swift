import Accounts
import Basics
import Operations
import Registry
import Web

extension Table {
    /// The terminals of a site, and up to when each has reported everything.
    static func terminals(_ facts: SiteFacts, zone: NetworkZone, _ speech: Speech) -> Table {
        Table(
            caption: speech("terminals.caption"),
            columns: ["id", "from", "through", "complete"].map { Column(speech("terminals.column.\($0)")) },
            rows: facts.assignments.map { assignment in
                [
                    Cell(assignment.terminalID), Cell(assignment.fromDay.description), Cell(last(assignment.untilDay, speech)),
                    Cell(
                        facts.claims.filter { $0.key.terminal == assignment.terminal }.values.max().map(zone.text)
                            ?? speech("terminals.silent")),
                ]
            }, empty: speech("terminals.empty"))
    }

    /// The exclusions that touch the month.
    static func exclusions(_ rows: [SiteExclusion], accounts: [String: NamedAccount], _ speech: Speech) -> Table {
        Table(
            caption: speech("exclusions.caption"),
            columns: ["from", "through", "reason", "document", "actor"].map { Column(speech("states.column.\($0)")) },
            rows: rows.map {
                [
                    Cell($0.fromDay.description), Cell(last($0.untilDay, speech)), Cell($0.reason, mark: "wide"), Cell(paper: $0.document),
                    Cell(speech.words.actor($0.actor, accounts, speech.language)),
                ]
            })
    }

    /// The last day of a dated row.
    private static func last(_ until: Day, _ speech: Speech) -> String {
        until == .forever ? speech("span.open_end") : until.advanced(by: -1).description
    }
}
