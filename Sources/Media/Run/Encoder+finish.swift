import Foundation

extension Encoder {
    /// Brings what ffmpeg wrote into its final shape and checks it: the expected files and no others, size, length.
    func finish(_ step: Step, in part: URL) async throws {
        let main = part.appendingPathComponent(step.mainFile)
        switch step.product {
        case .file(let rendition, _):
            let file = part.appendingPathComponent(Step.file)
            try await Disk.perform { try Self.writeFile(in: part, as: file, step: step.name) }
            try await check(Input.untrusted(file.path), reads: file, head: Disk.perform { try Disk.head(of: file) }, step: step, rendition)
        case .hls(let rendition):
            try await Disk.perform { try Self.writePlaylist(in: part, step: step.name) }
            try await check(Input.ownPlaylist(main.path), reads: part, head: Array("FLV\u{1}".utf8), step: step, rendition)
        case .poster:
            try await Disk.perform { try Self.choosePoster(in: part, as: main, step: step.name) }
        }
    }

    /// Makes the file of ffmpeg's fragments and its playlist; the fragments go. Needs as much room again as they take.
    private static func writeFile(in part: URL, as file: URL, step: String) throws {
        let fragments = part.appendingPathComponent(Step.fragments)
        guard try FileManager.default.contentsOfDirectory(atPath: part.path) == [Step.fragments] else {
            throw MediaProblem.failed(step: step, detail: "the fragments are not alone")
        }
        do {
            let playlist = try IndexedMP4.make(from: fragments, into: file)
            try Data(playlist.text.utf8).write(to: part.appendingPathComponent("index.m3u8"))
        } catch let problem as MP4Problem {
            throw MediaProblem.failed(step: step, detail: problem.description)
        }
        try FileManager.default.removeItem(at: fragments)
    }

    /// Replaces ffmpeg's list of segments by our playlist, once each segment has been seen.
    private static func writePlaylist(in part: URL, step: String) throws {
        let list = part.appendingPathComponent(Step.segmentList)
        let playlist: MediaPlaylist
        do {
            playlist = try MediaPlaylist.parse(String(contentsOf: list, encoding: .utf8))
        } catch let problem as PlaylistProblem {
            throw MediaProblem.failed(step: step, detail: problem.description)
        }
        try FileManager.default.removeItem(at: list)
        let names = try Set(FileManager.default.contentsOfDirectory(atPath: part.path))
        let sizes = try playlist.segments.map { try Disk.size(of: part.appendingPathComponent($0.name)) }
        guard names == Set(playlist.segments.map(\.name)), sizes.allSatisfy({ $0 > 0 && $0 % 188 == 0 }) else {
            throw MediaProblem.failed(step: step, detail: "the segments are not those of the list")
        }
        try Data(playlist.text.utf8).write(to: part.appendingPathComponent("index.m3u8"))
    }

    /// Length and picture must be those that were planned.
    private func check(_ input: [String], reads place: URL, head: [UInt8], step: Step, _ rendition: Rendition) async throws {
        let made = try await Probe.parse(describe(input, reads: place), head: head)
        guard made.video.width == rendition.width, made.video.height == rendition.height, (made.audio != nil) == rendition.hasAudio else {
            throw MediaProblem.failed(step: step.name, detail: "the result has another shape than planned")
        }
        let planned = step.probe.duration
        if made.duration < planned - Probe.tolerance(for: planned) { throw MediaProblem.truncated(expected: planned, found: made.duration) }
    }

    /// Keeps the first picture that is small enough.
    private static func choosePoster(in part: URL, as main: URL, step: String) throws {
        let trials = Step.posterTrials.indices.map { part.appendingPathComponent(Step.posterTrial($0)) }
        let chosen = try trials.first {
            try (1...Step.posterBytes).contains(Disk.size(of: $0)) && Disk.head(of: $0, count: 3) == [0xFF, 0xD8, 0xFF]
        }
        guard let chosen else { throw MediaProblem.failed(step: step, detail: "no picture at a tenth of the length") }
        try FileManager.default.moveItem(at: chosen, to: main)
        for trial in trials { try Disk.remove(trial) }
    }
}
