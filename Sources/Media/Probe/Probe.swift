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
        package let frameRate: Ratio?
        package let isInterlaced: Bool
        /// Length of the picture alone in milliseconds; nil when the file does not say.
        package let duration: Int?

        package init(
            index: Int, codec: String, width: Int, height: Int, rotation: Int = 0, pixelShape: Ratio? = nil, frameRate: Ratio? = nil,
            isInterlaced: Bool = false, duration: Int? = nil
        ) {
            (self.index, self.codec, self.width, self.height, self.rotation) = (index, codec, width, height, rotation)
            (self.pixelShape, self.frameRate, self.isInterlaced, self.duration) = (pixelShape, frameRate, isInterlaced, duration)
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

        package init(index: Int, codec: String, channels: Int) {
            (self.index, self.codec, self.channels) = (index, codec, channels)
        }
    }

    /// The longest video that is accepted, in milliseconds: six hours.
    package static let longest = 6 * 3_600_000

    /// The container's length, counted from `start`, in milliseconds.
    package let duration: Int
    /// The time stamp of the first frame, in milliseconds; broadcasts do not begin at 0.
    package let start: Int
    /// The container's name in ffmpeg, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    package let container: String
    package let video: Video
    /// nil for silent courseware.
    package let audio: Audio?

    /// Milliseconds by which the sound outlasts the picture, as far as the file says so.
    package var pictureMissing: Int { max(0, duration - (video.duration ?? duration)) }

    package init(duration: Int, start: Int = 0, container: String, video: Video, audio: Audio?) {
        (self.duration, self.start, self.container, self.video, self.audio) = (duration, start, container, video, audio)
    }
}
