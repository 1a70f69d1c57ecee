import Accounts
import Basics
import Registry
import Storage
import TestKit
import Testing

@Suite struct ExclusionTests {
    private static let today = Day("2011-03-20") ?? .forever

    private func days(_ first: String, _ last: String) throws -> ClosedRange<Day> { try #require(Day(first))...#require(Day(last)) }
    private func act(_ world: SampleWorld, _ account: String) -> Act {
        Act(by: Actor(id: account), at: SampleWorld.moment("2011-03-20", 9), ids: world.ids)
    }
    private func scope(_ codes: String...) -> Scope { Scope(areas: codes.compactMap { AreaCode($0) }) }

    private func propose(
        _ world: SampleWorld, _ area: String, sites: [String] = [], _ first: String = "2011-03-01", _ last: String = "2011-03-31",
        by account: String = "town"
    ) async throws -> String {
        let new = NewProposal(cause: .flood, days: try days(first, last), reason: "洪水冲断线路", document: "", sites: sites)
        let act = act(world, account)
        return try await world.database.write { statements in
            guard let area = try statements.area(code: area, on: ExclusionTests.today, in: .everything) else {
                throw Refusal.notFound("area")
            }
            return try statements.proposeExclusion(new, area: area, on: ExclusionTests.today, by: act)
        }
    }

    private func proposal(_ world: SampleWorld, _ id: String) async throws -> ExclusionProposal {
        try #require(try await world.database.read { try $0.exclusionProposal(id: id, in: .everything) })
    }

    private func excluded(_ world: SampleWorld) async throws -> [String] {
        try await world.database.read { statements in
            try statements.all(
                "SELECT s.code FROM site_exclusion x JOIN site s ON s.num = x.site WHERE x.replaced_at IS NULL ORDER BY s.code"
            ) { try $0.text(0) }
        }
    }

    @Test(arguments: Database.Engine.required)
    func nothingCountsUntilAnotherOfficerOfTheCountyApproves(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            // All sites of the township that are in service within the days: S3 until the 16th, S5 from the 10th; S4 is planned.
            let id = try await propose(world, "990102001")
            var found = try await proposal(world, id)
            #expect(found.siteCount == 2 && found.state == .proposed && found.areaCode == "990102001")
            let named = try await world.database.read { try $0.sites(ofProposal: id, on: ExclusionTests.today).map(\.code) }
            #expect(named == ["S3", "S5"])
            var out = try await excluded(world)
            #expect(out.isEmpty)
            let asked = found
            let effect = try await world.database.read { try $0.exclusionEffect(ofProposal: asked) }
            #expect(effect == [ExclusionEffect(month: Month("2011-03") ?? ExclusionTests.today.month, sites: 2)])

            for (account, scope) in [("town", scope("9901")), ("other", scope("990102001")), ("east", scope("990101"))] {
                let (act, proposal) = (act(world, account), found)
                await #expect(throws: Refusal.forbidden("exclusion.other_person"), "\(account)") {
                    try await world.database.write { try $0.approveExclusion(proposal, in: scope, by: act) }
                }
            }
            let (county, first) = (act(world, "county"), found)
            try await world.database.write { try $0.approveExclusion(first, in: scope("990102"), by: county) }
            out = try await excluded(world)
            #expect(out == ["S3", "S5"])
            found = try await proposal(world, id)
            #expect(found.state == .approved && found.decidedBy == "county")
            let again = found
            await #expect(throws: Refusal.conflict("exclusion.decided")) {
                try await world.database.write { try $0.approveExclusion(again, in: scope("990102"), by: county) }
            }

