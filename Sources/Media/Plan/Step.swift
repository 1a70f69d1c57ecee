/// One start of ffmpeg: what it is told, where the result goes, which files prove that it is done.
package struct Step: Hashable, Sendable {
    /// What the step makes.
    package enum Product: Hashable, Sendable {
        /// Segments `segNNNN.ts` and the playlist `index.m3u8`.
        case hls(Rendition, preset: String)
        /// `video.mp4`, repacked from the finished segments of a rendition: the same pictures for next to no time.
        case mp4(of: Rendition)
        /// `poster.jpg`, one frame from a tenth of the way.
        case poster(width: Int, height: Int)
    }

    /// The most bytes of a poster.
    package static let posterBytes = 60_000

    /// The name of the step and of its folder.
    package let name: String
    package let product: Product
    package let probe: Probe

    /// The step that must be done before, by name.
    package var needs: String? {
        if case .mp4(let rendition) = product { rendition.rung.name } else { nil }
    }

    /// The file by which the result is opened.
    package var mainFile: String {
        switch product {
        case .hls: "index.m3u8"
        case .mp4: "video.mp4"
        case .poster: "poster.jpg"
        }
    }

    /// Seconds after which the step is given up: a slow old machine encodes at a tenth of real time.
    package var timeLimit: Int { 300 + probe.duration / 1000 * 10 }
}

/// The steps that make courseware of a source, in order: renditions from the smallest, MP4 of the best, poster.
package func plan(probe: Probe, ladder: Ladder) -> [Step] {
    let renditions = Rendition.all(of: probe, on: ladder)
    var steps = renditions.map { Step(name: $0.rung.name, product: .hls($0, preset: ladder.preset), probe: probe) }
    if let best = renditions.last { steps.append(Step(name: "mp4", product: .mp4(of: best), probe: probe)) }
    let poster = Rendition.fit(probe.video.shown, lines: 360)
    steps.append(Step(name: "poster", product: .poster(width: poster.width, height: poster.height), probe: probe))
    return steps
}
