/// The list of renditions from which a player chooses (RFC 8216, 4.3.4.2), lowest rate first: weak lines start with the first entry.
package struct MasterPlaylist: Hashable, Sendable {
    /// One rendition with its measured rates.
    package struct Variant: Hashable, Sendable {
        /// Path of the media playlist, relative to the master playlist.
        package let path: String
        package let rendition: Rendition
        /// Bits per second of the heaviest stretch of about one segment, and over all.
        package let peakRate: Int
        package let averageRate: Int

        /// - Parameter sizes: bytes of each segment of `playlist`, in order.
        package init(path: String, rendition: Rendition, playlist: MediaPlaylist, sizes: [Int]) {
            (self.path, self.rendition) = (path, rendition)
            let pieces = zip(playlist.segments, sizes).map { (bytes: $1, duration: $0.duration) }
            let rate = { (bytes: Int, duration: Int) in duration > 0 ? (bytes * 8_000_000 + duration - 1) / duration : 0 }
            averageRate = rate(pieces.reduce(0) { $0 + $1.bytes }, pieces.reduce(0) { $0 + $1.duration })
            let target = playlist.targetDuration * 1_000_000
            var peak = averageRate
            for first in pieces.indices {
                var (bytes, duration) = (0, 0)
                for piece in pieces[first...] {
                    (bytes, duration) = (bytes + piece.bytes, duration + piece.duration)
                    if duration * 2 > target * 3 { break }
                    if duration * 2 >= target { peak = max(peak, rate(bytes, duration)) }
                }
            }
            peakRate = peak
        }
    }

    package let variants: [Variant]

    package init(variants: [Variant]) { self.variants = variants.sorted { $0.peakRate < $1.peakRate } }

    /// The playlist in full.
    package var text: String {
        let body = variants.flatMap { variant in
            let picture = variant.rendition, thousandths = String(Int((picture.frameRate.value * 1000).rounded()))
            let attributes = [
                "BANDWIDTH=\(variant.peakRate)", "AVERAGE-BANDWIDTH=\(variant.averageRate)", "CODECS=\"\(picture.codecs)\"",
                "RESOLUTION=\(picture.width)x\(picture.height)", "FRAME-RATE=\(thousandths.dropLast(3)).\(thousandths.suffix(3))",
            ]
            return ["#EXT-X-STREAM-INF:" + attributes.joined(separator: ","), variant.path]
        }
        return (["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"] + body).map { $0 + "\n" }.joined()
    }
}
