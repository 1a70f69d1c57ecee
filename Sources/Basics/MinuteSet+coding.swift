extension MinuteSet {
    /// The stored form: for each run its gap from the end of the run before and its length less one, as LEB128 numbers. An evening of
    /// television takes three bytes.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        var end = 0
        for run in runs {
            appendLEB128(UInt64(run.lowerBound - end), to: &bytes)
            appendLEB128(UInt64(run.count - 1), to: &bytes)
            end = run.upperBound
        }
        return bytes
    }

    /// Reads the stored form; nil when it is not one.
    package init?(encoded bytes: some Collection<UInt8>) {
        self.init()
        var reader = LEB128Reader(bytes)
        var end = 0
        while !reader.isAtEnd {
            guard let gap = reader.next(), let length = reader.next(), gap <= 1500, length < 1500 else { return nil }
            let start = end + Int(gap)
            guard start + Int(length) < MinuteSet.limit else { return nil }
            end = start + Int(length) + 1
            insert(start..<end)
        }
    }

    /// The text form of the wire: runs `from-to` (both included) and single minutes, separated by commas: `480-541,600`.
    package var text: String {
        runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)" }.joined(separator: ",")
    }

    /// Reads the text form; nil for anything else, for an empty text and for a minute that no day has.
    package init?(text: some StringProtocol) {
        self.init()
        guard text.utf8.count <= 8192 else { return nil }
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard ends.count == 1 || ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[ends.count - 1]),
                first <= last
            else {
                return nil
            }
            insert(first..<last + 1)
        }
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        return value < limit ? value : nil
    }
}

/// Appends an unsigned LEB128 number (DWARF 5, 7.6).
package func appendLEB128(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(rest))
}

/// Reads unsigned LEB128 numbers one after another; nil at the end, for a number cut short and for one beyond 63 bits.
package struct LEB128Reader<Bytes: Collection<UInt8>> {
    private let bytes: Bytes
    private var position: Bytes.Index

    /// A reader at the first byte.
    package init(_ bytes: Bytes) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// True when every byte has been read.
    package var isAtEnd: Bool { position == bytes.endIndex }

    /// The next number.
    package mutating func next() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position != bytes.endIndex, shift < 63 {
            let byte = bytes[position]
            position = bytes.index(after: position)
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
