import Accounts
import Basics
import Content
import Foundation
import Jobs
import Media
import Storage
import TestKit
import Testing
import Trust

/// Real clips through a real ffmpeg.
@Suite struct EncodeJobTests {
    @Test(arguments: Database.Engine.required)
    func anUploadIsEncodedAndPublished(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            #expect(try await library.runner().runNext())
            let row = try #require(try await library.courseware(id))
            #expect(row.state == .ready && row.problem.isEmpty && abs(row.durationMs - 3000) < 200)
            let job = try #require(try await library.database.read { try $0.latestJob(about: id) })
            #expect(job.state == .done && job.account == "240p 480p poster" && job.progress == 1000)

            let blobs = library.content.blobs
            let manifest = try Manifest(parsing: [UInt8](Data(contentsOf: try #require(blobs.url(row.manifestHash)))))
            #expect(manifest.renditions.map(\.name) == ["240p", "480p"])
            #expect(manifest.renditions.map(\.kind) == [.pieces, .pieces])
            #expect(manifest.duration == Int64(row.durationMs))
            #expect(manifest.poster.sha256.hex == row.posterHash && row.previewHash == row.manifestHash)
            for file in manifest.files {
                let stored = try BlobStore.hash(of: try #require(blobs.url(file.sha256.hex)))
                #expect(stored.hash == file.sha256.hex && stored.length == file.length, "\(file.path)")
            }
            for rendition in manifest.renditions {
                let text = String(decoding: try Data(contentsOf: try #require(blobs.url(rendition.files[0].sha256.hex))), as: UTF8.self)
                let length = rendition.pieces.reduce(0) { $0 + Int($1.length) }
                let playlist = try RangePlaylist.parse(text, file: "video.mp4", length: length)
                #expect(abs(Int64(playlist.media.duration) - manifest.duration) < 200)
                // The pieces make the file, each but the last as long as a piece may be.
                #expect(
                    rendition.pieces.dropLast().allSatisfy { $0.length == 1 << 20 }
                        && rendition.file?.rawValue == "\(rendition.name)/video.mp4")
                let whole = try rendition.pieces.reduce(into: Data()) { $0 += try Data(contentsOf: try #require(blobs.url($1.sha256.hex))) }
                #expect(
                    String(decoding: whole[4..<8], as: UTF8.self) == "ftyp"
                        && whole[playlist.segments[0].range].dropFirst(4).starts(with: Data("moof".utf8)))
            }
            // The work is gone, the store has exactly the source, the manifest and what it names.
            #expect(library.left == ["media", "uploads"])
            #expect(Set(library.stored) == Set([row.sourceHash, row.manifestHash] + manifest.blobs.map(\.sha256.hex)))

            let (keys, act) = (library.content.keys, library.act)
            _ = try await library.database.write { try $0.ensureCatalogue(keys, by: act) }
            try await library.publish(id)
            #expect(try await library.database.read { try $0.publishedLength(of: row.posterHash) } != nil)
        }
    }

    @Test func aFinishedRenditionIsNeverEncodedAgainAfterAKill() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            let counting = try CountingTools(in: library.folder, at: 2)
            let first = Task { try await library.runner(tools: counting.tools).runNext() }
            #expect(try await eventually { counting.count == 2 })
            let running = try #require(try await library.database.read { try $0.latestJob(about: id) })
            #expect(running.state == .running)
            // The whole task goes, as with the process: nothing is written any more, the lease stays.
            first.cancel()
            _ = try? await first.value
            #expect(try await library.database.read { try $0.latestJob(about: id) }?.state == .running)
            #expect(try await library.courseware(id)?.state == .encoding)
            #expect(FileManager.default.fileExists(atPath: library.folder.appendingPathComponent("media/\(id)/1/240p/index.m3u8").path))

            // The next start.
            try await library.content.sweep(library.database)
            #expect(try await library.database.write { try $0.releaseLeases() } == 1)
            #expect(try await library.runner(tools: counting.tools).runNext())
            #expect(try await library.courseware(id)?.state == .ready)
            #expect(counting.count == 4, "one a step and one for the killed one")
            #expect(library.left.filter { $0.hasPrefix("media/") }.isEmpty)
        }
    }

    /// Two persons' films take turns, rendition by rendition, and nothing is made twice.
    @Test(arguments: Database.Engine.required)
    func aLongFilmGivesWayBetweenItsRenditions(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let clip = try await Clips.shared.lesson()
            let films = [try await library.upload(clip), try await library.upload(clip)]
            try await library.database.write { try $0.run("UPDATE job SET made_by = 'another' WHERE subject = \(films[1])") }
            let counting = try CountingTools(in: library.folder)
            var turns: [String] = []
            while try await library.database.read({ try $0.jobCounts()["ready"] ?? 0 }) > 0 {
                let before = try await library.database.read { statements in
                    try films.map { try statements.latestJob(about: $0)?.attempts ?? 0 }
                }
                library.time.set(library.time.value.adding(seconds: 1))
                #expect(try await library.runner(tools: counting.tools).runNext())
                let after = try await library.database.read { statements in
                    try films.map { try statements.latestJob(about: $0)?.attempts ?? 0 }
                }
                turns.append(after[0] > before[0] ? "one" : "other")
            }
            #expect(turns == ["one", "other", "one", "other", "one", "other"])
            #expect(counting.count == 6)
            for film in films { #expect(try await library.courseware(film)?.state == .ready) }
        }
    }

    @Test(arguments: Database.Engine.required)
    func aCancelledEncodingStopsAndMayBeTakenUpAgain(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            let counting = try CountingTools(in: library.folder, at: 2)
            async let ran = library.runner(tools: counting.tools).runNext()
            #expect(try await eventually { counting.count == 2 })
            let act = library.act
            try await library.database.write { try $0.cancelEncoding(id: id, by: act) }
            #expect(try await ran)
            var row = try #require(try await library.courseware(id))
            #expect(row.state == .failed && row.problem == "media.cancelled")
            #expect(try await library.database.read { try $0.latestJob(about: id) }?.state == .cancelled)
            await #expect(throws: Refusal.conflict("courseware.not_encoding")) {
                try await library.database.write { try $0.cancelEncoding(id: id, by: act) }
            }
            library.time.set(library.time.value.adding(seconds: 1))
            let later = library.act
            try await library.database.write { try $0.retryEncoding(id: id, by: later) }
            await #expect(throws: Refusal.conflict("courseware.not_failed")) {
                try await library.database.write { try $0.retryEncoding(id: id, by: later) }
            }
            #expect(try await library.runner(tools: counting.tools).runNext())
            row = try #require(try await library.courseware(id))
            #expect(row.state == .ready && row.problem.isEmpty)
            #expect(counting.count == 4)
        }
    }

