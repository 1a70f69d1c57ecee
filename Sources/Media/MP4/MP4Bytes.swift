/// Bytes that are not the MP4 that ffmpeg writes for us.
package struct MP4Problem: Error, Equatable, CustomStringConvertible {
    package let reason: String

    init(_ reason: String) { self.reason = reason }

    package var description: String { "MP4: \(reason)." }
}

/// Bytes of boxes (ISO/IEC 14496-12): big-endian numbers and boxes within boxes, every look checked against the end.
struct MP4Bytes: Sendable {
    struct Box: Hashable, Sendable {
        let type: String
        /// From its length to its end.
        let whole: Range<Int>
        /// Behind its type.
        let content: Range<Int>
    }

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A number of 1 to 8 bytes.
    func number(at place: Int, bytes count: Int = 4) throws(MP4Problem) -> Int {
        guard place >= 0, place + count <= bytes.count else { throw MP4Problem("a box ends early") }
        return bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// A signed number of four bytes.
    func signed(at place: Int) throws(MP4Problem) -> Int { Int(Int32(truncatingIfNeeded: try number(at: place))) }

    /// The boxes that fill a range, which lies within the bytes.
    func boxes(in range: Range<Int>) throws(MP4Problem) -> [Box] {
        var found: [Box] = []
        var place = range.lowerBound
        while place < range.upperBound {
            let length = try number(at: place)
            guard length >= 8, place + length <= range.upperBound else { throw MP4Problem("a box is longer than what holds it") }
            found.append(
                Box(
                    type: String(decoding: bytes[(place + 4)..<(place + 8)], as: UTF8.self), whole: place..<(place + length),
                    content: (place + 8)..<(place + length)))
            place += length
        }
        return found
    }

    /// The first box of that type in a range; nil when there is none.
    func find(_ type: String, in range: Range<Int>) throws(MP4Problem) -> Box? { try boxes(in: range).first { $0.type == type } }

    /// The first box of that type in a range, whose version must be 0 for a full box.
    func need(_ type: String, in range: Range<Int>, isFull: Bool = false) throws(MP4Problem) -> Box {
        guard let box = try find(type, in: range) else { throw MP4Problem("\(type) is missing") }
        if isFull, try number(at: box.content.lowerBound, bytes: 1) != 0 { throw MP4Problem("\(type) is of another version") }
        return box
    }

    func copy(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
}

/// Writes boxes.
enum MP4Writer {
    static func number(_ value: Int) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value >> 24), UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
            UInt8(truncatingIfNeeded: value),
        ]
    }

    static func numbers(_ values: some Sequence<Int>) -> [UInt8] { values.flatMap(number) }

    static func box(_ type: String, _ content: [UInt8]) -> [UInt8] { number(content.count + 8) + Array(type.utf8) + content }

    /// A box with a version, no flags, and a table: how many entries, then their numbers.
    static func table(_ type: String, version: Int = 0, count: Int, _ values: some Sequence<Int>) -> [UInt8] {
        box(type, number(version << 24) + number(count) + numbers(values))
    }
}

extension [UInt8] {
    /// Puts a number of four bytes over those at a place, which must be there.
    mutating func overwrite(at place: Int, with value: Int) throws(MP4Problem) {
        guard place >= 0, place + 4 <= count else { throw MP4Problem("a box ends early") }
        replaceSubrange(place..<(place + 4), with: MP4Writer.number(value))
    }
}
