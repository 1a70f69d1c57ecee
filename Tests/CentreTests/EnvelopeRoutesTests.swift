import Accounts
import Basics
import Centre
import Content
import Foundation
import Hummingbird
import HummingbirdTesting
import Operations
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web
import Wire

extension CentreWorld {
    fileprivate func send(_ facts: [Fact], by node: OwnNode) async throws -> [Verdict] { try await answer(facts, by: node).verdicts }

    fileprivate func carry(_ envelopes: [Envelope], by node: OwnNode) async throws -> [CarriedReceipt] {
        try await carry(Envelope.load(envelopes), by: node).envelopes
    }

    fileprivate func carry(_ load: Data, by node: OwnNode) async throws -> LoadReceipt {
        let answer = try await post(Endpoint.envelopes, load, by: node)
        #expect(answer.status == .ok, "\(String(buffer: answer.body))")
        _ = try answered(answer, to: node.request(Endpoint.envelopes, load)).verified(by: try await keys)
        return try JSONDecoder().decode(LoadReceipt.self, from: Data(answer.body.readableBytesView))
    }

    fileprivate func status(_ load: Data, by node: OwnNode) async throws -> Int {
        try await post(Endpoint.envelopes, load, by: node).status.code
    }

    /// Everything that facts have changed.
    fileprivate func counted() async throws -> [String] {
        try await centre.database.read { statements in
            var rows: [String] = []
            for table: SQL in [
                "SELECT terminal, day, on_minutes FROM presence", "SELECT terminal, sequence, boot FROM play",
                "SELECT terminal, since_at, through_at FROM watermark_claim", "SELECT terminal, boot, sequence FROM test_play",
                "SELECT terminal, boot, last_at FROM terminal_stop",
            ] {
                try statements.each(table) { rows.append("\(try $0.int(0)) \(try $0.int(1)) \(try $0.int(2))") }
            }
            return rows.sorted()
        }
    }
}

/// Nobody vouches for another: sender × subject × kind of fact × way.
@Suite struct EnvelopeRoutesTests {
    private struct Nodes: Sendable {
        let e1: OwnNode
        let e2: OwnNode
        let t1: OwnNode
        let t3: OwnNode
        var all: [OwnNode] { [e1, e2, t1, t3] }
    }

    /// T1 and T3 have keys, T2 and T5 have none; T1 and T2 stand below E1, T3 and T5 below E2.
    private func nodes(_ world: CentreWorld) async throws -> Nodes {
        let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
        try await world.centre.database.write {
            try $0.archiveCourseware(id: "lesson-1", title: "一课", durationMs: 600_000, areaID: "a", by: act)
        }
        return Nodes(
            e1: try await world.enrol("E1", .edge, area: "990101"), e2: try await world.enrol("E2", .edge, area: "990102"),
            t1: try await world.enrol("T1", .terminal, area: "990101001001"),
            t3: try await world.enrol("T3", .terminal, area: "990102001001"))
    }

    private static let day = Day("2011-03-15") ?? .forever
    private static let kinds = ["presence", "play", "watermark", "holding", "test", "stop"]

    private static func fact(_ kind: String, of subject: String, _ number: Int) -> Fact {
        let moment = SampleWorld.moment("2011-03-15", 1).adding(seconds: Int64(number) * 60)
        switch kind {
        case "presence":
            return Fact(
                id: "p\(number)", .presence(Presence(terminal: subject, day: day, minutes: MinuteSet(text: "\(number)") ?? MinuteSet())))
        case "play":
            let interval = PlayInterval(startedAt: moment, mediaFrom: 0, mediaUntil: 30_000)
            return Fact(
                id: "y\(number)",
                .play(
                    Play(terminal: subject, boot: Int64(number), sequence: 1, courseware: "channel", mode: .channel, intervals: [interval]))
            )
        case "test":
            return Fact(
                id: "t\(number)",
                .test(TestPlay(terminal: subject, boot: Int64(number), sequence: 1, at: moment, outcome: .played, courseware: "lesson-1")))
        case "stop":
            return Fact(
                id: "s\(number)",
                .stop(Stop(terminal: subject, boot: Int64(number), lastAt: moment, backAt: moment.adding(seconds: 9), isClean: true)))
        case "watermark": return Fact(id: "w\(number)", .watermark(Watermark(terminal: subject, throughAt: moment)))
        default:
            return Fact(
                id: "h\(number)",
                .holding(
                    Holding(
                        node: subject, courseware: "lesson-1", version: 0, revision: Int64(number), state: .known, doneBytes: 0,
                        totalBytes: 1)))
        }
    }

