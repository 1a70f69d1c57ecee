/// The renditions to make, from the smallest upwards.
package struct Ladder: Hashable, Sendable {
    /// One step of quality. Bit rates are ceilings (capped CRF): a still slide stays far below them.
    package struct Rung: Hashable, Sendable {
        /// The compression profiles that old boxes decode.
        package enum Profile: String, Hashable, Sendable { case baseline, main }

        /// Name of the rendition and of its folder.
        package let name: String
        /// Lines of a picture that lies; pixels across of one that stands.
        package let lines: Int
        /// Kilobits per second.
        package let videoRate: Int
        package let audioRate: Int
        package let profile: Profile
        /// The H.264 level times ten.
        package let level: Int

        package init(name: String, lines: Int, videoRate: Int, audioRate: Int, profile: Profile, level: Int) {
            (self.name, self.lines, self.videoRate, self.audioRate, self.profile, self.level) = (
                name, lines, videoRate, audioRate, profile, level
            )
        }
    }

    package let rungs: [Rung]
    /// x264's speed: slower looks better at the same rate.
    package let preset: String

    package init(rungs: [Rung], preset: String) { (self.rungs, self.preset) = (rungs, preset) }

    /// For lines of 0.5 to 2 Mbit/s and boxes of ten years ago.
    package static let weakLines = Ladder(
        rungs: [
            Rung(name: "240p", lines: 240, videoRate: 150, audioRate: 32, profile: .baseline, level: 30),
            Rung(name: "480p", lines: 480, videoRate: 500, audioRate: 64, profile: .main, level: 31),
        ], preset: "veryfast")
}
