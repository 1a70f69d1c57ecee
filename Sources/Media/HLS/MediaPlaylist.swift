/// The segments of one rendition, as in a VOD media playlist (RFC 8216).
package struct MediaPlaylist: Hashable, Sendable {
    /// One file of the rendition.
    package struct Segment: Hashable, Sendable {
        /// File name beside the playlist.
        package let name: String
        /// Length in microseconds.
        package let duration: Int

        package init(name: String, duration: Int) { (self.name, self.duration) = (name, duration) }
    }

    package let segments: [Segment]

    package init(segments: [Segment]) { self.segments = segments }

    /// Milliseconds in all.
    package var duration: Int { segments.reduce(0) { $0 + $1.duration } / 1000 }

    /// The longest segment in whole seconds, rounded up, as `EXT-X-TARGETDURATION` wants it.
    package var targetDuration: Int { ((segments.map(\.duration).max() ?? 0) + 999_999) / 1_000_000 }

    /// The playlist in full.
    package var text: String {
        let head = [
            "#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:\(targetDuration)", "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        let body = segments.flatMap { ["#EXTINF:\(MediaPlaylist.seconds($0.duration)),", $0.name] }
        return (head + body + ["#EXT-X-ENDLIST"]).map { $0 + "\n" }.joined()
    }

    /// Microseconds as seconds with six digits behind the point.
    static func seconds(_ microseconds: Int) -> String {
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}

/// A line of a playlist that is not what ffmpeg or we write.
package struct PlaylistProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The number of the line, from 1; one past the last when something is missing at the end.
    package let line: Int
    package let reason: String

    package var description: String { "Playlist line \(line): \(reason)." }
}
