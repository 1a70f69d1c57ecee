import Testing
import Trust

struct ManifestTests {
    private static func hash(_ text: String) -> String { SHA256Hex(of: text.bytes).hex }

    /// Two HLS renditions that share their first segment by content, an MP4, a poster.
    static let sample: JSONValue = [
        "format": "yuanjiao-manifest-1", "courseware": "018f2b6c-7a10-7000-8000-000000000001", "version": 3, "title": "水稻旱育秧技术",
        "category": "种植",
        "speaker": "王老师",
        "unit": "县农业局", "duration_ms": 12_500, "poster": ["path": "poster.jpg", "sha256": .string(hash("poster")), "length": 900],
        "renditions": [
            [
                "name": "240p", "kind": "hls", "height": 240, "bandwidth": 180_000, "playlist": "240p/index.m3u8",
                "files": [
                    ["path": "240p/index.m3u8", "sha256": .string(hash("list 240")), "length": 120],
                    ["path": "240p/0.ts", "sha256": .string(hash("black")), "length": 5_000, "duration_ms": 6_000],
                    ["path": "240p/1.ts", "sha256": .string(hash("240 1")), "length": 100_000, "duration_ms": 6_500],
                ],
            ],
            [
                "name": "360p", "kind": "hls", "height": 360, "bandwidth": 330_000, "playlist": "360p/index.m3u8",
                "files": [
                    ["path": "360p/index.m3u8", "sha256": .string(hash("list 360")), "length": 121],
                    ["path": "360p/0.ts", "sha256": .string(hash("black")), "length": 5_000, "duration_ms": 6_000],
                    ["path": "360p/1.ts", "sha256": .string(hash("black")), "length": 5_000, "duration_ms": 6_500],
                ],
            ],
            [
                "name": "mp4", "kind": "mp4", "height": 360, "bandwidth": 330_000,
                "files": [["path": "lesson.mp4", "sha256": .string(hash("mp4")), "length": 400_000]],
            ],
        ],
    ]

    @Test func manifestIsReadAndWrittenTheSame() throws {
        let manifest = try Manifest(Self.sample)
        #expect(manifest.json == Self.sample)
        #expect(manifest.bytes == CanonicalJSON.fileBytes(Self.sample))
        #expect(try Manifest(parsing: manifest.bytes) == manifest)
        #expect(manifest.title == "水稻旱育秧技术")
        #expect(manifest.rendition(named: "240p")?.playlist?.rawValue == "240p/index.m3u8")
        #expect(manifest.rendition(named: "480p") == nil)
    }

    @Test func eachContentIsCountedOnce() throws {
        let manifest = try Manifest(Self.sample)
        #expect(manifest.files.count == 8)
        #expect(manifest.blobs.map(\.length) == [900, 120, 5_000, 100_000, 121, 400_000])
        #expect(Set(manifest.blobs).count == 6)
        #expect(manifest.renditions.map(\.totalBytes) == [105_120, 5_121, 400_000])
    }

    @Test func membersOfLaterReleasesArePassedOver() throws {
        var json = Self.sample
        json["chapters"] = [1, 2]
        json["renditions"][0]["codecs"] = "avc1"
        #expect(try Manifest(json) == Manifest(Self.sample))
    }

    @Test(arguments: ContentTests.hostilePaths)
    func hostilePathsAreRefusedWhereverTheyStand(_ path: String) {
        for change: (inout JSONValue) -> Void in [
            { $0["poster"]["path"] = .string(path) }, { $0["renditions"][0]["playlist"] = .string(path) },
            { $0["renditions"][0]["files"][1]["path"] = .string(path) }, { $0["renditions"][2]["files"][0]["path"] = .string(path) },
        ] {
            var json = Self.sample
            change(&json)
            #expect(refusal { _ = try Manifest(json) } == .path)
        }
    }

