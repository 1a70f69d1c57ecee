import Accounts
import Basics
import Records
import RegisterPages
import Registry
import Storage
import TestKit
import Testing
import Wire

/// What changes about sites and boxes, in the past and from now on, and what is taken back. The sample network, in July.
@Suite struct RegisterChangeTests {
    private static let today = Day("2011-07-01") ?? .forever
    private static let noUse: RegisterUses = { _, _ in [] }

    private func day(_ text: String) throws -> Day { try #require(Day(text)) }

    private func site(_ code: String, _ statements: Statements, on day: Day = today) throws -> Site {
        guard let site = try statements.site(code: code, on: day, in: .everything) else { throw Refusal.notFound("site") }
        return site
    }

    private func area(_ code: String, _ statements: Statements) throws -> String {
        guard let area = try statements.area(code: code, on: Self.today, in: .everything) else { throw Refusal.notFound("area") }
        return area.areaID
    }

    private func change(
        _ world: SampleWorld, _ code: String, _ change: SiteChange = SiteChange(), area: String? = nil, from: String,
        through: String? = nil
    ) async throws -> [SitePlan] {
        let (from, through, act) = (try day(from), try through.map { try day($0) }, world.act(at: SampleWorld.moment("2011-07-01", 9)))
        return try await world.database.write { statements in
            var change = change
            if let area { change.areaID = try self.area(area, statements) }
            return try statements.changeSites(
                change, [try self.site(code, statements)], from: from, through: through, today: Self.today, reason: "更正", document: "1号",
                by: act)
        }
    }

    /// Name and area of a site on some days.
    private func seen(_ world: SampleWorld, _ code: String, _ days: [String]) async throws -> [String] {
        try await world.database.read { statements in
            try days.map { text in
                let site = try statements.site(code: code, on: Day(text) ?? .forever, in: .everything)
                return site.map { "\($0.name) \($0.areaCode) \($0.kind.rawValue) \($0.mode.rawValue)" } ?? "-"
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aSiteIsRenamedMovedAndCorrectedInThePast(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let days = ["2010-05-31", "2010-06-01", "2011-03-31", "2011-04-01", "2011-05-01", "2011-07-01"]
            _ = try await change(world, "S1", SiteChange(name: "上湾新站"), from: "2011-05-01")
            // It moved before that: the name that came later stays.
            _ = try await change(world, "S1", area: "990102001001", from: "2011-04-01")
            #expect(
                try await seen(world, "S1", days) == [
                    "-", "上湾村站点 990101001001 village iptv", "上湾村站点 990101001001 village iptv", "上湾村站点 990102001001 village iptv",
                    "上湾新站 990102001001 village iptv", "上湾新站 990102001001 village iptv",
                ])
            // It never was called so; from a day on a name holds until another was recorded.
            _ = try await change(world, "S1", SiteChange(name: "上湾站"), from: "2010-06-01")
            _ = try await change(world, "S1", SiteChange(kind: .community, mode: .cable), from: "2011-03-31", through: "2011-04-01")
            #expect(
                try await seen(world, "S1", days) == [
                    "-", "上湾站 990101001001 village iptv", "上湾站 990101001001 community cable", "上湾站 990102001001 community cable",
                    "上湾新站 990102001001 village iptv", "上湾新站 990102001001 village iptv",
                ])
            let (history, kinds) = try await world.database.read { statements in
                (try statements.siteHistory(try self.site("S1", statements).num), try statements.events(before: "", limit: 20).map(\.kind))
            }
            #expect(history.count { $0.replacedAt == nil } == 5 && history.contains { $0.replacedAt != nil })
            // Each row that a change made says why.
            #expect(history.filter { $0.replacedAt == nil && !$0.reason.isEmpty }.count >= 4 && kinds.count { $0 == "site.changed" } == 4)
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatCannotBeIsRefusedBesideItsField(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            _ = try await change(world, "S3", SiteChange(name: "柳林站"), from: "2011-05-01")
            let cases: [(SiteChange, String?, String, String?, String)] = [
                (SiteChange(name: "柳林站"), nil, "2011-05-01", nil, "site"), (SiteChange(name: "甲"), nil, "2010-05-31", nil, "from"),
                (SiteChange(name: "甲"), nil, "2011-07-02", nil, "from"),
                (SiteChange(name: "甲"), nil, "2011-06-02", "2011-06-01", "through"),
                (SiteChange(name: "甲"), nil, "2011-06-02", "2011-07-02", "through"), (SiteChange(name: ""), nil, "2011-06-02", nil, "name"),
                (SiteChange(), "990102001001", "2011-06-02", nil, "site"),
            ]
            for (wanted, area, from, through, field) in cases {
                do {
                    _ = try await change(world, "S3", wanted, area: area, from: from, through: through)
                    Issue.record("\(wanted) \(from) is taken")
                } catch Refusal.invalid(let problems) { #expect(problems.keys.contains(field), "\(problems)") }
            }
            // An area that begins later, or ended, holds no site before or after.
            let act = world.act(at: SampleWorld.moment("2011-07-01", 8))
            try await world.database.write { statements in
                let file = Array("code,name,from_on\n990102003,新镇,2011-06-10\n".utf8)
                _ = try statements.importAreas(file, apply: true, in: .everything, today: Self.today, by: act)
            }
            for (from, through, isRefused) in [("2011-06-09", nil, true), ("2011-06-10", nil, false), ("2011-06-01", "2011-06-12", true)] {
                do {
                    _ = try await change(world, "S4", area: "990102003", from: from, through: through)
                    #expect(!isRefused, "\(from)")
                } catch Refusal.invalid(let problems) {
                    #expect(isRefused && problems["area"]?.code == "site.area_not_there", "\(problems)")
                }
            }
        }
    }

    private func place(_ world: SampleWorld, _ id: String, _ at: String?, insteadOf old: String? = nil, from: String) async throws {
        let (from, act) = (try day(from), world.act(at: SampleWorld.moment("2011-07-01", 9)))
        try await world.database.write { statements in
            let site = try at.map { try self.site($0, statements) }
            let placing: TerminalPlacing = site.map { site in old.map { .inPlace(of: $0, at: site) } ?? .at(site) } ?? .takenAway
            try statements.place(id, placing, from: from, today: Self.today, reason: "更换", document: "", by: act)
        }
    }

    @Test(arguments: Database.Engine.required)
    func boxesArePlacedReplacedAndTakenAway(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            try await place(world, "NEW-1", "S1", insteadOf: "T1", from: "2011-05-01")
            // To another site: it leaves the one where it stood.
            try await place(world, "T2B", "S4", from: "2011-06-01")
            try await place(world, "T5", nil, from: "2011-06-15")
            let stays = try await world.database.read { statements in
                try ["S1", "S2", "S4", "S5"].map { code in
                    try statements.assignments(site: try self.site(code, statements).num).map {
                        "\($0.terminalID) \($0.fromDay) \($0.untilDay)"
                    }
                }
            }
            #expect(
                stays == [
                    ["T1 2010-06-01 2011-05-01", "NEW-1 2011-05-01 \(Day.forever)"],
                    ["T2 2010-06-01 \(Day.forever)", "T2B 2010-06-01 2011-06-01"], ["T2B 2011-06-01 \(Day.forever)"],
                    ["T5 2011-03-10 2011-06-15"],
                ])
            let told = try await world.database.read { try $0.terminalStays("T2B") }
            #expect(told.count == 3 && told.count { $0.replacedAt != nil } == 1 && told.first?.reason == "更换")
            let refused: [(String, String?, String?, String, String)] = [
                ("T1", "S1", "NEW-1", "2011-07-02", "from"), ("NEW-1", "S1", nil, "2011-06-01", "terminal"),
                ("NEW-1", "S2", nil, "2011-04-01", "from"), ("x y", "S1", nil, "2011-06-01", "terminal"),
                ("9.90101E+14", "S1", nil, "2011-06-01", "terminal"), ("N2", "S1", "T1", "2011-06-01", "old"),
                ("NEW-1", "S1", "NEW-1", "2011-06-01", "terminal"), ("N3", "S5", nil, "2011-03-01", "from"),
            ]
            for (id, at, old, from, field) in refused {
                do {
                    try await place(world, id, at, insteadOf: old, from: from)
                    Issue.record("\(id) is placed")
                } catch Refusal.invalid(let problems) { #expect(problems.keys.contains(field), "\(id) \(problems)") }
            }
            await #expect(throws: Refusal.conflict("terminal.nowhere")) { try await place(world, "T5", nil, from: "2011-06-20") }
            let list = try await world.database.read { statements in
                try TerminalStanding.allCases.map { try statements.terminals($0, limit: 20, on: Self.today, in: .everything).map(\.id) }
            }
            #expect(list == [["NEW-1", "T2", "T2B", "T3"], ["T1", "T5"]])
        }
    }

    /// Everything that the register holds, besides what tells of files and decisions.
    private func register(_ world: SampleWorld) async throws -> [String] {
        try await world.database.read { statements in
            let tables: [(SQL, Int)] = [
                ("SELECT id, made_at FROM area ORDER BY id", 2),
                (
                    """
                    SELECT id, area_id, code, name, coalesce(parent_id, ''), from_day, until_day, recorded_at, coalesce(replaced_at, 0),
                        coalesce(decision, ''), name_key, coalesce(made_by, ''), coalesce(replaced_by, '') FROM area_version ORDER BY id
                    """, 13
                ),
                ("SELECT id, num, code, made_at FROM site ORDER BY id", 4),
                (
                    """
                    SELECT id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, coalesce(replaced_at, 0), name_key,
                        coalesce(made_by, ''), coalesce(replaced_by, '') FROM site_version ORDER BY id
                    """, 13
                ),
                (
                    """
                    SELECT id, site, state, from_day, until_day, reason, document, actor, recorded_at, coalesce(replaced_at, 0),
                        coalesce(made_by, ''), coalesce(replaced_by, '') FROM site_state ORDER BY id
                    """, 12
                ),
                ("SELECT id, num, made_at FROM terminal ORDER BY id", 3),
                (
                    """
                    SELECT id, terminal, site, from_day, until_day, recorded_at, coalesce(replaced_at, 0), coalesce(made_by, ''),
                        coalesce(replaced_by, '') FROM terminal_assignment ORDER BY id
                    """, 9
                ),
            ]
            return try tables.flatMap { query, columns in
                try statements.all(query) { row in try (0..<columns).map { "\(try row.value($0))" }.joined(separator: " ") }
            }
        }
    }

    /// A file that adds, renames, moves beginnings, appends states, takes boxes from site to site: taken back, the tables are the same.
    @Test(arguments: Database.Engine.required)
    func aFileThatIsTakenBackNeverCame(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let before = try await register(world)
            let act = world.act(at: SampleWorld.moment("2011-07-01", 9))
            let areas =
                "code,name,from_on\n990101003,新镇,2011-06-01\n990101003001,新村,2011-06-01\n990101001,青石新镇,2011-06-01\n990102001,白杨镇,2009-01-01\n"
            let sites = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                S9,新村站,990101003001,village,iptv,in_service,2011-06-02,,,T9 T2B,2011-06-02
                S1,上湾村站点,990101001001,village,iptv,faulty,2011-06-03,坏了,,NEW-1,2011-06-03
                S5,白杨镇站点,990102001,township,internet,in_service,2011-02-01,,,,
                """
            let files = try await world.database.write { statements in
                [
                    try statements.importAreas(Array(areas.utf8), apply: true, in: .everything, today: Self.today, by: act),
                    try statements.importSites(Array(sites.utf8), apply: true, in: .everything, today: Self.today, by: act),
                ]
            }
            #expect(files.allSatisfy(\.refused.isEmpty) && files[1].added == 1 && files[1].changed == 2, "\(files.map(\.refused))")
            let (first, second) = (try #require(files[0].fileID), try #require(files[1].fileID))
            let between = try await register(world)
            #expect(between != before)
            // The areas cannot go while a site lies in one of them.
            await #expect(throws: Refusal.conflict("import.in_use")) {
                try await world.database.write { try $0.takeBackFile(first, uses: Self.noUse, today: Self.today, by: act) }
            }
            #expect(try await register(world) == between)
            #expect(try await world.database.read { try $0.firstPlacedDay(byFile: second) } == (try day("2011-06-02")))
            try await world.database.write { statements in
                try statements.takeBackFile(second, uses: Self.noUse, today: Self.today, by: act)
                try statements.takeBackFile(first, uses: Self.noUse, today: Self.today, by: act)
            }
            #expect(try await register(world) == before)
            await #expect(throws: Refusal.conflict("import.taken_back")) {
                try await world.database.write { try $0.takeBackFile(first, uses: Self.noUse, today: Self.today, by: act) }
            }
        }
    }

    /// A new year's list: what has another code is the same area from that day on, with all below it, and no twin; taken back, it never
    /// came.
    @Test(arguments: Database.Engine.required)
    func aNewYearsListLeadsToRecodes(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (before, act) = (try await register(world), world.act(at: SampleWorld.moment("2011-07-01", 9)))
            let list = """
                code,name,from_on
                9901,云溪市,2011-06-01
                990103,东岭县,2011-06-01
                990103005,青石镇,2011-06-01
                990103005001,上湾村,2011-06-01
                990103005002,下湾村,2011-06-01
                990102,西河县,2011-06-01
                990102001,白杨镇,2011-06-01
                990102002,白杨镇,2011-06-01
                """
            let looked = try await world.database.read {
                try $0.importAreas(Array(list.utf8), apply: false, in: .everything, today: Self.today, by: act)
            }
            let report = try await world.database.write {
                try $0.importAreas(Array(list.utf8), apply: true, in: .everything, today: Self.today, by: act)
            }
            for one in [looked, report] {
                #expect(one.added == 0 && one.changed == 2 && one.unchanged == 5, "\(one)")
                #expect(one.changes.map { "\($0.column) \($0.from) \($0.to)" } == ["code 990101 990103", "code 990103001 990103005"])
                #expect(one.refused.map { "\($0.line) \($0.code)" } == ["9 area.known_name"])
            }
            let (then, now, decisions) = try await world.database.read { statements in
                let day = Day("2011-05-31") ?? .forever
                let county = try self.area("990103", statements)
                return (
                    try statements.site(code: "S1", on: day, in: .everything)?.areaCode, try self.site("S1", statements).areaCode,
                    try statements.decisions(about: county)
                )
            }
            #expect(then == "990101001001" && now == "990103005001" && decisions.map(\.kind) == ["recode"])
            // What came by a file goes with it, not by itself.
            await #expect(throws: Refusal.conflict("area.of_file")) {
                try await world.database.write {
                    try $0.takeBack(decisions[0], reason: "误录", uses: Self.noUse, today: Self.today, by: act)
                }
            }
            let again = try await world.database.write {
                try $0.importAreas(Array(list.utf8), apply: true, in: .everything, today: Self.today, by: act)
            }
            #expect(again.changed == 0 && again.unchanged == 7 && again.fileID == nil)
            let file = try #require(report.fileID)
            try await world.database.write { try $0.takeBackFile(file, uses: Self.noUse, today: Self.today, by: act) }
            #expect(try await register(world) == before)
            #expect(try await world.database.read { try $0.decisions(about: decisions[0].areaID) }.isEmpty)
        }
    }

    /// What stands on a file keeps it: a later state, a move, a fact, whatever another module says.
    @Test(arguments: Database.Engine.required)
    func whatStandsOnAFileKeepsIt(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: SampleWorld.moment("2011-07-01", 9))
            func bring(_ code: String) async throws -> String {
                let file = Array(
                    "code,name,area_code,kind,mode,state,from_on,terminal\n\(code),站,990101001001,village,iptv,in_service,2011-06-01,T-\(code)\n"
                        .utf8)
                let report = try await world.database.write {
                    try $0.importSites(file, apply: true, in: .everything, today: Self.today, by: act)
                }
                return try #require(report.fileID)
            }
            func refused(_ id: String, _ uses: @escaping RegisterUses = RegisterChangeTests.noUse) async -> Refusal? {
                do {
                    try await world.database.write { try $0.takeBackFile(id, uses: uses, today: Self.today, by: act) }
                    return nil
                } catch { return error as? Refusal }
            }
            let later = world.act(at: SampleWorld.moment("2011-07-01", 10))
            let state = try await bring("A1")
            try await world.database.write { statements in
                try statements.setSiteState(
                    .faulty, site: try self.site("A1", statements), from: Self.today, today: Self.today, reason: "坏", document: "",
                    by: later)
            }
            #expect(await refused(state) == .conflict("import.overtaken"))
            let moved = try await bring("A2")
            _ = try await change(world, "A2", SiteChange(name: "新名"), from: "2011-06-10")
            #expect(await refused(moved) == .conflict("import.overtaken"))
            let told = try await bring("A3")
            let beat = Presence(terminal: "T-A3", day: try day("2011-06-05"), minutes: MinuteSet(600..<620))
            _ = try await world.send([Fact(id: "f", .presence(beat))], at: SampleWorld.moment("2011-07-01", 11))
            #expect(await refused(told) == .conflict("import.in_use"))
            let named = try await bring("A4")
            #expect(await refused(named) { _, things in things.sites.isEmpty ? [] : ["posting"] } == .conflict("import.in_use"))
            #expect(await refused(named) == nil)
        }
    }

    /// Each kind of decision, taken back: the tree and its sites are what they were, on every day.
    @Test(arguments: Database.Engine.required)
    func everyKindOfDecisionIsTakenBack(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: SampleWorld.moment("2011-07-01", 9))
            let (east, town, village) = (AreaCode("990101"), AreaCode("990101001"), AreaCode("990102001002"))
            let (code, moved, other, new) = (AreaCode("990109"), AreaCode("990102002"), AreaCode("990102001"), AreaCode("990101002"))
            guard let east, let town, let village, let code, let moved, let other, let new else { return }
            let decisions: [AreaDecision] = [
                .rename(east, to: "新东岭县"), .recode(east, to: code), .move(town, to: moved), .merge(town, into: other),
                .split(town, off: new, named: "新镇", taking: .parts(["990101001001"])), .close(village),
            ]
            func tree() async throws -> [String] {
                try await world.database.read { statements in
                    try ["2011-04-01", "2011-05-01", "2011-07-01"].flatMap { text in
                        let day = Day(text) ?? .forever
                        let areas = try statements.all(
                            """
                            SELECT code || ' ' || name FROM area_version
                            WHERE replaced_at IS NULL AND from_day <= \(day) AND until_day > \(day) ORDER BY code
                            """
                        ) { try $0.text(0) }
                        let sites = try ["S1", "S2", "S3", "S4", "S5"].map {
                            try statements.site(code: $0, on: day, in: .everything)?.areaCode ?? ""
                        }
                        return areas + sites
                    }
                }
            }
            // S4 leaves the village that is to be closed.
            _ = try await change(world, "S4", area: "990102001001", from: "2011-01-01")
            let before = try await tree()
            for decision in decisions {
                let day = try day("2011-05-01")
                let made = try await world.database.write { statements in
                    let plan = try statements.decideArea(
                        decision, on: day, today: Self.today, reason: "调整", document: "", in: .everything, by: act)
                    return try statements.decisions(about: plan.subjectID).first { $0.takenBackAt == nil }
                }
                let found = try #require(made)
                #expect(try await tree() != before, "\(decision)")
                try await world.database.write { statements in
                    let plan = try statements.planTakingBack(found, uses: Self.noUse)
                    #expect(!plan.effects.isEmpty)
                    try statements.takeBack(found, reason: "误录", uses: Self.noUse, today: Self.today, by: act)
                }
                #expect(try await tree() == before, "\(decision)")
                await #expect(throws: Refusal.conflict("area.taken_back")) {
                    try await world.database.write { statements in
                        let again = try statements.decision(id: found.id, in: .everything, on: Self.today)
                        try statements.takeBack(again, reason: "误录", uses: Self.noUse, today: Self.today, by: act)
                    }
                }
            }
        }
    }

    /// A decision on which another one stands is taken back after that one only; what lies in an area that it made keeps it.
    @Test(arguments: Database.Engine.required)
    func whatLaterStandsOnADecisionKeepsIt(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: SampleWorld.moment("2011-07-01", 9))
            func decide(_ decision: AreaDecision, _ on: String) async throws -> RecordedDecision {
                let day = try day(on)
                let made = try await world.database.write { statements in
                    let known = Set(try statements.all("SELECT id FROM area_decision") { try $0.text(0) })
                    let plan = try statements.decideArea(
                        decision, on: day, today: Self.today, reason: "调整", document: "", in: .everything, by: act)
                    return try statements.decisions(about: plan.subjectID).first { !known.contains($0.id) }
                }
                return try #require(made)
            }
            func takeBack(_ decision: RecordedDecision, _ uses: @escaping RegisterUses = RegisterChangeTests.noUse) async -> Refusal? {
                do {
                    try await world.database.write { try $0.takeBack(decision, reason: "误录", uses: uses, today: Self.today, by: act) }
                    return nil
                } catch { return error as? Refusal }
            }
            let town = try #require(AreaCode("990101001"))
            let split = try await decide(
                .split(town, off: try #require(AreaCode("990101002")), named: "新镇", taking: .parts(["990101001001"])), "2011-05-01")
            let renamed = try await decide(.rename(try #require(AreaCode("990101002")), to: "新新镇"), "2011-06-01")
            #expect(await takeBack(split) == .conflict("area.overtaken"))
            #expect(await takeBack(renamed) == nil)
            #expect(await takeBack(split) { _, things in things.areas.isEmpty ? [] : ["role_grant"] } == .conflict("area.in_use"))
            _ = try await change(world, "S3", area: "990101002", from: "2011-06-20")
            #expect(await takeBack(split) == .conflict("area.in_use"))
            _ = try await change(world, "S3", area: "990102001001", from: "2011-06-20")
            #expect(await takeBack(split) == nil)
        }
    }
}
