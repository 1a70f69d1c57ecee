/// What a video file holds, as far as encoding needs to know.
package struct Probe: Codable, Hashable, Sendable {
    /// A frame rate or the shape of a pixel, exact: `30000/1001`.
    package struct Ratio: Codable, Hashable, Sendable {
        package let numerator: Int
        package let denominator: Int

        /// Both parts are positive.
        package init?(_ numerator: Int, _ denominator: Int) {
            guard numerator > 0, denominator > 0 else { return nil }
            (self.numerator, self.denominator) = (numerator, denominator)
        }

        private init(whole: Int) { (numerator, denominator) = (whole, 1) }

        /// 25 frames per second, the rate of Chinese and European television.
        static let television = Ratio(whole: 25)

        package var value: Double { Double(numerator) / Double(denominator) }

        /// The rates of cameras and recorders.
        private static let common = [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)].compactMap
        { Ratio($0.0, $0.1) }

        /// A frame rate by counting: what the file says when that is near, else the nearest common one, else whole frames a second.
        package static func measured(packets: Int, milliseconds: Int, said: Ratio?) -> Ratio? {
            guard packets > 1, milliseconds > 0 else { return said }
            let rate = Double(packets) * 1000 / Double(milliseconds)
            func isNear(_ other: Ratio, _ share: Double) -> Bool { abs(other.value - rate) <= share * rate }
            if let said, isNear(said, 0.1) { return said }
            let nearest = common.min { abs($0.value - rate) < abs($1.value - rate) }
            if let nearest, isNear(nearest, 0.1) { return nearest }
            return Ratio(max(1, Int(rate.rounded())), 1)
        }
    }

    /// The picture.
    package struct Video: Codable, Hashable, Sendable {
        /// The number of the stream in the file.
        package let index: Int
        package let codec: String
        /// Pixels as stored, before rotation.
        package let width: Int
        package let height: Int
        /// Quarter turns clockwise that a player makes before it shows the picture: 0, 90, 180 or 270 degrees.
        package let rotation: Int
        /// Width over height of one pixel; old DV and DVD pictures are not square.
        package let pixelShape: Ratio?
        /// Frames per second on average; nil when the file does not say.
        package internal(set) var frameRate: Ratio?
        package let isInterlaced: Bool
        /// Length of the picture alone in milliseconds; nil when the file does not say.
        package internal(set) var duration: Int?
        /// Whether its light is coded for more than television shows (PQ or HLG).
        package let isHDR: Bool
        /// Of a picture of high dynamic range that does not say which colours it has: what is taken for said, as ffmpeg writes it; empty
        /// when it says all.
        package let assumedColours: String
        /// Whether the file says of its pixels a shape that none has.
        package let hasOddPixels: Bool

        package init(
            index: Int, codec: String, width: Int, height: Int, rotation: Int = 0, pixelShape: Ratio? = nil, frameRate: Ratio? = nil,
            isInterlaced: Bool = false, duration: Int? = nil, isHDR: Bool = false, assumedColours: String = "", hasOddPixels: Bool = false
        ) {
            (self.index, self.codec, self.width, self.height, self.rotation) = (index, codec, width, height, rotation)
            (self.pixelShape, self.frameRate, self.isInterlaced, self.duration, self.isHDR) = (
                pixelShape, frameRate, isInterlaced, duration, isHDR
            )
            (self.assumedColours, self.hasOddPixels) = (assumedColours, hasOddPixels)
        }

        /// Width and height as seen: turned upright, with square pixels.
        package var shown: (width: Double, height: Double) {
            let wide = Double(width) * (pixelShape?.value ?? 1)
            return rotation % 180 == 0 ? (wide, Double(height)) : (Double(height), wide)
        }
    }

    /// The sound.
    package struct Audio: Codable, Hashable, Sendable {
        /// The number of the stream in the file.
        package let index: Int
        package let codec: String
        package let channels: Int
        /// Whether the two channels cancel each other when they are added, as with a cable that is wired the wrong way round.
        package internal(set) var isOpposed: Bool

        package init(index: Int, codec: String, channels: Int, isOpposed: Bool = false) {
            (self.index, self.codec, self.channels, self.isOpposed) = (index, codec, channels, isOpposed)
        }
    }

    /// The longest video that is accepted, in milliseconds: six hours.
    package static let longest = 6 * 3_600_000

    /// The length of picture and sound, in milliseconds: by the packets once these were read, before that by the word of the container, and
    /// 0 when it has none.
    package internal(set) var duration: Int
    /// The time stamp of the first frame, in milliseconds; broadcasts do not begin at 0.
    package let start: Int
    /// The container's name in ffmpeg, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    package let container: String
    package internal(set) var video: Video
    /// nil for silent courseware.
    package internal(set) var audio: Audio?
    /// What was left out or is otherwise than its maker may expect.
    package internal(set) var notes: [MediaNote]

    /// Milliseconds by which the sound outlasts the picture, as far as the file says so.
    package var pictureMissing: Int { max(0, duration - (video.duration ?? duration)) }

    package init(duration: Int, start: Int = 0, container: String, video: Video, audio: Audio?, notes: [MediaNote] = []) {
        (self.duration, self.start, self.container, self.video, self.audio, self.notes) = (duration, start, container, video, audio, notes)
    }

    /// Whether the container's clock is that of a broadcast, which begins anew where recordings are joined, and which promises no length.
    package var clockMayJump: Bool { ["mpegts", "mpeg", "mpegvideo", "h264", "hevc"].contains(container) }

    /// Puts what the packets say in the place of what the head of the container said.
    ///
    /// - Parameter endsEarly: whether reading broke off before the end that the container names.
    /// - Throws: `truncated` when the container promises more than there is; `tooLong`.
    package mutating func take(_ scan: PacketScan, endsEarly: Bool) throws(MediaProblem) {
        let (promised, whole) = (clockMayJump ? 0 : duration, scan.length())
        if promised > 0, endsEarly || whole < promised - Probe.tolerance(for: promised) {
            throw .truncated(expected: promised, found: whole == 0 ? nil : min(whole, promised))
        }
        let found = scan.length(of: [video.index] + (audio.map { [$0.index] } ?? []))
        guard found > 0 else { throw .truncated(expected: nil, found: nil) }
        if found > Probe.longest { throw .tooLong(milliseconds: found) }
        if endsEarly || promised == 0 && !clockMayJump { notes.append(MediaNote(.cutOff)) }
        if scan.joints > 0 { notes.append(MediaNote(.joined, ["count": String(scan.joints)])) }
        if promised > 0, abs(found - promised) > Probe.tolerance(for: promised) {
            notes.append(MediaNote(.length, ["said": MediaProblem.clock(promised), "found": MediaProblem.clock(found)]))
        }
        duration = found
        if let picture = scan.length(of: video.index) {
            video.duration = picture
            if scan.packets(of: video.index) == 1, audio != nil { notes.append(MediaNote(.still)) }
            video.frameRate = Ratio.measured(packets: scan.packets(of: video.index), milliseconds: picture, said: video.frameRate)
        }
    }
}
