package import Accounts
package import Basics
package import Storage

/// The file of sites: a row for each dated state of a site. docs/import.md describes it.
package enum SiteImport {
    /// The columns, in the order in which we write them.
    package static let header = ["code", "name", "area_code", "kind", "mode", "state", "from_on", "reason", "document", "terminal", "terminal_from_on"]
}

/// A checked row of the file.
private struct SiteRow {
    let record: CSV.Record
    let code: String
    let name: String
    let areaCode: String
    let kind: SiteKind
    let mode: SiteMode
    let state: SiteState
    let from: Day
    let reason: String
    let document: String
    let terminals: [String]
    let terminalFrom: Day

    init?(_ record: CSV.Record, _ table: ImportTable, today: Day, _ report: inout ImportReport) {
        func refused(_ column: String, _ code: String) -> SiteRow? {
            report.refuse(record, column: column, code: code, value: table.cell(column, record))
            return nil
        }
        code = table.cell("code", record)
        name = table.cell("name", record)
        areaCode = table.cell("area_code", record)
        reason = String(table.cell("reason", record).prefix(500))
        document = String(table.cell("document", record).prefix(200))
        terminals = table.cell("terminal", record).split(separator: " ").map(String.init)
        guard (1...32).contains(code.utf8.count), code.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            _ = refused("code", "site.code_form")
            return nil
        }
        guard (1...100).contains(name.count) else {
            _ = refused("name", "form.required")
            return nil
        }
        guard let kind = SiteKind(rawValue: table.cell("kind", record)) else {
            _ = refused("kind", "form.choice")
            return nil
        }
        guard let mode = SiteMode(rawValue: table.cell("mode", record)) else {
            _ = refused("mode", "form.choice")
            return nil
        }
        guard let state = SiteState(rawValue: table.cell("state", record)) else {
            _ = refused("state", "form.choice")
            return nil
        }
        guard let from = Day(table.cell("from_on", record)) else {
            _ = refused("from_on", "form.date")
            return nil
        }
        guard from <= today else {
            _ = refused("from_on", "site.future")
            return nil
        }
        guard terminals.allSatisfy({ (1...64).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            _ = refused("terminal", "terminal.id_form")
            return nil
        }
        let terminalText = table.cell("terminal_from_on", record)
        guard let terminalFrom = terminalText.isEmpty ? from : Day(terminalText) else {
            _ = refused("terminal_from_on", "form.date")
            return nil
        }
        guard terminalFrom <= today else {
            _ = refused("terminal_from_on", "site.future")
            return nil
        }
        self.record = record
        self.kind = kind
        self.mode = mode
        self.state = state
        self.from = from
        self.terminalFrom = terminalFrom
    }
}

/// The register as an import sees and changes it; written out in bulk at the end.
private struct Register {
    struct Known {
        let num: Int
        let id: String
        let areaID: String
        let name: String
        var states: [(state: SiteState, from: Day)] = []
    }
    struct Placement {
        let site: Int
        let from: Day
        var until: Day
    }
    var sites: [String: Known] = [:]
    var terminals: [String: Int] = [:]
    var placements: [String: [Placement]] = [:]
    /// The terminals that ever stood at a site.
    var terminalsAt: [Int: Set<String>] = [:]
    var nextSite = 1
    var nextTerminal = 1

    var newSites: [[Value]] = []
    var newVersions: [[Value]] = []
    var newStates: [[Value]] = []
    var newTerminals: [[Value]] = []
    var newPlacements: [(id: String, terminal: String, site: Int, from: Day)] = []
    /// Open rows of the database that end on a day: (site or terminal number, day).
    var endedStates: [(site: Int, day: Day)] = []
    var endedPlacements: [(terminal: Int, day: Day)] = []
}

extension Statements {
    /// Brings in sites, the dated states they went through, and their terminals. With `apply` false nothing is written. What begins after today is refused.
    package func importSites(_ bytes: [UInt8], apply: Bool, today: Day, by act: Act) throws -> ImportReport {
        let table = try ImportTable(bytes, needs: Array(SiteImport.header.prefix(7)))
        var report = ImportReport(header: table.header)
        let areas = try areaIndex()
        var register = try registerForImport()
        var rows: [SiteRow] = []
        for record in table.records {
            report.rows += 1
            guard let row = SiteRow(record, table, today: today, &report) else { continue }
            rows.append(row)
        }
        for row in rows.sorted(by: { ($0.code, $0.from, $0.record.line) < ($1.code, $1.from, $1.record.line) }) {
            take(row, &register, areas, &report, act)
        }
        if apply { try write(register, by: act) }
        report.refused.sort { $0.line < $1.line }
        return report
    }

