/// Reads what `ffmpeg -progress` prints: blocks of `key=value`, among them `out_time_us`, the microseconds written so far.
package struct ProgressReader: Sendable {
    private var lines = LineSplitter()
    private let duration: Int
    /// How much is done, 0 to 1; it never falls.
    package private(set) var fraction = 0.0

    /// - Parameter duration: milliseconds that the output will have.
    package init(duration: Int) { self.duration = max(1, duration) }

    /// Takes the next bytes and says how much is done if that has changed.
    package mutating func take(_ bytes: [UInt8]) -> Double? {
        let before = fraction
        for line in lines.take(bytes) {
            guard line.hasPrefix("out_time_us="), let microseconds = Int(line.dropFirst(12)), microseconds > 0 else { continue }
            fraction = max(fraction, min(1, Double(microseconds) / 1000 / Double(duration)))
        }
        return fraction > before ? fraction : nil
    }
}
