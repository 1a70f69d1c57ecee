/// What of a content of some length a request asks for (RFC 9110, 14).
package enum ByteRange: Hashable, Sendable {
    /// All of it: no range was asked for, or too many, or overlapping ones, or in another unit, which a server may answer with the whole.
    case whole
    /// One range or several, in the order in which they were asked for; those that lie outside are left out.
    case parts([ClosedRange<Int>])
    /// Every range lies outside, or is none: 416.
    case outside

    /// Reads the header `Range`: `bytes=a-b`, `bytes=a-`, `bytes=-n`, several with commas between.
    package init(_ header: String?, length: Int) {
        guard let header, header.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let texts = header.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false).map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        guard texts.count <= RangeAnswer.mostRanges else {
            self = .whole
            return
        }
        var ranges: [ClosedRange<Int>] = []
        for text in texts {
            switch Self.read(text, length) {
            case .malformed:
                self = .outside
                return
            case .beyond: continue
            case .range(let range): ranges.append(range)
            }
        }
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        let isApart = zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        self = ranges.isEmpty ? .outside : isApart ? .parts(ranges) : .whole
    }

    private enum Read {
        case range(ClosedRange<Int>)
        case beyond
        case malformed
    }

    private static func read(_ text: String, _ length: Int) -> Read {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .malformed }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?): return first > last ? .malformed : first < length ? .range(first...min(last, length - 1)) : .beyond
        case (let first?, nil): return !ends[1].isEmpty ? .malformed : first < length ? .range(first...length - 1) : .beyond
        case (nil, let count?):
            return !ends[0].isEmpty ? .malformed : count > 0 && length > 0 ? .range(max(0, length - count)...length - 1) : .beyond
        default: return .malformed
        }
    }
}
