package import Basics
package import Foundation

/// A file that is one part of a longer one.
package struct FilePart: Hashable, Sendable {
    package let url: URL
    /// Bytes, at least 1.
    package let length: Int

    package init(url: URL, length: Int) { (self.url, self.length) = (url, length) }

    /// The bytes of a range of parts of these lengths one behind the other: which part, and which of its bytes, at most `most` at once.
    /// What lies behind the end is left out.
    package static func slices(of range: ClosedRange<Int>, in lengths: [Int], most: Int = 262_144) -> [(part: Int, bytes: Range<Int>)] {
        var made: [(part: Int, bytes: Range<Int>)] = []
        var start = 0
        for (part, length) in lengths.enumerated() {
            var place = max(range.lowerBound - start, 0)
            let end = min(range.upperBound - start + 1, length)
            while place < end {
                let next = min(place + most, end)
                made.append((part, place..<next))
                place = next
            }
            start += length
        }
        return made
    }

    /// Bytes of this part. Blocking. Throws `unavailable` when they are not there any more.
    package func read(_ bytes: Range<Int>) throws -> Data {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(bytes.lowerBound))
        guard let data = try handle.read(upToCount: bytes.count), data.count == bytes.count else {
            throw StorageError.unavailable("\(url.lastPathComponent) is short")
        }
        return data
    }
}

extension RangeAnswer {
    /// Gives the body, out of files one behind the other, to `write` piece by piece. Throws `unavailable` when a file is gone meanwhile:
    /// the connection is then to be ended.
    package func write(from parts: [FilePart], to write: (Data) async throws -> Void) async throws {
        try await self.write(parts.map(\.length), from: { part, bytes in try await offPool { try parts[part].read(bytes) } }, to: write)
    }

    /// Gives the body, out of parts of these lengths one behind the other, of which `read` gives bytes. Throws what `read` throws.
    package func write(
        _ lengths: [Int], from read: (_ part: Int, _ bytes: Range<Int>) async throws -> Data, to write: (Data) async throws -> Void
    ) async throws {
        for piece in pieces {
            switch piece {
            case .text(let text): try await write(Data(text.utf8))
            case .bytes(let range):
                for slice in FilePart.slices(of: range, in: lengths) { try await write(try await read(slice.part, slice.bytes)) }
            }
        }
    }

    /// The first bytes of content that the body has; nil for a body without any.
    package func firstSlice(in lengths: [Int]) -> (part: Int, bytes: Range<Int>)? {
        for case .bytes(let range) in pieces { if let first = FilePart.slices(of: range, in: lengths).first { return first } }
        return nil
    }
}
