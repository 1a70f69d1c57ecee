/// The programs of others that read what strangers made.
package enum Tool: String, CaseIterable, Hashable, Codable, Sendable {
    case ffmpeg, ffprobe, weasyprint
    case rsvgConvert = "rsvg-convert"
}

/// Where these programs run.
package enum Workplace: Hashable, Sendable {
    /// As children of ours, under our own user, kept apart so far.
    case here(Confinement)
    /// At a worker, under a user that has nothing of ours.
    case worker(Worker)
}
