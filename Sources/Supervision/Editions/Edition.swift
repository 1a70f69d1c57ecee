package import Basics
import Crypto
import Foundation

/// A published bulletin. Its artefacts lie in the store under their hashes and are served as they are.
package struct Edition: Decodable, Hashable, Sendable {
    package let sequence: Int
    package let id: String
    package let areaID: String
    package let month: String
    package let number: Int
    package let document: String
    package let signedOff: String
    package let jsonHash: String
    package let htmlHash: String
    package let csvHash: String
    package let previousHash: String
    package let hash: String
    package let asOfAt: Instant
    package let publishedBy: String
    package let publishedAt: Instant

    /// The link of the chain: SHA-256 over the hash of the edition before and everything that this row says, a line each.
    package static func chained(
        _ previous: String, sequence: Int, id: String, areaID: String, month: String, number: Int, document: String, signedOff: String, artefacts: [String], asOf: Instant,
        by: String, at: Instant
    ) -> String {
        let lines = [previous, String(sequence), id, areaID, month, String(number), document, signedOff] + artefacts + [String(asOf.milliseconds), by, String(at.milliseconds)]
        return hexadecimal(SHA256.hash(data: Data(lines.joined(separator: "\n").utf8)))
    }

    /// Whether the row is what it was when it was published.
    package var isSound: Bool {
        hash
            == Edition.chained(
                previousHash, sequence: sequence, id: id, areaID: areaID, month: month, number: number, document: document, signedOff: signedOff,
                artefacts: [jsonHash, htmlHash, csvHash], asOf: asOfAt, by: publishedBy, at: publishedAt)
    }
}
