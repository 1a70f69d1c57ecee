package import Accounts
package import Basics
package import Operations
package import Registry
package import Storage

/// What the sites of a part of the network did in a month: the one computation that bulletins, overviews and lists of evidence share, so
/// that they cannot differ.
package struct MonthFigures: Sendable {
    /// The registered sites, by code, with completeness; those excluded from the whole month are not among them.
    package let sites: [SiteMonth]
    package let excluded: [ExcludedSite]
    package let outsideService: [OutsideService]

    package init(sites: [SiteMonth], excluded: [ExcludedSite], outsideService: [OutsideService]) {
        self.sites = sites
        self.excluded = excluded
        self.outsideService = outsideService
    }
}

/// An area of a scope where it stood in the tree of a day.
package struct AreaPlace: Sendable {
    package let area: Area
    /// From the topmost area of the scope down to the area itself.
    package let path: [Area]
    let code: AreaCode
    let day: Day
}

/// An area in a month: where it stands in the tree and what its sites did.
package struct AreaMonth: Sendable {
    package let month: Month
    package let network: NetworkView
    package let formula: Formula
    package let asOf: Instant
    package let area: Area
    /// From the topmost area of the scope down to the area itself.
    package private(set) var path: [Area]
    package let below: [Area]
    package let figures: MonthFigures
    /// The month's figures with a line for each area directly below.
    package let bulletin: Bulletin

    package init(
        month: Month, network: NetworkView, formula: Formula, asOf: Instant, area: Area, path: [Area], below: [Area], figures: MonthFigures
    ) {
        (self.month, self.network, self.formula, self.asOf) = (month, network, formula, asOf)
        (self.area, self.path, self.below, self.figures) = (area, path, below, figures)
        bulletin = Bulletin(
            month: month, network: network, formula: formula, area: BulletinArea(code: area.code, name: area.name),
            below: below.map { BulletinArea(code: $0.code, name: $0.name) },
            asOf: asOf, sites: figures.sites, excluded: figures.excluded, outsideService: figures.outsideService)
    }

    /// The same for somebody whose scope begins elsewhere.
    func seen(along path: [Area]) -> AreaMonth {
        var record = self
        record.path = path
        return record
    }
}

extension Statements {
    /// The bulletin of an area for a month. Nil when the scope does not cover the area. The same facts give the same
    /// bulletin, whatever the order in which they came.
    package func bulletin(month: Month, areaCode: String, network: NetworkView = .then, in scope: Scope, zone: NetworkZone, at now: Instant)
        throws -> Bulletin?
    {
        try areaMonth(code: areaCode, month: month, network: network, in: scope, zone: zone, at: now)?.bulletin
    }

    /// An area in a month, on the network as it was at the month's end or as it is today. Nil when the scope does not cover the area.
    package func areaMonth(code: String, month: Month, network: NetworkView = .then, in scope: Scope, zone: NetworkZone, at now: Instant)
        throws -> AreaMonth?
    {
        guard let place = try areaPlace(code: code, month: month, network: network, in: scope, zone: zone, at: now) else { return nil }
        let inside = Scope(areas: [place.code])
        return AreaMonth(
            month: month, network: network, formula: try formula(for: month), asOf: now, area: place.area, path: place.path,
            below: try children(of: place.area, on: place.day, in: inside),
            figures: try monthFigures(month: month, placed: place.day, in: inside, zone: zone, at: now))
    }

    /// Where an area stood at the month's end, or where it stands today. Nil when the scope does not cover the area.
    package func areaPlace(code: String, month: Month, network: NetworkView = .then, in scope: Scope, zone: NetworkZone, at now: Instant)
        throws -> AreaPlace?
    {
        let day = network.day(month, today: zone.day(of: now))
        let scope = try self.scope(scope, on: day, today: zone.day(of: now))
        guard let area = try areaEver(code: code, on: day, in: scope), let known = area.areaCode else { return nil }
        return AreaPlace(
            area: area, path: try path(to: area, on: day).filter { $0.areaCode.map(scope.covers) ?? false }, code: known, day: day)
    }

    /// What the registered sites of a scope (or the one with a number) did in a month. `placed` is the day whose tree says where a site
    /// lies; the month's last one unless given. The scope's codes are those of that day.
    package func monthFigures(month: Month, placed: Day? = nil, in scope: Scope, only site: Int? = nil, zone: NetworkZone, at now: Instant)
        throws -> MonthFigures
    {
        var roll = try monthRoll(month: month, placed: placed, in: scope, only: site)
        let out = try sitesTakenOut(of: month, only: site)
        var excluded: [ExcludedSite] = []
        if !out.isEmpty {
            roll.sites.removeAll { site in
                guard let decision = out[site.site] else { return false }
                excluded.append(
                    ExcludedSite(
                        code: site.code, name: site.name, areaCode: site.areaCode, reason: decision.reason, document: decision.document))
                return true
            }
        }
        try hear(&roll, zone: zone, at: now)
        return MonthFigures(sites: roll.sites, excluded: excluded, outsideService: roll.outsideService)
    }
}
