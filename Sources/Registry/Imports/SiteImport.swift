package import Accounts
package import Basics
package import Records
package import Storage

/// The file of sites: a row for each dated state of a site. docs/import.md describes it.
package enum SiteImport {
    /// The columns, in the order in which we write them.
    package static let header = [
        "code", "name", "area_code", "kind", "mode", "state", "from_on", "reason", "document", "terminal", "terminal_from_on",
    ]
    package static let columns = [
        ImportTable.Column("code", ["站点编码", "站点代码", "站点编号", "编码", "代码"]), ImportTable.Column("name", ["站点名称", "名称", "站点"]),
        ImportTable.Column("area_code", ["区划代码", "行政区划代码", "区域代码", "所在区划", "所在区域代码"]), ImportTable.Column("kind", ["站点类型", "类型", "类别"]),
        ImportTable.Column("mode", ["接收方式", "模式", "接收模式"]), ImportTable.Column("state", ["状态", "站点状态"]),
        ImportTable.Column("from_on", ["起始日期", "状态起始日期", "启用日期", "开始日期", "日期"]),
        ImportTable.Column("reason", ["原因", "事由"], isNeeded: false),
        ImportTable.Column("document", ["文号", "依据", "文件"], isNeeded: false),
        ImportTable.Column("terminal", ["终端", "终端编号", "机顶盒", "机顶盒编号"], isNeeded: false),
        ImportTable.Column("terminal_from_on", ["终端起始日期", "终端启用日期", "装机日期"], isNeeded: false),
    ]
    /// What lists in Chinese write for kinds, modes and states beside the words of the format.
    fileprivate static let words = [
        "行政村": "village", "村": "village", "社区": "community", "乡镇": "township", "乡": "township", "镇": "township", "街道": "township",
        "机关单位": "agency", "机关": "agency",
        "企业": "enterprise", "其他": "other", "卫星": "satellite", "有线": "cable", "有线电视": "cable", "互联网": "internet", "宽带": "internet",
        "规划": "planned", "已批准": "approved",
        "在建": "building", "待验收": "awaiting_acceptance", "在用": "in_service", "故障": "faulty", "停用": "suspended", "搬迁": "moving",
        "撤销": "closed",
    ]
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
        func refused(_ column: String, _ code: String, _ value: String? = nil) {
            report.refuse(record, column: column, code: code, value: value ?? table.cell(column, record))
        }
        func word(_ column: String) -> String {
            let text = table.code(column, record)
            return SiteImport.words[text] ?? text.lowercased()
        }
        code = table.code("code", record)
        name = table.cell("name", record)
        areaCode = AreaCode(written: table.code("area_code", record))?.description ?? table.code("area_code", record)
        (reason, document) = (table.cell("reason", record), table.cell("document", record))
        terminals = table.code("terminal", record).split { $0.isWhitespace || $0 == ";" || $0 == "、" }.map(String.init)
        guard !table.hasTooManyCells(record) else {
            refused("reason", "csv.cells", record.fields.last)
            return nil
        }
        guard (1...32).contains(code.utf8.count), code.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !code.isScientific else {
            refused("code", code.isScientific ? "import.scientific" : "site.code_form")
            return nil
        }
        guard !areaCode.isScientific else {
            refused("area_code", "import.scientific")
            return nil
        }
        guard (1...100).contains(name.count) else {
            refused("name", "form.required")
            return nil
        }
        guard let kind = SiteKind(rawValue: word("kind")) else {
            refused("kind", "form.choice")
            return nil
        }
        guard let mode = SiteMode(rawValue: word("mode")) else {
            refused("mode", "form.choice")
            return nil
        }
        guard let state = SiteState(rawValue: word("state")) else {
            refused("state", "form.choice")
            return nil
        }
        guard let from = Day(written: table.code("from_on", record)) else {
            refused("from_on", "form.date")
            return nil
        }
        guard from <= today else {
            refused("from_on", "site.future")
            return nil
        }
        guard reason.unicodeScalars.count <= 500 else {
            refused("reason", "form.too_large")
            return nil
        }
        guard document.unicodeScalars.count <= 200 else {
            refused("document", "form.too_large")
            return nil
        }
        if let bad = terminals.first(where: {
            !(1...64).contains($0.utf8.count) || !$0.utf8.allSatisfy { (0x21...0x7E).contains($0) } || $0.isScientific
        }) {
            refused("terminal", bad.isScientific ? "import.scientific" : "terminal.id_form", bad)
            return nil
        }
        let terminalText = table.code("terminal_from_on", record)
        guard let terminalFrom = terminalText.isEmpty ? from : Day(written: terminalText) else {
            refused("terminal_from_on", "form.date")
            return nil
        }
        guard terminalFrom <= today else {
            refused("terminal_from_on", "site.future")
            return nil
        }
        (self.record, self.kind, self.mode, self.state, self.from, self.terminalFrom) = (record, kind, mode, state, from, terminalFrom)
    }
}