    private static func expected(_ sender: String, _ subject: String, _ kind: String) -> String {
        if sender.hasPrefix("T") { return sender == subject ? "stored" : "refused fact.not_yours" }
        switch (subject, kind) {
        case (sender, "holding"): return "stored"
        case (sender, _): return "quarantined fact.unknown_terminal"
        case (_, "holding"), ("T1", _), ("T3", _), ("E1", _), ("E2", _): return "refused fact.not_yours"
        case ("T2", _): return sender == "E1" ? "stored" : "quarantined fact.not_below"
        case ("T5", _): return sender == "E2" ? "stored" : "quarantined fact.not_below"
        default: return "quarantined fact.unknown_terminal"
        }
    }

    private static func said(_ verdict: Verdict) -> String {
        [verdict.outcome.rawValue, verdict.reason].filter { !$0.isEmpty }.joined(separator: " ")
    }

    @Test(arguments: Database.Engine.required)
    func eachNodeSpeaksForItself(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let nodes = try await nodes(world)
            var number = 0
            for sender in nodes.all {
                for subject in ["E1", "E2", "T1", "T2", "T3", "T5", "T9"] {
                    for kind in Self.kinds {
                        number += 1
                        let before = try await world.counted()
                        let fact = Self.fact(kind, of: subject, number)
                        let verdicts = try await world.send([fact], by: sender)
                        let expected = Self.expected(sender.id, subject, kind)
                        #expect(verdicts.map(Self.said) == [expected], "\(sender.id) says a \(kind) of \(subject)")
                        if expected != "stored" {
                            #expect(try await world.counted() == before, "\(sender.id) says a \(kind) of \(subject)")
                        }
                        // The same words by way of an edge: of those below it, and of nobody else.
                        guard sender.id.hasPrefix("T") else { continue }
                        for edge in [nodes.e1, nodes.e2] {
                            let answer = try await world.carry([try sender.envelope([fact])], by: edge)
                            let isBelow = (edge.id == "E1") == (sender.id == "T1")
                            #expect(answer.map { $0.problem?.type } == [isBelow ? nil : "urn:yuanjiao:node.not_below"])
                            if isBelow {
                                #expect(
                                    answer.compactMap(\.answer?.receipt).flatMap(\.verdicts).map(Self.said) == [
                                        expected == "stored" ? "duplicate" : expected
                                    ])
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whatever somebody on the way changes, adds, swaps or repeats: only what the terminal signed counts, once.
    @Test(arguments: Database.Engine.required)
    func nobodyOnTheWayAddsAnything(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let nodes = try await nodes(world)
            let good = try nodes.t1.envelope([Self.fact("presence", of: "T1", 600), Self.fact("play", of: "T1", 601)])
            let before = try await world.counted()
            let other = try nodes.t3.envelope([Self.fact("presence", of: "T3", 600)])
            var forged = [
                Envelope(node: "T1", signature: try nodes.e1.signature(Endpoint.facts, good.body).text, body: good.body),
                Envelope(node: "T1", signature: other.signature, body: good.body),
                Envelope(node: "T1", signature: good.signature, body: other.body),
                Envelope(node: "T2", signature: good.signature, body: good.body),
                Envelope(node: "T9", signature: good.signature, body: good.body),
                Envelope(node: "T1", signature: "x", body: good.body), Envelope(node: "T1,T1", signature: good.signature, body: good.body),
                // Signed for another path.
                Envelope(node: "T1", signature: try nodes.t1.signature(Endpoint.receipts, good.body).text, body: good.body),
            ]
            var generator = SeededGenerator(seed: 9)
            for _ in 0..<100 {
                var body = good.body
                body[Int.random(in: 0..<body.count, using: &generator)] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
                forged.append(Envelope(node: "T1", signature: good.signature, body: body))
            }
            let answers = try await world.carry(forged, by: nodes.e1)
            #expect(answers.count == forged.count)
            for answer in answers { #expect(answer.answer == nil && (400..<500).contains(answer.problem?.status ?? 0)) }
            #expect(try await world.counted() == before)
            // One that is good among them counts; carried again it changes nothing.
            let mixed = try await world.carry([forged[0], good, forged[1], good], by: nodes.e1)
            #expect(
                mixed.map { $0.answer?.receipt?.verdicts.map(\.outcome) ?? [] } == [[], [.stored, .stored], [], [.duplicate, .duplicate]])
            #expect(try await world.counted().count == before.count + 2)
        }
    }

    @Test(arguments: Database.Engine.required)
    func whoIsSentAwayIsNotCarried(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let nodes = try await nodes(world)
            let load = Envelope.load([try nodes.t1.envelope([Self.fact("presence", of: "T1", 1)])])
            #expect(try await world.status(load, by: nodes.t1) == 403, "A terminal carries for nobody")
            for (body, status) in [(Data("x".utf8), 400), (Data(repeating: 0x20, count: Envelope.maximumBytes + 1), 413)] {
                #expect(try await world.status(body, by: nodes.e1) == status)
            }
            #expect(try await world.carry(Data(), by: nodes.e1).envelopes.isEmpty)
            // One small batch of many entries, again and again, would be millions of verdicts.
            let body = Data("{\"batch\":\"b\",\"facts\":[\(Array(repeating: "1", count: 5000).joined(separator: ","))]}".utf8)
            let many = Envelope(node: "T1", signature: try nodes.t1.signature(Endpoint.facts, body).text, body: body)
            #expect(try await world.status(Envelope.load(Array(repeating: many, count: 5)), by: nodes.e1) == 413)
            #expect(
                try await world.carry(Array(repeating: many, count: 4), by: nodes.e1).compactMap(\.answer?.receipt).map(\.verdicts.count)
                    == [5000, 5000, 5000, 5000])
            // What is signed well and is no batch spoils nothing else.
            let nonsense = Data("[]".utf8)
            let closed = Envelope(node: "T1", signature: try nodes.t1.signature(Endpoint.facts, nonsense).text, body: nonsense)
            let answers = try await world.carry([closed, try nodes.t1.envelope([Self.fact("presence", of: "T1", 2)])], by: nodes.e1)
            #expect(answers[0].problem?.status == 400 && answers[1].answer?.receipt?.verdicts.map(\.outcome) == [.stored])
            let act = Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            try await world.centre.database.write { try $0.revokeNode(id: "T1", reason: "stolen", by: act) }
            #expect(try await world.carry(load, by: nodes.e1).envelopes.map { $0.problem?.type } == ["urn:yuanjiao:node.revoked"])
            try await world.centre.database.write { try $0.revokeNode(id: "E1", reason: "stolen", by: act) }
            #expect(try await world.status(load, by: nodes.e1) == 403)
        }
    }

    /// What waited for one reason is judged again as the word of whoever said it: time and a corrected register make nobody a witness.
    @Test(arguments: Database.Engine.required)
    func judgingAgainMakesNobodyAWitness(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let nodes = try await nodes(world)
            let said = [Self.fact("presence", of: "T2", 10), Self.fact("watermark", of: "T2", 11), Self.fact("presence", of: "T9", 12)]
            #expect(
                try await world.send(said, by: nodes.e2).map(\.reason) == ["fact.not_below", "fact.not_below", "fact.unknown_terminal"])
            let (before, rules, act) = (
                try await world.counted(), SampleWorld.rules, Act(by: .commandLine, at: world.clock.clock.now, ids: .system)
            )
            let sites = """
                code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
                S9,上湾村二号站点,990101001001,village,iptv,in_service,2010-06-01,,,T9,2010-06-01
                """
            let judged = try await world.centre.database.write { statements -> JudgedAgain in
                _ = try statements.importSites(Array(sites.utf8), apply: true, in: .everything, today: .forever, by: act)
                return try statements.judgeQuarantineAgain(rules: rules, by: act)
            }
            #expect(judged.counted == 0)
            #expect(try await world.counted() == before)
            #expect(try await world.centre.database.read { try $0.quarantineCounts() } == ["fact.not_below": 3])
        }
    }
}