            // Days that are excluded already: refused, and the proposal stays open. Days that touch no whole month change nothing.
            let second = try await propose(world, "990102", sites: ["S5"], "2011-03-30", "2011-03-31")
            let open = try await proposal(world, second)
            await #expect(throws: Refusal.conflict("site.already_excluded")) {
                try await world.database.write { try $0.approveExclusion(open, in: scope("990102"), by: county) }
            }
            let stillOpen = try await proposal(world, second)
            #expect(stillOpen.state == .proposed)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aProposalIsRefusedWithAnAnswerOrWithdrawn(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let ids = [try await propose(world, "990101001", sites: ["S1"]), try await propose(world, "990101001", sites: ["S2"])]
            let (first, second) = (try await proposal(world, ids[0]), try await proposal(world, ids[1]))
            let (county, town) = (act(world, "county"), act(world, "town"))
            await #expect(throws: Refusal.invalid(["answer": "form.required"])) {
                try await world.database.write { try $0.refuseExclusion(first, answer: "", in: scope("9901"), by: county) }
            }
            try await world.database.write { try $0.refuseExclusion(first, answer: "线路次日已通", in: scope("9901"), by: county) }
            await #expect(throws: Refusal.forbidden("exclusion.not_yours")) {
                try await world.database.write { try $0.withdrawExclusion(second, by: county) }
            }
            try await world.database.write { try $0.withdrawExclusion(second, by: town) }
            await #expect(throws: Refusal.conflict("exclusion.decided")) {
                try await world.database.write { try $0.withdrawExclusion(second, by: town) }
            }
            let states = try await world.database.read { statements in
                (
                    try statements.exclusionProposals(state: nil, before: "", limit: 10, in: .everything).map(\.state),
                    try statements.exclusionProposals(state: .refused, before: "", limit: 10, in: .everything).map(\.answer),
                    try statements.exclusionProposals(state: nil, before: ids[1], limit: 10, in: .everything).map(\.id),
                    try statements.exclusionProposals(
                        state: nil, before: "", limit: 10, in: Scope(areas: [AreaCode("990102")].compactMap { $0 })
                    ).count
                )
            }
            #expect(states.0 == [.withdrawn, .refused] && states.1 == ["线路次日已通"] && states.2 == [ids[0]] && states.3 == 0)
            let out = try await excluded(world)
            #expect(out.isEmpty)
        }
    }

    @Test func whatCannotBeProposedIsRefusedBesideItsField() async throws {
        try await withWorld(.sqlite) { world in
            await #expect(throws: Refusal.invalid(["sites": FieldProblem("site.not_here", ["list": "S3", "count": "1"])])) {
                try await propose(world, "990101001", sites: ["S1", "S3"])
            }
            await #expect(throws: Refusal.invalid(["sites": "exclusion.no_sites"])) { try await propose(world, "990102001002") }
            await #expect(throws: Refusal.invalid(["through": "exclusion.too_long"])) {
                try await propose(world, "990101001", "2011-03-01", "2012-03-31")
            }
            await #expect(throws: Refusal.invalid(["through": "exclusion.too_long"])) {
                try await propose(world, "990101001", "2012-03-01", "2012-03-31")
            }
            // Also where nobody proposes: the command line asks for the effect first.
            let ever = ExclusionTests.today...Day.forever.advanced(by: -1)
            await #expect(throws: Refusal.invalid(["through": "exclusion.too_long"])) {
                _ = try await world.database.read { try $0.exclusionEffect(sites: [1], days: ever) }
            }
            let count = try await world.database.read { try $0.count("SELECT count(*) FROM exclusion_proposal") }
            #expect(count == 0)
        }
    }

    /// Taken back, an approval is as if it had never been; a closed month keeps it, and so does an exclusion of another paper.
    @Test(arguments: Database.Engine.required)
    func anApprovalIsTakenBackUntilAMonthIsClosed(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (county, scope) = (act(world, "county"), scope("990102"))
            let first = try await proposal(world, try await propose(world, "990102001", sites: ["S3"]))
            try await world.database.write { try $0.approveExclusion(first, in: scope, by: county) }
            let later = Act(by: Actor(id: "county"), at: SampleWorld.moment("2011-03-20", 10), ids: world.ids)
            // It names S3 as well, which is out already.
            let second = try await proposal(world, try await propose(world, "990102001", sites: ["S3", "S5"]))
            try await world.database.write { try $0.approveExclusion(second, in: scope, by: later) }
            let approved = try await proposal(world, first.id)
            let month = SettledMonth(area: "西河县", month: "2011-03", editions: 0)
            await #expect(throws: Refusal.conflict("exclusion.settled")) {
                try await world.database.write {
                    try $0.takeBackExclusion(approved, reason: "误批", settled: [month], in: scope, by: later)
                }
            }
            #expect(try await excluded(world) == ["S3", "S5"])
            #expect(try await proposal(world, first.id).state == .approved, "A refusal leaves nothing half done")
            try await world.database.write { try $0.takeBackExclusion(approved, reason: "误批", settled: [], in: scope, by: later) }
            #expect(try await excluded(world) == ["S3", "S5"], "By the other paper")
            let other = try await proposal(world, second.id)
            try await world.database.write { try $0.takeBackExclusion(other, reason: "误批", settled: [], in: scope, by: later) }
            #expect(try await excluded(world).isEmpty)
            let found = try await proposal(world, first.id)
            #expect(found.state == .withdrawn && found.answer == "误批")
            await #expect(throws: Refusal.conflict("exclusion.not_approved")) {
                try await world.database.write { try $0.takeBackExclusion(found, reason: "再来", settled: [], in: scope, by: later) }
            }
            let out = try await world.database.read { try $0.sitesTakenOut(of: Month("2011-03") ?? ExclusionTests.today.month) }
            #expect(out.isEmpty)
        }
    }
}
