import Accounts
import Basics
import Centre
import Registry
import Storage
import TestKit
import Testing
import Wire

/// The list of an edge, as it learns it part by part.
private struct Learner {
    let edge: String
    var version: String?
    var nodes: [String: KnownNode] = [:]

    mutating func learn(_ news: NodeNews) {
        if news.whole { nodes = [:] }
        for id in news.gone { nodes[id] = nil }
        for node in news.nodes { nodes[node.node] = node }
        version = news.version
    }
}

@Suite struct NodeNewsTests {
    /// Nodes join, change their keys, are revoked and move; counties and townships get other codes, other parents, and go up in each other.
    /// Whenever an edge asks, however long it was away, its list is that of a plain walk over the register.
    @Test(arguments: Database.Engine.required, 1...6 as ClosedRange<UInt64>)
    func anEdgeKnowsItsAreaAndNothingElse(_ engine: Database.Engine, _ seed: UInt64) async throws {
        try await withWorld(engine) { world in
            var generator = SeededGenerator(seed: seed)
            let start = try #require(Day("2011-04-01"))
            var learners = [("E0", "9901"), ("E1", "990101"), ("E2", "990102")].map { Learner(edge: $0.0) }
            try await enrol(["E0": "9901", "E1": "990101", "E2": "990102"], world, on: start, at: SampleWorld.moment("2011-04-01", 8))
            for step in 0..<40 {
                let day = Day(number: start.number + step)
                let act = world.act(at: SampleWorld.moment(day.description, 12))
                let choice = (
                    kind: Int.random(in: 0..<8, using: &generator), pick: Int.random(in: 0..<64, using: &generator),
                    other: Int.random(in: 0..<64, using: &generator)
                )
                try await change(choice, world, on: day, by: act)
                for place in learners.indices where Bool.random(using: &generator) || step == 39 {
                    try await ask(&learners[place], world, on: day, limit: Int.random(in: 1...4, using: &generator))
                    let expected = try await expectedNodes(learners[place].edge, world, on: day)
                    #expect(learners[place].nodes == expected, "seed \(seed), step \(step), \(learners[place].edge), choice \(choice)")
                }
                let (told, stood) = try await places(world, on: day)
                #expect(told == stood, "seed \(seed), step \(step), choice \(choice)")
            }
        }
    }

