package import Foundation

/// Facts on their way up: the body of `POST /api/v1/facts`. Each entry stands for itself; a malformed one does not spoil its neighbours.
package struct Batch: Sendable {
    /// Limits of one batch; more is answered with 413.
    package static let maximumBytes = 4 << 20
    package static let maximumFacts = 5000

    /// Names the batch in receipts; 1 to 64 printable ASCII characters.
    package let id: String
    package let entries: [Entry]

    /// A fact, or what could be read of something that is none.
    package enum Entry: Sendable {
        case fact(Fact)
        case malformed(id: String, MalformedFact)

        /// The identity by which the sender finds the verdict.
        package var id: String {
            switch self {
            case .fact(let fact): fact.id
            case .malformed(let id, _): id
            }
        }
    }

    /// A batch of well-formed facts.
    package init(id: String, facts: [Fact]) {
        self.id = id
        entries = facts.map(Entry.fact)
    }

    /// A batch of entries read elsewhere (a file of lines).
    package init(id: String, entries: [Entry]) {
        self.id = id
        self.entries = entries
    }

    /// Reads a body. Throws `MalformedFact` when it is not a batch at all.
    package init(json: Data) throws {
        do {
            let decoded = try JSONDecoder().decode(LenientBatch.self, from: json)
            id = decoded.id
            entries = decoded.entries
        } catch let error as MalformedFact { throw error } catch {
            throw MalformedFact("batch.malformed", "The body is not a JSON object of the form {\"batch\": ..., \"facts\": [...]}")
        }
    }

    /// The body to send: the well-formed facts.
    package var json: Data {
        get throws {
            struct Body: Encodable {
                let batch: String
                let facts: [Fact]
            }
            let facts = entries.compactMap { entry in if case .fact(let fact) = entry { fact } else { nil } }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(Body(batch: id, facts: facts))
        }
    }
}

/// One line of a file of facts, or one entry of a batch.
package struct LenientFact: Decodable, Sendable {
    package let entry: Batch.Entry

    private struct Identity: Decodable { let id: String }

    package init(from decoder: any Decoder) throws {
        do { entry = .fact(try Fact(from: decoder)) } catch {
            let id = (try? Identity(from: decoder))?.id ?? ""
            let problem = error as? MalformedFact ?? MalformedFact("fact.malformed", "The entry is not a fact")
            entry = .malformed(id: String(id.filter { $0.isASCII && !$0.isNewline }.prefix(64)), problem)
        }
    }
}

private struct LenientBatch: Decodable {
    let id: String
    let entries: [Batch.Entry]

    private enum Key: String, CodingKey { case batch, facts }

    init(from decoder: any Decoder) throws {
        let fields = try Fields<Key>(decoder)
        id = try fields.name(.batch)
        let facts = try fields.value([LenientFact].self, .facts)
        guard facts.count <= Batch.maximumFacts else {
            throw MalformedFact("batch.too_many", "A batch has at most \(Batch.maximumFacts) facts")
        }
        entries = facts.map(\.entry)
    }
}
