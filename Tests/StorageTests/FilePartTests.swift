import Basics
import Foundation
import Storage
import Synchronization
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
                let read = try FilePart.slices(of: first...last, in: parts.map(\.length), most: 40).reduce(into: Data()) {
                    $0 += try parts[$1.part].read($1.bytes)
                }
                #expect(Array(read) == Array(whole[first...last]))
            }
        }
        try Data([1]).write(to: parts[2].url)
        #expect(throws: StorageError.self) { try parts[2].read(50..<60) }
    }

    @Test(arguments: [
        (nil, ByteRange.whole), ("bytes=0-0", .parts([0...0])), ("bytes=5-", .parts([5...9])), ("bytes=-3", .parts([7...9])),
        ("bytes=-30", .parts([0...9])),
        ("bytes=8-99", .parts([8...9])),
        ("bytes=10-", .outside), ("bytes=5-2", .outside), ("bytes=-0", .outside), ("bytes=x-", .outside), ("bytes=", .outside),
        ("bytes=0-1,4-5", .parts([0...1, 4...5])), ("bytes=7-8, 0-1 , -1", .parts([7...8, 0...1, 9...9])),
        ("bytes=0-1,20-30", .parts([0...1])), ("bytes=0-1,x", .outside),
        // Overlapping ones, more than a player asks for, and units that nobody knows, are answered with the whole.
        ("bytes=0-5,3-8", .whole), ("bytes=" + Array(repeating: "1-1", count: 17).joined(separator: ","), .whole), ("lines=1-2", .whole),
    ])
    func rangesAreReadAsBrowsersWriteThem(_ header: String?, _ expected: ByteRange) { #expect(ByteRange(header, length: 10) == expected) }

    @Test func severalRangesAreOneBodyWithItsTrueLength() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("one")
        try Data("0123456789".utf8).write(to: url)
        func body(_ range: String?) async throws -> (RangeAnswer, String) {
            let answer = RangeAnswer(range, length: 10, type: "video/mp4")
            let body = Mutex(Data())
            try await answer.write(from: [FilePart(url: url, length: 10)]) { piece in body.withLock { $0 += piece } }
            let text = String(decoding: body.withLock { $0 }, as: UTF8.self)
            #expect(text.utf8.count == answer.length)
            return (answer, text)
        }
        let (several, text) = try await body("bytes=0-1,8-9")
        #expect(several.status == 206 && several.contentRange == nil)
        let boundary = try #require(several.contentType.split(separator: "=").last)
        let part = "Content-Type: video/mp4\r\nContent-Range: bytes "
        #expect(text == "\r\n--\(boundary)\r\n\(part)0-1/10\r\n\r\n01\r\n--\(boundary)\r\n\(part)8-9/10\r\n\r\n89\r\n--\(boundary)--\r\n")
        let (one, middle) = try await body("bytes=3-5")
        #expect(one.status == 206 && one.contentRange == "bytes 3-5/10" && middle == "345")
        let (none, empty) = try await body("bytes=10-")
        #expect(none.status == 416 && none.contentRange == "bytes */10" && empty.isEmpty)
        let (whole, all) = try await body(nil)
        #expect(whole.status == 200 && all == "0123456789")
    }
}
