import Accounts
import Basics
import Bulletins
import Figures
import Foundation
import Papers
import Registry
import Returns
import Storage
import TestKit
import Testing
import Web

@Suite struct LifeCycleTests {
    /// Everybody who may come to a step: the one who made the thing, another of his own office, one of the county, of the city, and of
    /// another county.
    private static let people = [
        ("maker", "990101001"), ("maker-of-the-county", "990101"), ("colleague", "990101001"), ("county", "990101"), ("city", "9901"),
        ("elsewhere", "990102"),
    ]

    private func scope(_ code: String) -> Scope { Scope(areas: [code].compactMap { AreaCode($0) }) }

    /// Every step of a proposal, from every state, by everybody: it is taken exactly where the declaration says so, refused with its code
    /// elsewhere, and a refusal changes nothing.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAProposalIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let today = Day("2011-05-02") ?? .forever
            var taken = 0
            for state in ProposalState.allCases {
                for step in ExclusionLife.cycle.steps {
                    for (person, code) in Self.people {
                        let act = Act(by: Actor(id: person), at: SampleWorld.moment("2011-05-02", 9), ids: world.ids)
                        let maker = person.hasPrefix("maker") ? person : "maker"
                        let proposal = try await world.database.write { statements in
                            try statements.run("DELETE FROM site_exclusion")
                            guard let area = try statements.area(code: "990101001", on: today, in: .everything), let day = Day("2011-04-01")
                            else { throw Refusal.notFound("area") }
                            let made = Act(by: Actor(id: maker), at: act.at, ids: world.ids)
                            let new = NewProposal(
                                cause: .flood, days: day...day.advanced(by: 29), reason: "洪水", document: "", sites: ["S1"])
                            let id = try statements.proposeExclusion(new, area: area, on: today, by: made)
                            try statements.run("UPDATE exclusion_proposal SET state = \(state) WHERE id = \(id)")
                            guard let proposal = try statements.exclusionProposal(id: id, in: .everything) else {
                                throw Refusal.notFound("proposal")
                            }
                            return proposal
                        }
                        let (scope, expected) = (scope(code), step.obstacle(proposal.standing, by: person, in: scope(code)))
                        func take() async throws {
                            try await world.database.write { statements in
                                switch step.name {
                                case "approve": try statements.approveExclusion(proposal, in: scope, by: act)
                                case "refuse": try statements.refuseExclusion(proposal, answer: "不", in: scope, by: act)
                                default: try statements.withdrawExclusion(proposal, by: act)
                                }
                            }
                        }
                        var refusal: Refusal?
                        do { try await take() } catch let error as Refusal { refusal = error }
                        // Whoever made it takes it back wherever his office lies.
                        let where_ = "\(step.name) from \(state) by \(person)"
                        #expect(refusal == expected, "\(where_)")
                        let now = try await world.database.read { try $0.exclusionProposal(id: proposal.id, in: .everything)?.state }
                        #expect(now == (expected == nil ? step.to : state), "\(where_)")
                        taken += expected == nil ? 1 : 0
                    }
                }
            }
            // From `proposed` alone: two that decide, of the county and the city, each beside two steps; and the makers, once each.
            #expect(taken == 2 * 2 + 2)
        }
    }

    /// Who may take a step of a return, by its declaration: pure.
    @Test func aReturnIsApprovedByAnotherOfTheCountyAndSentBackByTheCountyAlone() {
        let approve = ReturnLife.cycle.steps.first { $0.name == "approve" }
        let sendBack = ReturnLife.cycle.steps.first { $0.name == "send-back" }
        for state in ReturnState.allCases {
            for (person, code) in Self.people {
                let standing = LifeStanding(state, maker: person.hasPrefix("maker") ? person : "maker", area: AreaCode("990101001"))
                let isAbove = ["990101", "9901"].contains(code)
                #expect(
                    approve?.isOpen(standing, by: person, in: scope(code))
                        == (state == .submitted && isAbove && !person.hasPrefix("maker")), "\(state) \(person)")
                #expect(
                    sendBack?.isOpen(standing, by: person, in: scope(code)) == ([.submitted, .approved].contains(state) && isAbove),
                    "\(state) \(person)")
            }
        }
    }

    /// The drawings in the documents are those of the declarations. `UPDATE_SNAPSHOTS=1` writes them anew.
    @Test func theDocumentDrawsTheDeclarations() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/lifecycles.md")
        let drawn = [("Exclusions 剔除申请", ExclusionLife.cycle.drawing), ("Monthly returns 月报", ReturnLife.cycle.drawing)]
        let text =
            """
            # Life cycles\n\nMade from the declarations by `LifeCycleTests`; in brackets who takes a step, of those who have the right to.\n
            """
            + drawn.map { "\n## \($0.0)\n\n```mermaid\n\($0.1)\n```\n" }.joined()
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == text)
    }
}