/// The register as an import sees and changes it; written out in bulk at the end.
private struct Register {
    struct State {
        let state: SiteState
        var from: Day
        /// Where the row came from; none for one that the register had.
        var row: SiteRow?
    }
    struct Known {
        let num: Int
        let areaID: String
        let name: String
        /// The row of the file that begins the site; none for one that the register had.
        var row: SiteRow?
        /// By day.
        var states: [State] = []
        /// The day to which the file takes the site's beginning back.
        var beginsOn: Day?
    }
    struct Placement {
        let site: Int
        var from: Day
        var until: Day
        /// As the register had it; none for a new one.
        let stored: Range<Day>?
    }
    var sites: [String: Known] = [:]
    /// The codes of the sites by their numbers.
    var codes: [Int: String] = [:]
    var terminals: [String: Int] = [:]
    var placements: [String: [Placement]] = [:]
    /// The terminals that ever stood at a site.
    var terminalsAt: [Int: Set<String>] = [:]
    var nextSite = 1
    var nextTerminal = 1
}

/// What a row of the file did.
private enum RowOutcome {
    case refused(column: String, code: String, value: String)
    case done(isNew: Bool, changes: [ImportChange])
}

extension Statements {
    /// Brings in sites, the dated states they went through, and their terminals. Rows are taken by day, whatever their order, and a row
    /// that stands twice is one; with `apply` false nothing is written. What begins after today, or before that which it stands on, is
    /// refused, and what lies outside the scope, now or by the file.
    package func importSites(
        _ bytes: [UInt8], chosen: ImportChoice = [:], apply: Bool, in scope: Scope, today: Day, by act: Act
    ) throws -> ImportReport {
        let table = try ImportTable(bytes, SiteImport.columns, chosen: chosen)
        var report = ImportReport(table)
        report.rows = table.records.count
        let (areas, before) = (try areaIndex(), try registerForImport())
        let codes = Dictionary(areas.values.map { ($0.areaID, $0.code) }) { first, _ in first }
        var rows = table.records.compactMap { SiteRow($0, table, today: today, &report) }.filter { row in
            let now = before.sites[row.code].map { codes[$0.areaID] ?? "" }
            guard let other = [row.areaCode, now].compactMap(\.self).first(where: { !(AreaCode($0).map(scope.covers) ?? false) }),
                other == now || areas[other] != nil
            else { return true }
            report.refuse(row.record, column: "area_code", code: "area.not_here", value: row.areaCode)
            return false
        }
        // A row is taken whole or not at all: when one is refused, the others are taken again without it.
        while true {
            var register = before
            let outcomes = register.take(rows, areas)
            let refused = zip(rows, outcomes).compactMap { row, outcome -> (SiteRow, String, String, String)? in
                if case .refused(let column, let code, let value) = outcome { (row, column, code, value) } else { nil }
            }
            if refused.isEmpty {
                for case (let row, .done(let isNew, let changes)) in zip(rows, outcomes) {
                    if isNew {
                        report.add(row.record, code: row.code, name: row.name)
                    } else if changes.isEmpty {
                        report.unchanged += 1
                    } else {
                        report.changed += 1
                    }
                    if !isNew { report.changes += changes }
                }
                if apply, report.added + report.changed > 0 {
                    let file = try recordFile(today: today, by: act)
                    report.fileID = file
                    report.movedSince = try write(register, areas, by: act.because(of: file))
                    try placeNodes(on: today, at: act.at)
                }
                break
            }
            for (row, column, code, value) in refused { report.refuse(row.record, column: column, code: code, value: value) }
            let lines = Set(refused.map(\.0.record.line))
            rows.removeAll { lines.contains($0.record.line) }
        }
        try askAboutRoundedCodes(&report, ["code": .site, "area_code": .area, "terminal": .box])
        report.refused.sort { $0.line < $1.line }
        report.changes.sort { $0.line < $1.line }
        return report
    }