    @Test(arguments: Database.Engine.required)
    func whatIsNotNewIsNotSaid(_ engine: Database.Engine) async throws {
        try await withWorld(engine) { world in
            let (day, noon) = (try #require(Day("2011-04-01")), SampleWorld.moment("2011-04-01", 12))
            try await enrol(["E1": "990101", "E2": "990102", "T1": "990101001001", "T3": "990102001001"], world, on: day, at: noon)
            var learner = Learner(edge: "E1")
            try await ask(&learner, world, on: day, limit: 10)
            #expect(learner.nodes.keys.sorted() == ["E1", "T1"])
            let version = try #require(learner.version)
            let edge = try #require(try await world.database.read { try $0.node(id: "E1") })
            func news(_ since: String, _ epoch: String = "e") async throws -> NodeNews? {
                try await world.database.read { try $0.nodeNews(for: edge, since: NodeListVersion(since), epoch: epoch, on: day) }
            }
            #expect(try await news(version) == nil)
            // A foreign county's change is none here.
            try await world.database.write { try $0.revokeNode(id: "T3", reason: "x", by: world.act(at: noon.adding(seconds: 60))) }
            #expect(try await news(version) == nil)
            try await world.database.write { try $0.revokeNode(id: "T1", reason: "x", by: world.act(at: noon.adding(seconds: 120))) }
            let revoked = try await news(version)
            #expect(revoked?.nodes.map(\.node) == ["T1"] && revoked?.nodes.first?.revoked == true && revoked?.whole == false)
            // Another history, and what nobody wrote, begin anew.
            for (since, epoch) in [
                (version, "f"), ("", "e"), ("e/990101/x/", "e"), ("e/990102/1/", "e"), ("e/990101/99999999999999/", "e"),
            ] {
                let whole = try await news(since, epoch)
                #expect(whole?.whole == true && whole?.nodes.count == 2, "\(since)")
            }
        }
    }

    private func ask(_ learner: inout Learner, _ world: SampleWorld, on day: Day, limit: Int) async throws {
        let id = learner.edge
        for _ in 0..<40 {
            let since = learner.version.flatMap { NodeListVersion($0) }
            let news = try await world.database.read { statements -> NodeNews? in
                guard let edge = try statements.node(id: id) else { return nil }
                return try statements.nodeNews(for: edge, since: since, epoch: "e", on: day, limit: limit)
            }
            guard let news else { return }
            learner.learn(news)
            if !news.more { return }
        }
        Issue.record("The list of \(id) has no end")
    }

    private func expectedNodes(_ edge: String, _ world: SampleWorld, on day: Day) async throws -> [String: KnownNode] {
        try await world.database.read { statements in
            let own = try statements.node(id: edge).flatMap { try statements.area(id: $0.areaID, on: day)?.areaCode }
            guard let own else { return [:] }
            var expected: [String: KnownNode] = [:]
            for id in ["E0", "E1", "E2", "T1", "T2", "T2B", "T3", "T5"] {
                guard let node = try statements.node(id: id), let key = node.publicKey else { continue }
                let areaID = try statements.presentSite(ofTerminal: id, on: day)?.areaID ?? node.areaID
                guard let code = try statements.area(id: areaID, on: day)?.areaCode, own.covers(code) else { continue }
                expected[id] = KnownNode(node: id, publicKey: key, revoked: node.revokedAt != nil, kind: node.kind)
            }
            return expected
        }
    }

    /// What nodes are told of where they stand, and where they stand by a plain look into the register.
    private func places(_ world: SampleWorld, on day: Day) async throws -> (told: [String: ToldPlace], stood: [String: ToldPlace]) {
        try await world.database.read { statements in
            let ids = ["E0", "E1", "E2", "T1", "T2", "T2B", "T3", "T5"]
            var stood: [String: ToldPlace] = [:]
            var codes: [String: String?] = [:]
            func code(_ areaID: String, on day: Day) throws -> String? {
                let key = "\(areaID) \(day)"
                if let known = codes[key] { return known }
                codes[key] = try statements.area(id: areaID, on: day)?.code
                return codes[key] ?? nil
            }
            for id in ids {
                guard let node = try statements.node(id: id), node.publicKey != nil else { continue }
                let site = try statements.presentSite(ofTerminal: id, on: day)
                let areaID = site?.areaID ?? node.areaID
                let now = try code(areaID, on: day) ?? ""
                // What its area was called on each day since the beginning, by the plain look; an edge besides what came from elsewhere,
                // which is checked by what it must cover.
                var former: [ToldPlace.Former] = []
                var before = Day(number: day.number - 60)
                while before < day {
                    let (then, after) = (try code(areaID, on: before), try code(areaID, on: before.advanced(by: 1)))
                    // Decisions are made on their day at noon.
                    if let then, let after, then != after {
                        former.append(.init(area: then, until: SampleWorld.moment(before.advanced(by: 1).description, 12)))
                    }
                    before = before.advanced(by: 1)
                }
                stood[id] =
                    id.hasPrefix("E")
                    ? ToldPlace(area: now)
                    : ToldPlace(
                        area: now, siteKind: site?.kind.rawValue ?? "", siteName: site?.name ?? "", former: former.isEmpty ? nil : former)
            }
            let told = try statements.placedNodes(ids).mapValues(\.told)
            // Whatever a terminal's area was called, the edge above it has it too.
            for (id, place) in told where !id.hasPrefix("E") {
                for edge in ["E0", "E1", "E2"] {
                    guard let above = told[edge]?.place, let here = place.place, above.area.covers(here.area) else { continue }
                    for past in here.former {
                        #expect(
                            above.area.covers(past.area) || above.former.contains { $0.area.covers(past.area) && $0.until >= past.until },
                            "\(edge) does not know \(past) of \(id)")
                    }
                }
            }
            func withoutFormer(_ place: ToldPlace) -> ToldPlace { place.siteKind == nil ? ToldPlace(area: place.area) : place }
            return (told.mapValues(withoutFormer), stood)
        }
    }

