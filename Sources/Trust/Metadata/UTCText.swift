import Foundation

/// The one form of an instant in TUF files: `2011-03-31T16:00:00Z`.
enum UTCText {
    private static let millisecondsPerSecond: Int64 = 1000
    private static var style: Date.ISO8601FormatStyle { Date.ISO8601FormatStyle(timeZone: .gmt) }

    /// The text of the second that holds this instant (UTC milliseconds). Throws `trust.shape` outside the years 1970 to 9999.
    static func text(_ instant: Int64) throws(TrustError) -> String {
        let second = instant.quotientAndRemainder(dividingBy: millisecondsPerSecond).quotient
        guard instant >= 0, second <= 253_402_300_799 else {
            throw TrustError(.shape, "An end date lies outside the years 1970 to 9999; shorten the lifetime in the settings.")
        }
        return Date(timeIntervalSince1970: TimeInterval(second)).formatted(style)
    }

    /// UTC milliseconds, or nil unless the text has exactly this form and names a real second.
    static func instant(_ text: String) -> Int64? {
        guard text.utf8.count == 20, let date = try? style.parse(text) else { return nil }
        let instant = Int64(date.timeIntervalSince1970) * millisecondsPerSecond
        // Reading back refuses what the reader above forgives: 30 February, signs, other separators.
        guard let written = try? Self.text(instant), written == text else { return nil }
        return instant
    }
}
