import Media
import Testing

@Suite struct PlaylistTests {
    static let fromFFmpeg = """
        #EXTM3U
        #EXT-X-VERSION:3
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-ALLOW-CACHE:YES
        #EXT-X-TARGETDURATION:7
        #EXTINF:2.023222,
        seg0000.ts
        #EXTINF:4.000000,
        seg0001.ts
        #EXTINF:6,
        seg0002.ts
        #EXT-X-ENDLIST

        """

    @Test func whatFFmpegWroteIsRead() throws {
        let playlist = try MediaPlaylist.parse(Self.fromFFmpeg)
        #expect(
            playlist.segments == [
                .init(name: "seg0000.ts", duration: 2_023_222), .init(name: "seg0001.ts", duration: 4_000_000),
                .init(name: "seg0002.ts", duration: 6_000_000),
            ])
        #expect(playlist.duration == 12_023)
        #expect(playlist.targetDuration == 6)
    }

    @Test func ourOwnTextIsReadBack() throws {
        let names = (0..<10_002).map {
            $0 < 10 ? "seg000\($0).ts" : $0 < 100 ? "seg00\($0).ts" : $0 < 1000 ? "seg0\($0).ts" : "seg\($0).ts"
        }
        let playlist = MediaPlaylist(segments: names.enumerated().map { .init(name: $1, duration: 1 + $0 * 37) })
        #expect(try MediaPlaylist.parse(playlist.text) == playlist)
        #expect(playlist.text.hasPrefix("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"))
        #expect(playlist.text.hasSuffix("#EXTINF:0.370038,\nseg10001.ts\n#EXT-X-ENDLIST\n"))
    }

    @Test(arguments: [
        ("", "", 1), ("#EXTM3U\n", "", 1),
        ("seg0001.ts", "seg0002.ts", 9), ("seg0001.ts", "../seg0001.ts", 9), ("seg0001.ts", "http://example.org/seg0001.ts", 9),
        ("seg0001.ts", "", 9),
        ("#EXTINF:4.000000,\n", "", 8), ("#EXTINF:4.000000,", "#EXTINF:-4.0,", 8), ("#EXTINF:4.000000,", "#EXTINF:4.0000001,", 8),
        ("#EXTINF:4.000000,", "#EXTINF:0,", 8),
        ("#EXTINF:4.000000,", "#EXTINF:1e3,", 8), ("#EXTINF:4.000000,", "#EXTINF:4.0,title", 8),
        ("#EXTINF:4.000000,", "#EXTINF:4.0,\n#EXTINF:4.0,", 9),
        ("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-MEDIA-SEQUENCE:7", 3),
        ("#EXT-X-ALLOW-CACHE:YES", "#EXT-X-KEY:METHOD=AES-128,URI=\"file:///etc/passwd\"", 4),
        ("#EXT-X-ALLOW-CACHE:YES", "#EXT-X-DISCONTINUITY", 4), ("seg0002.ts\n#EXT-X-ENDLIST\n", "seg0002.ts\n", 12),
        ("seg0002.ts\n#EXT-X-ENDLIST", "#EXT-X-ENDLIST", 11),
        ("#EXT-X-ENDLIST\n", "#EXT-X-ENDLIST\nseg0003.ts\n", 12),
    ])
    func anythingUnexpectedIsRefusedWithItsLine(_ old: String, _ new: String, _ line: Int) {
        let text = old.isEmpty ? new : Self.fromFFmpeg.replacing(old, with: new)
        #expect(text != Self.fromFFmpeg)
        let problem = #expect(throws: PlaylistProblem.self) { try MediaPlaylist.parse(text) }
        #expect(problem?.line == line)
    }

    static func rendition(_ number: Int, audio: Bool = true) -> Rendition? {
        let steps = plan(probe: PlanTests.probe(1280, 720, rate: .init(30_000, 1001), audio: audio), ladder: .weakLines)
        if case .file(let rendition, _) = steps[number].product { return rendition } else { return nil }
    }

    @Test func theMasterPlaylistPromisesWhatWasMeasured() throws {
        let low = try #require(Self.rendition(0)), high = try #require(Self.rendition(1, audio: false))
        let playlist = try MediaPlaylist.parse(Self.fromFFmpeg)
        let master = MasterPlaylist(variants: [
            .init(path: "480p/index.m3u8", rendition: high, playlist: playlist, sizes: [150_000, 300_000, 300_000]),
            .init(path: "240p/index.m3u8", rendition: low, playlist: playlist, sizes: [50_000, 100_000, 100_000]),
        ])
        #expect(
            master.text == """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-INDEPENDENT-SEGMENTS
                #EXT-X-STREAM-INF:BANDWIDTH=200000,AVERAGE-BANDWIDTH=166345,CODECS="avc1.42C01E,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=29.970
                240p/index.m3u8
                #EXT-X-STREAM-INF:BANDWIDTH=600000,AVERAGE-BANDWIDTH=499035,CODECS="avc1.4D401F",RESOLUTION=854x480,FRAME-RATE=29.970
                480p/index.m3u8

                """)
    }

    /// RFC 8216: the peak is taken over stretches of half to one and a half target durations, so a last splinter does not count alone.
    @Test func aShortLastSegmentDoesNotMakeThePeak() throws {
        let low = try #require(Self.rendition(0))
        let playlist = MediaPlaylist(segments: [
            .init(name: "seg0000.ts", duration: 6_000_000), .init(name: "seg0001.ts", duration: 40_000),
        ])
        let variant = MasterPlaylist.Variant(path: "a", rendition: low, playlist: playlist, sizes: [75_000, 20_000])
        #expect(variant.peakRate == 125_828)  // both together: 95,000 bytes in 6.04 s
        #expect(variant.averageRate == 125_828)
    }
}
