package import Basics

/// Where a node stands, as the centre tells it in its answers: sites and boxes are moved, and codes of areas change.
package struct ToldPlace: Hashable, Sendable, Codable {
    /// Code of the area; empty when the node stands nowhere.
    package let area: String
    /// Missing for an edge, empty for a terminal without a site.
    package let siteKind: String?
    /// The site's name, for people; missing for an edge.
    package let siteName: String?

    private enum CodingKeys: String, CodingKey {
        case area
        case siteKind = "site_kind"
        case siteName = "site_name"
    }

    package init(area: String, siteKind: String? = nil, siteName: String? = nil) {
        self.area = area
        self.siteKind = siteKind
        self.siteName = siteName
    }

    /// Nil when it is nowhere.
    package var place: NodePlace? { AreaCode(area).map { NodePlace(area: $0, siteKind: siteKind) } }
}
