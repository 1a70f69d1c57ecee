/// Where a node stands: by this it is known what is meant for it.
package struct NodePlace: Hashable, Sendable {
    package let area: AreaCode
    /// The kind of the site, such as `village`, empty where there is no site; nil for an edge, which serves sites of every kind in its area.
    package let siteKind: String?

    package init(area: AreaCode, siteKind: String?) {
        self.area = area
        self.siteKind = siteKind
    }
}

/// For whom something is meant; an empty list means all.
package struct Audience: Hashable, Sendable {
    package let areas: [AreaCode]
    /// Kinds of sites.
    package let kinds: [String]

    package init(areas: [AreaCode], kinds: [String]) {
        self.areas = areas
        self.kinds = kinds
    }

    /// Whether a site there may show it; for an edge, whether any site of its area may.
    package func includes(_ place: NodePlace) -> Bool {
        guard let kind = place.siteKind else { return areas.isEmpty || areas.contains { $0.covers(place.area) || place.area.covers($0) } }
        return (areas.isEmpty || areas.contains { $0.covers(place.area) }) && (kinds.isEmpty || kinds.contains(kind))
    }
}
