import Accounts
import Basics
import Centre
import Content
import Faults
import Foundation
import Hummingbird
import HummingbirdTesting
import Operations
import Registry
import Storage
import TestKit
import Testing
import Wire

/// What plays and what does not, on pages.
@Suite struct FaultPagesTests {
    private static let moment = SampleWorld.moment("2011-05-02", 12)

    private func body(_ answer: TestResponse) -> String { String(buffer: answer.body) }

    private func test(_ node: OwnNode, _ at: Instant, _ outcome: TestPlay.Outcome, _ sequence: Int64) -> Fact {
        Fact(
            id: "t\(sequence)",
            .test(
                TestPlay(
                    terminal: node.id, boot: 7, sequence: sequence, at: at, outcome: outcome,
                    courseware: outcome == .nothingComplete ? "" : "lesson-1")))
    }

    private func enrolled(_ world: CentreWorld) async throws -> OwnNode {
        let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
        try await world.centre.database.write {
            try $0.archiveCourseware(id: "lesson-1", title: "一课", durationMs: 600_000, areaID: "a", by: act)
        }
        return try await world.enrol("T1", .terminal, area: "990101001001")
    }

    /// From asking for a test over the receipt in which the box hears of it to what the page and the figures say.
    @Test(arguments: Database.Engine.required)
    func aTestIsAskedForHeardOfAndSeen(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let box = try await enrolled(world)
            let keeper = try await world.signIn("keeper", .siteManager, area: "990101001001")
            let (county, leader) = (
                try await world.signIn("county", .officer, area: "990101"), try await world.signIn("leader", .leader, area: "990101")
            )
            let site = try await world.centre.database.read {
                try $0.presentSite(ofTerminal: "T1", on: Day("2011-05-02") ?? .forever)?.code ?? ""
            }
            let path = "/sites/\(site)/test-plays"
            #expect(body(try await world.get(path, cookie: keeper)).contains("No test play in two weeks."))
            // A leader looks, and asks for nothing.
            let looked = try await world.get(path, cookie: leader)
            #expect(looked.status == .ok && !body(looked).contains("Ask for a test play now"))
            let form = body(try await world.get(path, cookie: keeper))
            let hidden = hiddenFields(ofFormTo: path, in: form) ?? [:]
            #expect(form.contains("Ask for a test play now") && !hidden.isEmpty)
            #expect(try await world.submit(path, [:], cookie: keeper).status == .seeOther)
            #expect(body(try await world.get(path, cookie: keeper)).contains("Test play asked for"))
            let heard = try await world.answer([], by: box)
            #expect(heard.testAsked == Self.moment)
            // Nobody else hears of it.
            let other = try await world.enrol("T3", .terminal, area: "990102001001")
            #expect(try await world.answer([], by: other).testAsked == nil)
            let (first, second) = (Self.moment.adding(seconds: -86_400), Self.moment.adding(seconds: -60))
            _ = try await world.answer([test(box, first, .notDecoded, 1), test(box, second, .disk, 2)], by: box)
            let page = body(try await world.get(path, cookie: county))
            #expect(page.contains("Cannot be decoded") && page.contains("Cannot be read from the disk") && page.contains("Faulty"))
            let list = body(try await world.get("/connectivity/sites?condition=faulty", cookie: county))
            #expect(list.contains(path) && list.contains("Faulty"))
            #expect(body(try await world.get("/", cookie: county)).contains("1"))
            let figures = body(try await world.get("/connectivity.csv?area=990101", cookie: county))
            #expect(figures.contains("Fault rate"))
            // The day before there was one failure, and no fault yet.
            let before = body(try await world.get("/connectivity/sites?condition=faulty&day=2011-05-01", cookie: county))
            #expect(!before.contains(path))
            _ = try await world.answer([test(box, Self.moment.adding(seconds: -30), .played, 3)], by: box)
            #expect(body(try await world.get("/connectivity/sites?condition=playable", cookie: county)).contains(path))
            #expect(body(try await world.get("/sites/\(site)", cookie: county)).contains("Playable"))
        }
    }

    @Test(arguments: Database.Engine.required)
    func whereNothingRunsNothingIsAsked(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let county = try await world.signIn("county", .officer, area: "990101")
            let west = try await world.signIn("west", .officer, area: "990102")
            let path = "/sites/S1/test-plays"
            let page = body(try await world.get(path, cookie: county))
            #expect(page.contains("cannot test itself") && !page.contains("<form class=\"card\""))
            #expect(try await world.get(path, cookie: west).status == .notFound)
            for place in ["/connectivity?area=990102", "/connectivity/sites?area=990102", "/connectivity?area=12"] {
                #expect(try await world.get(place, cookie: county).status == .notFound, "\(place)")
            }
            for day in ["2011-02-30", "x", "9999-01-01", "0001-01-01"] {
                #expect(try await world.get("/connectivity?day=\(day)", cookie: county).status != .internalServerError, "\(day)")
            }
        }
    }

    /// For the whole network alone, and never changed.
    @Test(arguments: Database.Engine.required)
    func howLongProofsHoldIsSetByTheTopAlone(_ engine: Database.Engine) async throws {
        try await withCentre(engine, at: Self.moment) { world in
            let (city, county) = (
                try await world.signIn("city", .officer, area: "9901"), try await world.signIn("county", .officer, area: "990101")
            )
            let fields = ["from": "2011-05-01", "network": "12", "platform": "6", "proof": "3", "document": "远办〔2011〕9号", "reason": "整顿"]
            #expect(try await world.submit("/layer-spans/new", fields, cookie: county).status == .forbidden)
            let made = try await world.submit("/layer-spans/new", fields, cookie: city)
            #expect(made.status == .seeOther)
            let page = String(try #require(made.headers[.location]).prefix { $0 != "?" })
            #expect(try await world.get("\(page)/change", cookie: city).status == .conflict)
            let spans = try await world.centre.database.read { try $0.layerSpans(on: Day("2011-05-01") ?? .forever) }
            #expect(spans == LayerSpans(network: 12, platform: 6, proof: 3))
            for (name, value) in [("network", "0"), ("platform", "721"), ("proof", "x"), ("document", ""), ("from", "2011-02-30")] {
                let answer = try await world.submit("/layer-spans/new", fields.merging([name: value]) { $1 }, cookie: city)
                #expect(answer.status == .unprocessableContent && body(answer).contains("href=\"#\(name)\""), "\(name)")
            }
        }
    }
}
