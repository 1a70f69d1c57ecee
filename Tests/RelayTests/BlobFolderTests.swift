import Basics
import Foundation
import Relay
import Storage
import Synchronization
import TestKit
import Testing
import Trust

/// A node's blobs on a real disk, and what can happen to them there.
@Suite struct BlobFolderTests {
    enum Harm: CaseIterable { case short, empty, longer, changed, gone, link, folder, pipe }

    private struct Bench {
        let folder: URL
        let blobs: BlobFolder
        let said: Said
        let blob: Blob
        let bytes: [UInt8]

        final class Said: Sendable { let hashes = Mutex<[SHA256Hex]>([]) }

        init(length: Int = 10_000) async throws {
            folder = try temporaryFolder()
            let heard = Said()
            said = heard
            blobs = BlobFolder(try BlobStore(folder: folder)) { hash, _ in heard.hashes.withLock { $0.append(hash) } }
            bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            blob = Blob(sha256: SHA256Hex(of: bytes), length: Int64(bytes.count))
            _ = try await blobs.append(bytes, to: blob, at: 0)
            #expect(try await blobs.seal(blob))
        }

        func harm(_ harm: Harm) throws {
            let url = try #require(blobs.verified(blob.sha256)?.url)
            switch harm {
            case .short: try Data(bytes.dropLast()).write(to: url)
            case .empty: try Data().write(to: url)
            case .longer: try Data(bytes + [1]).write(to: url)
            case .changed: try Data([bytes[0] ^ 1] + bytes.dropFirst()).write(to: url)
            case .gone: try FileManager.default.removeItem(at: url)
            // The very bytes, in a place that is not ours.
            case .link:
                let elsewhere = folder.appendingPathComponent("elsewhere")
                try FileManager.default.moveItem(at: url, to: elsewhere)
                try FileManager.default.createSymbolicLink(at: url, withDestinationURL: elsewhere)
            case .folder:
                try FileManager.default.removeItem(at: url)
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
            case .pipe:
                try FileManager.default.removeItem(at: url)
                #expect(mkfifo(url.path, 0o644) == 0)
            }
        }
    }

    @Test(arguments: Harm.allCases) func aCheckThrowsAwayWhatIsNotRightAndSaysSoOnce(_ harm: Harm) async throws {
        let bench = try await Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        #expect(try await bench.blobs.check(bench.blob, most: 1 << 20) == .sound)
        try bench.harm(harm)
        #expect(try await bench.blobs.check(bench.blob, most: 1 << 20) == .gone)
        #expect(bench.blobs.verified(bench.blob.sha256) == nil)
        #expect(try await bench.blobs.reached(bench.blob) == 0)
        #expect(bench.said.hashes.withLock { $0 } == (harm == .gone ? [] : [bench.blob.sha256]))
    }

    @Test(arguments: Harm.allCases) func aLookKnowsLengthsAndReadingKnowsContent(_ harm: Harm) async throws {
        let bench = try await Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        #expect(try await bench.blobs.lacking([bench.blob]) == [])
        try bench.harm(harm)
        #expect(try await bench.blobs.lacking([bench.blob]) == (harm == .changed ? [] : [bench.blob.sha256]))
        #expect(try await bench.blobs.read(bench.blob.sha256) == nil)
        #expect(bench.blobs.verified(bench.blob.sha256) == nil)
        _ = try await bench.blobs.append(bench.bytes, to: bench.blob, at: 0)
        #expect(try await bench.blobs.seal(bench.blob))
        #expect(try await bench.blobs.read(bench.blob.sha256) == bench.bytes)
    }

    @Test func aCheckGoesOnWhereItWasAndAnotherBlobBetweenBeginsItAnew() async throws {
        let bench = try await Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        let other = Array("another".utf8), second = Blob(sha256: SHA256Hex(of: other), length: 7)
        _ = try await bench.blobs.append(other, to: second, at: 0)
        #expect(try await bench.blobs.seal(second))
        var steps: [BlobFolder.Check] = []
        while steps.last != .sound, steps.count < 20 { steps.append(try await bench.blobs.check(bench.blob, most: 3000)) }
        #expect(steps == [.reached(3000), .reached(6000), .reached(9000), .sound])
        #expect(try await bench.blobs.check(bench.blob, most: 3000) == .reached(3000))
        #expect(try await bench.blobs.check(second, most: 3000) == .sound)
        #expect(try await bench.blobs.check(bench.blob, most: 3000) == .reached(3000))
        #expect(bench.said.hashes.withLock { $0 } == [])
    }