    @Test func noStepBeginsWhileTheReserveIsNotFree() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            let content = library.content
            let tight = ContentHouse(
                data: content.data, blobs: content.blobs, keys: content.keys, bell: content.bell, reserve: 1 << 20,
                freeBytes: { _ in (1 << 20) - 1 })
            let counting = try CountingTools(in: library.folder, at: 1)
            #expect(try await library.runner(tools: counting.tools, content: tight).runNext())
            let job = try #require(try await library.database.read { try $0.latestJob(about: id) })
            #expect(job.state == .ready && job.problem == "disk.full")
            #expect(counting.count == 0)
            library.time.set(library.time.value.adding(seconds: 16))
            #expect(try await library.runner().runNext())
            #expect(try await library.courseware(id)?.state == .ready)
        }
    }

    @Test func aFullDiskPutsTheEncodingOffUntilThereIsRoom() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            let counting = try CountingTools(in: library.folder, CountingTools.full, at: 2)
            let runner = library.runner(tools: counting.tools)
            #expect(try await runner.runNext())
            let job = try #require(try await library.database.read { try $0.latestJob(about: id) })
            #expect(job.state == .ready && job.problem == "disk.full")
            #expect(try await library.courseware(id)?.state == .encoding)
            #expect(library.left.filter { $0.hasPrefix("media/") && $0.contains(".part") }.isEmpty)
            #expect(try await runner.runNext() == false)
            library.time.set(library.time.value.adding(seconds: 20))
            #expect(try await runner.runNext())
            #expect(try await library.courseware(id)?.state == .ready)
            #expect(counting.count == 4)
        }
    }

    @Test(arguments: ["text", "sound", "cut"])
    func aBadFileEndsWithItsReasonAndIsThrownAway(_ kind: String) async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let (bytes, problem): ([UInt8], String) =
                switch kind {
                case "text": (Array("这不是视频\n".utf8), "media.not_media")
                case "sound": (try await Clips.shared.soundOnly(), "media.no_video")
                default: (Array(try await Clips.shared.lesson().dropLast(4000)), "media.not_media")
                }
            let id = try await library.upload(bytes, name: "果树修剪.mp4")
            #expect(try await library.runner().runNext())
            let row = try #require(try await library.courseware(id))
            #expect(row.state == .failed)
            if kind == "cut" {
                #expect(["media.not_media", "media.truncated"].contains(row.problem))
            } else {
                #expect(row.problem == problem)
            }
            #expect(try await library.database.read { try $0.latestJob(about: id) }?.problem == row.problem)
            #expect(library.left.filter { $0.hasPrefix("media/") }.isEmpty)
            let act = library.act
            let source = try await library.database.write { try $0.discardCourseware(id: id, by: act) }
            try await library.content.removeRemains(of: id, source: source)
            #expect(library.stored.isEmpty)
            #expect(try await library.courseware(id) == nil)
        }
    }

    /// Bytes changed, lost, doubled at random: a file becomes courseware or is refused for what it is, and is never a defect of ours.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func noFileIsADefect(_ seed: UInt64) async throws {
        try await LibraryWorld.with(.sqlite) { library in
            var generator = SeededGenerator(seed: seed)
            var bytes = try await Clips.shared.lesson()
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...5000, using: &generator)))
                case 1: bytes.insert(contentsOf: Array(bytes[place..<min(bytes.count, place + 3000)]), at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            let id = try await library.upload(bytes)
            #expect(try await library.runner().runNext())
            let row = try #require(try await library.courseware(id))
            #expect(row.state == .ready || row.problem.hasPrefix("media."), "seed \(seed): \(row.problem) \(row.problemValues)")
        }
    }

    @Test(arguments: Database.Engine.required)
    func aDiscardedUploadKeepsBytesThatAnotherNeeds(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let ids = [try await library.upload([1, 2, 3]), try await library.upload([1, 2, 3])]
            let act = library.act
            await #expect(throws: Refusal.conflict("courseware.not_failed")) {
                try await library.database.write { try $0.discardCourseware(id: ids[0], by: act) }
            }
            for id in ids {
                try await library.database.write {
                    try $0.failEncoding(id: id, problem: "media.truncated", values: ["expected": "0:01:00", "found": "0:00:30"], by: act)
                }
            }
            #expect(try await library.courseware(ids[0])?.problemValues == #"{"expected":"0:01:00","found":"0:00:30"}"#)
            let kept = try await library.database.write { try $0.discardCourseware(id: ids[0], by: act) }
            #expect(kept == nil)
            let free = try await library.database.write { try $0.discardCourseware(id: ids[1], by: act) }
            #expect(free == SHA256Hex(of: [1, 2, 3] as [UInt8]).hex)
        }
    }

    @Test func aMissingToolAndALostSourceAreSaid() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let id = try await library.upload(try await Clips.shared.lesson())
            #expect(try await library.runner(tools: Tools(ffmpeg: "/nowhere/ffmpeg")).runNext())
            var row = try #require(try await library.courseware(id))
            #expect(row.problem == "media.tool_missing" && row.problemValues.contains("ffmpeg"))
            try library.content.blobs.remove(row.sourceHash)
            library.time.set(library.time.value.adding(seconds: 1))
            let act = library.act
            try await library.database.write { try $0.retryEncoding(id: id, by: act) }
            #expect(try await library.runner().runNext())
            row = try #require(try await library.courseware(id))
            #expect(row.state == .failed && row.problem == "media.source_missing")
        }
    }
}