    private func registerForImport() throws -> Register {
        var register = Register()
        try each(
            """
            SELECT s.code, s.num, v.area_id, v.name
            FROM site s JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.until_day = \(Day.forever)
            """
        ) {
            let code = try $0.text(0)
            register.codes[try $0.int(1)] = code
            register.sites[code] = Register.Known(num: try $0.int(1), areaID: try $0.text(2), name: try $0.text(3))
        }
        try each("SELECT site, state, from_day FROM site_state WHERE replaced_at IS NULL ORDER BY site, from_day") { row in
            if let code = register.codes[try row.int(0)], let state = SiteState(rawValue: try row.text(1)) {
                register.sites[code]?.states.append(Register.State(state: state, from: try row.day(2)))
            }
        }
        try each("SELECT id, num FROM terminal") { register.terminals[try $0.text(0)] = try $0.int(1) }
        let names = Dictionary(uniqueKeysWithValues: register.terminals.map { ($1, $0) })
        try each(
            "SELECT terminal, site, from_day, until_day FROM terminal_assignment WHERE replaced_at IS NULL ORDER BY terminal, from_day"
        ) { row in
            guard let name = names[try row.int(0)] else { return }
            let days = try row.day(2)..<row.day(3)
            register.placements[name, default: []].append(
                Register.Placement(site: try row.int(1), from: days.lowerBound, until: days.upperBound, stored: days))
            register.terminalsAt[try row.int(1), default: []].insert(name)
        }
        register.nextSite = try count("SELECT coalesce(max(num), 0) FROM site") + 1
        register.nextTerminal = try count("SELECT coalesce(max(num), 0) FROM terminal") + 1
        return register
    }

    /// Answers the first day on which a terminal stands elsewhere now.
    private func write(_ register: Register, _ areas: [String: KnownArea], by act: Act) throws -> Day? {
        let sites = register.sites.sorted { $0.value.num < $1.value.num }
        let new = sites.filter { $0.value.row != nil }
        try inParts(new.map { [act.ids.next().bound, $0.value.num.bound, $0.key.bound, act.at.bound] }) {
            try run("INSERT INTO site (id, num, code, made_at) \(values: $0)")
        }
        let versions = new.compactMap { _, site -> [Value]? in
            guard let row = site.row else { return nil }
            return [
                act.ids.next().bound, site.num.bound, row.name.bound, site.areaID.bound, row.kind.rawValue.bound, row.mode.rawValue.bound,
                row.from.number.bound,
                Day.forever.number.bound, act.at.bound, searchKey(row.name).bound, act.cause.bound,
            ]
        }
        try inParts(versions) {
            try run(
                """
                INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, name_key,
                made_by) \(values: $0)
                """)
        }
        var states: [[Value]] = []
        for (_, site) in sites {
            if let day = site.beginsOn {
                try beginSite(site.num, on: day, by: act)
                try beginFirstState(ofSite: site.num, on: day, by: act)
            }
            for (place, state) in site.states.enumerated() {
                guard let row = state.row else { continue }
                // The row before it, when the register had that one, ends here.
                if place > 0, site.states[place - 1].row == nil {
                    let before: SQL = "site = \(site.num) AND replaced_at IS NULL AND from_day = \(site.states[place - 1].from)"
                    try noteCut(.states, where: before, by: act)
                    try run(
                        "UPDATE site_state SET until_day = \(state.from) WHERE \(sql: before)")
                }
                let until = place + 1 < site.states.count ? site.states[place + 1].from : .forever
                states.append([
                    act.ids.next().bound, site.num.bound, state.state.rawValue.bound, state.from.number.bound, until.number.bound,
                    row.reason.bound, row.document.bound,
                    act.actor.id.bound, act.at.bound, act.cause.bound,
                ])
            }
        }
        try inParts(states) {
            try run(
                """
                INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at, made_by) \(values: $0)
                """)
        }
        let (assignments, movedSince) = try writePlacements(register, by: act)
        let taken = sites.count { $0.value.beginsOn != nil }
        if !new.isEmpty || !states.isEmpty || assignments > 0 || taken > 0 {
            try record(
                "site.imported", "import",
                [
                    "sites": String(new.count), "states": String(states.count), "assignments": String(assignments),
                    "begun_earlier": String(taken),
                ], by: act)
        }
        return movedSince
    }

