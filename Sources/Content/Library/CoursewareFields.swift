package import Basics
package import Registry

/// What people say about a courseware, checked.
package struct CoursewareFields: Hashable, Sendable {
    package let title: String
    /// A raw value of `CoursewareCategory`, or empty.
    package let category: String
    package let speaker: String
    package let unit: String
    /// Empty for the courseware's own area.
    package let areas: [AreaCode]
    /// Empty for all.
    package let kinds: [SiteKind]
}
