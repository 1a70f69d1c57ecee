/// The segments of one rendition as byte ranges of one file, as in a VOD media playlist (RFC 8216, 4.3.2.2 and 4.3.2.5).
package struct RangePlaylist: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        /// Bytes of the file.
        package let range: Range<Int>
        /// Length in microseconds.
        package let duration: Int

        package init(range: Range<Int>, duration: Int) { (self.range, self.duration) = (range, duration) }
    }

    /// The name of the file beside the playlist.
    package let file: String
    /// The bytes that a player reads before any segment.
    package let head: Range<Int>
    package let segments: [Segment]

    package init(file: String, head: Range<Int>, segments: [Segment]) { (self.file, self.head, self.segments) = (file, head, segments) }

    /// The lengths alone.
    package var media: MediaPlaylist { MediaPlaylist(segments: segments.map { MediaPlaylist.Segment(name: file, duration: $0.duration) }) }

    /// The playlist in full. Fragments in MP4 need version 7; ranges are given with their starts, as a player may leave one out.
    package var text: String {
        let start = [
            "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:\(media.targetDuration)", "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:VOD",
            "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-MAP:URI=\"\(file)\",BYTERANGE=\"\(head.count)@\(head.lowerBound)\"",
        ]
        let body = segments.flatMap { segment in
            [
                "#EXTINF:\(MediaPlaylist.seconds(segment.duration)),",
                "#EXT-X-BYTERANGE:\(segment.range.count)@\(segment.range.lowerBound)", file,
            ]
        }
        return (start + body + ["#EXT-X-ENDLIST"]).map { $0 + "\n" }.joined()
    }

    /// Reads a playlist that `text` wrote: it must be the very text that its own values give, the segments lie one after the other behind
    /// the head and end where the file does. So it never leads out of its file.
    /// - Parameter length: bytes of the file.
    package static func parse(_ text: String, file: String, length: Int) throws(PlaylistProblem) -> RangePlaylist {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var head: Range<Int>?
        var segments: [Segment] = []
        var duration: Int?
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("#EXT-X-MAP:"), let quoted = line.split(separator: "\"").last { head = range(quoted) }
            if line.hasPrefix("#EXTINF:") { duration = MediaPlaylist.microseconds(line.dropFirst(8)) }
            if line.hasPrefix("#EXT-X-BYTERANGE:") {
                guard let time = duration, let bytes = range(line.dropFirst(17)),
                    bytes.lowerBound == segments.last?.range.upperBound ?? bytes.lowerBound
                else {
                    throw PlaylistProblem(line: index + 1, reason: "bad range of a segment")
                }
                segments.append(Segment(range: bytes, duration: time))
                duration = nil
            }
        }
        guard let head, let first = segments.first, head.upperBound <= first.range.lowerBound, segments.last?.range.upperBound == length
        else {
            throw PlaylistProblem(line: lines.count + 1, reason: "the ranges do not fill the file")
        }
        let playlist = RangePlaylist(file: file, head: head, segments: segments)
        let written = playlist.text.split(separator: "\n", omittingEmptySubsequences: false)
        if let wrong = zip(lines, written).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
            throw PlaylistProblem(line: wrong + 1, reason: "unexpected \(lines[wrong].prefix(60))")
        }
        guard lines.count == written.count else {
            throw PlaylistProblem(line: min(lines.count, written.count) + 1, reason: "the list does not end here")
        }
        return playlist
    }

    /// `1315@1343`: a count and a start, both decimal, the count at least 1.
    private static func range(_ text: Substring) -> Range<Int>? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), let start = Int(parts[1]), count > 0, start >= 0, count < 1 << 32,
            start < 1 << 32
        else { return nil }
        return start..<(start + count)
    }
}
