import Basics
import Foundation
import Node
import Relay
import Storage
import TestKit
import Testing
import Wire

private func withNodeDatabase(_ body: (Database, String) async throws -> Void) async throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("node.sqlite").path
    let database = try Database.sqlite(path: path, journal: testJournal)
    _ = try await database.migrate(try NodeSchema.migrations, at: Instant(milliseconds: 1))
    try await body(database, path)
    await database.close()
}

@Suite struct NodeRecordsTests {
    @Test func changesAreCarriedOutInOrderAndOutliveTheProgram() async throws {
        try await withNodeDatabase { database, path in
            try await database.write {
                try $0.carryOut([
                    .store(key: "epoch", .text("a")), .store(key: "presence/1", .minutes("5-9")), .store(key: "epoch", .text("b")),
                    .remove(key: "presence/1"),
                ])
            }
            let again = try Database.sqlite(path: path)
            let records = try await database.read { try $0.nodeRecords() }
            #expect(records == ["epoch": .text("b")])
            await again.close()
        }
    }

    @Test func aRecordOfAnotherProgramIsRefusedNotSkipped() async throws {
        try await withNodeDatabase { database, _ in
            try await database.write { try $0.run("INSERT INTO node_record (record_key, body) VALUES ('x', '{\"dream\":1}')") }
            await #expect(throws: StorageError.self) { _ = try await database.read { try $0.nodeRecords() } }
        }
    }

    @Test func theListOfNodesLearnsWhatIsNewAndBeginsAnewWhenTold() async throws {
        try await withNodeDatabase { database, _ in
            let (first, second) = (
                KnownNode(node: "T1", publicKey: String(repeating: "a", count: 64), revoked: false),
                KnownNode(node: "T2", publicKey: String(repeating: "b", count: 64), revoked: true)
            )
            func heard(_ news: NodeNews) async throws -> [String] {
                try await database.write { try $0.learn(news) }
                let (known, version) = try await database.read { (try $0.knownNodes(), try $0.knownVersion()) }
                #expect(version == news.version)
                return known.keys.sorted()
            }
            #expect(try await database.read { try $0.knownVersion() } == nil)
            #expect(try await heard(NodeNews(version: "1", whole: true, more: false, nodes: [first], gone: [])) == ["T1"])
            #expect(try await heard(NodeNews(version: "2", whole: false, more: false, nodes: [second, second], gone: [])) == ["T1", "T2"])
            #expect(try await heard(NodeNews(version: "3", whole: false, more: false, nodes: [], gone: ["T1"])) == ["T2"])
            #expect(try await heard(NodeNews(version: "4", whole: true, more: false, nodes: [first], gone: [])) == ["T1"])
            let known = try await database.read { try $0.knownNodes() }
            #expect(known == ["T1": first])
        }
    }
}
