import Basics
import Foundation
import Simulator
import Testing
import Trust
import Wire

/// The examples of docs/facts.md and docs/import.md are what the program reads and writes.
struct CityDocumentsTests {
    @Test func everyJSONExampleOfTheFactsIsRead() throws {
        var (batches, facts) = (0, 0)
        for block in try Self.blocks("json", in: "facts.md") {
            let json = Data(block.utf8)
            if block.contains("\"facts\"") {
                batches += 1
                for entry in try Batch(json: json).entries { #expect(throws: Never.self) { try Self.fact(entry) } }
            } else if block.contains("\"envelopes\"") {
                let load = try JSONDecoder().decode(LoadReceipt.self, from: json)
                #expect(load.envelopes.map { $0.answer?.receipt?.verdicts.count } == [1, nil] && load.envelopes[1].problem?.status == 401)
            } else if block.contains("\"verdicts\"") {
                let receipt = try JSONDecoder().decode(Receipt.self, from: json)
                #expect(receipt.verdicts.count == 3 || receipt.answers?.map { $0.receipt?.verdicts.count } == [1])
            } else if block.contains("\"ids\"") {
                #expect(try JSONDecoder().decode(ReceiptQuestion.self, from: json).ids.count == 1)
            } else if block.contains("\"sealing_key\"") {
                #expect(try JSONDecoder().decode(EnrolmentKey.self, from: json).sealingKey.count == 64)
            } else if block.contains("\"public_key\"") {
                let asked = try JSONDecoder().decode(EnrolmentRequest.self, from: json)
                #expect(asked.code?.count == 10 || asked.sealed.map { $0.count > 70 } == true)
            } else if block.contains("\"epoch\"") {
                #expect(try JSONDecoder().decode(EnrolmentAnswer.self, from: json).kind == .terminal)
            } else {
                facts += 1
                _ = try JSONDecoder().decode(Fact.self, from: json)
            }
        }
        #expect(batches == 2 && facts == 8)
    }

    @Test func theExampleOfASignatureFits() throws {
        let text = try Self.document("facts.md")
        let body = try #require(Self.blocks("json", in: "facts.md").first { $0.contains("\"b-1\"") })
        #expect(text.contains("this body of \(body.utf8.count) bytes"))
        let signature = try #require(text.split(separator: "`").first { $0.utf8.count == 86 && $0.hasPrefix("dkHu") })
        let digest = SHA256Hex(of: Array(body.utf8))
        #expect(text.contains(digest.hex))
        let key = try SigningKey(seed: Array(0..<32)).verifyingKey
        #expect(text.contains(key.hex))
        let request = try RequestSignature(header: "Yuanjiao node=T990101001201101, signature=\(signature)")
        #expect(throws: Never.self) {
            try request.verify(SignedRequest("POST", Endpoint.facts, node: request.node, body: digest), with: key)
        }
    }

    @Test func everyExampleOfTheImportsIsRead() throws {
        let tables = try Self.blocks("csv", in: "import.md").map { try CSV(Array(($0 + "\n").utf8)) }
        let city = try City(plan: CityPlan.random(seed: 1))
        #expect(
            tables.map(\.header) == [
                try CSV(Array(city.areasCSV.utf8)).header, try CSV(Array(city.sitesCSV.utf8)).header, ["terminal", "code", "from_on"],
                ["code", "title", "duration"],
            ])
        for table in tables {
            #expect(
                table.records.count == (["code": 4, "terminal": 2][table.header[0]] ?? 0) - (table.header[1] == "title" ? 3 : 0)
                    && table.records.allSatisfy { $0.fields.count == table.header.count })
        }
        let lines = try #require(Self.blocks("json", in: "import.md").first).split(separator: "\n")
        for line in lines { _ = try JSONDecoder().decode(Fact.self, from: Data(line.utf8)) }
        #expect(lines.count == 3)
    }

    /// The texts between three backquotes and a language, and three backquotes.
    private static func blocks(_ language: String, in name: String) throws -> [String] {
        let parts = try document(name).components(separatedBy: "```")
        return stride(from: 1, to: parts.count, by: 2).compactMap { index in
            parts[index].hasPrefix(language + "\n") ? parts[index].dropFirst(language.count).trimmingCharacters(in: .newlines) : nil
        }
    }

    private static func document(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return String(decoding: try Data(contentsOf: root.appending(path: "docs/\(name)")), as: UTF8.self)
    }

    private static func fact(_ entry: Batch.Entry) throws -> Fact {
        switch entry {
        case .fact(let fact): return fact
        case .malformed(_, let problem): throw problem
        }
    }
}
