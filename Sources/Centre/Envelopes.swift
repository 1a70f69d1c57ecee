import Basics
import Operations
package import Registry
import Storage
import Trust
import Web
package import Wire

/// A batch out of its envelope.
struct OpenedBatch: Sendable {
    let received: ReceivedBatch
    /// The request that the originator would have made itself; the answer to it is the originator's.
    let request: SignedRequest
    /// Where the originator stands.
    let place: ToldPlace
}

extension PlacedNode {
    /// What a node is told of where it stands.
    package var told: ToldPlace {
        let former = place?.former.map { ToldPlace.Former(area: $0.area.description, until: $0.until) } ?? []
        return ToldPlace(
            area: place?.area.description ?? "", siteKind: place?.siteKind, siteName: siteName, former: former.isEmpty ? nil : former)
    }
}

extension House {
    /// Opens what an edge carried: for each envelope the batch of its originator, or why it stays closed. The edge is believed in nothing:
    /// a signature must fit the originator's key, and only who stands below the edge's area today comes by this way. Throws
    /// `envelopes.too_many` for more facts than one transaction takes.
    func opened(_ envelopes: [Envelope], carriedBy edge: NodeRecord) async throws -> [Swift.Result<OpenedBatch, Problem>] {
        let today = today
        let (area, nodes) = try await database.read { statements in
            (try statements.area(id: edge.areaID, on: today)?.areaCode, try statements.placedNodes(Array(Set(envelopes.map(\.node)))))
        }
        return try await offPool {
            var entries = 0
            return try envelopes.map { envelope in
                let opened = Swift.Result { () throws(Problem) in
                    guard let node = nodes[envelope.node], let key = try? VerifyingKey(hex: node.publicKey) else { throw Self.unknownNode }
                    let request = SignedRequest("POST", Endpoint.facts, node: envelope.node, body: SHA256Hex(of: envelope.body))
                    do { try RequestSignature(node: envelope.node, text: envelope.signature).verify(request, with: key) } catch {
                        throw Self.unknownNode
                    }
                    guard let place = node.place?.area, area?.covers(place) == true else {
                        throw Problem(
                            code: "node.not_below", status: 403,
                            title: "The node \(envelope.node) does not stand below the area of \(edge.id)")
                    }
                    guard !node.isRevoked else { throw Self.revokedNode }
                    let sender: Sender = node.isEdge ? .edge(envelope.node) : .terminal(envelope.node)
                    return OpenedBatch(
                        received: ReceivedBatch(sender: sender, batch: try Self.batch(envelope.body), relay: edge.id), request: request,
                        place: node.told)
                }
                if case .failure = opened { notice(.envelope, about: envelope.node) }
                if case .success(let opened) = opened { entries += opened.received.batch.entries.count }
                // What one transaction takes; an edge carries less the next time.
                guard entries <= 4 * Batch.maximumFacts else {
                    throw Problem(code: "envelopes.too_many", status: 413, title: "A load has at most \(4 * Batch.maximumFacts) facts")
                }
                return opened
            }
        }
    }
}
