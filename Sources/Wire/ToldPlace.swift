package import Basics

/// Where a node stands, as the centre tells it in its answers: sites and boxes are moved, and codes of areas change.
package struct ToldPlace: Hashable, Sendable, Codable {
    /// A code that the area had, or with an edge one that came below its own, and until when.
    package struct Former: Hashable, Sendable, Codable {
        package let area: String
        package let until: Instant

        package init(area: String, until: Instant) {
            self.area = area
            self.until = until
        }
    }

    /// Code of the area; empty when the node stands nowhere.
    package let area: String
    /// Missing for an edge, empty for a terminal without a site.
    package let siteKind: String?
    /// The site's name, for people; missing for an edge.
    package let siteName: String?
    /// Missing for none. What was published before `until` names the area so.
    package let former: [Former]?

    private enum CodingKeys: String, CodingKey {
        case area, former
        case siteKind = "site_kind"
        case siteName = "site_name"
    }

    package init(area: String, siteKind: String? = nil, siteName: String? = nil, former: [Former]? = nil) {
        self.area = area
        self.siteKind = siteKind
        self.siteName = siteName
        self.former = former
    }

    /// Nil when it is nowhere.
    package var place: NodePlace? {
        AreaCode(area).map { area in
            NodePlace(
                area: area, siteKind: siteKind,
                former: (former ?? []).compactMap { past in AreaCode(past.area).map { FormerCode(area: $0, until: past.until) } })
        }
    }
}
