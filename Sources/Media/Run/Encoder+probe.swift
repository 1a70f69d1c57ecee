package import Foundation
import Programs

extension Encoder {
    /// Says what a file holds, after all its packets have been read: a file that was cut short is found here and not after an hour of
    /// encoding, and one whose head says nothing of its length, or nonsense, has the length of its packets.
    ///
    /// Where the container promises no length, what is there counts as the whole.
    /// - Throws: `MediaProblem`, `CancellationError`.
    package func probe(_ file: URL) async throws -> Probe {
        let head = try await Disk.perform { try Disk.head(of: file) }
        if head.isEmpty { throw MediaProblem.empty }
        var probe = try await Probe.parse(describe(Input.untrusted(file.path), reads: file), head: head)
        let scan = Running(PacketScan(clockMayJump: probe.clockMayJump))
        let arguments =
            ["-v", "error", "-show_entries", "packet=stream_index,pts_time,dts_time,duration_time", "-of", "csv=p=0"]
            + Input.untrusted(file.path)
        let outcome = try await ffprobe(arguments, reads: file) { bytes in scan.change { $0.take(bytes) } }
        let endsEarly = ["partial file", "File ended prematurely"].contains { outcome.log.contains($0) }
        try probe.take(scan.current, endsEarly: endsEarly)
        if let audio = probe.audio, audio.channels == 2, try await isOpposed(audio, file) {
            probe.audio?.isOpposed = true
            probe.notes.append(MediaNote(.phase))
        }
        return probe
    }

    /// Whether the two channels of a sound cancel each other: their sum is quieter than their difference by more than 12 dB, over the first
    /// ten minutes.
    private func isOpposed(_ audio: Probe.Audio, _ file: URL) async throws -> Bool {
        func loudness(_ sign: String) async throws -> Double? {
            let arguments =
                ["-nostdin", "-hide_banner", "-nostats", "-v", "info", "-t", "600"] + Input.untrusted(file.path) + [
                    "-map", "0:\(audio.index)",
                ]
                + ["-af", "pan=mono|c0=0.5*c0\(sign)0.5*c1,volumedetect", "-f", "null", "-"]
            let outcome = try await tools.program(.ffmpeg, reads: [file.path]).encode(arguments, limit: 600) { _ in }
            return outcome.log.matches(of: /mean_volume: (-?[0-9.]+) dB/).last.flatMap { Double($0.1) }
        }
        guard let sum = try await loudness("+"), let difference = try await loudness("-") else { return false }
        return difference - sum > 12 && difference > -60
    }

    /// What ffprobe says about an input, as JSON.
    func describe(_ input: [String], reads place: URL) async throws -> Data {
        let limit = 4 << 20
        let json = Running(Data())
        let arguments = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_error"] + input
        _ = try await ffprobe(arguments, reads: place) { bytes in
            json.change { if $0.count < limit { $0.append(contentsOf: bytes) } }
        }
        return json.current
    }

    private func ffprobe(_ arguments: [String], reads place: URL, output: @escaping @Sendable ([UInt8]) async -> Void) async throws
        -> Program.Outcome
    {
        try await tools.program(.ffprobe, reads: [place.path]).encode(arguments, limit: 3600, output: output)
    }
}
