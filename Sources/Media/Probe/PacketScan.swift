/// How long the streams of a file really are, from the packets themselves: lines of
/// `ffprobe -show_entries packet=stream_index,pts_time,dts_time,duration_time -of csv=p=0`.
///
/// The head of a container may say nothing (a recording of a browser), too much (a directory in front of a file that was cut) or nonsense
/// (broadcasts joined one behind the other, whose clocks begin anew); only the packets tell.
package struct PacketScan: Sendable {
    private struct Stream {
        /// The piece that is being read: its first and last moment, in milliseconds.
        var start: Int
        var end: Int
        /// The decoding time and length of the last packet.
        var last: (at: Int, length: Int)
        /// Milliseconds of the pieces before.
        var joined = 0
        var packets = 1

        var length: Int { joined + end - start }
    }

    /// Steps of a stream's clock that join two recordings: back, or forward by more than a pause. As ffmpeg's own (`-dts_delta_threshold`,
    /// 10 s).
    private static let back = -1_000
    private static let forward = 10_000

    private let clockMayJump: Bool
    private var lines = LineSplitter()
    private var streams: [Int: Stream] = [:]
    /// How often a clock jumped.
    package private(set) var joints = 0

    /// - Parameter clockMayJump: whether a jump of the clock is a joint and no silence: in transport streams and their like, whose clock is
    ///   that of a broadcast.
    package init(clockMayJump: Bool) { self.clockMayJump = clockMayJump }

    /// Takes the next bytes of ffprobe's output; lines that are not whole yet are kept for the next call.
    package mutating func take(_ bytes: [UInt8]) {
        for line in lines.take(bytes) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count >= 4, let index = Int(fields[0]) else { continue }
            let times = fields[1...3].map { Probe.milliseconds(String($0)) }
            guard let shown = times[0] ?? times[1] else { continue }
            take(index, shown: shown, decoded: times[1] ?? shown, length: max(0, times[2] ?? 0))
        }
    }

    private mutating func take(_ index: Int, shown: Int, decoded: Int, length: Int) {
        guard var stream = streams[index] else {
            streams[index] = Stream(start: shown, end: shown + length, last: (decoded, length))
            return
        }
        let step = decoded - stream.last.at - stream.last.length
        if clockMayJump, step < Self.back || step > Self.forward {
            joints += 1
            stream.joined = stream.length
            (stream.start, stream.end) = (shown, shown + length)
        } else {
            stream.start = min(stream.start, shown)
            stream.end = max(stream.end, shown + length)
        }
        stream.last = (decoded, length)
        stream.packets += 1
        streams[index] = stream
    }

    /// The length of a stream in milliseconds; nil for one without packets.
    package func length(of index: Int) -> Int? { streams[index]?.length }

    /// Packets of a stream.
    package func packets(of index: Int) -> Int { streams[index]?.packets ?? 0 }

    /// From the first moment of these streams to the last, in milliseconds; of all streams when none is named. 0 for a file without
    /// packets.
    package func length(of indices: [Int]? = nil) -> Int {
        let chosen = streams.filter { indices?.contains($0.key) ?? true }.values
        guard let start = chosen.map(\.start).min() else { return 0 }
        if clockMayJump { return chosen.map(\.length).max() ?? 0 }
        return max(0, (chosen.map(\.end).max() ?? start) - start)
    }
}
