/// The level of an area in the administrative tree.
package enum AreaLevel: Int, CaseIterable, Comparable, Sendable {
    case province = 2
    case city = 4
    case county = 6
    case township = 9
    case village = 12

    package static func < (left: AreaLevel, right: AreaLevel) -> Bool { left.rawValue < right.rawValue }
}

/// A statistical area code of 2, 4, 6, 9 or 12 digits. On one date the code of an area begins with the code of its parent.
package struct AreaCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String
    package let level: AreaLevel

    /// Nil for anything but 2, 4, 6, 9 or 12 ASCII digits.
    package init?(_ text: some StringProtocol) {
        guard let level = AreaLevel(rawValue: text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        description = String(text)
        self.level = level
    }

    /// The code one level up; nil for a province.
    package var parent: AreaCode? {
        AreaLevel.allCases.last { $0 < level }.flatMap { AreaCode(description.prefix($0.rawValue)) }
    }

    /// The first text after all codes that begin with this one: `code >= self AND code < successor` is the subtree, an index search on both
    /// engines.
    package var successor: String {
        String(description.dropLast()) + String(decoding: [(description.utf8.last ?? 0x30) + 1], as: UTF8.self)
    }

    /// Whether `other` is this area or lies below it.
    package func covers(_ other: AreaCode) -> Bool { other.description.hasPrefix(description) }

    package static func < (left: AreaCode, right: AreaCode) -> Bool { left.description < right.description }
}
