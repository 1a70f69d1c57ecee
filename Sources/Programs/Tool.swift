/// The programs of others that read what strangers made, and those that ready fonts for them.
package enum Tool: String, CaseIterable, Hashable, Codable, Sendable {
    case ffmpeg, ffprobe, weasyprint
    case rsvgConvert = "rsvg-convert"
    case fontList = "fc-list"
    case fontSubset = "hb-subset"
}

/// Where these programs run.
package enum Workplace: Hashable, Sendable {
    /// As children of ours, under our own user, kept apart so far.
    case here(Confinement)
    /// At a worker, under a user that has nothing of ours.
    case worker(Worker)
}
