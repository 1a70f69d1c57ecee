/// Why a file cannot become courseware, or why its encoding stopped.
///
/// `code` is stable: catalogues hold the words for it, with `values` filled in. `description` is the English sentence for logs
/// and for programs. A cancelled run throws `CancellationError` instead.
package enum MediaProblem: Error, Equatable, Sendable {
    /// The file has no bytes.
    case empty
    /// The bytes are no video file of a kind that is accepted. Lists of other files (HLS, concat) count among these.
    case notMedia
    /// The file ends before its end: there are `found` of `expected` milliseconds, each as far as it is known.
    case truncated(expected: Int?, found: Int?)
    /// There is sound, or nothing, but no picture.
    case noVideo
    /// The video runs for more than `Probe.longest`.
    case tooLong(milliseconds: Int)
    /// The picture is larger or smaller than any real one.
    case badDimensions(width: Int, height: Int)
    /// The disk that takes the result is full.
    case diskFull
    /// The program did not end within its time.
    case timedOut(seconds: Int)
    /// A program that is needed is not there.
    case toolMissing(name: String)
    /// The encoder gave up on `step`; `detail` is the end of what it said.
    case failed(step: String, detail: String)
    /// The worker that runs the programs is away, or went away in the middle of its work, of which the file may be the cause.
    case workerAway(String, inTheMiddle: Bool)

    /// The name under which the words of this problem stand in the catalogues.
    package var code: String {
        switch self {
        case .empty: "media.empty"
        case .notMedia: "media.not_media"
        case .truncated: "media.truncated"
        case .noVideo: "media.no_video"
        case .tooLong: "media.too_long"
        case .badDimensions: "media.bad_dimensions"
        case .diskFull: "media.disk_full"
        case .timedOut: "media.timed_out"
        case .toolMissing: "media.tool_missing"
        case .failed: "media.failed"
        case .workerAway: "media.worker_away"
        }
    }

    /// What the words of the catalogue may name, already as text.
    package var values: [String: String] {
        switch self {
        case .empty, .notMedia, .noVideo, .diskFull, .workerAway: [:]
        case .truncated(let expected, let found):
            [("expected", expected), ("found", found)].reduce(into: [:]) { if let time = $1.1 { $0[$1.0] = Self.clock(time) } }
        case .tooLong(let length): ["length": Self.clock(length), "longest": Self.clock(Probe.longest)]
        case .badDimensions(let width, let height): ["width": String(width), "height": String(height)]
        case .timedOut(let seconds): ["limit": Self.clock(seconds * 1000)]
        case .toolMissing(let name): ["name": name]
        case .failed(let step, let detail): ["step": step, "detail": detail]
        }
    }

    /// Milliseconds as `h:mm:ss`.
    static func clock(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}

extension MediaProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "The file is empty. Choose the file again and upload it once more."
        case .notMedia: "The file is not a video that can be read. Accepted are MP4, MOV, MKV, WebM, AVI, MPEG, FLV, WMV, OGG and RM."
        case .truncated(let expected?, let found?):
            """
            The file is not complete: \(Self.clock(found)) of \(Self.clock(expected)) can be read. Copy it again from where it was made \
            and upload it once more.
            """
        case .truncated: "The file is not complete. Copy it again from where it was made and upload it once more."
        case .noVideo: "The file has no picture. Choose a file with video."
        case .tooLong(let length):
            "The video runs for \(Self.clock(length)); at most \(Self.clock(Probe.longest)) is accepted. Cut it into parts."
        case .badDimensions(let width, let height):
            "The picture measures \(width) × \(height), which cannot be encoded. Export the video in a common size."
        case .diskFull: "The disk is full. Free some space; the work goes on from the last finished part."
        case .timedOut(let seconds):
            "The encoder did not end within \(Self.clock(seconds * 1000)). Try again when the machine is less busy."
        case .toolMissing(let name): "The program \(name) was not found. Install ffmpeg on this machine."
        case .failed(let step, let detail): "The encoder stopped at \(step): \(detail)"
        case .workerAway(let why, _): why
        }
    }
}