    static let faults: [(String, @Sendable (inout JSONValue) -> Void)] = [
        ("no object", { $0 = [] }), ("other format", { $0["format"] = "yuanjiao-manifest-2" }), ("empty id", { $0["courseware"] = "" }),
        ("id with path", { $0["courseware"] = "../x" }), ("long id", { $0["courseware"] = .string(String(repeating: "a", count: 65)) }),
        ("id a number", { $0["courseware"] = 1 }), ("version 0", { $0["version"] = 0 }), ("version text", { $0["version"] = "1" }),
        ("no title", { $0.remove("title") }), ("empty title", { $0["title"] = "" }), ("title of two lines", { $0["title"] = "a\nb" }),
        ("title with NUL", { $0["title"] = "a\u{0}" }), ("title turned round", { $0["title"] = "a\u{202E}b" }),
        ("long title", { $0["title"] = .string(String(repeating: "长", count: 201)) }), ("speaker null", { $0["speaker"] = .null }),
        ("duration 0", { $0["duration_ms"] = 0 }), ("duration negative", { $0["duration_ms"] = -1 }),
        ("duration of years", { $0["duration_ms"] = 99_999_999_999 }),
        ("no poster", { $0.remove("poster") }), ("poster with duration", { $0["poster"]["duration_ms"] = 1 }),
        ("poster of no bytes", { $0["poster"]["length"] = 0 }),
        ("hash in capitals", { $0["poster"]["sha256"] = .string(hash("poster").uppercased()) }),
        ("short hash", { $0["poster"]["sha256"] = "ab" }), ("no renditions", { $0["renditions"] = [] }),
        ("renditions an object", { $0["renditions"] = [:] }),
        ("17 renditions", { $0["renditions"] = .array((0..<17).map { number in mp4("r\(number)", "f\(number).mp4") }) }),
        ("same name twice", { $0["renditions"][1]["name"] = "240p" }), ("name with slash", { $0["renditions"][0]["name"] = "a/b" }),
        ("unknown kind", { $0["renditions"][0]["kind"] = "dash" }), ("height negative", { $0["renditions"][0]["height"] = -1 }),
        ("bandwidth 0", { $0["renditions"][0]["bandwidth"] = 0 }), ("hls without playlist", { $0["renditions"][0].remove("playlist") }),
        ("playlist not there", { $0["renditions"][0]["playlist"] = "240p/other.m3u8" }),
        ("playlist of another rendition", { $0["renditions"][0]["playlist"] = "360p/index.m3u8" }),
        ("playlist is a segment", { $0["renditions"][0]["playlist"] = "240p/0.ts" }),
        ("hls without segments", { $0["renditions"][0]["files"] = .array([$0["renditions"][0]["files"][0]]) }),
        ("no files", { $0["renditions"][0]["files"] = [] }), ("mp4 with playlist", { $0["renditions"][2]["playlist"] = "lesson.mp4" }),
        (
            "mp4 of two files",
            {
                $0["renditions"][2]["files"] = .array([
                    $0["renditions"][2]["files"][0], ["path": "b.mp4", "sha256": .string(hash("b")), "length": 1],
                ])
            }
        ),
        ("segment of 0 ms", { $0["renditions"][0]["files"][1]["duration_ms"] = 0 }),
        ("negative length", { $0["renditions"][0]["files"][1]["length"] = -5 }),
        ("one path twice", { $0["renditions"][0]["files"][2]["path"] = "240p/0.ts" }),
        ("path of the poster", { $0["renditions"][0]["files"][2]["path"] = "poster.jpg" }),
        ("a file where a folder is", { $0["poster"]["path"] = "240p" }),
        ("one content, two lengths", { $0["renditions"][1]["files"][1]["length"] = 5_001 }),
        (
            "lengths that overflow",
            {
                $0["renditions"][0]["files"][2]["length"] = .integer(JSONValue.largestInteger)
                $0["renditions"][2]["files"][0]["length"] = .integer(JSONValue.largestInteger)
            }
        ),
    ]

    private static func pieces() -> JSONValue {
        [
            "name": "pieces", "kind": "pieces", "height": 240, "bandwidth": 1, "playlist": "p/index.m3u8", "file": "p/video.mp4",
            "codecs": "avc1.4D401F,mp4a.40.2",
            "files": [
                ["path": "p/index.m3u8", "sha256": .string(hash("p list")), "length": 300],
                ["path": "p/video.mp4.0000", "sha256": .string(hash("p 0")), "length": 1_048_576],
                ["path": "p/video.mp4.0001", "sha256": .string(hash("p 1")), "length": 17],
            ],
        ]
    }

    @Test func aFileInPiecesIsReadAndWrittenBack() throws {
        var json = Self.sample
        json["renditions"] = [Self.pieces()]
        let manifest = try Manifest(json)
        #expect(manifest.renditions[0].pieces.map(\.length) == [1_048_576, 17] && manifest.renditions[0].file?.rawValue == "p/video.mp4")
        #expect(try Manifest(parsing: manifest.bytes) == manifest)
    }

    private static let pieceFaults: [(String, @Sendable (inout JSONValue) -> Void)] = [
        ("no file", { $0.remove("file") }), ("no codecs", { $0.remove("codecs") }), ("codecs with a quote", { $0["codecs"] = "avc1\"" }),
        ("codecs empty", { $0["codecs"] = "" }),
        ("file named like a piece", { $0["file"] = "p/video.mp4.0000" }), ("file a folder of a piece", { $0["file"] = "p" }),
        ("no playlist", { $0.remove("playlist") }),
        ("a piece with a duration", { $0["files"][1]["duration_ms"] = 5 }), ("no pieces", { $0["files"] = .array([$0["files"][0]]) }),
        ("file outside", { $0["file"] = "../x" }),
    ]

    @Test(arguments: pieceFaults)
    func faultyPiecesAreRefused(_ name: String, _ change: @Sendable (inout JSONValue) -> Void) {
        var (json, rendition) = (Self.sample, Self.pieces())
        change(&rendition)
        json["renditions"] = [rendition]
        #expect(throws: TrustError.self, "\(name)") { try Manifest(json) }
    }

    private static func mp4(_ name: String, _ path: String) -> JSONValue {
        [
            "name": .string(name), "kind": "mp4", "height": 240, "bandwidth": 1,
            "files": [["path": .string(path), "sha256": .string(hash(name)), "length": 1]],
        ]
    }

    @Test(arguments: faults)
    func faultyManifestsAreRefused(_ name: String, _ change: @Sendable (inout JSONValue) -> Void) {
        var json = Self.sample
        change(&json)
        #expect(refusal { _ = try Manifest(json) } == .shape, "\(name)")
    }

    @Test func makerIsHeldToTheSameRules() throws {
        let good = try Manifest(Self.sample)
        #expect(
            refusal {
                _ = try Manifest(
                    courseware: good.courseware, version: 1, title: "", category: "", speaker: "", unit: "", duration: 1,
                    poster: good.poster,
                    renditions: good.renditions)
            } == .shape)
    }

    @Test func cutManifestsAreRefused() throws {
        let bytes = try Manifest(Self.sample).bytes
        for length in 0..<bytes.count { #expect(refusal { _ = try Manifest(parsing: Array(bytes.prefix(length))) } == .json) }
    }
}
