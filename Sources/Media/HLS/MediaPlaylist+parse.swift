extension MediaPlaylist {
    /// Tags that may stand in the head. Those with a fixed value give it; ours and ffmpeg's heads hold no others.
    private static let headTags: [String: String?] = [
        "#EXT-X-VERSION": nil, "#EXT-X-TARGETDURATION": nil, "#EXT-X-MEDIA-SEQUENCE": "0", "#EXT-X-PLAYLIST-TYPE": "VOD",
        "#EXT-X-ALLOW-CACHE": "YES",
        "#EXT-X-INDEPENDENT-SEGMENTS": "",
    ]

    /// Reads a finished media playlist that ffmpeg or `text` wrote. Segments are named `seg0000.ts`, `seg0001.ts` … in order; every other
    /// name, tag or order is refused, so that a playlist never leads to a file that is not of its rendition.
    package static func parse(_ text: String) throws(PlaylistProblem) -> MediaPlaylist {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == "#EXTM3U" else { throw PlaylistProblem(line: 1, reason: "#EXTM3U is missing") }
        var segments: [Segment] = []
        var pending: Int?
        for (index, line) in lines.enumerated().dropFirst() {
            let number = index + 1
            if line == "#EXT-X-ENDLIST" {
                guard pending == nil, !segments.isEmpty, lines[(index + 1)...].allSatisfy(\.isEmpty) else {
                    throw PlaylistProblem(line: number, reason: "the list does not end here")
                }
                return MediaPlaylist(segments: segments)
            } else if line.hasPrefix("#EXTINF:") {
                guard pending == nil, let duration = microseconds(line.dropFirst(8)) else {
                    throw PlaylistProblem(line: number, reason: "bad length of a segment")
                }
                pending = duration
            } else if line.hasPrefix("#") {
                let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
                guard segments.isEmpty, pending == nil, let fixed = headTags[parts[0]],
                    fixed == nil || fixed == (parts.count > 1 ? parts[1] : "")
                else {
                    throw PlaylistProblem(line: number, reason: "unexpected \(line.prefix(60))")
                }
            } else {
                guard let duration = pending, line == segmentName(segments.count) else {
                    throw PlaylistProblem(line: number, reason: "unexpected file \(line.prefix(60))")
                }
                segments.append(Segment(name: String(line), duration: duration))
                pending = nil
            }
        }
        throw PlaylistProblem(line: lines.count + 1, reason: "#EXT-X-ENDLIST is missing")
    }

    /// `seg0007.ts` for 7.
    static func segmentName(_ number: Int) -> String {
        let digits = String(number)
        return "seg\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).ts"
    }

    /// `2.023222,` in microseconds: digits, at most six behind the point, positive, below an hour.
    static func microseconds(_ text: Substring) -> Int? {
        guard text.last == "," else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }), parts[0].count <= 4 else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard fraction.count <= 6, let whole = Int(parts[0]), let rest = Int(fraction + String(repeating: "0", count: 6 - fraction.count))
        else { return nil }
        let all = whole * 1_000_000 + rest
        return (1..<3_600_000_000).contains(all) ? all : nil
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
