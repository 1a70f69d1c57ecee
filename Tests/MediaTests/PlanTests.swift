import Media
import Testing

@Suite struct PlanTests {
    static func probe(
        _ width: Int, _ height: Int, rotation: Int = 0, shape: Probe.Ratio? = nil, rate: Probe.Ratio? = .init(25, 1), audio: Bool = true
    ) -> Probe {
        Probe(
            duration: 100_500, container: "mov,mp4",
            video: .init(index: 0, codec: "h264", width: width, height: height, rotation: rotation, pixelShape: shape, frameRate: rate),
            audio: audio ? .init(index: 1, codec: "aac", channels: 2) : nil)
    }

    static func renditions(_ probe: Probe) -> [Rendition] {
        plan(probe: probe, ladder: .weakLines).compactMap { if case .file(let rendition, _) = $0.product { rendition } else { nil } }
    }

    @Test(arguments: [
        (probe(1920, 1080), "240p 426x240, 480p 854x480"),
        (probe(1280, 720), "240p 426x240, 480p 854x480"),
        (probe(640, 480), "240p 320x240, 480p 640x480"),
        (probe(720, 576, shape: .init(16, 15)), "240p 320x240, 480p 640x480"),
        (probe(1080, 1920), "240p 240x426, 480p 480x854"),
        (probe(1920, 1080, rotation: 90), "240p 240x426, 480p 480x854"),
        (probe(1920, 1080, rotation: 180), "240p 426x240, 480p 854x480"),
        (probe(352, 288), "240p 294x240, 480p 352x288"),
        (probe(320, 240), "240p 320x240"),
        (probe(284, 160), "240p 284x160"),
        (probe(161, 121), "240p 160x120"),
        (probe(641, 361), "240p 426x240, 480p 640x360"),
        (probe(4000, 300), "240p 426x32, 480p 854x64"),
        (probe(16, 16), "240p 16x16"),
    ])
    func renditionsFitTheSource(_ probe: Probe, _ expected: String) {
        #expect(Self.renditions(probe).map { "\($0.rung.name) \($0.width)x\($0.height)" }.joined(separator: ", ") == expected)
    }

    @Test func noSizeIsOddOrLargerThanTheSourceOrOutOfShape() {
        for width in stride(from: 16, through: 2000, by: 97) {
            for height in stride(from: 16, through: 2000, by: 101) {
                let made = Self.renditions(Self.probe(width, height))
                #expect(!made.isEmpty)
                for picture in made {
                    #expect(picture.width % 2 == 0 && picture.height % 2 == 0 && picture.width > 0 && picture.height > 0)
                    #expect(picture.width <= width && picture.height <= height)
                    let (long, short) = (max(picture.width, picture.height), min(picture.width, picture.height))
                    #expect(short <= picture.rung.lines && long <= (picture.rung.lines * 16 / 9 + 2))
                    // Two pixels of rounding at most in either direction.
                    let scale = Double(picture.width) / Double(width)
                    #expect(abs(Double(height) * scale - Double(picture.height)) <= 2 + 2 * Double(height) / Double(width))
                }
            }
        }
    }

    @Test(arguments: [
        (Probe.Ratio(25, 1), 25.0), (Probe.Ratio(30_000, 1001), 29.97), (Probe.Ratio(60_000, 1001), 29.97), (Probe.Ratio(120, 1), 30),
        (Probe.Ratio(50, 1), 25),
        (Probe.Ratio(15, 1), 15), (Probe.Ratio(1000, 1), 25), (Probe.Ratio(1, 2), 25), (nil, 25),
    ])
    func frameRatesAreRealAndAtMostThirty(_ rate: Probe.Ratio?, _ expected: Double) {
        for rendition in Self.renditions(Self.probe(1280, 720, rate: rate)) { #expect(abs(rendition.frameRate.value - expected) < 0.01) }
    }

    @Test func thePlanMakesRenditionsFirstAndTransportStreamsOnlyWhereTheyAreAskedFor() {
        let steps = plan(probe: Self.probe(1280, 720), ladder: .weakLines)
        #expect(steps.map(\.name) == ["240p", "480p", "poster"])
        #expect(steps.map(\.mainFile) == ["index.m3u8", "index.m3u8", "poster.jpg"])
        #expect(steps.map(\.needs) == [nil, nil, nil])
        let both = plan(probe: Self.probe(284, 160), ladder: .weakLines, transportStreams: true)
        #expect(both.map(\.name) == ["240p", "240p-ts", "poster"] && both.map(\.needs) == [nil, "240p", nil])
    }

    @Test func ratesAreCappedAndSilenceHasNoSound() {
        let steps = plan(probe: Self.probe(1280, 720), ladder: .weakLines)
        let low = steps[0].arguments(source: "/in.mp4", work: "/job", output: "/job/240p.part")
        for pair in [
            ["-maxrate", "150k"], ["-bufsize", "300k"], ["-b:a", "32k"], ["-profile:v", "baseline"], ["-sc_threshold", "0"],
            ["-map", "0:1"],
        ] {
            #expect(low.indices.contains { low[$0...].starts(with: pair) }, "\(pair)")
        }
        let high = steps[1].arguments(source: "/in.mp4", work: "/job", output: "/job/480p.part")
        for pair in [["-maxrate", "500k"], ["-bufsize", "1000k"], ["-b:a", "64k"], ["-profile:v", "main"]] {
            #expect(high.indices.contains { high[$0...].starts(with: pair) }, "\(pair)")
        }
        let times = { (arguments: [String]) in arguments.firstIndex(of: "-force_key_frames").map { arguments[$0 + 1] } }
        #expect(times(low) != nil && times(low) == times(high))
        let silent = plan(probe: Self.probe(1280, 720, audio: false), ladder: .weakLines)[0].arguments(
            source: "/in.mp4", work: "/job", output: "/o")
        #expect(silent.contains("-an") && !silent.contains("0:1"))
    }

    /// `%` in a folder's name would be read as part of the segments' numbers.
    @Test func noNameOfAFileIsReadAsSomethingElse() {
        for step in plan(probe: Self.probe(1280, 720), ladder: .weakLines, transportStreams: true) {
            let arguments = step.arguments(source: "http://example.org/-i", work: "/w", output: "/w/100%d.part")
            let input = arguments.firstIndex(of: "-i") ?? 0
            #expect(arguments[input + 1] == "file:\(step.input(source: "http://example.org/-i", work: "/w"))")
            #expect(
                arguments.count { $0.contains("/w/") && !$0.contains(".part/") || $0.contains("example.org") } == 1,
                "a step reads the one file that it names")
            #expect(arguments[..<input].contains("-protocol_whitelist") && arguments[..<input].contains("-format_whitelist"))
            #expect(arguments.last?.hasPrefix("file:/w/100%") == true)
            if step.name == "240p" { #expect(arguments.last == "file:/w/100%d.part/fragments.mp4") }
            if step.name == "240p-ts" { #expect(arguments.last == "file:/w/100%%d.part/seg%04d.ts") }
        }
    }

    @Test func thePosterIsAtMost640Wide() {
        for (width, height) in [(1920, 1080), (1080, 1920), (640, 480), (100, 60), (4000, 300)] {
            guard case .poster(let wide, let high) = plan(probe: Self.probe(width, height), ladder: .weakLines).last?.product else {
                Issue.record("no poster"); continue
            }
            #expect(wide <= 640 && wide <= width && high <= height && wide > 0 && high > 0)
        }
    }
}
