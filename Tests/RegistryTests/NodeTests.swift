import Accounts
import Basics
import Registry
import Storage
import TestKit
import Testing

private let noon = SampleWorld.moment("2011-03-05", 12)

@Suite struct NodeTests {
    @Test(arguments: Database.Engine.required)
    func aClaimWorksOnceUntilItsEndAndAKeyIsNeverReplacedInSilence(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let act = world.act(at: noon)
            let day = try #require(Day("2011-03-05"))
            let area = try #require(
                try await world.database.read { try $0.area(code: "990101", on: Day("2011-03-05") ?? .forever, in: .everything) })
            try await world.database.write {
                try $0.prepareClaim(id: "E1", kind: "edge", name: "东岭县", areaID: area.areaID, codeDigest: "d1", by: act)
            }
            await #expect(throws: Refusal.forbidden("node.claim_unknown")) {
                _ = try await world.database.write {
                    try $0.enrolNode(
                        codeDigest: "d1", publicKey: "k", version: "1", on: day, by: world.act(at: noon.adding(seconds: 8 * 86_400)))
                }
            }
            let node = try await world.database.write { try $0.enrolNode(codeDigest: "d1", publicKey: "k", version: "1", on: day, by: act) }
            #expect(node.publicKey == "k")
            let again = try await world.database.write {
                try $0.enrolNode(codeDigest: "d1", publicKey: "k", version: "1", on: day, by: act)
            }
            #expect(again.id == node.id)
            await #expect(throws: Refusal.forbidden("node.claim_unknown")) {
                _ = try await world.database.write { try $0.enrolNode(codeDigest: "d1", publicKey: "x", version: "1", on: day, by: act) }
            }
            await #expect(throws: Refusal.conflict("node.already_enrolled")) {
                try await world.database.write {
                    try $0.prepareClaim(id: "E1", kind: "edge", name: "东岭县", areaID: area.areaID, codeDigest: "d2", by: act)
                }
            }
            try await world.database.write { try $0.revokeNode(id: "E1", reason: "失窃", by: act) }
            await #expect(throws: Refusal.conflict("node.already_revoked")) {
                try await world.database.write { try $0.revokeNode(id: "E1", reason: "失窃", by: act) }
            }
            await #expect(throws: Refusal.notFound("node")) {
                try await world.database.write { try $0.revokeNode(id: "E9", reason: "", by: act) }
            }
            try await world.database.write {
                try $0.prepareClaim(id: "E1", kind: "edge", name: "东岭县", areaID: area.areaID, codeDigest: "d3", by: act)
            }
            _ = try await world.database.write { try $0.enrolNode(codeDigest: "d3", publicKey: "k2", version: "2", on: day, by: act) }
            let stored = try await world.database.read { try $0.node(id: "E1") }
            #expect(stored?.publicKey == "k2")
            #expect(stored?.revokedAt == nil)
            let seen = try await world.database.read { statements in
                try ["9901", "990102"].map { code in
                    try statements.nodes(on: Day("2011-03-05") ?? .forever, in: Scope(areas: [AreaCode(code)].compactMap(\.self))).map(\.id)
                }
            }
            #expect(seen == [["E1"], []])
        }
    }

    @Test(arguments: Database.Engine.required)
    func theRegisterAnswersForADayAndAScope(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let day = try #require(Day("2011-03-20"))
            let county = Scope(areas: [try #require(AreaCode("990101"))])
            try await world.database.write { try $0.setNetworkSetting("name", "云溪", by: world.act()) }
            try await world.database.read { statements in
                let name = try statements.networkSetting("name")
                #expect(name == "云溪")
                let roots = try statements.rootAreas(on: day).map(\.code)
                #expect(roots == ["9901"])
                let city = try #require(try statements.area(code: "9901", on: day, in: .everything))
                let below = try statements.children(of: city, on: day, in: county).map(\.code)
                #expect(below == ["990101"])
                let village = try #require(try statements.area(code: "990101001002", on: day, in: county))
                let path = try statements.path(to: village, on: day).map(\.code)
                #expect(path == ["9901", "990101", "990101001", "990101001002"])
                let found = try statements.sites(containing: "湾", on: day, in: .everything, after: "S1", limit: 10).map(\.code)
                #expect(found == ["S2"])
                let wild = try statements.sites(containing: "%", on: day, in: .everything, after: "", limit: 10)
                #expect(wild.isEmpty)
                let outside = try statements.site(code: "S3", on: day, in: county)
                #expect(outside == nil)
                let site = try statements.presentSite(ofTerminal: "T2B", on: day)
                #expect(site?.code == "S2")
                let none = try statements.exclusions(site: 1, within: day...day)
                #expect(none.isEmpty)
                let around = try statements.assignments(around: ["T2"]).map(\.terminalID).sorted()
                #expect(around == ["T2", "T2B"])
                let grants = [RoleGrant(role: .officer, areaID: city.areaID), RoleGrant(role: .auditor, areaID: village.areaID)]
                let scope = try statements.scope(of: grants, for: .seeAudit, today: day)
                #expect(scope.areas.map(\.description) == ["990101001002"])
            }
        }
    }
}
