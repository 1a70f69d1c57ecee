import Accounts
import Basics
import Content
import Foundation
import Storage
import TestKit
import Testing
import Trust

private struct Broken: Error {}

extension LibraryWorld {
    /// Sends a piece; the line breaks after `breaks` bytes of it.
    fileprivate func append(
        _ bytes: ArraySlice<UInt8>, to id: String, at offset: Int64, breaks: Int? = nil, house: ContentHouse? = nil, by act: Act? = nil
    ) async throws
        -> UploadProgress
    {
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            let sent = breaks.map { bytes.prefix($0) } ?? bytes
            for start in stride(from: sent.startIndex, to: sent.endIndex, by: 100_000) {
                continuation.yield(Array(sent[start..<min(start + 100_000, sent.endIndex)]))
            }
            continuation.finish(throwing: breaks == nil ? nil : Broken())
        }
        return try await (house ?? content).append(body, to: id, at: offset, in: database, by: act ?? self.act)
    }
}

private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<(count + 7) / 8).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }.prefix(count).map { $0 }
}

@Suite struct ResumableUploadTests {
    /// Pieces of any length, lines that break in the middle, pieces that come again and a centre that starts anew: what is stored is what
    /// was sent.
    @Test(arguments: Database.Engine.required, 1...4 as ClosedRange<UInt64>)
    func whatIsStoredIsWhatWasSent(_ engine: Database.Engine, _ seed: UInt64) async throws {
        try await LibraryWorld.with(engine) { library in
            var generator = SeededGenerator(seed: seed)
            let bytes = noise(5_000_000 + Int(seed), seed: seed)
            let upload = try await library.content.openUpload(
                name: "a.mp4", length: Int64(bytes.count), areaID: library.county, in: library.database, by: library.act)
            var house = library.content
            var sent = 0
            for _ in 0..<60 {
                guard case .received(let offset)? = try await house.progress(of: upload.id, in: library.database, by: library.act) else {
                    break
                }
                let piece = bytes[Int(offset)..<min(Int(offset) + Int.random(in: 1...2_000_000, using: &generator), bytes.count)]
                let breaks = Bool.random(using: &generator) ? Int.random(in: 0...piece.count, using: &generator) : nil
                sent += breaks ?? piece.count
                do { _ = try await library.append(piece, to: upload.id, at: offset, breaks: breaks, house: house) } catch is Broken {}
                if Bool.random(using: &generator) {
                    try await house.sweep(library.database)
                    house = ContentHouse(
                        data: library.folder, blobs: library.content.blobs, keys: library.content.keys, bell: library.content.bell,
                        reserve: 1 << 20)
                }
            }
            #expect(try await house.progress(of: upload.id, in: library.database, by: library.act) == .done(upload.id))
            #expect(try await library.courseware(upload.id)?.sourceHash == SHA256Hex(of: bytes).hex)
            // What came before a line broke is not sent again.
            #expect(sent == bytes.count)
            #expect(library.left == ["uploads"])
            let late = try await library.append([], to: upload.id, at: Int64(bytes.count))
            #expect(late == .done(upload.id))
        }
    }

