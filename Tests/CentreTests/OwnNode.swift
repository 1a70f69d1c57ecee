import Accounts
import Basics
import Centre
import Content
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Registry
import Storage
import TestKit
import Testing
import Trust
import Web
import Wire

/// A node with a key of its own.
struct OwnNode: Sendable {
    let id: String
    let key: SigningKey

    func request(_ path: String, _ body: Data) -> SignedRequest { SignedRequest("POST", path, node: id, body: SHA256Hex(of: body)) }

    func signature(_ path: String, _ body: Data) throws -> RequestSignature {
        try RequestSignature(signing: request(path, body), with: key)
    }

    /// The node's own batch, as it signs it.
    func envelope(_ facts: [Fact], batch: String = "b") throws -> Envelope {
        let body = try Batch(id: batch, facts: facts).json
        return Envelope(node: id, signature: try signature(Endpoint.facts, body).text, body: body)
    }
}

extension CentreWorld {
    func enrol(_ id: String, _ kind: NodeKind, area code: String) async throws -> OwnNode {
        let key = try SigningKey(seed: Array(SHA256Hex(of: Array(id.utf8)).rawValue.utf8.prefix(32)))
        let (today, act) = (centre.house.today, Act(by: .commandLine, at: clock.clock.now, ids: .system))
        try await centre.database.write { statements in
            guard let area = try statements.area(code: code, on: today, in: .everything) else { throw Refusal.notFound("area") }
            try statements.prepareClaim(id: id, kind: kind.rawValue, name: id, areaID: area.areaID, codeDigest: id, by: act)
            _ = try statements.enrolNode(codeDigest: id, publicKey: key.verifyingKey.hex, version: "1", on: today, by: act)
        }
        return OwnNode(id: id, key: key)
    }

    func post(_ path: String, _ body: Data, by node: OwnNode) async throws -> TestResponse {
        try await client.execute(
            uri: path, method: .post, headers: [.authorization: try node.signature(path, body).header, .contentType: "application/json"],
            body: ByteBuffer(bytes: body))
    }

    /// What the centre answers to a node's own facts, under a signature that fits.
    func answer(_ facts: [Fact], by node: OwnNode) async throws -> Receipt {
        let body = try Batch(id: "b", facts: facts).json
        let answer = try await post(Endpoint.facts, body, by: node)
        #expect(answer.status == .ok)
        _ = try answered(answer, to: node.request(Endpoint.facts, body)).verified(by: try await keys)
        return try JSONDecoder().decode(Receipt.self, from: Data(answer.body.readableBytesView))
    }

    /// The keys whose word is the centre's, as the network's root names them.
    var keys: [String: VerifyingKey] {
        get async throws {
            let root = try await centre.database.read { try $0.latestMetadata(role: .root) }
            return try SignedMetadata<Root>(parsing: root?.bytes ?? []).content.signers(of: .timestamp)
        }
    }

    /// An answer with what it is to answer.
    func answered(_ answer: TestResponse, to request: SignedRequest) -> SignedAnswer {
        let header = HTTPField.Name(AnswerSignature.header).flatMap { answer.headers[$0] }
        return SignedAnswer(to: request, status: answer.status.code, body: Data(answer.body.readableBytesView), signature: header)
    }
}
