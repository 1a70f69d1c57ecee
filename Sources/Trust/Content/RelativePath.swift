/// A path below some folder that is safe to join to it: segments of `[a-z0-9._-]`, none empty, none starting with a dot, never `..`,
/// at most 190 bytes in all.
///
/// The small alphabet keeps one file one name on every disk, URL and archive; no dot in front also keeps hidden files away.
package struct RelativePath: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// The longest path in bytes: with `<sha256>.` in front (TUF consistent snapshots) it still fits the 255 bytes of one file name.
    package static let longest = 190

    package init?(rawValue: String) {
        let units = rawValue.utf8
        guard !units.isEmpty, units.count <= Self.longest, !rawValue.contains("..") else { return nil }
        for segment in units.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !segment.isEmpty, segment.first != UInt8(ascii: "."), segment.allSatisfy(Self.allows) else { return nil }
        }
        self.rawValue = rawValue
    }

    /// Throws `trust.path`; `place` is what the refusal calls it.
    package init(checking text: String, at place: String) throws(TrustError) {
        guard let path = RelativePath(rawValue: text) else {
            throw TrustError(.path, "\(place) is not a plain relative path of [a-z0-9._-] segments: \(text.prefix(80).debugDescription).")
        }
        self = path
    }

    private static func allows(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    package var description: String { rawValue }
    package static func < (first: RelativePath, second: RelativePath) -> Bool { first.rawValue < second.rawValue }
}
