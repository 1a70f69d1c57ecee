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
    enum Harm: CaseIterable { case short, empty, longer, changed, gone }

    private struct Bench {
        let folder: URL
        let blobs: BlobFolder
        let said: Said
        let blob: Blob
        let bytes: [UInt8]

        final class Said: Sendable { let hashes = Mutex<[SHA256Hex]>([]) }

        init() async throws {
            folder = try temporaryFolder()
            let heard = Said()
            said = heard
            blobs = BlobFolder(try BlobStore(folder: folder)) { hash, _ in heard.hashes.withLock { $0.append(hash) } }
            bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
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
}
