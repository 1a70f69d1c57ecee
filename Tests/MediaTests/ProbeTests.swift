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
        #"{"index": \#(index), "codec_name": "aac", "codec_type": "audio", "channels": \#(channels), "disposition": {"default": \#(isDefault)}}"#
    }

    static func report(_ streams: [String], format: String = #""format_name": "mov,mp4,m4a,3gp,3g2,mj2", "start_time": "0.000000", "duration": "61.500000""#)
        -> Data
    {
        Data(#"{"streams": [\#(streams.joined(separator: ","))], "format": {\#(format)}}"#.utf8)
    }

    @Test func aCommonLessonIsRead() throws {
        let json = Self.report([
            Self.picture(1280, 720, #", "avg_frame_rate": "30000/1001", "field_order": "progressive", "sample_aspect_ratio": "1:1""#), Self.sound(),
        ])
        let probe = try Probe.parse(json, head: Self.mp4Head)
        #expect(probe.duration == 61_500)
        #expect(probe.container == "mov,mp4,m4a,3gp,3g2,mj2")
        #expect(probe.video == .init(index: 0, codec: "h264", width: 1280, height: 720, pixelShape: .init(1, 1), frameRate: .init(30_000, 1001)))
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
        let tape = Self.picture(720, 576, #", "sample_aspect_ratio": "16:15", "field_order": "bb", "avg_frame_rate": "0/0", "r_frame_rate": "25/1""#)
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
        let cover = #"{"index": 0, "codec_name": "mjpeg", "codec_type": "video", "width": 600, "height": 600, "disposition": {"attached_pic": 1}}"#
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
        BadFile(testDescription: "Matroska, head only", json: failure, head: [0x1A, 0x45, 0xDF, 0xA3, 1, 2], problem: .truncated(expected: nil, found: nil)),
        BadFile(testDescription: "no JSON at all", json: Data("Segmentation fault".utf8), head: Array("x".utf8), problem: .notMedia),
        BadFile(testDescription: "no length", json: report([picture()], format: #""format_name": "asf""#), problem: .truncated(expected: nil, found: nil)),
        BadFile(testDescription: "length 0", json: report([picture()], format: #""duration": "0.000000""#), problem: .truncated(expected: nil, found: nil)),
        BadFile(
            testDescription: "length is no number", json: report([picture()], format: #""duration": "nan""#), problem: .truncated(expected: nil, found: nil)),
        BadFile(testDescription: "sound only", json: report([sound(index: 0)]), problem: .noVideo),
        BadFile(testDescription: "no streams", json: report([]), problem: .noVideo),
        BadFile(testDescription: "seven hours", json: report([picture()], format: #""duration": "25200.0""#), problem: .tooLong(milliseconds: 25_200_000)),
        BadFile(testDescription: "picture without size", json: report([picture(0, 0)]), problem: .badDimensions(width: 0, height: 0)),
        BadFile(testDescription: "picture of 2 lines", json: report([picture(640, 2)]), problem: .badDimensions(width: 640, height: 2)),
        BadFile(testDescription: "picture of 60,000 across", json: report([picture(60_000, 400)]), problem: .badDimensions(width: 60_000, height: 400)),
    ])
    func aBadFileHasItsOwnProblem(_ file: BadFile) {
        #expect(throws: file.problem) { try Probe.parse(file.json, head: file.head) }
    }

    @Test func sixHoursExactlyAreAccepted() throws {
        #expect(try Probe.parse(Self.report([Self.picture()], format: #""duration": "21600.000000""#), head: Self.mp4Head).duration == Probe.longest)
    }

    @Test func eachProblemHasACodeOfItsOwnAndAWholeSentence() {
        let problems: [MediaProblem] = [
            .empty, .notMedia, .truncated(expected: 60_000, found: 31_000), .noVideo, .tooLong(milliseconds: 25_200_000), .badDimensions(width: 2, height: 3),
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

    @Test(arguments: [1, 3, 7, 1000])
    func theLastPacketIsFoundHoweverThePipeCutsTheLines(_ size: Int) {
        let lines = Array("9.984580,9.9,0.023220\nN/A,11.5,0.040000\n11.2,11.2,N/A,\n12.000000,11.9,0.040000,\r\n11.0,11.0,0.04\nrubbish\n".utf8)
        var times = PacketTimes()
        for start in stride(from: 0, to: lines.count, by: size) { times.take(Array(lines[start..<min(start + size, lines.count)])) }
        #expect(times.end == 12_040)
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
