import Basics
import Foundation
import Node
import Relay
import Storage
import TestKit
import Testing

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
                try $0.carryOut([.store(key: "epoch", .text("a")), .store(key: "presence/1", .minutes("5-9")), .store(key: "epoch", .text("b")), .remove(key: "presence/1")])
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

    @Test func theNewestListOfNodesTakesThePlaceOfTheOneBefore() async throws {
        try await withNodeDatabase { database, _ in
            let (first, second) = (
                KnownNode(node: "T1", publicKey: String(repeating: "a", count: 64), revoked: false),
                KnownNode(node: "T2", publicKey: String(repeating: "b", count: 64), revoked: true)
            )
            try await database.write { try $0.replaceKnownNodes([first]) }
            try await database.write { try $0.replaceKnownNodes([second, second]) }
            let known = try await database.read { try $0.knownNodes() }
            #expect(known == ["T2": second])
        }
    }
}
