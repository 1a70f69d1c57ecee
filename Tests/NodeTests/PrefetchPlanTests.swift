import Basics
import Node
import Testing
import Trust

@Suite struct PrefetchPlanTests {
    private func rendition(_ name: String, _ kind: Manifest.Kind, bandwidth: Int64, files: [Int]) throws -> Manifest.Rendition {
        let playlist = kind == .hls ? [try file("\(name)/index.m3u8", 10)] : []
        let segments = try files.map { try file("\(name)/\($0)", $0, duration: kind == .hls ? 1000 : nil) }
        return Manifest.Rendition(
            name: name, kind: kind, height: 100, bandwidth: bandwidth, playlist: playlist.first?.path, files: playlist + segments)
    }

    private func file(_ path: String, _ length: Int, duration: Int64? = nil) throws -> Manifest.File {
        Manifest.File(
            path: try RelativePath(checking: path, at: "path"), sha256: SHA256Hex(of: Array(path.utf8)), length: Int64(length),
            duration: duration)
    }

    private func manifest() throws -> Manifest {
        try Manifest(
            courseware: "c", version: 1, title: "t", category: "", speaker: "", unit: "", duration: 1000, poster: file("poster.jpg", 5),
            renditions: [
                rendition("480p", .hls, bandwidth: 800_000, files: [60, 61]), rendition("240p", .hls, bandwidth: 300_000, files: [30, 31]),
                rendition("mp4", .mp4, bandwidth: 600_000, files: [90]),
            ])
    }

    @Test(arguments: [
        (Appetite.all(kinds: [.hls, .mp4]), ["240p", "mp4", "480p"]), (.all(kinds: [.hls]), ["240p", "480p"]),
        (.all(kinds: [.pieces]), ["240p", "480p"]),
        (.one(kilobitsPerSecond: 2000, kind: .pieces), ["480p"]), (.one(kilobitsPerSecond: 2000, kind: .hls), ["480p"]),
        (.one(kilobitsPerSecond: 799, kind: .hls), ["240p"]),
        (.one(kilobitsPerSecond: 1, kind: .hls), ["240p"]), (.one(kilobitsPerSecond: 1, kind: .mp4), ["mp4"]),
    ])
    func aNodeTakesWhatItsLineCarries(_ appetite: Appetite, _ names: [String]) throws {
        #expect(appetite.choose(from: try manifest().renditions).map(\.name) == names)
    }

    @Test func posterThenFirstRenditionThenTheOthers() throws {
        var plan = PrefetchPlan(try manifest(), for: .all(kinds: [.hls, .mp4]))
        var stages: [PrefetchPlan.Stage] = []
        var bytes: Int64 = 0
        while let step = plan.next {
            stages.append(step.stage)
            bytes += step.blob.length
            plan.advance()
        }
        #expect(stages == [.picture] + Array(repeating: .first, count: 3) + Array(repeating: .others, count: 4))
        #expect(bytes == plan.totalBytes && bytes == 5 + 10 + 61 + 90 + 10 + 121)
    }

    @Test(arguments: [
        // areas, kinds, village 130128101201, village in another city, community there, edge of county 130128, edge of another county
        ([String](), [String](), [true, true, true, true, true]),
        (["1301"], [], [true, false, true, true, false]),
        (["130128101201"], [], [true, false, true, true, false]),
        (["1302"], [], [false, true, false, false, true]),
        (["1301", "1302"], ["community"], [false, false, true, true, true]),
        ([], ["village"], [true, true, false, true, true]),
    ])
    func theAudienceDecidesWhoTakesIt(_ areas: [String], _ kinds: [String], _ expected: [Bool]) throws {
        let offer = Offer(
            courseware: "c", version: 1, publishedAt: noon, audience: Audience(areas: areas.compactMap { AreaCode($0) }, kinds: kinds),
            manifest: Blob(sha256: SHA256Hex(of: [UInt8](repeating: 1, count: 1)), length: 1))
        let target = try #require(offer.target)
        #expect(Offer(target.path, target.file) == offer)
        let places: [(String, String?)] = [
            ("130128101201", "village"), ("130202101201", "village"), ("130128101201", "community"), ("130128", nil), ("130202", nil),
        ]
        #expect(
            try places.map { offer.audience.includes(NodePlace(area: try #require(AreaCode($0)), siteKind: $1), asOf: noon) } == expected)
    }

    @Test func atargetOfAnotherFormIsPassedOver() throws {
        let good = try #require(
            Offer(
                courseware: "c", version: 2, publishedAt: noon, audience: Audience(areas: [], kinds: []),
                manifest: Blob(sha256: SHA256Hex(of: [UInt8]()), length: 9)
            ).target)
        func offer(_ changed: [String: JSONValue], path: String = "courseware/network/c/2.json") throws -> Offer? {
            Offer(
                try RelativePath(checking: path, at: "path"),
                TargetFile(length: good.file.length, sha256: good.file.sha256, custom: good.file.custom.merging(changed) { $1 }))
        }
        #expect(try offer([:]) != nil)
        #expect(try offer(["kind": "notice"]) == nil)
        #expect(try offer(["version": 3]) == nil)
        #expect(try offer([:], path: "courseware/network/d/2.json") == nil)
        // As the top list named it before there were publishers.
        #expect(try offer([:], path: "courseware/c/2.json")?.publisher == .network)
        #expect(try offer([:], path: "courseware/d/2.json") == nil)
        // An area offers for places below it and no other, and never for all.
        let below: [String: JSONValue] = ["audience": ["areas": ["130128", "130128001"], "kinds": []]]
        #expect(try offer(below, path: "courseware/130128/c/2.json")?.publisher == Publisher(area: "130128"))
        #expect(try offer([:], path: "courseware/130128/c/2.json") == nil)
        #expect(try offer(["audience": ["areas": ["130128", "130129"], "kinds": []]], path: "courseware/130128/c/2.json") == nil)
        #expect(try offer(["audience": ["areas": ["1301"], "kinds": []]], path: "courseware/130128/c/2.json") == nil)
        #expect(try offer(["audience": ["areas": ["1x"], "kinds": []]]) == nil)
        #expect(try offer(["audience": ["areas": []]]) == nil)
    }
}
