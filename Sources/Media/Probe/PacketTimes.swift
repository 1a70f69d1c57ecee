/// Finds the time at which the last packet of a file ends, from lines of
/// `ffprobe -show_entries packet=pts_time,dts_time,duration_time -of csv=p=0`.
///
/// A file whose directory stands at its front looks whole when it is cut; only the packets tell.
package struct PacketTimes: Sendable {
    private var lines = LineSplitter()
    /// The latest end of any packet so far, in milliseconds; nil before the first one.
    package private(set) var end: Int?

    package init() {}

    /// Takes the next bytes of ffprobe's output; lines that are not whole yet are kept for the next call.
    package mutating func take(_ bytes: [UInt8]) {
        for line in lines.take(bytes) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { Probe.milliseconds(String($0)) }
            guard fields.count >= 3, let at = fields[0] ?? fields[1] else { continue }
            end = max(end ?? .min, at + (fields[2] ?? 0))
        }
    }
}
