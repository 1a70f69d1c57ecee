import Basics
import Foundation
import Storage
import TestKit
import Testing

@Suite struct FilePartTests {
    @Test func partsReadAsOneFile() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = Array(0..<UInt8(200))
        let parts = try [0..<90, 90..<91, 91..<200].enumerated().map { number, range -> FilePart in
            let url = folder.appendingPathComponent(String(number))
            try Data(whole[range]).write(to: url)
            return FilePart(url: url, length: range.count)
        }
        for first in stride(from: 0, to: 200, by: 7) {
            for last in first..<200 {
                let read = try FilePart.slices(of: first...last, in: parts, most: 40).reduce(into: Data()) { $0 += try $1.part.read($1.bytes) }
                #expect(Array(read) == Array(whole[first...last]))
            }
        }
        try Data([1]).write(to: parts[2].url)
        #expect(throws: StorageError.self) { try parts[2].read(50..<60) }
    }

    @Test(arguments: [
        (nil, ByteRange.whole), ("bytes=0-0", .part(0...0)), ("bytes=5-", .part(5...9)), ("bytes=-3", .part(7...9)), ("bytes=-30", .part(0...9)), ("bytes=8-99", .part(8...9)),
        ("bytes=10-", .outside), ("bytes=5-2", .outside), ("bytes=-0", .outside), ("bytes=x-", .outside), ("bytes=", .outside),
        // Several at once, and units that nobody knows, are answered with the whole.
        ("bytes=0-1,4-5", .whole), ("lines=1-2", .whole),
    ])
    func rangesAreReadAsBrowsersWriteThem(_ header: String?, _ expected: ByteRange) { #expect(ByteRange(header, length: 10) == expected) }
}
