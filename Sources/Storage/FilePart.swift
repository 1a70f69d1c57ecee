package import Foundation

/// A file that is one part of a longer one.
package struct FilePart: Hashable, Sendable {
    package let url: URL
    /// Bytes, at least 1.
    package let length: Int

    package init(url: URL, length: Int) { (self.url, self.length) = (url, length) }

    /// The bytes of a range of the parts one behind the other: which part, and which of its bytes, at most `most` at once. What lies behind the end is left out.
    package static func slices(of range: ClosedRange<Int>, in parts: [FilePart], most: Int = 262_144) -> [(part: FilePart, bytes: Range<Int>)] {
        var made: [(part: FilePart, bytes: Range<Int>)] = []
        var start = 0
        for part in parts {
            var place = max(range.lowerBound - start, 0)
            let end = min(range.upperBound - start + 1, part.length)
            while place < end {
                let next = min(place + most, end)
                made.append((part, place..<next))
                place = next
            }
            start += part.length
        }
        return made
    }

    /// Bytes of this part. Blocking. Throws `unavailable` when they are not there any more.
    package func read(_ bytes: Range<Int>) throws -> Data {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(bytes.lowerBound))
        guard let data = try handle.read(upToCount: bytes.count), data.count == bytes.count else { throw StorageError.unavailable("\(url.lastPathComponent) is short") }
        return data
    }
}