    private func enrol(_ nodes: [String: String], _ world: SampleWorld, on day: Day, at now: Instant) async throws {
        let act = world.act(at: now)
        try await world.database.write { statements in
            for (id, code) in nodes.sorted(by: { $0.key < $1.key }) {
                let area = try statements.area(code: code, on: day, in: .everything)?.areaID ?? ""
                let digest = "\(id) \(now.milliseconds)"
                try statements.prepareClaim(
                    id: id, kind: id.hasPrefix("E") ? "edge" : "terminal", name: id, areaID: area, codeDigest: digest, by: act)
                _ = try statements.enrolNode(codeDigest: digest, publicKey: digest, version: "1", on: day, by: act)
            }
        }
    }

    /// One thing that happens in a network; what its rules refuse does not.
    private func change(_ choice: (kind: Int, pick: Int, other: Int), _ world: SampleWorld, on day: Day, by act: Act) async throws {
        let terminals = ["T1", "T2", "T2B", "T3", "T5"]
        let terminal = terminals[choice.pick % terminals.count]
        let codes = try await world.database.read { statements in
            try statements.all(
                "SELECT code FROM area_version WHERE replaced_at IS NULL AND from_day <= \(day) AND until_day > \(day) ORDER BY code"
            ) { try $0.text(0) }
        }.compactMap { AreaCode($0) }
        let (counties, townships) = (codes.filter { $0.level == .county }, codes.filter { $0.level == .township })
        func decide(_ decision: AreaDecision) async throws {
            do {
                _ = try await world.database.write {
                    try $0.decideArea(decision, on: day, today: day, reason: "x", document: "", in: .everything, by: act)
                }
            } catch is Refusal {}
        }
        switch choice.kind {
        case 0, 1:
            let site = try await world.database.read { try $0.presentSite(ofTerminal: terminal, on: day) }
            let area = try await world.database.read { statements in try site.flatMap { try statements.area(id: $0.areaID, on: day)?.code }
            }
            guard let area else { return }
            do { try await enrol([terminal: area], world, on: day, at: act.at) } catch is Refusal {}
        case 2: do { try await world.database.write { try $0.revokeNode(id: terminal, reason: "x", by: act) } } catch is Refusal {}
        case 3:
            // A box goes to another site.
            try await world.database.write { statements in
                try statements.run(
                    """
                    UPDATE terminal_assignment SET site = \(1 + choice.other % 5) WHERE replaced_at IS NULL
                        AND terminal = (SELECT num FROM terminal WHERE id = \(terminal))
                    """)
                try statements.placeNodes(on: day, at: act.at)
            }
        case 4:
            guard let township = townships.randomElement(at: choice.pick), let county = counties.randomElement(at: choice.other),
                let code = AreaCode("\(county)00\(1 + choice.other % 9)")
            else { return }
            try await decide(township.parent == county ? .recode(township, to: code) : .move(township, to: code))
        case 5:
            guard let county = counties.randomElement(at: choice.pick), let code = AreaCode("9901\(10 + choice.other)") else { return }
            try await decide(.recode(county, to: code))
        case 6:
            guard counties.count > 1, let county = counties.randomElement(at: choice.pick),
                let other = counties.randomElement(at: choice.other), choice.pick % 4 == 0
            else {
                return
            }
            try await decide(.merge(county, into: other))
        default:
            guard let county = counties.randomElement(at: choice.pick), let part = townships.first(where: { $0.parent == county }),
                let code = AreaCode("9901\(10 + choice.other)")
            else {
                return
            }
            try await decide(.split(county, off: code, named: "新县", taking: .parts([part.description])))
        }
    }
}

extension [AreaCode] {
    fileprivate func randomElement(at number: Int) -> AreaCode? { isEmpty ? nil : self[number % count] }
}