    @Test(arguments: Database.Engine.required)
    func aPieceThatDoesNotFollowIsRefusedAndChangesNothing(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let bytes = noise(300_000, seed: 9)
            let upload = try await library.content.openUpload(
                name: "a.mp4", length: 300_000, areaID: library.county, in: library.database, by: library.act)
            _ = try await library.append(bytes[..<100_000], to: upload.id, at: 0)
            for offset in [0, 99_999, 100_001, 300_000] as [Int64] {
                await #expect(throws: Refusal.conflict("upload.offset")) {
                    try await library.append(bytes[..<10], to: upload.id, at: offset)
                }
            }
            let stranger = Act(by: Actor(id: "somebody else"), at: library.act.at, ids: library.act.ids)
            await #expect(throws: Refusal.notFound("upload")) {
                try await library.append(bytes[..<10], to: upload.id, at: 100_000, by: stranger)
            }
            #expect(try await library.content.progress(of: upload.id, in: library.database, by: stranger) == nil)
            #expect(try await library.content.progress(of: upload.id, in: library.database, by: library.act) == .received(100_000))
            // The disk lost it: it comes again from the beginning, and never as a hole.
            try FileManager.default.removeItem(at: library.folder.appendingPathComponent("uploads/\(upload.id).part"))
            await #expect(throws: Refusal.conflict("upload.offset")) {
                try await library.append(bytes[100_000...], to: upload.id, at: 100_000)
            }
            #expect(try await library.append(bytes[...], to: upload.id, at: 0) == .done(upload.id))
            #expect(try await library.courseware(upload.id)?.sourceHash == SHA256Hex(of: bytes).hex)
        }
    }

    /// What fails when all bytes are there costs none of them: a database that does not take the row, a centre that is killed before it.
    @Test(arguments: Database.Engine.required)
    func aFailureAtTheEndKeepsTheBytes(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            let bytes = noise(300_000, seed: 3), total = Int64(bytes.count)
            let upload = try await library.content.openUpload(
                name: "a.mp4", length: total, areaID: library.county, in: library.database, by: library.act)
            let stranger = Act(by: Actor(id: "somebody else"), at: library.act.at, ids: library.act.ids)
            let new = NewCourseware(id: upload.id, title: "x", areaID: library.county, sourceHash: "", sourceName: "x", sourceBytes: 1)
            try await library.database.write { try $0.addCourseware(new, by: stranger) }
            await #expect(throws: (any Error).self) { try await library.append(bytes[...], to: upload.id, at: 0) }
            #expect(try await library.content.progress(of: upload.id, in: library.database, by: library.act) == .received(total))
            #expect(library.left.contains("uploads/\(upload.id).part") && library.stored.isEmpty)
            try await library.database.write { _ = try $0.run("DELETE FROM courseware WHERE id = \(upload.id)") }
            let uploads = library.folder.appendingPathComponent("uploads")
            let sealed = uploads.appendingPathComponent("\(upload.id).\(SHA256Hex(of: bytes).hex).part")
            try FileManager.default.moveItem(at: uploads.appendingPathComponent("\(upload.id).part"), to: sealed)
            await #expect(throws: Refusal.busy) { try await library.append([], to: upload.id, at: total) }
            try await library.content.sweep(library.database)
            #expect(try await library.content.progress(of: upload.id, in: library.database, by: library.act) == .received(total))
            #expect(try await library.append([], to: upload.id, at: total) == .done(upload.id))
            #expect(try await library.courseware(upload.id)?.sourceHash == SHA256Hex(of: bytes).hex && library.left == ["uploads"])
        }
    }

    /// Several requests write one upload at once, each with other bytes: what is stored has the name of its content.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whatIsStoredHasTheNameOfItsContentWhoeverWrote(_ seed: UInt64) async throws {
        try await LibraryWorld.with(.sqlite) { library in
            let count = 3_000_000
            let upload = try await library.content.openUpload(
                name: "a.mp4", length: Int64(count), areaID: library.county, in: library.database, by: library.act)
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<4 as Range<UInt64> {
                    group.addTask { _ = try? await library.append(noise(count, seed: 10 * seed + writer)[...], to: upload.id, at: 0) }
                }
            }
            for hash in library.stored {
                let url = try #require(library.content.blobs.url(hash))
                #expect(SHA256Hex(of: try Data(contentsOf: url)).hex == hash)
            }
        }
    }

    @Test func whatCanNeverBeTakenLeavesNothing() async throws {
        try await LibraryWorld.with(.sqlite) { library in
            for (bytes, code) in [(noise(2000, seed: 1), "upload.longer"), (Array("%PDF-1.4".utf8) + noise(900, seed: 2), "upload.is_pdf")]
            {
                let upload = try await library.content.openUpload(
                    name: "a.mp4", length: 908, areaID: library.county, in: library.database, by: library.act)
                await #expect(throws: Refusal.invalid(["file": FieldProblem(code)])) {
                    try await library.append(bytes[...], to: upload.id, at: 0)
                }
                #expect(try await library.content.progress(of: upload.id, in: library.database, by: library.act) == nil)
            }
            await #expect(throws: Refusal.invalid(["file": "upload.empty"])) {
                try await library.content.openUpload(
                    name: "a.mp4", length: 0, areaID: library.county, in: library.database, by: library.act)
            }
            await #expect(throws: Refusal.diskFull) {
                try await library.content.openUpload(
                    name: "a.mp4", length: .max, areaID: library.county, in: library.database, by: library.act)
            }
            #expect(library.left == ["uploads"])
        }
    }

    @Test(arguments: Database.Engine.required)
    func forgottenUploadsGo(_ engine: Database.Engine) async throws {
        try await LibraryWorld.with(engine) { library in
            var ids: [String] = []
            for number in 0..<7 {
                library.time.set(library.time.value.adding(seconds: 60))
                let upload = try await library.content.openUpload(
                    name: "\(number).mp4", length: 1000, areaID: library.county, in: library.database, by: library.act)
                _ = try await library.append(noise(10, seed: UInt64(number))[...], to: upload.id, at: 0)
                ids.append(upload.id)
            }
            #expect(library.left == ["uploads"] + ids.suffix(5).map { "uploads/\($0).part" }.sorted())
            library.time.set(library.time.value.adding(seconds: 8 * 86_400))
            let last = try await library.content.openUpload(
                name: "x.mp4", length: 1000, areaID: library.county, in: library.database, by: library.act)
            #expect(library.left == ["uploads"])
            #expect(try await library.content.progress(of: ids[6], in: library.database, by: library.act) == nil)
            #expect(try await library.content.progress(of: last.id, in: library.database, by: library.act) == .received(0))
            try await library.content.forgetUploads(library.database, at: library.time.value.adding(seconds: 6 * 86_400))
            #expect(try await library.content.progress(of: last.id, in: library.database, by: library.act) == .received(0))
            library.time.set(library.time.value.adding(seconds: 6 * 86_400))
            _ = try await library.append(noise(10, seed: 1)[...], to: last.id, at: 0)
            // Seven days from the last piece, not from the first.
            try await library.content.forgetUploads(library.database, at: library.time.value.adding(seconds: 6 * 86_400))
            #expect(try await library.content.progress(of: last.id, in: library.database, by: library.act) == .received(10))
            try await library.content.forgetUploads(library.database, at: library.time.value.adding(seconds: 8 * 86_400))
            #expect(try await library.content.progress(of: last.id, in: library.database, by: library.act) == nil)
        }
    }

    private static let heads: [(head: [UInt8], kind: UploadKind?)] = {
        var heads: [(head: [UInt8], kind: UploadKind?)] = []
        func add(_ kind: UploadKind?, _ text: String, _ bytes: [UInt8] = []) { heads.append((Array(text.utf8) + bytes, kind)) }
        add(.pdf, "%PDF-1.7\n")
        add(.archive, "PK", [3, 4, 20])
        add(.archive, "Rar!", [0x1A])
        add(.office, "", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        add(.picture, "", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        add(.picture, "", [0xFF, 0xD8, 0xFF, 0xE1])
        add(.picture, "\0\0\0\u{18}ftypheic")
        add(.program, "MZ", [0x90, 0])
        add(.text, String(repeating: "通知：本周五放映。\n", count: 9))
        add(nil, "\0\0\0\u{18}ftypisom")
        add(nil, "", [0x1A, 0x45, 0xDF, 0xA3])
        add(nil, "RIFF\u{1}\u{2}\u{3}\u{4}AVI ")
        add(nil, "G", [UInt8](repeating: 0xFF, count: 187) + [0x47])
        add(nil, "", [0, 0, 1, 0xBA])
        add(nil, "ID3", [3, 0])
        add(nil, "")
        add(nil, "short")
        return heads
    }()

    @Test(arguments: heads) func theBeginningTellsWhatIsNoVideo(_ head: [UInt8], _ kind: UploadKind?) {
        #expect(UploadKind(head: head) == kind)
    }
}
