/// What of a content of some length a request asks for (RFC 9110, 14).
package enum ByteRange: Hashable, Sendable {
    /// All of it: no range was asked for, or several at once, or in another unit, which a server may answer with the whole.
    case whole
    case part(ClosedRange<Int>)
    /// A range that lies outside, or is none: 416.
    case outside

    /// Reads the header `Range`: `bytes=a-b`, `bytes=a-`, `bytes=-n`.
    package init(_ header: String?, length: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        var range: ClosedRange<Int>?
        if ends.count == 2 {
            switch (Int(ends[0]), Int(ends[1])) {
            case (let first?, let last?): if first <= last, first < length { range = first...min(last, length - 1) }
            case (let first?, nil): if ends[1].isEmpty, first < length { range = first...length - 1 }
            case (nil, let count?): if ends[0].isEmpty, count > 0, length > 0 { range = max(0, length - count)...length - 1 }
            default: break
            }
        }
        self = range.map { .part($0) } ?? .outside
    }
}