    private func registerForImport() throws -> Register {
        var register = Register()
        var codes: [Int: String] = [:]
        try each("SELECT s.code, s.num, s.id, v.area_id, v.name FROM site s JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.until_day = \(Day.forever)") {
            let code = try $0.text(0)
            codes[try $0.int(1)] = code
            register.sites[code] = Register.Known(num: try $0.int(1), id: try $0.text(2), areaID: try $0.text(3), name: try $0.text(4))
        }
        try each("SELECT site, state, from_day FROM site_state WHERE replaced_at IS NULL ORDER BY site, from_day") { row in
            if let code = codes[try row.int(0)], let state = SiteState(rawValue: try row.text(1)) { register.sites[code]?.states.append((state, try row.day(2))) }
        }
        try each("SELECT id, num FROM terminal") { register.terminals[try $0.text(0)] = try $0.int(1) }
        let names = Dictionary(uniqueKeysWithValues: register.terminals.map { ($1, $0) })
        try each("SELECT terminal, site, from_day, until_day FROM terminal_assignment WHERE replaced_at IS NULL") { row in
            if let name = names[try row.int(0)] {
                register.placements[name, default: []].append(Register.Placement(site: try row.int(1), from: try row.day(2), until: try row.day(3)))
                register.terminalsAt[try row.int(1), default: []].insert(name)
            }
        }
        register.nextSite = try count("SELECT coalesce(max(num), 0) FROM site") + 1
        register.nextTerminal = try count("SELECT coalesce(max(num), 0) FROM terminal") + 1
        return register
    }

    private func take(_ row: SiteRow, _ register: inout Register, _ areas: [String: KnownArea], _ report: inout ImportReport, _ act: Act) {
        guard let area = areas[row.areaCode] else { return report.refuse(row.record, column: "area_code", code: "area.unknown", value: row.areaCode) }
        var changes = 0
        let isNew = register.sites[row.code] == nil
        var site = register.sites[row.code] ?? Register.Known(num: register.nextSite, id: act.ids.next(), areaID: area.areaID, name: row.name)
        if !isNew, site.areaID != area.areaID || site.name != row.name {
            return report.refuse(row.record, column: site.areaID != area.areaID ? "area_code" : "name", code: "site.move_elsewhere", value: row.name)
        }
        if let last = site.states.last {
            if !site.states.contains(where: { $0.state == row.state && $0.from == row.from }) {
                guard row.from > last.from else { return report.refuse(row.record, column: "from_on", code: "site.state_before_present", value: row.from.description) }
                guard last.state.next.contains(row.state) else { return report.refuse(row.record, column: "state", code: "site.state_order", value: row.state.rawValue) }
            }
        }
        if let problem = placementProblem(row, site.num, register) { return report.refuse(row.record, column: "terminal", code: problem.code, value: problem.id) }
        if isNew {
            register.nextSite += 1
            register.newSites.append([site.id.bound, site.num.bound, row.code.bound, act.at.bound])
            register.newVersions.append([
                act.ids.next().bound, site.num.bound, row.name.bound, area.areaID.bound, row.kind.rawValue.bound, row.mode.rawValue.bound, row.from.number.bound,
                Day.forever.number.bound, act.at.bound,
            ])
        }
        if !site.states.contains(where: { $0.state == row.state && $0.from == row.from }) {
            changes += 1
            if let last = site.states.last {
                if let index = register.newStates.lastIndex(where: { $0[1] == site.num.bound && $0[3] == last.from.number.bound }) {
                    register.newStates[index][4] = row.from.number.bound
                } else {
                    register.endedStates.append((site.num, row.from))
                }
            }
            site.states.append((row.state, row.from))
            register.newStates.append([
                act.ids.next().bound, site.num.bound, row.state.rawValue.bound, row.from.number.bound, Day.forever.number.bound, row.reason.bound, row.document.bound,
                act.actor.id.bound, act.at.bound,
            ])
        }
        register.sites[row.code] = site
        changes += place(row, site.num, &register, act)
        if isNew { report.added += 1 } else if changes > 0 { report.changed += 1 } else { report.unchanged += 1 }
    }

