import Basics

extension City {
    /// The areas as `docs/import.md` describes: header, then one row an area, parents first.
    package var areasCSV: String {
        csv(["code", "name", "from_on"], areas.map { [$0.code.description, $0.name, $0.fromOn.description] })
    }

    /// The sites as `docs/import.md` describes: one row for each state of a site, ascending by day. The first row carries the first
    /// terminals; the row from whose day another terminal stands there carries those of that day.
    package var sitesCSV: String {
        csv(
            ["code", "name", "area_code", "kind", "mode", "state", "from_on", "reason", "document", "terminal", "terminal_from_on"],
            sites.flatMap { site in
                site.states.enumerated().map { number, state in
                    let day =
                        number == 0 ? site.terminals.first?.fromOn : site.terminals.dropFirst().map(\.fromOn).first { $0 == state.fromOn }
                    let terminals = day.map { site.terminals(on: $0).map(\.id) } ?? []
                    return [
                        site.code, site.name, site.area.description, site.kind.rawValue, site.mode.rawValue, state.name.rawValue,
                        state.fromOn.description,
                        state.reason, state.document, terminals.joined(separator: " "), day?.description ?? "",
                    ]
                }
            })
    }

    private func csv(_ header: [String], _ rows: [[String]]) -> String { ([header] + rows).map { CSV.line($0) }.joined() }
}
