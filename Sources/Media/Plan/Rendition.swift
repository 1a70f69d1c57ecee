/// A rung made to fit one source: what the encoder is told and what a player is promised.
package struct Rendition: Hashable, Sendable {
    package let rung: Ladder.Rung
    /// Pixels, both even, never more than the source shows.
    package let width: Int
    package let height: Int
    /// Frames per second, the same in all renditions of a source, so that their key frames fall together.
    package let frameRate: Probe.Ratio
    package let hasAudio: Bool

    /// Whole lengths of a segment in seconds. A key frame stands at 0, 2, 6, 12, 18 …: the first segment is short, so that
    /// even the richest picture starts within 300 kB, the second makes up for it.
    package static let firstSegment = 2
    package static let segment = 6

    /// RFC 6381 names of the codecs, for a master playlist: constrained baseline or main H.264, AAC-LC.
    package var codecs: String {
        let profile = rung.profile == .baseline ? "42C0" : "4D40"
        let level = String(rung.level, radix: 16, uppercase: true)
        return "avc1.\(profile)\(level)" + (hasAudio ? ",mp4a.40.2" : "")
    }
}

extension Rendition {
    /// The renditions of a source. A rung is left out when its picture would hardly be larger than that of the rung below.
    static func all(of probe: Probe, on ladder: Ladder) -> [Rendition] {
        var made: [Rendition] = []
        for rung in ladder.rungs {
            let size = fit(probe.video.shown, lines: rung.lines)
            if let below = made.last, size.width * size.height * 4 < below.width * below.height * 5 { continue }
            made.append(
                Rendition(
                    rung: rung, width: size.width, height: size.height, frameRate: frameRate(of: probe.video), hasAudio: probe.audio != nil)
            )
        }
        return made
    }

    /// The largest even size of the same shape within a 16:9 frame of `lines` lines, lying or standing as the picture does, and within the
    /// picture.
    static func fit(_ shown: (width: Double, height: Double), lines: Int) -> (width: Int, height: Int) {
        let short = Double(lines), long = short * 16 / 9
        let scale = min(1, short / min(shown.width, shown.height), long / max(shown.width, shown.height))
        let even = { (side: Double) in max(2, min(Int((side * scale / 2).rounded()), Int(side / 2)) * 2) }
        return (even(shown.width), even(shown.height))
    }

    /// The source's own rate, halved until it is at most 30 and something; 25 where it is unknown or no real one.
    static func frameRate(of video: Probe.Video) -> Probe.Ratio {
        guard var rate = video.frameRate, rate.value >= 5, rate.value <= 250 else { return .television }
        while rate.value > 31, let half = Probe.Ratio(rate.numerator, rate.denominator * 2) { rate = half }
        return rate
    }
}
