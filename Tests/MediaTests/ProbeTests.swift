import Foundation
import Media
import Testing

@Suite struct ProbeTests {
    static let mp4Head = Array("\u{0}\u{0}\u{0}\u{20}ftypisom".utf8)

    /// One stream of picture as ffprobe prints it, with more fields where a case needs them.
    static func picture(_ width: Int = 1280, _ height: Int = 720, _ more: String = "") -> String {
        #"{"index": 0, "codec_name": "h264", "codec_type": "video", "width": \#(width), "height": \#(height)"# + more + "}"
    }

    static func sound(index: Int = 1, isDefault: Int = 1, channels: Int = 2) -> String {
        #"""
        {"index": \#(index), "codec_name": "aac", "codec_type": "audio", "channels": \#(channels), "disposition": {"default": \#
        \#(isDefault)}}
        """#
    }

    static func report(
        _ streams: [String],
        format: String = #""format_name": "mov,mp4,m4a,3gp,3g2,mj2", "start_time": "0.000000", "duration": "61.500000""#
    )
        -> Data
    {
        Data(#"{"streams": [\#(streams.joined(separator: ","))], "format": {\#(format)}}"#.utf8)
    }

    @Test func aCommonLessonIsRead() throws {
        let json = Self.report([
            Self.picture(1280, 720, #", "avg_frame_rate": "30000/1001", "field_order": "progressive", "sample_aspect_ratio": "1:1""#),
            Self.sound(),
        ])
        let probe = try Probe.parse(json, head: Self.mp4Head)
        #expect(probe.duration == 61_500)
        #expect(probe.container == "mov,mp4,m4a,3gp,3g2,mj2")
        #expect(
            probe.video == .init(index: 0, codec: "h264", width: 1280, height: 720, pixelShape: .init(1, 1), frameRate: .init(30_000, 1001))
        )
        #expect(probe.audio == .init(index: 1, codec: "aac", channels: 2))
    }

    @Test(arguments: [
        (#", "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}]"#, 90),
        (#", "side_data_list": [{"side_data_type": "CPB properties"}, {"side_data_type": "Display Matrix", "rotation": 90}]"#, 270),
        (#", "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -180}]"#, 180),
        (#", "tags": {"rotate": "90", "language": "und"}"#, 90),
        (#", "tags": {"rotate": "nonsense"}"#, 0),
        ("", 0),
    ])
    func rotationIsCountedWithTheClock(_ fields: String, _ degrees: Int) throws {
        let video = try Probe.parse(Self.report([Self.picture(1920, 1080, fields)]), head: Self.mp4Head).video
        #expect(video.rotation == degrees)
        #expect(video.shown.width == (degrees % 180 == 0 ? 1920 : 1080))
    }

    @Test func pixelsThatAreNotSquareWidenThePicture() throws {
        let tape = Self.picture(
            720, 576, #", "sample_aspect_ratio": "16:15", "field_order": "bb", "avg_frame_rate": "0/0", "r_frame_rate": "25/1""#)
        let video = try Probe.parse(Self.report([tape]), head: Self.mp4Head).video
        #expect(video.shown.width == 768)
        #expect(video.isInterlaced)
        #expect(video.frameRate == .init(25, 1))
    }

    @Test func silenceIsAllowedAndTheDefaultSoundIsChosen() throws {
        #expect(try Probe.parse(Self.report([Self.picture()]), head: Self.mp4Head).audio == nil)
        let streams = [Self.picture(), Self.sound(index: 1, isDefault: 0), Self.sound(index: 2, isDefault: 1)]
        #expect(try Probe.parse(Self.report(streams), head: Self.mp4Head).audio?.index == 2)
    }

    @Test func aCoverIsNoPicture() throws {
        let cover =
            #"{"index": 0, "codec_name": "mjpeg", "codec_type": "video", "width": 600, "height": 600, "disposition": {"attached_pic": 1}}"#
        #expect(throws: MediaProblem.noVideo) { try Probe.parse(Self.report([cover, Self.sound()]), head: Self.mp4Head) }
        let film = #"{"index": 2, "codec_name": "h264", "codec_type": "video", "width": 640, "height": 360}"#
        #expect(try Probe.parse(Self.report([cover, Self.sound(), film]), head: Self.mp4Head).video.index == 2)
    }

    @Test func aProbeSurvivesItsOwnJSON() throws {
        let probe = try Probe.parse(Self.report([Self.picture(), Self.sound()]), head: Self.mp4Head)
        #expect(try JSONDecoder().decode(Probe.self, from: JSONEncoder().encode(probe)) == probe)
    }

    struct BadFile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: Data
        var head = ProbeTests.mp4Head
        let problem: MediaProblem
    }

    static let failure = Data(#"{"error": {"code": -1094995529, "string": "Invalid data found when processing input"}}"#.utf8)

    @Test(arguments: [
        BadFile(testDescription: "zero bytes", json: failure, head: [], problem: .empty),
        BadFile(testDescription: "text", json: failure, head: Array("Dear editor, here is".utf8), problem: .notMedia),
        BadFile(testDescription: "MP4 without its directory", json: failure, problem: .truncated(expected: nil, found: nil)),
        BadFile(
            testDescription: "Matroska, head only", json: failure, head: [0x1A, 0x45, 0xDF, 0xA3, 1, 2],
            problem: .truncated(expected: nil, found: nil)),
        BadFile(testDescription: "no JSON at all", json: Data("Segmentation fault".utf8), head: Array("x".utf8), problem: .notMedia),
        BadFile(testDescription: "sound only", json: report([sound(index: 0)]), problem: .noVideo),
        BadFile(testDescription: "no streams", json: report([]), problem: .noVideo),
        BadFile(testDescription: "picture without size", json: report([picture(0, 0)]), problem: .badDimensions(width: 0, height: 0)),
        BadFile(testDescription: "picture of 2 lines", json: report([picture(640, 2)]), problem: .badDimensions(width: 640, height: 2)),
        BadFile(
            testDescription: "picture of 60,000 across", json: report([picture(60_000, 400)]),
            problem: .badDimensions(width: 60_000, height: 400)),
    ])
    func aBadFileHasItsOwnProblem(_ file: BadFile) {
        #expect(throws: file.problem) { try Probe.parse(file.json, head: file.head) }
    }

    @Test func eachProblemHasACodeOfItsOwnAndAWholeSentence() {
        let problems: [MediaProblem] = [
            .empty, .notMedia, .truncated(expected: 60_000, found: 31_000), .noVideo, .tooLong(milliseconds: 25_200_000),
            .badDimensions(width: 2, height: 3),
            .diskFull, .timedOut(seconds: 90), .toolMissing(name: "ffmpeg"), .failed(step: "240p", detail: "Broken."),
        ]
        #expect(Set(problems.map(\.code)).count == problems.count)
        for problem in problems {
            #expect(problem.code.hasPrefix("media."))
            #expect(problem.description.hasSuffix("."))
            for value in problem.values.values { #expect(problem.description.contains(value)) }
        }
        #expect(MediaProblem.truncated(expected: 3_661_000, found: 59_900).values == ["expected": "1:01:01", "found": "0:00:59"])
    }

    private func scan(_ text: String, clockMayJump: Bool = false, cut: Int = 1000) -> PacketScan {
        let lines = Array(text.utf8)
        var scan = PacketScan(clockMayJump: clockMayJump)
        for start in stride(from: 0, to: lines.count, by: cut) { scan.take(Array(lines[start..<min(start + cut, lines.count)])) }
        return scan
    }

    @Test(arguments: [1, 3, 7, 1000])
    func theLengthIsThatOfThePacketsHoweverThePipeCutsTheLines(_ size: Int) {
        let scan = scan(
            """
            0,2.0,1.9,0.04\n1,1.5,1.5,0.02\n0,N/A,11.5,0.040000\n0,11.2,11.2,N/A,\n0,12.000000,11.9,0.040000,\r\nrubbish\n9,13.0,13.0,0.5\n
            """,
            cut: size)
        #expect(scan.length(of: 0) == 10_040 && scan.length(of: 1) == 20 && scan.length(of: 7) == nil)
        #expect(scan.length(of: [0, 1]) == 10_540 && scan.length() == 12_000 && scan.packets(of: 0) == 4)
        #expect(PacketScan(clockMayJump: false).length() == 0)
    }

    @Test func aClockThatJumpsIsAJointWhereClocksAreThoseOfBroadcasts() {
        let lines = [0, 1, 2, 3600, 3601, 5, 6].map { "0,\($0).0,\($0).0,1.0" }.joined(separator: "\n") + "\n"
        let broadcast = scan(lines, clockMayJump: true)
        #expect(broadcast.joints == 2 && broadcast.length(of: 0) == 7_000 && broadcast.length() == 7_000)
        #expect(scan(lines).joints == 0 && scan(lines).length(of: 0) == 3_602_000)
    }

    /// What the container promises, what its packets have, whether it is of broadcasts: what comes of it.
    @Test(
        arguments: [
            ("matroska,webm", nil, 8, false, 8_000, ["cut_off"]), ("matroska,webm", nil, 8, true, 8_000, ["cut_off"]),
            ("mov,mp4", 8.0, 8, false, 8_000, []),
            ("flv", 2.0, 8, false, 8_000, ["length"]), ("mpegts", 3608.0, 8, false, 8_000, []),
            ("mov,mp4", 21_600.0, 21_600, false, 21_600_000, []),
        ] as [(String, Double?, Int, Bool, Int, [String])])
    func theLengthIsThatOfThePackets(
        _ container: String, _ promised: Double?, _ seconds: Int, _ endsEarly: Bool, _ length: Int, _ notes: [String]
    ) throws {
        var probe = try Self.promising(promised, container)
        try probe.take(scan("0,0.0,0.0,\(seconds).0\n"), endsEarly: endsEarly)
        #expect(probe.duration == length && probe.notes.map(\.code.rawValue) == notes)
    }

    @Test(
        arguments: [
            ("mov,mp4", 60.0, 8, false, MediaProblem.truncated(expected: 60_000, found: 8_000)),
            ("mov,mp4", 8.0, 7, true, .truncated(expected: 8_000, found: 7_000)),
            ("mov,mp4", 8.0, 0, false, .truncated(expected: 8_000, found: nil)),
            ("asf", nil, 0, false, .truncated(expected: nil, found: nil)),
            ("asf", nil, 25_200, false, .tooLong(milliseconds: 25_200_000)),
        ] as [(String, Double?, Int, Bool, MediaProblem)])
    func whatIsNotWholeOrTooLongIsSaid(_ container: String, _ promised: Double?, _ seconds: Int, _ endsEarly: Bool, _ problem: MediaProblem)
        throws
    {
        var probe = try Self.promising(promised, container)
        let scan = scan(seconds == 0 ? "" : "0,0.0,0.0,\(seconds).0\n")
        #expect(throws: problem) { try probe.take(scan, endsEarly: endsEarly) }
    }

    private static func promising(_ seconds: Double?, _ container: String) throws -> Probe {
        let length = seconds.map { ", \"duration\": \"\($0)\"" } ?? ""
        return try Probe.parse(report([picture()], format: "\"format_name\": \"\(container)\"" + length), head: mp4Head)
    }

    @Test func theRightOfSeveralStreamsIsTakenAndTheRestAreNamed() throws {
        func stream(_ index: Int, _ type: String, _ more: String) -> String {
            #"{"index": \#(index), "codec_type": "\#(type)", "codec_name": "x", \#(more)}"#
        }
        let probe = try Probe.parse(
            Self.report([
                stream(0, "video", #""width": 320, "height": 180"#),
                stream(1, "video", #""width": 1280, "height": 720, "color_transfer": "smpte2084""#),
                stream(2, "audio", #""channels": 2, "tags": {"language": "eng"}"#),
                stream(3, "audio", #""channels": 2, "tags": {"language": "chi"}"#),
                stream(4, "audio", #""channels": 2, "tags": {"title": "导演\n解说", "language": "und"}"#),
                stream(5, "subtitle", #""tags": {"language": "chi"}"#),
            ]), head: Self.mp4Head)
        #expect(probe.video.index == 1 && probe.video.isHDR && probe.audio?.index == 3)
        #expect(probe.notes.map(\.code) == [.pictures, .sounds, .subtitles, .hdr])
        #expect(probe.notes[1].values == ["count": "2", "names": "eng, 导演解说"] && probe.notes[2].values["names"] == "chi")
    }

    @Test(arguments: [("1:100", true), ("40:1", true), ("16:15", false), ("0:1", false), ("64:45", false)])
    func pixelsThatNoPictureHasAreTakenAsSquare(_ shape: String, _ isOdd: Bool) throws {
        let probe = try Probe.parse(Self.report([Self.picture(720, 576, #", "sample_aspect_ratio": "\#(shape)""#)]), head: Self.mp4Head)
        #expect(probe.notes.map(\.code) == (isOdd ? [.pixels] : []))
        if isOdd { #expect(probe.video.shown.width == 720) }
    }

    @Test(
        arguments: [
            (200, 8_000, nil, 25.0), (200, 8_000, (1000, 1), 25.0), (240, 8_008, (30_000, 1001), 29.97), (96, 8_000, nil, 12.0),
            (1, 8_000, (25, 1), 25.0),
        ]
            as [(Int, Int, (Int, Int)?, Double)])
    func framesAreCounted(_ packets: Int, _ milliseconds: Int, _ said: (Int, Int)?, _ rate: Double) {
        let measured = Probe.Ratio.measured(packets: packets, milliseconds: milliseconds, said: said.flatMap { Probe.Ratio($0.0, $0.1) })
        #expect(abs((measured?.value ?? 0) - rate) < 0.01)
    }

    @Test func progressRisesAndStaysWithinOne() {
        var reader = ProgressReader(duration: 10_000)
        #expect(reader.take(Array("frame=1\nout_time_us=-23000\nout_time_us=N/A\n".utf8)) == nil)
        #expect(reader.take(Array("out_time_us=25000".utf8)) == nil)
        #expect(reader.take(Array("00\nprogress=continue\n".utf8)) == 0.25)
        #expect(reader.take(Array("out_time_us=1000000\n".utf8)) == nil)
        #expect(reader.take(Array("out_time_us=99000000\nprogress=end\n".utf8)) == 1)
    }
}