    /// Answers how many assignments are new or other than they were, and the first day that this changes.
    private func writePlacements(_ register: Register, by act: Act) throws -> (count: Int, since: Day?) {
        let known = Set(try all("SELECT num FROM terminal") { try $0.int(0) })
        let new = register.terminals.filter { !known.contains($0.value) }.sorted { $0.value < $1.value }
        try inParts(new.map { [$0.key.bound, $0.value.bound, act.at.bound] }) {
            try run("INSERT INTO terminal (id, num, made_at) \(values: $0)")
        }
        var rows: [[Value]] = []
        var changed = 0
        var since: Day?
        func changes(_ day: Day) { since = min(since ?? day, day) }
        for (id, placements) in register.placements.sorted(by: { $0.key < $1.key }) {
            guard let number = register.terminals[id] else { continue }
            for placement in placements where placement.from < placement.until {
                if let stored = placement.stored {
                    guard stored != placement.from..<placement.until else { continue }
                    changed += 1
                    if stored.lowerBound != placement.from { changes(min(stored.lowerBound, placement.from)) }
                    if stored.upperBound != placement.until { changes(min(stored.upperBound, placement.until)) }
                    let known: SQL = """
                        terminal = \(number) AND replaced_at IS NULL AND from_day = \(stored.lowerBound)
                            AND until_day = \(stored.upperBound)
                        """
                    try noteCut(.stays, where: known, by: act)
                    try run(
                        """
                        UPDATE terminal_assignment SET from_day = \(placement.from), until_day = \(placement.until) WHERE \(sql: known)
                        """)
                } else {
                    changes(placement.from)
                    rows.append([
                        act.ids.next().bound, number.bound, placement.site.bound, placement.from.number.bound, placement.until.number.bound,
                        act.at.bound, act.cause.bound,
                    ])
                }
            }
        }
        try inParts(rows) {
            try run("INSERT INTO terminal_assignment (id, terminal, site, from_day, until_day, recorded_at, made_by) \(values: $0)")
        }
        return (rows.count + changed, since)
    }

    /// 500 rows a statement.
    private func inParts(_ rows: [[Value]], _ body: ([[Value]]) throws -> Void) throws {
        for start in stride(from: 0, to: rows.count, by: 500) { try body(Array(rows[start..<min(start + 500, rows.count)])) }
    }
}

extension Register {
    /// Takes rows by day: first the states of each site, then who stands where. Answers what each row did, in the order given.
    fileprivate mutating func take(_ rows: [SiteRow], _ areas: [String: KnownArea]) -> [RowOutcome] {
        var outcomes = [RowOutcome](repeating: .done(isNew: false, changes: []), count: rows.count)
        let order = rows.indices.sorted {
            (rows[$0].from, rows[$0].code, rows[$0].record.line) < (rows[$1].from, rows[$1].code, rows[$1].record.line)
        }
        for index in order { outcomes[index] = takeState(rows[index], areas) }
        let placed = rows.indices.sorted {
            (rows[$0].terminalFrom, rows[$0].code, rows[$0].record.line) < (rows[$1].terminalFrom, rows[$1].code, rows[$1].record.line)
        }
        for index in placed {
            guard case .done(let isNew, let changes) = outcomes[index] else { continue }
            switch place(rows[index]) {
            case .refused(let column, let code, let value): outcomes[index] = .refused(column: column, code: code, value: value)
            case .done(_, let more): outcomes[index] = .done(isNew: isNew, changes: changes + more)
            }
        }
        return outcomes
    }

