import Accounts
import Basics
import Content
import Foundation
import Jobs
import Storage
import TestKit
import Testing
import Trust

@Suite struct UploadTests {
    @Test(arguments: [
        ("果树修剪.mp4", "果树修剪.mp4"), ("C:\\视频\\课件 1.avi", "课件 1.avi"), ("../../etc/passwd", "passwd"), ("a/b/../c.mp4", "c.mp4"),
        ("a\u{0}b\u{7}.mp4", "a b .mp4"),
        ("..", "video"), ("", "video"), ("/", "video"), (".hidden", "hidden"), ("  两端 .mp4 ", "两端 .mp4"), ("x\u{202E}4pm.exe", "x 4pm.exe"),
    ])
    func namesAreCleaned(_ sent: String, _ kept: String) {
        #expect(cleanedUploadName(sent) == kept)
    }

    @Test func aLongNameKeepsItsEnding() {
        for letter in ["字", "a", "👨‍👩‍👧"] {
            let name = cleanedUploadName(String(repeating: letter, count: 300) + ".mp4")
            #expect(name.unicodeScalars.count <= 120 && name.unicodeScalars.count > 110)
            #expect(name.hasSuffix(".mp4"))
            #expect(name.dropLast(4).allSatisfy { String($0) == letter })
        }
        #expect(cleanedUploadName(String(repeating: "b", count: 300)).count == 120)
        #expect(titleOfUpload(named: "果树修剪.第一讲.mp4") == "果树修剪.第一讲")
        #expect(titleOfUpload(named: "没有扩展名") == "没有扩展名")
    }

