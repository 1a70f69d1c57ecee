import Accounts
import Basics
import Bulletins
import Editions
import Figures
import Jobs
import Operations
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web
import Wire

@Suite struct FormulaTests {
    private static let standard = NewFormula(Formula.standard, from: Month("2011-03") ?? Month("2011-01") ?? Day(number: 0).month)
    private let today = Day("2011-03-20") ?? .forever

    private func adopt(_ new: NewFormula, in scope: Scope = .everything, _ world: SampleWorld, on today: Day? = nil) async throws {
        let (day, act) = (today ?? self.today, world.act(at: SampleWorld.moment("2011-03-20", 9)))
        try await world.database.write { try $0.adoptFormula(new, in: scope, rules: SampleWorld.rules, today: day, by: act) }
    }

    private func typed(_ change: (inout NewFormula) -> Void) -> NewFormula {
        var new = FormulaTests.standard
        (new.reason, new.document) = ("会议决定", "云远办〔2011〕9号")
        change(&new)
        return new
    }

    @Test(arguments: Database.Engine.required)
    func whatCannotBeIsRefusedBesideItsField(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let good = [
                "from": "2011-03", "effective_seconds": "120", "completeness": "95", "rank_by": "boot_rate", "ties": "shared",
                "mean_base": "both", "shares": "plain",
            ]
            let fields = good.merging(["reason": "会议决定", "document": "云远办〔2011〕9号"]) { $1 }
            let range = { (code: String, least: Int, most: Int) in FieldProblem(code, ["least": String(least), "most": String(most)]) }
            let unreadable: [([String: String], FieldProblems)] = [
                (["from": "2011-13"], ["from": "form.month"]), (["from": ""], ["from": "form.required"]),
                (["effective_seconds": "0"], ["effective_seconds": range("formula.seconds", 10, 7200)]),
                (["effective_seconds": "-5"], ["effective_seconds": range("formula.seconds", 10, 7200)]),
                (["effective_seconds": "2 minutes"], ["effective_seconds": range("formula.seconds", 10, 7200)]),
                (["completeness": "101"], ["completeness": range("formula.completeness", 0, 100)]),
                (["rank_by": "luck"], ["rank_by": "form.choice"]), (["ties": ""], ["ties": "form.unchosen"]),
                (["mean_base": "x"], ["mean_base": "form.choice"]),
                (["shares": "x"], ["shares": "form.choice"]),
                (["reason": "", "document": "\u{3000}"], ["reason": "form.required", "document": "form.required"]),
            ]
            for (change, problems) in unreadable {
                #expect(throws: Refusal.invalid(problems)) { try FormulaFields.form.read(fields.merging(change) { $1 }) }
            }
            let months = ["2013-01": "formula.month", "1999-12": "formula.month"]
            for (month, code) in months {
                let from = try #require(Month(month))
                await #expect(throws: Refusal.invalid(["from": FieldProblem(code)])) { try await adopt(typed { $0.from = from }, world) }
            }
            let east = Scope(areas: [AreaCode("990101")].compactMap { $0 })
            await #expect(throws: Refusal.forbidden("formula.top_only")) { try await adopt(typed { _ in }, in: east, world) }
            let stored = try await world.database.read { try $0.formulas() }
            #expect(stored.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aFormulaHoldsFromItsMonthOnAndNeverReachesBackIntoAClosedOne(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (february, march) = (try #require(Month("2011-02")), try #require(Month("2011-03")))
            let act = world.act(at: SampleWorld.moment("2011-03-20", 9))
            try await world.database.write { statements in
                guard let area = try statements.area(code: "990102", on: february.days.upperBound, in: .everything) else { return }
                try statements.closeMonth(february, area: area, rules: SampleWorld.rules, by: act)
            }
            await #expect(throws: Refusal.invalid(["from": "formula.closed"])) { try await adopt(typed { $0.from = february }, world) }
            await #expect(throws: Refusal.invalid(["from": "formula.closed"])) {
                try await adopt(typed { $0.from = february.previous }, world)
            }
            try await adopt(typed { $0.rankBy = .viewingRate }, world)
            try await adopt(typed { ($0.rankBy, $0.ties) = (.demandRate, .consecutive) }, world)
            let (before, now, all) = try await world.database.read {
                (try $0.formula(for: february), try $0.formula(for: march.next), try $0.formulas())
            }
            #expect(before == .standard && now.rankBy == .demandRate && now.ties == .consecutive)
            // The one that was replaced stays in the history.
            #expect(all.count == 2 && all.count { $0.replacedAt == nil } == 1)
        }
    }

    /// A new threshold changes the days from its month on, by a job that a kill does not harm, and the ranks follow the rate that was
    /// chosen.
    @Test(arguments: Database.Engine.required)
    func aNewThresholdDerivesTheMonthAgainAndLeavesEarlierOnesAlone(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            for (number, day) in ["2011-02-04", "2011-03-04", "2011-03-05"].enumerated() {
                let play = Play(
                    terminal: number == 2 ? "T3" : "T1", boot: 1, sequence: Int64(number), courseware: "lesson-1", mode: .demand,
                    intervals: [
                        PlayInterval(startedAt: SampleWorld.moment(day, 10), mediaFrom: 0, mediaUntil: number == 2 ? 400_000 : 150_000)
                    ])
                _ = try await world.send([Fact(id: "p\(number)", .play(play))], batch: "b\(number)", at: SampleWorld.moment(day, 23))
            }
            func viewing(_ text: String) async throws -> [Int] {
                let month = try #require(Month(text))
                let bulletin = try await world.database.read {
                    try $0.bulletin(
                        month: month, areaCode: "9901", in: .everything, zone: .shanghai, at: SampleWorld.moment("2011-03-20", 9))
                }
                return try #require(bulletin).lines.map(\.viewing) + (bulletin?.lines.compactMap(\.rank) ?? [])
            }
            let (february, march) = (try await viewing("2011-02"), try await viewing("2011-03"))
            #expect(february == [1, 0, 1] && march == [1, 1, 1, 1])
            try await adopt(typed { ($0.effectiveSeconds, $0.rankBy) = (300, .viewingRate) }, world)
            // Nobody closes a month of which some days still stand by the old threshold.
            func close() async throws {
                let (month, act) = (try #require(Month("2011-03")), world.act(at: SampleWorld.moment("2011-04-02", 9)))
                try await world.database.write { statements in
                    guard let area = try statements.area(code: "9901", on: month.days.upperBound, in: .everything) else { return }
                    try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: act)
                }
            }
            await #expect(throws: Refusal.conflict("month.deriving")) { try await close() }
            let claimed = try await world.database.write {
                try $0.claimJob(kinds: [FormulaJob.kind], lease: 1000, at: SampleWorld.moment("2011-03-20", 10))
            }
            let run = JobRun(
                try #require(claimed), database: world.database, clock: Clock { SampleWorld.moment("2011-03-20", 10) }, lease: 1000)
            let job = FormulaJob(database: world.database, rules: SampleWorld.rules)
            // Done, killed before it could say so, and done again: nothing changes a second time.
            let (first, second) = (try await job.run(run), try await job.run(run))
            #expect(first == "5 1" && second == "5 0")
            let id = try #require(claimed).id
            try await world.database.write {
                _ = try $0.endJob(id: id, attempt: 1, as: .done, account: first, at: SampleWorld.moment("2011-03-20", 11))
            }
            let (unchanged, changed) = (try await viewing("2011-02"), try await viewing("2011-03"))
            #expect(unchanged == february && changed == [0, 1, 2, 1])
            // A fact that comes now is judged by the threshold of its own day.
            let late = Play(
                terminal: "T2", boot: 1, sequence: 9, courseware: "lesson-1", mode: .demand,
                intervals: [PlayInterval(startedAt: SampleWorld.moment("2011-02-09", 10), mediaFrom: 0, mediaUntil: 150_000)])
            _ = try await world.send([Fact(id: "late", .play(late))], batch: "late", at: SampleWorld.moment("2011-03-20", 11))
            let counted = try await viewing("2011-02")
            #expect(counted == [2, 0, 1])
            try await close()
        }
    }
}