    private mutating func takeState(_ row: SiteRow, _ areas: [String: KnownArea]) -> RowOutcome {
        guard let area = areas[row.areaCode] else { return .refused(column: "area_code", code: "area.unknown", value: row.areaCode) }
        func change(_ column: String, _ from: String, _ to: String) -> ImportChange {
            ImportChange(line: row.record.line, subject: row.code, column: column, from: from, to: to, on: row.from)
        }
        guard var site = sites[row.code] else {
            guard row.from >= area.begins else { return .refused(column: "from_on", code: "site.before_area", value: row.from.description) }
            sites[row.code] = Known(
                num: nextSite, areaID: area.areaID, name: row.name, row: row, states: [State(state: row.state, from: row.from, row: row)])
            codes[nextSite] = row.code
            nextSite += 1
            return .done(isNew: true, changes: [change("state", "", row.state.rawValue)])
        }
        if site.areaID != area.areaID || site.name != row.name {
            return .refused(column: site.areaID != area.areaID ? "area_code" : "name", code: "site.move_elsewhere", value: row.name)
        }
        guard let last = site.states.last, let first = site.states.first else {
            return .refused(column: "state", code: "site.state_order", value: row.state.rawValue)
        }
        if site.states.contains(where: { $0.state == row.state && $0.from == row.from }) { return .done(isNew: false, changes: []) }
        if row.from > last.from, last.state.next.contains(row.state) {
            site.states.append(State(state: row.state, from: row.from, row: row))
            sites[row.code] = site
            return .done(isNew: false, changes: [change("state", last.state.rawValue, row.state.rawValue)])
        }
        // What the register says of the day already is no change, wherever it begins.
        if site.states.last(where: { $0.from <= row.from })?.state == row.state { return .done(isNew: false, changes: []) }
        if row.from < first.from, row.state == first.state {
            guard row.from >= area.begins else { return .refused(column: "from_on", code: "site.before_area", value: row.from.description) }
            site.states[0].from = row.from
            site.beginsOn = row.from
            sites[row.code] = site
            return .done(isNew: false, changes: [change("from_on", first.from.description, row.from.description)])
        }
        if row.from > last.from { return .refused(column: "state", code: "site.state_order", value: row.state.rawValue) }
        return .refused(column: "from_on", code: "site.state_before_present", value: row.from.description)
    }

    /// From `terminalFrom` on, the terminals of the row are the site's terminals. A row cannot take one away from another site in the past.
    private mutating func place(_ row: SiteRow) -> RowOutcome {
        guard !row.terminals.isEmpty, let site = sites[row.code], let begins = site.states.first?.from else {
            return .done(isNew: false, changes: [])
        }
        let day = row.terminalFrom
        guard day >= begins else { return .refused(column: "terminal_from_on", code: "terminal.before_site", value: day.description) }
        // What the register says of the day already is no change: the same file twice is the same register.
        let missing = row.terminals.filter { id in
            !(placements[id] ?? []).contains { $0.site == site.num && $0.from <= day && $0.until > day }
        }
        for id in missing {
            for placement in placements[id] ?? [] where placement.site != site.num {
                if placement.until == .forever ? day <= placement.from : day < placement.until {
                    return .refused(column: "terminal", code: "terminal.elsewhere", value: id)
                }
            }
        }
        var changes: [ImportChange] = []
        func change(_ id: String, _ from: String, _ to: String) {
            changes.append(ImportChange(line: row.record.line, subject: id, column: "terminal", from: from, to: to, on: day))
        }
        for id in (terminalsAt[site.num] ?? []).union(row.terminals).sorted() {
            for index in (placements[id] ?? []).indices {
                guard let placement = placements[id]?[index], placement.until == .forever else { continue }
                let leaves = placement.site == site.num && !row.terminals.contains(id) && placement.from < day
                let movesHere = placement.site != site.num && missing.contains(id)
                guard leaves || movesHere else { continue }
                placements[id]?[index].until = day
                if leaves { change(id, row.code, "") }
            }
        }
        for id in missing {
            if terminals[id] == nil {
                terminals[id] = nextTerminal
                nextTerminal += 1
            }
            // A later stay at the same site begins earlier than was known; otherwise it is a new one.
            if let index = (placements[id] ?? []).firstIndex(where: { $0.site == site.num && $0.from > day }) {
                change(id, placements[id]?[index].from.description ?? "", day.description)
                placements[id]?[index].from = day
            } else {
                let before = (placements[id] ?? []).last.flatMap { codes[$0.site] } ?? ""
                placements[id, default: []].append(Placement(site: site.num, from: day, until: .forever, stored: nil))
                terminalsAt[site.num, default: []].insert(id)
                change(id, before, row.code)
            }
        }
        return .done(isNew: false, changes: changes)
    }
}
