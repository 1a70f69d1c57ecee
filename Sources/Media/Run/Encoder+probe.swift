package import Foundation

extension Encoder {
    /// Says what a file holds, after a look at its head and at its end: a file that was cut short is found here and not after an hour of encoding.
    ///
    /// Transport streams and MPEG-1/2 files carry no length; of them what is there counts as the whole.
    /// - Throws: `MediaProblem`, `CancellationError`.
    package func probe(_ file: URL) async throws -> Probe {
        let head = try await Disk.perform { try Disk.head(of: file) }
        if head.isEmpty { throw MediaProblem.empty }
        let probe = try await Probe.parse(describe(Input.untrusted(file.path)), head: head)
        try await checkEnd(of: file, probe)
        return probe
    }

    /// What ffprobe says about an input, as JSON.
    func describe(_ input: [String]) async throws -> Data {
        let limit = 4 << 20
        let json = Running(Data())
        let arguments = ["-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_error"] + input
        _ = try await ffprobe(arguments) { bytes in
            json.change { if $0.count < limit { $0.append(contentsOf: bytes) } }
        }
        return json.current
    }

    /// Compares the length that the head promises with the time of the last packet.
    private func checkEnd(of file: URL, _ probe: Probe) async throws {
        let times = Running(PacketTimes())
        let from = max(0, probe.duration - 10_000) + probe.start
        let arguments =
            ["-v", "error", "-read_intervals", "\(Double(from) / 1000)%", "-show_entries", "packet=pts_time,dts_time,duration_time", "-of", "csv=p=0"]
            + Input.untrusted(file.path)
        let outcome = try await ffprobe(arguments) { bytes in times.change { $0.take(bytes) } }
        let found = max(0, (times.current.end ?? probe.start) - probe.start)
        let endsEarly = ["partial file", "File ended prematurely"].contains { outcome.log.contains($0) }
        if endsEarly || found < probe.duration - Probe.tolerance(for: probe.duration) {
            throw MediaProblem.truncated(expected: probe.duration, found: times.current.end == nil ? nil : min(found, probe.duration))
        }
    }

    private func ffprobe(_ arguments: [String], output: @escaping @Sendable ([UInt8]) async -> Void) async throws -> Program.Outcome {
        try await Program(launcher: tools.launcher, path: tools.ffprobe, arguments: arguments).run(limit: 300, output: output)
    }
}
