import Basics
package import Foundation
package import Trust
package import Wire

/// A county's edge in a made-up network: reports for its terminals over the same endpoint, with the same signature, as a real one.
package struct CountyEdge: Sendable {
    /// The node's id.
    package let id: String
    package let key: SigningKey

    /// An edge with a given key.
    package init(id: String, key: SigningKey) {
        self.id = id
        self.key = key
    }

    /// The body of `POST /api/v1/facts` and the value of its `Authorization` header.
    package func signed(_ batch: Batch) throws -> (body: Data, authorization: String) {
        let body = try batch.json
        let signature = try RequestSignature(signing: SignedRequest("POST", Endpoint.facts, node: id, body: SHA256Hex(of: body)), with: key)
        return (body, signature.header)
    }
}
