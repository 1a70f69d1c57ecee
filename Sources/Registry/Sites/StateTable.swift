package import Accounts
package import Basics
package import Web

extension Table {
    /// The history of a site's states, corrected rows included.
    package static func states(
        _ rows: [SiteStateRow], _ accounts: [String: NamedAccount], zone: NetworkZone, _ words: Words, _ language: Language
    ) -> Table {
        func say(_ key: String, _ values: [String: String] = [:]) -> String { words.text(key, language, values) }
        return Table(
            caption: say("states.caption"),
            columns: ["state", "from", "through", "reason", "document", "actor", "recorded", "standing"].map {
                Column(say("states.column.\($0)"))
            },
            rows: rows.map { row in
                [
                    Cell(say("site_state.\(row.state.rawValue)"), mark: "standing"), Cell(row.fromDay.description),
                    Cell(row.untilDay == .forever ? say("span.open_end") : row.untilDay.advanced(by: -1).description),
                    Cell(row.reason, mark: "wide"), Cell(paper: row.document),
                    Cell(words.actor(row.actor, accounts, language)), Cell(zone.text(row.recordedAt)),
                    Cell(row.replacedAt.map { say("states.corrected", ["time": zone.text($0)]) } ?? say("states.valid")),
                ]
            }, empty: say("states.empty"))
    }
}
