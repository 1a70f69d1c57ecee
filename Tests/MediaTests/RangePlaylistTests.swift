import Media
import Testing

@Suite struct RangePlaylistTests {
    private static let playlist = RangePlaylist(
        file: "video.mp4", head: 1343..<2658,
        segments: [
            .init(range: 2666..<9000, duration: 2_000_000), .init(range: 9000..<20_000, duration: 4_000_000),
            .init(range: 20_000..<20_500, duration: 40_000),
        ])

    @Test func aPlaylistIsReadBackAsItWasWritten() throws {
        #expect(try RangePlaylist.parse(Self.playlist.text, file: "video.mp4", length: 20_500) == Self.playlist)
        #expect(Self.playlist.media.duration == 6040 && Self.playlist.media.targetDuration == 4)
    }

    private static let faults: [(String, @Sendable (String) -> String)] = [
        ("another file", { $0.replacing("video.mp4", with: "other.mp4") }),
        ("a path", { $0.replacing("\nvideo.mp4", with: "\n/etc/passwd") }),
        ("a gap", { $0.replacing("11000@9000", with: "10999@9001") }), ("an overlap", { $0.replacing("11000@9000", with: "11001@8999") }),
        ("an end elsewhere", { $0.replacing("500@20000", with: "501@20000") }),
        ("one more tag", { $0.replacing("#EXT-X-ENDLIST", with: "#EXT-X-KEY:METHOD=NONE\n#EXT-X-ENDLIST") }),
        ("no end", { $0.replacing("#EXT-X-ENDLIST\n", with: "") }), ("no head", { $0.replacing("1315@1343", with: "0@1343") }),
        ("empty", { _ in "" }),
        ("a head within a segment", { $0.replacing("1315@1343", with: "1315@2000") }), ("more behind", { $0 + "x\n" }),
    ]

    @Test(arguments: faults)
    func anythingElseIsRefused(_ name: String, _ change: @Sendable (String) -> String) {
        #expect(throws: PlaylistProblem.self, "\(name)") {
            try RangePlaylist.parse(change(Self.playlist.text), file: "video.mp4", length: 20_500)
        }
    }
}
