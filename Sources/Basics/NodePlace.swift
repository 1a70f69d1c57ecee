/// Where a node stands: by this it is known what is meant for it.
package struct NodePlace: Hashable, Sendable {
    package let area: AreaCode
    /// The kind of the site, such as `village`, empty where there is no site; nil for an edge, which serves sites of every kind in its
    /// area.
    package let siteKind: String?
    /// Codes that the area had before, and with an edge those of areas that came below its own.
    package let former: [FormerCode]

    package init(area: AreaCode, siteKind: String?, former: [FormerCode] = []) {
        self.area = area
        self.siteKind = siteKind
        self.former = former
    }

    /// By which codes the place was known at a moment.
    func codes(at moment: Instant) -> [AreaCode] {
        let past = former.filter { moment < $0.until }
        guard siteKind != nil else { return [area] + past.map(\.area) }
        return [past.min { $0.until < $1.until }?.area ?? area]
    }

    /// By every code that it is or was known by.
    package var allCodes: [AreaCode] { [area] + former.map(\.area) }
}

/// A code that an area no longer has.
package struct FormerCode: Hashable, Sendable {
    package let area: AreaCode
    package let until: Instant

    package init(area: AreaCode, until: Instant) {
        self.area = area
        self.until = until
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

    /// Whether a site there may show what was addressed so at a moment, in the codes of then; for an edge, whether any site of its area
    /// may.
    package func includes(_ place: NodePlace, asOf moment: Instant) -> Bool {
        let codes = place.codes(at: moment)
        guard let kind = place.siteKind else {
            return areas.isEmpty || areas.contains { area in codes.contains { area.covers($0) || $0.covers(area) } }
        }
        return (areas.isEmpty || areas.contains { codes.contains(where: $0.covers) }) && (kinds.isEmpty || kinds.contains(kind))
    }
}