    /// What goes out is compared with its name while it is read; it was right once, and that is worth nothing.
    @Test(arguments: Harm.allCases, [10_000, 5_000_000]) func nothingGoesOutThatIsNotWhatItsNameSays(_ harm: Harm, _ length: Int)
        async throws
    {
        let bench = try await Bench(length: length)
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        for range in [0..<1, 0..<length, length - 1..<length, length / 3..<length / 2] {
            #expect(try await bench.blobs.read(bench.blob, range) == Data(bench.bytes[range]))
        }
        try bench.harm(harm)
        // What was read just now may still be in memory; what comes from the disk may not.
        let again = BlobFolder(try BlobStore(folder: bench.folder)) { [said = bench.said] hash, _ in
            said.hashes.withLock { $0.append(hash) }
        }
        for folder in [again, length > 1 << 22 ? bench.blobs : again] {
            await #expect(throws: LostBlob.self) { try await folder.read(bench.blob, 0..<10) }
            #expect(folder.verified(bench.blob.sha256) == nil)
        }
        #expect(bench.said.hashes.withLock { $0.count } == (harm == .gone ? 0 : 1))
        // And there is room for the right one.
        _ = try await again.append(bench.bytes, to: bench.blob, at: 0)
        #expect(try await again.seal(bench.blob))
        #expect(try await again.read(bench.blob, 0..<length) == Data(bench.bytes))
    }

    /// Whoever has the length from the disk asks for what is there no longer as it was put there.
    @Test func aBlobThatGrewIsNotCutOutOfMemory() async throws {
        let bench = try await Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        _ = try await bench.blobs.read(bench.blob, 0..<10)
        try bench.harm(.longer)
        let length = try #require(bench.blobs.verified(bench.blob.sha256)?.length)
        #expect(length == bench.blob.length + 1)
        await #expect(throws: LostBlob.self) {
            try await bench.blobs.read(Blob(sha256: bench.blob.sha256, length: length), 0..<Int(length))
        }
        #expect(bench.blobs.verified(bench.blob.sha256) == nil)
    }

    /// Of a long one a changed block is found when it is asked for, and no other is read for it.
    @Test func aLongBlobIsComparedByBlocks() async throws {
        let bench = try await Bench(length: 5_000_000)
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        #expect(try await bench.blobs.read(bench.blob, 0..<10) == Data(bench.bytes[0..<10]))
        let url = try #require(bench.blobs.verified(bench.blob.sha256)?.url)
        let handle = try FileHandle(forWritingTo: url)
        try handle.seek(toOffset: 3_000_000)
        try handle.write(contentsOf: Data([bench.bytes[3_000_000] ^ 1]))
        try handle.close()
        #expect(try await bench.blobs.read(bench.blob, 1_000_000..<2_000_000) == Data(bench.bytes[1_000_000..<2_000_000]))
        await #expect(throws: LostBlob.self) { try await bench.blobs.read(bench.blob, 2_000_000..<4_000_000) }
        #expect(bench.blobs.verified(bench.blob.sha256) == nil)
    }

    /// Nothing is written through a link that lies in the place of a part.
    @Test func aPartIsNoLink() async throws {
        let bench = try await Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        let (other, target) = (Array("another".utf8), bench.folder.appendingPathComponent("target"))
        let blob = Blob(sha256: SHA256Hex(of: other), length: 7)
        let place = bench.folder.appendingPathComponent(String(blob.sha256.hex.prefix(2)))
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data("precious".utf8).write(to: target)
        try FileManager.default.createSymbolicLink(at: place.appendingPathComponent(blob.sha256.hex + ".part"), withDestinationURL: target)
        await #expect(throws: StorageError.self) { try await bench.blobs.append(other, to: blob, at: 0) }
        #expect(try Data(contentsOf: target) == Data("precious".utf8))
    }
}
