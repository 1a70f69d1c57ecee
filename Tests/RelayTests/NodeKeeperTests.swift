import Basics
import Foundation
import Node
import Relay
import Storage
import TestKit
import Testing
import Trust
import Wire

/// Logic that counts its notes and has nothing to say to anybody.
private struct NoteBook: NodeMachine {
    var notes: Int
    var standing: PlaceBook

    init(_ records: [String: Record]) throws {
        notes = records.count { $0.key.hasPrefix("note/") }
        let place = NodePlace(area: try #require(AreaCode("990101")), siteKind: nil)
        standing = PlaceBook(
            NodeIdentity(node: "n", place: place, root: [], fingerprint: SHA256Hex(of: Data()), epoch: "e"), records: records)
    }

    mutating func note(_ text: String) -> [Change] {
        notes += 1
        return [.store(key: "note/\(notes)", .text(text))]
    }

    var stopTag: String { "" }
    mutating func order(_ file: [UInt8], at now: Instant) -> [Change] { [] }
    mutating func note(_ noticed: [Noticed], at now: Instant) -> [Change] { [] }
    mutating func start(at now: Instant) -> [Change] { [] }
    mutating func nextUp(at now: Instant) -> UpStep { .wait(until: nil) }
    mutating func upReceived(_ answer: SignedAnswer, at now: Instant) throws(TrustError) -> [Change] { [] }
    mutating func upFailed(at now: Instant) {}
    mutating func upTooLarge(at now: Instant) -> [Change] { [] }
    mutating func nextDown(_ way: DownWay, at now: Instant) -> DownStep { .wait(until: now) }
    mutating func downFinished(_ errand: Errand, _ outcome: Outcome, at now: Instant) -> [Change] { [] }
}

@Suite struct NodeKeeperTests {
    /// Whoever asks while a note does not fit on the disk gets what the disk has, and never nothing.
    @Test func questionsAreAnsweredWhileTheDiskIsFull() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try Database.sqlite(path: folder.appendingPathComponent("node.sqlite").path, journal: testJournal)
        _ = try await database.migrate(try NodeSchema.migrations, at: Instant(milliseconds: 1))
        let keeper = try await NodeKeeper<NoteBook>(database: database, clock: .system) { try NoteBook($0) }
        try await keeper.change { ($0.note("kept"), ()) }
        try await database.write { try $0.script("PRAGMA max_page_count = 1") }

        let large = String(repeating: "x", count: 100_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        let notes = try await keeper.read { $0.notes }
                        #expect(notes <= 2)
                    }
                }
            }
            for _ in 0..<50 { await #expect(throws: StorageError.self) { try await keeper.change { ($0.note(large), ()) } } }
            try await group.waitForAll()
        }
        let kept = try await keeper.read { $0.notes }
        #expect(kept == 1)
        try await database.write { try $0.script("PRAGMA max_page_count = 1000000") }
        try await keeper.change { ($0.note(large), ()) }
        let after = try await keeper.read { $0.notes }
        #expect(after == 2)
        await database.close()
    }

    /// Whoever is told another place is made anew, with that place, and is so after a start too.
    @Test func aMachineThatWasMovedIsMadeAnew() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try Database.sqlite(path: folder.appendingPathComponent("node.sqlite").path, journal: testJournal)
        _ = try await database.migrate(try NodeSchema.migrations, at: Instant(milliseconds: 1))
        let keeper = try await NodeKeeper<NoteBook>(database: database, clock: .system) { try NoteBook($0) }
        try await keeper.change { machine in
            machine.notes = 7
            return (machine.standing.told("990102", at: 5), ())
        }
        let (area, notes) = try await keeper.read { ($0.standing.place.area.description, $0.notes) }
        #expect(area == "990102" && notes == 0)
        let again = try await NodeKeeper<NoteBook>(database: database, clock: .system) { try NoteBook($0) }
        #expect(try await again.read { $0.standing.place.area.description } == "990102")
        await database.close()
    }
}

extension PlaceBook {
    fileprivate mutating func told(_ area: String, at milliseconds: Int64) -> [Change] {
        hear(ToldPlace(area: area), at: Instant(milliseconds: milliseconds), now: Instant(milliseconds: milliseconds)).compactMap {
            if case .change(let change) = $0 { change } else { nil }
        }
    }
}