    @Test(arguments: Database.Engine.required)
    func anUploadBecomesCoursewareAndAJob(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
            let id = try await library.upload(bytes, name: "../果树 修剪.mp4")
            let courseware = try #require(try await library.courseware(id))
            #expect(
                courseware.state == .encoding && courseware.title == "果树 修剪" && courseware.sourceName == "果树 修剪.mp4"
                    && courseware.sourceBytes == bytes.count)
            #expect(courseware.areaCode == "990101" && courseware.version == 1)
            #expect(courseware.sourceHash == SHA256Hex(of: bytes).hex)
            #expect(library.stored == [courseware.sourceHash])
            #expect(library.left == ["uploads"])
            let job = try #require(try await library.database.read { try $0.latestJob(about: id) })
            #expect(job.kind == EncodeJob.kind && job.state == .ready)
            let events = try await library.database.read { try $0.events(about: id) }
            #expect(events.map(\.kind) == ["courseware.added"])
        }
    }

    /// Who has two hundred lessons waiting is told before he sends another one, in one piece or in many; nothing is left of it.
    @Test(arguments: Database.Engine.required)
    func noMoreIsTakenThanMayWait(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let act = library.act
            try await library.database.write { statements in
                for number in 0..<200 {
                    try statements.enqueueJob(kind: EncodeJob.kind, subject: "c\(number)", madeBy: act.actor.id, at: act.at, ids: act.ids)
                }
            }
            await #expect(throws: Refusal.conflict("job.too_many_own")) { try await library.upload([1, 2, 3]) }
            await #expect(throws: Refusal.conflict("job.too_many_own")) {
                try await library.content.openUpload(name: "a.mp4", length: 9, areaID: library.county, in: library.database, by: act)
            }
            #expect(library.stored.isEmpty && library.left.allSatisfy { $0 == "uploads" })
            #expect(try await library.database.read { try $0.openUploads() }.isEmpty)
        }
    }

    @Test func theSameBytesTwiceAreStoredOnce() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let bytes = Array("the same lesson".utf8)
            let ids = [try await library.upload(bytes), try await library.upload(bytes, name: "again.mp4")]
            #expect(Set(ids).count == 2)
            #expect(library.stored.count == 1)
            #expect(library.left == ["uploads"])
            let titles = try await [library.courseware(ids[0])?.title, library.courseware(ids[1])?.title]
            #expect(titles == ["lesson", "again"])
        }
    }

    @Test(arguments: [
        (0, Int64?.some(0), Refusal.invalid(["file": "upload.empty"])), (0, nil, .invalid(["file": "upload.empty"])),
        (5000, 6000, .invalid(["file": "upload.incomplete"])), (5000, 4000, .invalid(["file": "upload.incomplete"])),
    ])
    func aBodyThatIsNotWhatWasAnnouncedIsRefused(_ count: Int, _ announced: Int64?, _ refusal: Refusal) async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let intake = library.content.intake
            let body = AsyncStream<[UInt8]> { continuation in
                if count > 0 { continuation.yield([UInt8](repeating: 1, count: count)) }
                continuation.finish()
            }
            await #expect(throws: refusal) { try await intake.receive(body, id: "u1", announced: announced) }
            #expect(library.left.allSatisfy { !$0.hasSuffix(".part") })
            #expect(library.stored.isEmpty)
        }
    }

    @Test func anUploadLargerThanTheFreeDiskIsRefusedBeforeAByteIsTaken() async throws {
        try await LibraryWorld.with(.sqlite, freeBytes: 10 << 20) { library in
            let taken = Mutable(0)
            let body = AsyncStream<[UInt8]>(unfolding: {
                taken.set(taken.value + 1)
                return nil
            })
            for announced in [Int64(9 << 20) + 1, .max] {
                await #expect(throws: Refusal.diskFull) { try await library.content.intake.receive(body, id: "u1", announced: announced) }
            }
            #expect(taken.value == 0)
            #expect(library.left == ["uploads"])
            _ = try await library.upload([1, 2, 3])
        }
    }

    @Test func aDiskThatFillsUpDuringAnUploadEndsItWithoutARest() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let free = Mutable(Int64(100 << 20))
            let intake = UploadIntake(
                folder: library.folder.appendingPathComponent("uploads"), reserve: 50 << 20, freeBytes: { _ in free.value })
            let body = AsyncStream<[UInt8]>(unfolding: {
                free.set(free.value - (2 << 20))
                return [UInt8](repeating: 7, count: 2 << 20)
            })
            await #expect(throws: Refusal.diskFull) { try await intake.receive(body, id: "u1", announced: nil) }
            #expect(library.left == ["uploads"])
        }
    }

    @Test func aBrowserThatClosesHalfWayLeavesNothing() async throws {
        struct Closed: Error {}
        try await LibraryWorld.with(.sqlite) { library in
            let seen = Mutable<[String]>([])
            let body = AsyncThrowingStream<[UInt8], any Error>(unfolding: {
                if seen.value.count == 3 { throw Closed() }
                seen.set(seen.value + [library.left.joined(separator: " ")])
                return [UInt8](repeating: 7, count: 1 << 20)
            })
            await #expect(throws: Closed.self) {
                try await library.content.upload(
                    body, name: "a.mp4", announced: 9 << 20, areaID: library.city, into: library.database, by: library.act)
            }
            #expect(seen.value.last?.contains(".part") == true)
            #expect(library.left == ["uploads"])
            #expect(library.stored.isEmpty)
            let day = library.today
            let count = try await library.database.read { try $0.coursewareCount(CoursewareFilter(), on: day, in: .everything) }
            #expect(count == 0)
        }
    }

    @Test func anUploadThatTheDatabaseRefusesLeavesNothingInTheStore() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let before = try await library.upload(Array("kept".utf8))
            await library.database.close()
            await #expect(throws: (any Error).self) { try await library.upload(Array("lost".utf8)) }
            await #expect(throws: (any Error).self) { try await library.upload(Array("kept".utf8)) }
            #expect(library.stored == [SHA256Hex(of: Array("kept".utf8)).hex])
            #expect(library.left == ["uploads"])
            #expect(!before.isEmpty)
        }
    }

    @Test(arguments: Database.Engine.required)
    func aStartRemovesWhatAnEarlierProcessLeft(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let waiting = try await library.upload([1, 2, 3])
            let done = try await library.encoded("done")
            for path in ["uploads/u9.part", "media/\(waiting)/1/240p/index.m3u8", "media/\(done)/1/240p/index.m3u8", "media/unknown/1/x"] {
                let file = library.folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: file)
            }
            try await library.content.sweep(library.database)
            #expect(library.left.filter { $0.contains(".") || $0.hasSuffix("x") } == ["media/\(waiting)/1/240p/index.m3u8"])
        }
    }

    /// A centre that died between the store and the library: before the row, and after it.
    @Test(arguments: Database.Engine.required)
    func aStartTakesContentOutOfTheStoreThatTheLibraryDoesNotKnow(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let known = Array("known".utf8)
            _ = try await library.upload(known)
            let blobs = library.content.blobs
            for bytes in [known, Array("unknown".utf8)] {
                let hash = SHA256Hex(of: bytes).hex
                let part = library.folder.appendingPathComponent("uploads/u9.\(hash).part")
                try Data(bytes).write(to: part)
                _ = try blobs.lend(part, as: hash)
            }
            #expect(library.stored.count == 2)
            try await library.content.sweep(library.database)
            #expect(library.stored == [SHA256Hex(of: known).hex])
            #expect(library.left == ["uploads"])
        }
    }
}
