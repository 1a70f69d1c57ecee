package import Basics
package import Foundation

/// A batch as the node signed it in which it arose. Whoever carries it leaves it closed: the signature is over the bytes as they are
/// (docs/facts.md, 8).
package struct Envelope: Hashable, Sendable, Codable {
    /// Limits of one load of envelopes; more is answered with 413. One batch of any allowed size fits.
    package static let maximumBytes = Batch.maximumBytes + (1 << 20)
    package static let maximumCount = 2000

    /// Who says that it signed; not to be believed before the signature was verified.
    package let node: String
    /// The signature of the request in which the node would send the batch itself, base64url.
    package let signature: String
    /// The body of that request.
    package let body: Data

    package init(node: String, signature: String, body: Data) {
        self.node = node
        self.signature = signature
        self.body = body
    }

    /// The bytes that it takes in a load.
    package var weight: Int { String(body.count).utf8.count + node.utf8.count + signature.utf8.count + body.count + 4 }

    /// A load: for each envelope a line of length, node and signature, parted by blanks; then as many bytes as the length says, and a line
    /// feed.
    package static func load(_ envelopes: [Envelope]) -> Data {
        var data = Data()
        data.reserveCapacity(envelopes.reduce(0) { $0 + $1.weight })
        for envelope in envelopes {
            data.append(contentsOf: "\(envelope.body.count) \(envelope.node) \(envelope.signature)\n".utf8)
            data.append(envelope.body)
            data.append(0x0A)
        }
        return data
    }

    /// Reads a load. Throws `envelopes.malformed` or `envelopes.too_many`; a load of which a part cannot be read is read nowhere.
    package static func unload(_ data: Data) throws(MalformedFact) -> [Envelope] {
        let malformed = MalformedFact(
            "envelopes.malformed", "The body is no load of envelopes: lines of length, node and signature, each followed by so many bytes")
        var envelopes: [Envelope] = []
        var rest = data
        while !rest.isEmpty {
            guard envelopes.count < maximumCount else {
                throw MalformedFact("envelopes.too_many", "A load has at most \(maximumCount) envelopes")
            }
            guard let end = rest.prefix(200).firstIndex(of: 0x0A), let line = String(bytes: rest[..<end], encoding: .ascii) else {
                throw malformed
            }
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(words[0]),
                length <= Batch.maximumBytes, isName(words[1]),
                isName(words[2])
            else { throw malformed }
            rest = rest[rest.index(after: end)...]
            guard rest.count > length, rest[rest.startIndex + length] == 0x0A else { throw malformed }
            envelopes.append(Envelope(node: String(words[1]), signature: String(words[2]), body: Data(rest.prefix(length))))
            rest = rest.dropFirst(length + 1)
        }
        return envelopes
    }

    private static func isName(_ word: Substring) -> Bool {
        (1...128).contains(word.utf8.count) && word.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// The centre's answer to a batch, as the centre signed it for the node in which the batch arose. Whoever carries it leaves it closed
/// (docs/facts.md, 9).
package struct ClosedAnswer: Hashable, Sendable, Codable {
    /// SHA-256 of the batch as it was sent.
    package let digest: String
    /// The body of the answer with which the centre would have answered the node itself: a receipt.
    package let body: String
    /// The signature of that answer.
    package let signature: String

    private enum CodingKeys: String, CodingKey {
        case body, signature
        case digest = "batch_sha256"
    }

    package init(digest: String, body: String, signature: String) {
        self.digest = digest
        self.body = body
        self.signature = signature
    }

    /// The bytes that it takes, about.
    package var weight: Int { digest.utf8.count + body.utf8.count + signature.utf8.count }

    /// What it says, whoever says it; nil when it is no receipt.
    package var receipt: Receipt? { try? JSONDecoder().decode(Receipt.self, from: Data(body.utf8)) }
}

/// What became of one envelope.
package struct CarriedReceipt: Hashable, Sendable, Codable {
    /// The answer for the originator, verdicts in the order of its batch; missing when the envelope was not opened.
    package let answer: ClosedAnswer?
    /// Why it was not opened. From 500 on it may be carried again; otherwise it is of no use to anybody.
    package let problem: Problem?

    package init(_ answer: ClosedAnswer) {
        self.answer = answer
        problem = nil
    }

    package init(_ problem: Problem) {
        answer = nil
        self.problem = problem
    }
}

/// The answer to a load of envelopes.
package struct LoadReceipt: Hashable, Sendable, Codable {
    package let epoch: String
    /// In the order of the load.
    package let envelopes: [CarriedReceipt]
    /// The centre's time when this was answered.
    package let at: Instant?
    /// Where the edge stands on this day.
    package let place: ToldPlace?

    package init(epoch: String, envelopes: [CarriedReceipt], at: Instant?, place: ToldPlace? = nil) {
        self.epoch = epoch
        self.envelopes = envelopes
        self.at = at
        self.place = place
    }
}
