package import Foundation

extension Probe {
    /// Reads what `ffprobe -print_format json -show_format -show_streams -show_error` printed.
    ///
    /// - Parameters:
    ///   - json: standard output of ffprobe.
    ///   - head: the first bytes of the file, 16 or more where the file has them. They tell a broken video from a file of another kind.
    package static func parse(_ json: Data, head: [UInt8]) throws(MediaProblem) -> Probe {
        if head.isEmpty { throw .empty }
        guard let report = try? JSONDecoder().decode(Report.self, from: json), let format = report.format, report.error == nil else {
            throw looksLikeVideo(head) ? .truncated(expected: nil, found: nil) : .notMedia
        }
        let streams = report.streams ?? []
        let pictures = streams.filter { $0.codec_type == "video" && $0.disposition?["attached_pic"] != 1 }
        guard let picture = pictures.max(by: { $0.pictureRank < $1.pictureRank }) else { throw .noVideo }
        let video = try Video(picture)
        let sounds = streams.filter { $0.codec_type == "audio" && $0.codec_name != nil && ($0.channels ?? 0) > 0 }
        let sound = sounds.max { $0.soundRank < $1.soundRank }
        var notes: [MediaNote] = []
        func leave(_ code: MediaNote.Code, _ left: [Report.Stream]) {
            guard !left.isEmpty else { return }
            notes.append(
                MediaNote(code, ["count": String(left.count), "names": left.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")]))
        }
        leave(.pictures, pictures.filter { $0.index != picture.index })
        leave(.sounds, sounds.filter { $0.index != sound?.index })
        leave(.subtitles, streams.filter { $0.codec_type == "subtitle" })
        if video.isHDR { notes.append(MediaNote(.hdr)) }
        if let shape = Video.ratio(picture.sample_aspect_ratio, separator: ":"), !Video.isReal(shape) {
            notes.append(MediaNote(.pixels, ["shape": "\(shape.numerator):\(shape.denominator)"]))
        }
        return Probe(
            duration: max(0, milliseconds(format.duration) ?? 0), start: milliseconds(format.start_time) ?? 0,
            container: format.format_name ?? "", video: video,
            audio: sound.map(Audio.init), notes: notes)
    }

    /// The most milliseconds by which a length may miss another one that ought to be the same: rounding, a sound track
    /// that ends with the next whole frame, slightly wrong headers.
    package static func tolerance(for duration: Int) -> Int { max(3_000, duration / 50) }

    /// Whether the bytes are the beginning of a container that holds its directory elsewhere: MP4, Matroska, AVI, FLV, ASF, Ogg, RealMedia.
    private static func looksLikeVideo(_ head: [UInt8]) -> Bool {
        let beginnings: [[UInt8]] = [
            [0x1A, 0x45, 0xDF, 0xA3], Array("RIFF".utf8), Array("FLV\u{1}".utf8), [0x30, 0x26, 0xB2, 0x75], Array("OggS".utf8),
            Array(".RMF".utf8),
        ]
        let boxes = ["ftyp", "moov", "mdat", "wide", "free", "skip"].map { Array($0.utf8) }
        return beginnings.contains { head.starts(with: $0) } || boxes.contains { head.dropFirst(4).starts(with: $0) }
    }

    /// Seconds as ffprobe writes them, `12.345000`, in milliseconds.
    static func milliseconds(_ text: String?) -> Int? {
        guard let text, let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e9 else { return nil }
        return Int((seconds * 1000).rounded())
    }
}

extension Probe.Video {
    /// Pixels that one side may have: below lies damage, above lies nothing that any camera makes.
    private static let sides = 16...8192

    fileprivate init(_ stream: Report.Stream) throws(MediaProblem) {
        let (width, height) = (stream.width ?? 0, stream.height ?? 0)
        guard Self.sides.contains(width), Self.sides.contains(height) else { throw .badDimensions(width: width, height: height) }
        let isHDR = ["smpte2084", "arib-std-b67"].contains(stream.color_transfer ?? "")
        let turn = stream.side_data_list?.lazy.compactMap(\.rotation).first ?? stream.tags?["rotate"].flatMap(Double.init).map { -$0 } ?? 0
        self.init(
            index: stream.index, codec: stream.codec_name ?? "unknown", width: width, height: height, rotation: Self.clockwise(turn),
            pixelShape: Self.ratio(stream.sample_aspect_ratio, separator: ":").flatMap { Self.isReal($0) ? $0 : nil },
            frameRate: Self.ratio(stream.avg_frame_rate, separator: "/") ?? Self.ratio(stream.r_frame_rate, separator: "/"),
            isInterlaced: ["tt", "bb", "tb", "bt"].contains(stream.field_order ?? ""),
            duration: Probe.milliseconds(stream.duration) ?? Self.clock(stream.tags?["DURATION"]),
            isHDR: isHDR, assumedColours: Self.assumed(stream, isHDR: isHDR),
            hasOddPixels: Self.ratio(stream.sample_aspect_ratio, separator: ":").map { !Self.isReal($0) } ?? false)
    }

    /// Pictures of high dynamic range have the colours of BT.2020 unless they say otherwise.
    private static func assumed(_ stream: Report.Stream, isHDR: Bool) -> String {
        guard isHDR else { return "" }
        let known = { (text: String?) in !["", "unknown", "unspecified", "reserved"].contains(text ?? "") }
        let parts =
            (known(stream.color_primaries) ? [] : ["color_primaries=bt2020"]) + (known(stream.color_space) ? [] : ["colorspace=bt2020nc"])
        return parts.joined(separator: ":")
    }

    /// Pixels of film and television are at most about twice as wide as high, or the other way round.
    fileprivate static func isReal(_ shape: Probe.Ratio) -> Bool { (0.25...4).contains(shape.value) }

    /// `00:01:02.345000000`, as Matroska keeps the length of a stream.
    private static func clock(_ text: String?) -> Int? {
        let parts = (text ?? "").split(separator: ":")
        guard parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]), (0..<100).contains(hours),
            (0..<60).contains(minutes)
        else {
            return nil
        }
        return Probe.milliseconds(String(parts[2])).map { $0 + (hours * 60 + minutes) * 60_000 }
    }

    /// ffprobe counts degrees against the clock; the nearest quarter turn with the clock, 0 to 270.
    private static func clockwise(_ degrees: Double) -> Int {
        guard degrees.isFinite, abs(degrees) < 1e6 else { return 0 }
        let quarters = Int((-degrees / 90).rounded()) % 4
        return (quarters + 4) % 4 * 90
    }

    fileprivate static func ratio(_ text: String?, separator: Character) -> Probe.Ratio? {
        let parts = (text ?? "").split(separator: separator).map { Int($0) }
        guard parts.count == 2, let numerator = parts[0], let denominator = parts[1] else { return nil }
        return Probe.Ratio(numerator, denominator)
    }
}

extension Probe.Audio {
    fileprivate init(_ stream: Report.Stream) {
        self.init(index: stream.index, codec: stream.codec_name ?? "unknown", channels: stream.channels ?? 1)
    }
}

/// The parts of ffprobe's JSON that are read; its writers print most numbers as text.
private struct Report: Decodable {
    struct Failure: Decodable { let code: Int }
    struct Format: Decodable { let format_name, duration, start_time: String? }
    struct SideData: Decodable { let rotation: Double? }
    struct Stream: Decodable {
        let index: Int
        let codec_type, codec_name, sample_aspect_ratio, avg_frame_rate, r_frame_rate, field_order, duration, color_transfer,
            color_primaries, color_space: String?
        let width, height, channels: Int?
        let disposition: [String: Int]?
        let tags: [String: String]?
        let side_data_list: [SideData]?

        private var isDefault: Bool { disposition?["default"] == 1 }

        /// The picture that the file calls its own, of several the largest, of equal ones the first.
        var pictureRank: (Int, Int, Int) { (isDefault ? 1 : 0, (width ?? 0) * (height ?? 0), -index) }

        /// The sound that the file calls its own, of several that in Chinese, of equal ones the first.
        var soundRank: (Int, Int, Int) {
            (isDefault ? 1 : 0, ["chi", "zho", "zh", "cmn"].contains(tags?["language"] ?? "") ? 1 : 0, -index)
        }

        /// What the file calls the stream: its title, else its language.
        var name: String {
            let (title, language) = (tags?["title"], tags?["language"])
            let text = title ?? (language == "und" ? nil : language) ?? ""
            // One line of at most 60 characters, whatever a file says.
            return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(60)))
        }
    }
    let error: Failure?
    let format: Format?
    let streams: [Stream]?
}
