import Accounts
import Basics
import Centre
import Content
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Node
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web
import Wire

/// What the centre says to nodes is signed for the one that asked, and for that question alone.
@Suite struct SignedAnswerTests {
    private static let fact = Fact(
        id: "p1", .presence(Presence(terminal: "T1", day: Day("2011-03-15") ?? .forever, minutes: MinuteSet(text: "1-5") ?? MinuteSet())))

    @Test(arguments: Database.Engine.required)
    func everyAnswerToANodeIsSigned(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (edge, terminal) = (
                try await world.enrol("E1", .edge, area: "990101"), try await world.enrol("T1", .terminal, area: "990101001001")
            )
            let (keys, newcomer) = (try await world.keys, try SigningKey(seed: [UInt8](repeating: 9, count: 32)))
            let batch = try Batch(id: "b", facts: [Self.fact]).json
            let unnamed = OwnNode(id: newcomer.verifyingKey.hex, key: newcomer)
            var told: [SignedAnswer] = []
            for (method, path, body, node) in [
                (HTTPRequest.Method.post, Endpoint.facts, batch, terminal), (.post, Endpoint.facts, batch, edge),
                (.post, Endpoint.envelopes, Envelope.load([try terminal.envelope([Self.fact])]), edge),
                (.post, Endpoint.receipts, Data(#"{"ids":["1"]}"#.utf8), terminal), (.get, Endpoint.nodes + "?nonce=1", Data(), edge),
                (.get, Endpoint.enrolments + "?nonce=1", Data(), unnamed),
            ] {
                let request = SignedRequest(method.rawValue, path, node: node.id, body: SHA256Hex(of: body))
                let answer = try await world.ask(request, body, by: node)
                #expect(answer.status == 200, "\(path)")
                _ = try answer.verified(by: keys)
                told.append(answer)
            }
            // That nothing changed is said as surely as that something did.
            let news = try JSONDecoder().decode(NodeNews.self, from: told[4].body)
            let since = news.version.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let nothing = try await world.ask(
                SignedRequest("GET", Endpoint.nodes + "?nonce=2&since=\(since)", node: "E1", body: SHA256Hex(of: Data())), Data(), by: edge)
            #expect(nothing.status == 204)
            told.append(nothing)
            // No answer is one to any other question, with another status, or with another body.
            for (place, answer) in told.enumerated() {
                _ = try answer.verified(by: keys)
                let others = [
                    SignedAnswer(
                        to: told[(place + 1) % told.count].request, status: answer.status, body: answer.body, signature: answer.signature),
                    SignedAnswer(
                        to: answer.request, status: answer.status == 200 ? 204 : 200, body: answer.body, signature: answer.signature),
                    SignedAnswer(
                        to: answer.request, status: answer.status, body: answer.body + Data(" ".utf8), signature: answer.signature),
                    SignedAnswer(
                        to: answer.request, status: answer.status, body: answer.body, signature: told[(place + 1) % told.count].signature),
                    SignedAnswer(to: answer.request, status: answer.status, body: answer.body, signature: nil),
                ]
                for other in others { #expect(throws: TrustError.self, "\(answer.request.pathAndQuery)") { try other.verified(by: keys) } }
            }
        }
    }

    /// What an edge hands on is the centre's word to the terminal, and to that terminal only.
    @Test(arguments: Database.Engine.required)
    func aClosedAnswerIsItsOriginatorsOwn(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (edge, terminal) = (
                try await world.enrol("E1", .edge, area: "990101"), try await world.enrol("T1", .terminal, area: "990101001001")
            )
            let (keys, load) = (try await world.keys, Envelope.load([try terminal.envelope([Self.fact])]))
            let request = SignedRequest("POST", Endpoint.envelopes, node: "E1", body: SHA256Hex(of: load))
            let receipt = try LoadReceipt(try await world.ask(request, load, by: edge), keys: keys)
            let closed = try #require(receipt.envelopes.first?.answer)
            func heard(by node: String, _ closed: ClosedAnswer) throws -> Heard {
                let body = try JSONEncoder().encode(Receipt(batch: "question", epoch: "", verdicts: [], answers: [closed]))
                return try Heard(
                    SignedAnswer(
                        to: SignedRequest("POST", Endpoint.receipts, node: node, body: request.body), status: 200, body: body,
                        signature: nil), keys: keys)
            }
            let word = try heard(by: "T1", closed)
            #expect(
                word.words.flatMap(\.verdicts) == [Verdict(id: "p1", .stored)] && word.words.first?.at == world.clock.clock.now
                    && word.refusal == nil)
            let changed = closed.body.replacing("stored", with: "refused")
            for (node, other) in [
                ("T2", closed), ("T1", ClosedAnswer(digest: closed.digest, body: changed, signature: closed.signature)),
                ("T1", ClosedAnswer(digest: SHA256Hex(of: Data()).hex, body: closed.body, signature: closed.signature)),
                ("T1", ClosedAnswer(digest: "x", body: closed.body, signature: closed.signature)),
                ("T1", ClosedAnswer(digest: closed.digest, body: closed.body, signature: "x")),
            ] {
                let heard = try heard(by: node, other)
                #expect(heard.words.isEmpty && heard.held.isEmpty && heard.refusal != nil)
            }
        }
    }

