import Basics
import Foundation
import Hummingbird
import Registry
import Storage
import Trust
import Web
import Wire

/// A request whose signature fits the enrolled key of a node that is not revoked.
struct AuthenticatedNode: Sendable {
    let record: NodeRecord
    let kind: NodeKind
    /// Where it stands today.
    let placed: PlacedNode?
    /// What it asked, as it signed it.
    let request: SignedRequest
}

extension House {
    static let unknownNode = Problem(code: "node.unknown", status: 401, title: "The node is not enrolled or its signature does not fit")
    static let revokedNode = Problem(code: "node.revoked", status: 403, title: "The node has been revoked")

    /// Reads a batch. Throws a `Problem` with status 400 or 413 for what is none.
    static func batch(_ body: Data) throws(Problem) -> Batch {
        do { return try Batch(json: body) } catch let malformed as MalformedFact {
            throw Problem(code: malformed.code, status: malformed.code.hasSuffix(".too_many") ? 413 : 400, title: malformed.sentence)
        } catch { throw Problem(code: "batch.malformed", status: 400, title: "The body is no batch of facts") }
    }

    /// Checks the signature of a request over its body. Throws a `Problem` with status 401 or 403.
    func authenticatedNode(_ request: Request, body: ByteBuffer) async throws -> AuthenticatedNode {
        let refused = Self.unknownNode
        guard let header = request.headers[.authorization], let signature = try? RequestSignature(header: header) else { throw refused }
        let (record, placed) = try await database.read {
            (try $0.node(id: signature.node), try $0.placedNodes([signature.node])[signature.node])
        }
        guard let record, let hex = record.publicKey, let key = try? VerifyingKey(hex: hex), let kind = NodeKind(rawValue: record.kind)
        else {
            notice(.unknownNode, about: signature.node)
            throw refused
        }
        let asked = SignedRequest(
            request.method.rawValue, request.uri.string, node: signature.node, body: SHA256Hex(of: body.readableBytesView))
        do { try signature.verify(asked, with: key) } catch {
            notice(.signature, about: signature.node)
            throw refused
        }
        guard record.revokedAt == nil else {
            notice(.revokedNode, about: signature.node)
            throw Self.revokedNode
        }
        return AuthenticatedNode(record: record, kind: kind, placed: placed, request: asked)
    }

    /// A request signed by a key that is named in the place of a node: whoever sends it has the key. Throws a `Problem` with status 401.
    func newcomer(_ request: Request, body: ByteBuffer) throws(Problem) -> (key: VerifyingKey, request: SignedRequest) {
        guard let header = request.headers[.authorization], let signature = try? RequestSignature(header: header),
            let key = try? VerifyingKey(hex: signature.node)
        else {
            throw Problem(
                code: "enrolment.unsigned", status: 401,
                title: "The request is not signed by the key that is to be enrolled, under its 64 hexadecimal digits")
        }
        let asked = SignedRequest(
            request.method.rawValue, request.uri.string, node: signature.node, body: SHA256Hex(of: body.readableBytesView))
        do { try signature.verify(asked, with: key) } catch {
            throw Problem(
                code: "enrolment.unsigned", status: 401, title: "The request is not signed by the key that it names", detail: error.sentence
            )
        }
        return (key, asked)
    }
}
