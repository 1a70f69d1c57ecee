import Accounts
import Basics
import Bulletins
import Content
import Editions
import Figures
import Foundation
import Offices
import Operations
import People
import Registry
import Returns
import Storage
import Testing
import TestKit
import Web
import Workplaces

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
                                case "take-back": try statements.takeBackExclusion(proposal, reason: "误批", settled: [], in: scope, by: act)
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
            // From `proposed`: two that decide, of the county and the city, each beside two steps; and the makers, once each. From
            // `approved`: everybody of the county and above.
            #expect(taken == 2 * 2 + 2 + 3)
        }
    }

    /// Every step of an encoding, from every state of courseware: taken where the declaration says so, without a trace elsewhere.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAnEncodingIsTakenOrLeftAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (act, id) = (world.act(at: SampleWorld.moment("2011-05-02", 9)), "lesson-1")
            let result = EncodingResult(durationMs: 1, manifestHash: "", manifestBytes: 0, posterHash: "", previewHash: "")
            for state in CoursewareState.allCases {
                for step in CoursewareLife.cycle.steps where ["encoded", "fail", "cancel", "retry"].contains(step.name) {
                    var refusal: Refusal?
                    do {
                        try await world.database.write { statements in
                            try statements.run("UPDATE courseware SET state = \(state) WHERE id = \(id)")
                            switch step.name {
                            case "encoded": _ = try statements.finishEncoding(id: id, result, by: act)
                            case "fail": try statements.failEncoding(id: id, problem: "media.defect", values: [:], by: act)
                            case "cancel": try statements.cancelEncoding(id: id, by: act)
                            default: try statements.retryEncoding(id: id, by: act)
                            }
                        }
                    } catch let error as Refusal { refusal = error }
                    let isOpen = step.from.contains(state)
                    // What a job does comes too late without a word; what a person asks for is answered.
                    let isAnswered = ["cancel", "retry"].contains(step.name)
                    #expect(refusal == (isOpen || !isAnswered ? nil : .conflict(step.stale)), "\(step.name) from \(state)")
                    guard refusal == nil else { continue }
                    let now = try await world.database.read { statements in
                        try statements.first("SELECT state FROM courseware WHERE id = \(id)") { try $0.text(0) }
                    }
                    #expect(now == (isOpen ? step.to : state).rawValue, "\(step.name) from \(state)")
                }
            }
        }
    }

    /// What people decide about a request, from every state, by the one who asked and by another.
    @Test(arguments: Database.Engine.required)
    func everyDecisionAboutARequestIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let today = try #require(Day("2011-05-02"))
            func act(_ person: String) -> Act {
                Act(by: Actor(id: person), at: SampleWorld.moment("2011-05-02", 9), ids: world.ids)
            }
            try await world.database.write { try $0.run("UPDATE courseware SET state = 'ready' WHERE id = 'lesson-1'") }
            let courseware = try #require(
                try await world.database.read { try $0.courseware(id: "lesson-1", on: today, in: .everything) })
            let steps = RequestLife.cycle.steps
            for state in PublicationRequest.State.allCases {
                for person in ["asker", "other"] {
                    for name in ["approve", "say no"] {
                        let (asked, done) = (act("asker"), act(person))
                        let wanted = name == "approve" ? name : person == "asker" ? "take-back" : "decline"
                        let step = try #require(steps.first { $0.name == wanted })
                        var refusal: Refusal?
                        do {
                            try await world.database.write { statements in
                                try statements.run("DELETE FROM publication_request")
                                try statements.askForPublication(courseware, by: asked)
                                try statements.run("UPDATE publication_request SET state = \(state)")
                                if name == "approve" {
                                    try statements.approvePublication(courseware, seen: courseware.screenDigest, by: done)
                                } else {
                                    try statements.declinePublication(courseware, remark: "x", by: done)
                                }
                            }
                        } catch let error as Refusal { refusal = error }
                        let standing = LifeStanding(state, maker: "asker", area: nil)
                        #expect(refusal == step.obstacle(standing, by: person, in: .everything), "\(name) of \(state) by \(person)")
                        guard refusal == nil else { continue }
                        let now = try await world.database.read { try $0.publicationRequest(of: courseware.id)?.state }
                        #expect(now == step.to, "\(name) of \(state) by \(person)")
                    }
                }
            }
        }
    }

    /// Claim, enrolment and revocation of a node, from wherever it stands.
    @Test(arguments: Database.Engine.required)
    func everyStepOfANodeIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (act, today) = (world.act(at: SampleWorld.moment("2011-05-02", 9)), try #require(Day("2011-05-02")))
            let area = try #require(try await world.database.read { try $0.area(code: "990101", on: today, in: .everything) })
            var number = 0
            for standing in NodeStanding.allCases {
                for step in NodeLife.cycle.steps {
                    number += 1
                    let id = "E\(number)"
                    try await world.database.write { statements in
                        try statements.prepareClaim(id: id, kind: "edge", name: "x", areaID: area.areaID, codeDigest: "d" + id, by: act)
                        guard standing != .claimed else { return }
                        _ = try statements.enrolNode(codeDigest: "d" + id, publicKey: "k" + id, version: "", on: today, by: act)
                        if standing == .revoked { try statements.revokeNode(id: id, reason: "", by: act) }
                        // A revoked node enrols by a new claim.
                        if standing == .revoked, step.name == "enrol" {
                            try statements.prepareClaim(
                                id: id, kind: "edge", name: "x", areaID: area.areaID, codeDigest: "d" + id, by: act)
                        }
                    }
                    var isRefused = false
                    do {
                        try await world.database.write { statements in
                            switch step.name {
                            case "claim", "claim-again":
                                try statements.prepareClaim(
                                    id: id, kind: "edge", name: "x", areaID: area.areaID, codeDigest: "n" + id, by: act)
                            case "enrol":
                                _ = try statements.enrolNode(
                                    codeDigest: "d" + id, publicKey: "other" + id, version: "", on: today, by: act)
                            default: try statements.revokeNode(id: id, reason: "", by: act)
                            }
                        }
                    } catch is Refusal { isRefused = true }
                    // A claim is one command for both.
                    let isClaim = step.name.hasPrefix("claim")
                    let isOpen = isClaim ? standing != .enrolled : step.from.contains(standing)
                    #expect(isRefused == !isOpen, "\(step.name) of one that is \(standing)")
                    let now = try await world.database.read { try $0.node(id: id)?.standing }
                    #expect(now == (isRefused || isClaim ? standing : step.to), "\(step.name) of one that is \(standing)")
                }
            }
        }
    }

    /// Every step of a month, from every state, by the one who closed it and by another: taken where the declaration says so, and a refusal
    /// changes nothing.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAMonthIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let month = try #require(Month("2011-03"))
            @Sendable func act(_ person: String) -> Act {
                Act(by: Actor(id: person), at: SampleWorld.moment("2011-05-02", 9), ids: world.ids)
            }
            let area = try #require(
                try await world.database.read { try $0.area(code: "9901", on: month.days.upperBound, in: .everything) })
            @Sendable func publish(_ statements: Statements, by person: String) throws {
                let (editions, made) = (try statements.editions(area: area.areaID, month: month), act(person))
                let edition = Edition(
                    after: try statements.lastEdition(), id: world.ids.next(), areaID: area.areaID, month: month.description,
                    number: editions.count + 1, document: "远教〔2011〕1号", signedOff: "方正",
                    files: "abcdef".map { String(repeating: String($0), count: 64) }, asOf: made.at,
                    by: person, at: made.at)
                try statements.addEdition(edition, area: area, by: made)
            }
            for state in MonthState.allCases {
                for step in MonthLife.cycle.steps {
                    for person in ["maker", "other"] {
                        let (maker, taker) = (act("maker"), act(person))
                        try await world.database.write { statements in
                            try statements.run("DELETE FROM edition")
                            try statements.run("DELETE FROM closed_figures")
                            try statements.run("DELETE FROM month_closing")
                            if state != .open { try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: maker) }
                            if state == .published { try publish(statements, by: "maker") }
                        }
                        var refusal: Refusal?
                        do {
                            try await world.database.write { statements in
                                switch step.name {
                                case "close": try statements.closeMonth(month, area: area, rules: SampleWorld.rules, by: taker)
                                case "reopen": try statements.reopenMonth(month, area: area, reason: "误", by: taker)
                                default: try publish(statements, by: person)
                                }
                            }
                        } catch let error as Refusal { refusal = error }
                        let (standing, where_) = (
                            LifeStanding(state, maker: "maker", area: area.areaCode), "\(step.name) of \(state) by \(person)"
                        )
                        let expected = step.obstacle(standing, by: person, in: .everything)
                        #expect(refusal == expected, "\(where_)")
                        let now = try await world.database.read { statements in
                            let isClosed = try !statements.closings(area: area.areaID).isEmpty
                            return MonthState(
                                isClosed: isClosed, isPublished: try !statements.editions(area: area.areaID, month: month).isEmpty)
                        }
                        #expect(now == (expected == nil ? step.to : state), "\(where_)")
                    }
                }
            }
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

    /// Both steps of an account, from both states, by its owner, by whoever may, and by whoever may not.
    @Test(arguments: Database.Engine.required)
    func everyStepOfAnAccountIsTakenOrRefusedAsDeclared(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (now, today) = (SampleWorld.moment("2011-05-02", 9), try #require(Day("2011-05-02")))
            let made = Act(by: .commandLine, at: now, ids: world.ids)
            @Sendable func add(_ login: String, _ role: Role, _ code: String, _ statements: Statements) throws -> String {
                let area = try #require(try statements.area(code: code, on: today, in: .everything))
                return try statements.addAccount(
                    NewAccount(login: login, name: login, storedPassword: "x", grants: [RoleGrant(role: role, areaID: area.areaID)]),
                    by: made)
            }
            let people: [(login: String, role: Role, code: String, may: Bool)] = [
                ("security", .securityAdministrator, "9901", true), ("county-security", .securityAdministrator, "990101", true),
                ("elsewhere", .securityAdministrator, "990102", false), ("officer", .officer, "990101", true),
                ("colleague", .officer, "990101001", false), ("auditor", .auditor, "9901", false),
            ]
            let (ids, town) = try await world.database.write { statements in
                (try people.map { try add($0.login, $0.role, $0.code, statements) }, try add("town", .officer, "990101001", statements))
            }
            for state in AccountState.allCases {
                for step in AccountLife.cycle.steps {
                    for (person, id) in zip(people.map(\.may) + [false], ids + [town]) {
                        let act = Act(by: Actor(id: id), at: now, ids: world.ids)
                        let disabledAt: Instant? = state == .disabled ? now : nil
                        let record = try await world.database.write { statements in
                            try statements.run("UPDATE account SET disabled_at = \(disabledAt) WHERE id = \(town)")
                            return try statements.accountRecord(id: town, in: .everything, for: act.actor, on: today)
                        }
                        let found = try #require(record)
                        var refusal: Refusal?
                        do { try await world.database.write { try $0.take(step, found, by: act) } } catch let error as Refusal {
                            refusal = error
                        }
                        let expected: Refusal? =
                            id == town
                            ? .forbidden("account.own")
                            : person ? step.obstacle(found.account.standing, by: id, in: .everything) : .forbidden("account.above")
                        #expect(refusal == expected, "\(step.name) of \(state) by \(id)")
                        let after = try await world.database.read { try $0.account(id: town)?.state }
                        #expect(after == (expected == nil ? step.to : state), "\(step.name) of \(state) by \(id)")
                    }
                }
            }
        }
    }

    /// The drawings in the documents are those of the declarations. `UPDATE_SNAPSHOTS=1` writes them anew.
    @Test func theDocumentDrawsTheDeclarations() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/lifecycles.md")
        let drawn = [
            ("Exclusions 剔除申请", ExclusionLife.cycle.drawing), ("Monthly returns 月报", ReturnLife.cycle.drawing),
            ("Agreements 协议", AgreementLife.cycle.drawing),
            ("Sites 站点", SiteLife.cycle.drawing), ("Courseware 课件", CoursewareLife.cycle.drawing),
            ("Publication requests 发布申请", RequestLife.cycle.drawing), ("Months of an area 月份", MonthLife.cycle.drawing),
            ("Nodes 节点", NodeLife.cycle.drawing), ("Accounts 账号", AccountLife.cycle.drawing),
            ("Calendar days 节假日", CalendarDayLife.cycle.drawing), ("Organisations 单位", OrganisationLife.cycle.drawing),
            ("Papers 文件", PaperLife.cycle.drawing), ("Messages of sites 站点留言", SiteMessageLife.cycle.drawing),
        ]
        let text =
            """
            # Life cycles\n\nMade from the declarations by `LifeCycleTests`; in brackets who takes a step, of those who have the right to.\n
            """
            + drawn.map { "\n## \($0.0)\n\n```mermaid\n\($0.1)\n```\n" }.joined()
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == text)
    }
}