    /// Who joins has the key that he says, and shows his code to nobody but the centre.
    @Test(arguments: Database.Engine.required)
    func joiningProvesTheKeyAndSealsTheCode(_ engine: Database.Engine) async throws {
        try await withCentre(engine) { world in
            let (keys, code) = (try await world.keys, try ClaimCode(typed: "ABCDEFGHJK"))
            let (today, act) = (world.centre.house.today, Act(by: .commandLine, at: world.clock.clock.now, ids: .system))
            let known = try await world.enrol("T3", .terminal, area: "990102001001")
            try await world.centre.database.write { statements in
                guard let area = try statements.area(code: "990101001001", on: today, in: .everything) else {
                    throw Refusal.notFound("area")
                }
                try statements.prepareClaim(
                    id: "T1", kind: "terminal", name: "T1", areaID: area.areaID, codeDigest: code.digest.hex, by: act)
            }
            func node(_ seed: UInt8) throws -> OwnNode {
                let key = try SigningKey(seed: [UInt8](repeating: seed, count: 32))
                return OwnNode(id: key.verifyingKey.hex, key: key)
            }
            let (own, thief) = (try node(1), try node(2))
            let asked = SignedRequest("GET", Endpoint.enrolments + "?nonce=7", node: own.id, body: SHA256Hex(of: Data()))
            let sealing = try JSONDecoder().decode(EnrolmentKey.self, from: try await world.ask(asked, Data(), by: own).verified(by: keys))
                .sealingKey
            func join(_ request: EnrolmentRequest, by node: OwnNode?) async throws -> SignedAnswer {
                let body = try JSONEncoder().encode(request)
                return try await world.ask(
                    SignedRequest("POST", Endpoint.enrolments, node: node?.id ?? own.id, body: SHA256Hex(of: body)), body, by: node)
            }
            let sealed = try SealedCode.seal(code, to: sealing, for: own.key.verifyingKey)
            #expect(!sealed.contains(code.text))
            let good = EnrolmentRequest(sealed: sealed, publicKey: own.id, version: "1")
            let stolen = EnrolmentRequest(sealed: sealed, publicKey: thief.id, version: "1")
            let elsewhere = try SealedCode.seal(code, to: CentreVoice(thief.key).sealing.publicHex, for: own.key.verifyingKey)
            let taken = EnrolmentRequest(
                sealed: try SealedCode.seal(code, to: sealing, for: known.key.verifyingKey), publicKey: known.key.verifyingKey.hex,
                version: "1")
            for (request, node, status, why) in [
                (good, nil, 401, "not signed"), (good, thief, 401, "signed by another"), (stolen, thief, 400, "sealed for another"),
                (EnrolmentRequest(sealed: elsewhere, publicKey: own.id, version: "1"), own, 400, "sealed to another centre"),
                (EnrolmentRequest(sealed: "AAAA", publicKey: own.id, version: "1"), own, 400, "not sealed"),
                (taken, OwnNode(id: known.key.verifyingKey.hex, key: known.key), 409, "the key of another node"),
            ] {
                #expect(try await join(request, by: node).status == status, "\(why)")
            }
            let answer = try JSONDecoder().decode(EnrolmentAnswer.self, from: try await join(good, by: own).verified(by: keys))
            #expect(answer.node == "T1")
            // A box that cannot seal shows its code, and even so takes no other node's key.
            let open = Data(#"{"code":"\#(code.text)","public_key":"\#(known.key.verifyingKey.hex)","version":"1"}"#.utf8)
            #expect(
                try await world.ask(SignedRequest("POST", Endpoint.enrolments, node: "x", body: SHA256Hex(of: open)), open, by: nil).status
                    == 409)
        }
    }
}

extension CentreWorld {
    /// Sends a request as it was signed, or without a signature.
    fileprivate func ask(_ request: SignedRequest, _ body: Data, by node: OwnNode?) async throws -> SignedAnswer {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let node {
            headers[.authorization] = try RequestSignature(
                signing: SignedRequest(request.method, request.pathAndQuery, node: node.id, body: request.body), with: node.key
            ).header
        }
        let method = HTTPRequest.Method(request.method) ?? .get
        let answer = try await client.execute(
            uri: request.pathAndQuery, method: method, headers: headers, body: method == .get ? nil : ByteBuffer(bytes: body))
        return answered(answer, to: request)
    }
}
