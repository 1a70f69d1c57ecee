import Foundation
package import Trust
package import Wire

/// What a parent's answer is worth: what it promises itself to carry, and what the centre says in it.
///
/// A fact is let go of, an epoch and a time are believed on the centre's signed word alone, whoever brings it: an edge's, or anybody's on
/// the line, can delay but not settle.
package struct Heard: Sendable {
    /// Ids of facts that the parent itself keeps.
    package private(set) var held: [String] = []
    /// The centre's answers.
    package private(set) var words: [Receipt] = []
    /// The first thing in it that claimed to be the centre's and was not.
    package private(set) var refusal: TrustError?

    /// For the simulation and tests: the centre's word as it is.
    package init(held: [String] = [], words: [Receipt] = []) {
        self.held = held
        self.words = words
    }

    /// Reads the answer to a batch or to a question. `keys` are those that the root gives to the timestamp. Throws `trust.answer_signature`
    /// for an answer under a signature that is not the centre's, `trust.shape` for one that is no receipt.
    package init(_ answer: SignedAnswer, keys: [String: VerifyingKey]) throws(TrustError) {
        if answer.signature != nil {
            words = [try Self.receipt(try answer.verified(by: keys))]
            return
        }
        let receipt = try Self.receipt(answer.body)
        held = receipt.verdicts.filter { !$0.isFinal }.map(\.id)
        for closed in receipt.answers ?? [] {
            do { words.append(try Self.open(closed, for: answer.request.node, keys)) } catch { refusal = refusal ?? error }
        }
        // The centre signs what it decides, and nobody else decides: whoever passes a decision on has the centre's answer with it.
        let decided = Set(words.flatMap(\.verdicts).map(\.id))
        if refusal == nil, receipt.verdicts.contains(where: { $0.isFinal && !decided.contains($0.id) }) {
            refusal = TrustError(.answerSignature, "The answer decides about facts without the centre's word.")
        }
    }

    private static func receipt(_ body: Data) throws(TrustError) -> Receipt {
        do { return try JSONDecoder().decode(Receipt.self, from: body) } catch { throw TrustError(.shape, "The answer is no receipt.") }
    }

    private static func open(_ closed: ClosedAnswer, for node: String, _ keys: [String: VerifyingKey]) throws(TrustError) -> Receipt {
        guard let digest = SHA256Hex(rawValue: closed.digest) else {
            throw TrustError(.shape, "A closed answer does not name a batch by its SHA-256.")
        }
        let request = SignedRequest("POST", Endpoint.facts, node: node, body: digest)
        return try receipt(
            try SignedAnswer(to: request, status: 200, body: Data(closed.body.utf8), signature: closed.signature).verified(by: keys))
    }
}

extension LoadReceipt {
    /// The centre's answer to a load. Throws `trust.answer_signature` for anybody else's, `trust.shape` for one that is none.
    package init(_ answer: SignedAnswer, keys: [String: VerifyingKey]) throws(TrustError) {
        let body = try answer.verified(by: keys)
        do { self = try JSONDecoder().decode(LoadReceipt.self, from: body) } catch {
            throw TrustError(.shape, "The answer to a load of envelopes is none.")
        }
    }
}

extension Sync {
    /// The keys whose word is the centre's.
    package var centreKeys: [String: VerifyingKey] { trusted.root.signers(of: .timestamp) }
}
