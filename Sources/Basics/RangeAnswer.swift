/// How a content of some length is answered to a request with or without ranges (RFC 9110, 14): the whole, one range, several as
/// `multipart/byteranges`, or a refusal. Pure; the servers of centre and nodes put bytes to it.
package struct RangeAnswer: Hashable, Sendable {
    /// A piece of the body.
    package enum Piece: Hashable, Sendable {
        case text(String)
        case bytes(ClosedRange<Int>)
    }

    /// More ranges than a player asks for at once; whoever asks for more gets the whole.
    package static let mostRanges = 16
    /// 200, 206 or 416.
    package let status: Int
    package let contentType: String
    /// The header `Content-Range`, if there is one.
    package let contentRange: String?
    package let pieces: [Piece]
    package let length: Int

    /// `range` is the header `Range`; `length` that of the content.
    package init(_ range: String?, length: Int, type: String) {
        switch ByteRange(range, length: length) {
        case .whole: self.init(200, type, nil, length > 0 ? [.bytes(0...length - 1)] : [])
        case .outside: self.init(416, type, "bytes */\(length)", [])
        case .parts(let ranges) where ranges.count == 1:
            self.init(206, type, "bytes \(ranges[0].lowerBound)-\(ranges[0].upperBound)/\(length)", [.bytes(ranges[0])])
        case .parts(let ranges):
            // No content of ours is text that could hold this line.
            let boundary = "yuanjiao-range-5b0d7f1c"
            let pieces = ranges.flatMap { range -> [Piece] in
                let head =
                    """
                    \r\n--\(boundary)\r\nContent-Type: \(type)\r\nContent-Range: bytes \
                    \(range.lowerBound)-\(range.upperBound)/\(length)\r\n\r\n
                    """
                return [.text(head), .bytes(range)]
            }
            self.init(206, "multipart/byteranges; boundary=\(boundary)", nil, pieces + [.text("\r\n--\(boundary)--\r\n")])
        }
    }

    private init(_ status: Int, _ contentType: String, _ contentRange: String?, _ pieces: [Piece]) {
        (self.status, self.contentType, self.contentRange, self.pieces) = (status, contentType, contentRange, pieces)
        length = pieces.reduce(0) { sum, piece in
            switch piece {
            case .text(let text): sum + text.utf8.count
            case .bytes(let range): sum + range.count
            }
        }
    }
}
