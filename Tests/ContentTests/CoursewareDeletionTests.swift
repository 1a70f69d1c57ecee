import Accounts
import Basics
import Content
import Foundation
import Storage
import TestKit
import Testing
import Trust

@Suite struct CoursewareDeletionTests {
    /// What deleting frees is said before, and is then off the disk; what other courseware needs stays, and so does what plays name.
    @Test(arguments: Database.Engine.required)
    func deletingFreesWhatItSaid(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (one, twin, other) = (
                try await library.encoded("one"), try await library.encoded("one"), try await library.encoded("other")
            )
            let act = library.act
            try await library.database.write { _ = try $0.ensureCatalogue(library.content.keys, by: act) }
            try await library.publish(one)
            let published = try #require(try await library.courseware(one))
            await #expect(throws: Refusal.conflict("courseware.not_withdrawn")) {
                try await library.content.deletionPlan(of: published, in: library.database)
            }
            try await library.database.write { try $0.withdrawCourseware(id: one, keys: library.content.keys, by: act) }
            let withdrawn = try #require(try await library.courseware(one))
            // Its twin needs everything but the manifest of its own words.
            let shared = try await library.content.deletionPlan(of: withdrawn, in: library.database)
            #expect(shared.sourceBytes == 0 && shared.mediaBytes == library.bytes(of: [withdrawn.manifestHash]) && shared.sharedBytes > 0)
            try await library.content.delete(withdrawn, in: library.database, by: act)
            let left = try #require(try await library.courseware(twin))
            #expect(library.content.blobs.length(left.manifestHash) != nil && library.content.blobs.length(left.posterHash) != nil)
            let kept = try #require(try await library.courseware(one))
            #expect(kept.state == .archived && kept.title == withdrawn.title && kept.durationMs == withdrawn.durationMs)
            await #expect(throws: Refusal.conflict("courseware.not_withdrawn")) {
                try await library.content.delete(kept, in: library.database, by: act)
            }
            // Alone, it frees all that it has.
            let before = library.bytes(of: library.stored)
            let plan = try await library.content.deletionPlan(of: left, in: library.database)
            try await library.content.delete(left, in: library.database, by: act)
            #expect(before - library.bytes(of: library.stored) == plan.freedBytes && plan.sourceBytes == 3)
            let rest = try #require(try await library.courseware(other))
            #expect(Set(library.stored).isSuperset(of: [rest.sourceHash, rest.manifestHash, rest.posterHash]))
        }
    }

    @Test(arguments: Database.Engine.required)
    func nothingGoesWhileTheSameFileIsEncoded(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let one = try await library.encoded("one")
            _ = try await library.upload(Array("one".utf8))
            let found = try #require(try await library.courseware(one))
            await #expect(throws: Refusal.conflict("courseware.shared")) {
                try await library.content.delete(found, in: library.database, by: library.act)
            }
        }
    }

    /// A centre that was killed between the word and the deed: the next start does the rest.
    @Test(arguments: Database.Engine.required)
    func aStartRemovesWhatWasDeleted(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let (one, other) = (try await library.encoded("one"), try await library.encoded("other"))
            let found = try #require(try await library.courseware(other))
            try await library.database.write { statements in
                try statements.run("INSERT INTO blob_removal (hash) VALUES (\(found.posterHash))")
                try statements.run("INSERT INTO blob_removal (hash) VALUES (\(String(repeating: "a", count: 64)))")
            }
            // A piece that only a manifest names.
            let piece = SHA256Hex(of: Array("other file 2".utf8)).hex
            try await library.database.write { try $0.run("INSERT INTO blob_removal (hash) VALUES (\(piece))") }
            let lost = try library.content.blobs.store(Data("nobody needs this".utf8))
            try await library.database.write { try $0.run("INSERT INTO blob_removal (hash) VALUES (\(lost))") }
            try await library.content.sweep(library.database)
            #expect(!library.stored.contains(lost) && library.stored.contains(found.posterHash) && library.stored.contains(piece))
            #expect(try await library.courseware(one)?.state == .ready)
        }
    }
}

extension LibraryWorld {
    fileprivate func bytes(of hashes: some Sequence<String>) -> Int64 { hashes.reduce(0) { $0 + (content.blobs.length($1) ?? 0) } }
}
