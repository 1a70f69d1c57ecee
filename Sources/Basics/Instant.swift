/// A moment, in milliseconds since 1970-01-01T00:00:00Z. Columns that hold one end in `_at`.
package struct Instant: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since the epoch, UTC.
    package let milliseconds: Int64

    /// The moment that many milliseconds after the epoch.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Decodes a bare integer.
    package init(from decoder: any Decoder) throws { milliseconds = try decoder.singleValueContainer().decode(Int64.self) }

    /// Encodes a bare integer.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `milliseconds` later (earlier when negative); saturates instead of overflowing.
    package func adding(milliseconds delta: Int64) -> Instant {
        let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
        return Instant(milliseconds: overflow ? (delta > 0 ? .max : .min) : sum)
    }

    /// The moment `seconds` later.
    package func adding(seconds: Int64) -> Instant { adding(milliseconds: seconds * 1000) }

    /// Milliseconds from `earlier` to this moment.
    package func milliseconds(since earlier: Instant) -> Int64 { milliseconds - earlier.milliseconds }
}