    /// A terminal stands at one site at a time, and a row cannot take one away from another site in the past.
    private func placementProblem(_ row: SiteRow, _ site: Int, _ register: Register) -> (id: String, code: String)? {
        for id in row.terminals {
            for placement in register.placements[id] ?? [] where placement.site != site {
                if placement.until == .forever ? row.terminalFrom <= placement.from : row.terminalFrom < placement.until { return (id, "terminal.elsewhere") }
            }
        }
        return nil
    }

    /// From `terminalFrom` on, the terminals of the row are the site's terminals.
    private func place(_ row: SiteRow, _ site: Int, _ register: inout Register, _ act: Act) -> Int {
        guard !row.terminals.isEmpty else { return 0 }
        var changes = 0
        for id in (register.terminalsAt[site] ?? []).union(row.terminals) {
            let placements = register.placements[id] ?? []
            for index in placements.indices where placements[index].until == .forever {
                let leaves = placements[index].site == site && !row.terminals.contains(id) && placements[index].from < row.terminalFrom
                let movesHere = placements[index].site != site && row.terminals.contains(id)
                guard leaves || movesHere else { continue }
                register.placements[id]?[index].until = row.terminalFrom
                if let number = register.terminals[id] { register.endedPlacements.append((number, row.terminalFrom)) }
                changes += 1
            }
        }
        for id in row.terminals where !(register.placements[id] ?? []).contains(where: { $0.site == site && $0.from <= row.terminalFrom && $0.until > row.terminalFrom }) {
            if register.terminals[id] == nil {
                register.terminals[id] = register.nextTerminal
                register.newTerminals.append([id.bound, register.nextTerminal.bound, act.at.bound])
                register.nextTerminal += 1
            }
            register.placements[id, default: []].append(Register.Placement(site: site, from: row.terminalFrom, until: .forever))
            register.terminalsAt[site, default: []].insert(id)
            register.newPlacements.append((act.ids.next(), id, site, row.terminalFrom))
            changes += 1
        }
        return changes
    }

    private func write(_ register: Register, by act: Act) throws {
        try inParts(register.newSites) { try run("INSERT INTO site (id, num, code, made_at) \(values: $0)") }
        try inParts(register.newVersions) {
            try run("INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at) \(values: $0)")
        }
        for ended in register.endedStates {
            try run("UPDATE site_state SET until_day = \(ended.day) WHERE site = \(ended.site) AND replaced_at IS NULL AND until_day = \(Day.forever) AND from_day < \(ended.day)")
        }
        try inParts(register.newStates) {
            try run("INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at) \(values: $0)")
        }
        try inParts(register.newTerminals) { try run("INSERT INTO terminal (id, num, made_at) \(values: $0)") }
        for ended in register.endedPlacements {
            try run(
                """
                UPDATE terminal_assignment SET until_day = \(ended.day)
                WHERE terminal = \(ended.terminal) AND replaced_at IS NULL AND until_day = \(Day.forever) AND from_day < \(ended.day)
                """)
        }
        let placements: [[Value]] = register.newPlacements.compactMap { placement in
            guard let number = register.terminals[placement.terminal] else { return nil }
            let until = (register.placements[placement.terminal] ?? []).first { $0.site == placement.site && $0.from == placement.from }?.until ?? .forever
            guard placement.from < until else { return nil }
            return [
                placement.id.bound, number.bound, placement.site.bound, placement.from.number.bound, until.number.bound, act.at.bound,
            ]
        }
        try inParts(placements) { try run("INSERT INTO terminal_assignment (id, terminal, site, from_day, until_day, recorded_at) \(values: $0)") }
        if !register.newSites.isEmpty || !register.newStates.isEmpty || !placements.isEmpty {
            try record(
                "site.imported", "import",
                ["sites": String(register.newSites.count), "states": String(register.newStates.count), "assignments": String(placements.count)], by: act)
        }
    }

    /// 500 rows a statement.
    private func inParts(_ rows: [[Value]], _ body: ([[Value]]) throws -> Void) throws {
        for start in stride(from: 0, to: rows.count, by: 500) { try body(Array(rows[start..<min(start + 500, rows.count)])) }
    }
}
