/// What encoding did with a file that its maker may not expect, or left out of it. Shown beside the courseware; the catalogues hold the
/// words for each code.
package struct MediaNote: Codable, Hashable, Sendable {
    package enum Code: String, Codable, CaseIterable, Sendable {
        /// Bright colours of high dynamic range were brought into the range of television.
        case hdr
        /// The file was cut off where it was recorded; what is there was taken.
        case cutOff = "cut_off"
        /// Recordings joined one behind the other; `count` joints.
        case joined
        /// The file said another length than its packets have.
        case length
        /// The shape of its pixels is none that a picture has; they were taken as square.
        case pixels
        /// The two channels of the sound cancel each other; one was turned round.
        case phase
        /// Besides the chosen one there are `count` pictures, sound tracks, subtitles, which were left out; `names` as far as the file
        /// says.
        case pictures, sounds, subtitles
        /// The picture is a single one and stands while the sound goes on.
        case still
    }

    package let code: Code
    package let values: [String: String]

    package init(_ code: Code, _ values: [String: String] = [:]) { (self.code, self.values) = (code, values) }
}
