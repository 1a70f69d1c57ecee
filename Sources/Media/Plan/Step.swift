/// One start of ffmpeg: what it is told, where the result goes, which files prove that it is done.
package struct Step: Hashable, Sendable {
    /// What the step makes.
    package enum Product: Hashable, Sendable {
        /// `video.mp4`, which plays as a file and by the byte ranges of `index.m3u8`.
        case file(Rendition, preset: String)
        /// Segments `segNNNN.ts` and the playlist `index.m3u8`, repacked from the finished file of a rendition: for boxes that know nothing
        /// newer.
        case hls(of: Rendition)
        /// `poster.jpg`, one frame from a tenth of the way.
        case poster(width: Int, height: Int)
    }

    /// The most bytes of a poster.
    package static let posterBytes = 60_000

    /// The names of a rendition's file and of ffmpeg's fragments, of which it is made.
    package static let file = "video.mp4"
    static let fragments = "fragments.mp4"

    /// The name of the step and of its folder.
    package let name: String
    package let product: Product
    package let probe: Probe

    /// The step that must be done before, by name.
    package var needs: String? {
        if case .hls(let rendition) = product { rendition.rung.name } else { nil }
    }

    /// The file by which the result is opened.
    package var mainFile: String {
        switch product {
        case .file, .hls: "index.m3u8"
        case .poster: "poster.jpg"
        }
    }

    /// Seconds after which the step is given up: a slow old machine makes two and a half pictures a second, and they are counted as they
    /// are made, not as the file says.
    package var timeLimit: Int {
        let pictures = Double(probe.duration) / 1000 * Rendition.frameRate(of: probe.video).value
        return 300 + Int(pictures * 0.4)
    }
}

/// The steps that make courseware of a source, in order: renditions from the smallest, their transport streams where boxes ask for them,
/// poster.
package func plan(probe: Probe, ladder: Ladder, transportStreams: Bool = false) -> [Step] {
    let renditions = Rendition.all(of: probe, on: ladder)
    var steps = renditions.map { Step(name: $0.rung.name, product: .file($0, preset: ladder.preset), probe: probe) }
    if transportStreams { steps += renditions.map { Step(name: "\($0.rung.name)-ts", product: .hls(of: $0), probe: probe) } }
    let poster = Rendition.fit(probe.video.shown, lines: 360)
    steps.append(Step(name: "poster", product: .poster(width: poster.width, height: poster.height), probe: probe))
    return steps
}
