package import Basics
package import Operations
package import Registry

/// What the register and the facts say about one site in one month. The input of a bulletin; nothing in it is rounded.
package struct SiteMonth: Hashable, Codable, Sendable {
    package let site: Int
    package let code: String
    package let name: String
    /// Code of the site's area at the end of the period; empty when it has none.
    package let areaCode: String
    /// What kind of place the site is at the end of the period.
    package let kind: SiteKind
    /// Distinct minutes on, inside in-service intervals.
    package var onMinutes: Int
    /// The days with at least one minute on, inside in-service intervals: a bit a day, the first day of the month lowest.
    package var onMask: Int
    package var effectiveSeconds: Int
    package var effectivePlays: Int
    package var effectiveDemandPlays: Int
    /// In-service days of the period that have passed, and how many of them were reported: on, or the reports of all terminals complete to
    /// the day's end.
    package var dueDays: Int
    package var heardDays: Int

    package init(
        site: Int, code: String, name: String, areaCode: String, kind: SiteKind = .village, onMinutes: Int = 0, onMask: Int = 0,
        effectiveSeconds: Int = 0, effectivePlays: Int = 0,
        effectiveDemandPlays: Int = 0, dueDays: Int = 0, heardDays: Int = 0
    ) {
        self.site = site
        self.code = code
        self.name = name
        self.areaCode = areaCode
        self.kind = kind
        self.onMinutes = onMinutes
        self.onMask = onMask
        self.effectiveSeconds = effectiveSeconds
        self.effectivePlays = effectivePlays
        self.effectiveDemandPlays = effectiveDemandPlays
        self.dueDays = dueDays
        self.heardDays = heardDays
    }

    /// Days with at least one minute on, inside in-service intervals.
    package var onDays: Int { onMask.nonzeroBitCount }

    /// Whether every day that is due was heard.
    package var isComplete: Bool { dueDays > 0 && heardDays == dueDays }

    /// Switched on, off, or not heard. `off` is never said of a site that has not been heard.
    package var presence: SitePresence { onMinutes > 0 ? .on : isComplete ? .off : .notHeard }
}

/// What can be said of a site's television in a period.
package enum SitePresence: String, Sendable, CaseIterable { case on, off, notHeard = "not_heard" }

/// A site that an approved exclusion takes out of the figures of the whole period.
package struct ExcludedSite: Hashable, Sendable, Codable {
    package let code: String
    package let name: String
    package let areaCode: String
    package let reason: String
    package let document: String

    package init(code: String, name: String, areaCode: String, reason: String, document: String) {
        (self.code, self.name, self.areaCode, self.reason, self.document) = (code, name, areaCode, reason, document)
    }
}

/// One line of a bulletin: an area and what its registered sites did. Every figure is a count or a fraction of counts (metrics.md).
package struct BulletinLine: Hashable, Sendable {
    /// The area's code; empty for 其他 (sites that belong to none of the areas listed).
    package let code: String
    package let name: String
    package let registered: Int
    package let switchedOn: Int
    package let off: Int
    package let notHeard: Int
    package let onMinutes: Int
    package let effectiveSeconds: Int
    /// Sites with at least one effective play of any mode.
    package let viewing: Int
    /// Sites with at least one effective play on demand.
    package let onDemand: Int
    package let dueDays: Int
    package let heardDays: Int
    /// By the rate that the formula names, 1 for the highest; nil for the total and for an area without registered sites or of which
    /// nothing was heard.
    package var rank: Int?

    package var bootRate: Rate { known(switchedOn) }
    package var viewingRate: Rate { known(viewing) }
    package var demandRate: Rate { known(onDemand) }

    /// A share of the registered sites; of nothing where nothing was heard, because the unheard is no zero.
    private func known(_ count: Int) -> Rate { isUnheard ? Rate(0, of: 0) : Rate(count, of: registered) }

    /// Whether nothing at all is known of it: its rates are no figures, and it has no rank.
    package var isUnheard: Bool { heardDays == 0 && switchedOn == 0 }

    /// Whether so much of it was heard that one may speak of its change, its rank, of first and last.
    package func isHeard(_ formula: Formula) -> Bool { dueDays > 0 && heardDays * 100 >= formula.completeness * dueDays }

    /// Share of the site-days due that have been heard.
    package var completeness: Rate { Rate(heardDays, of: dueDays) }
    package var meanPerSwitchedOn: Mean { Mean(onMinutes, over: switchedOn) }
    package var meanPerRegistered: Mean { Mean(onMinutes, over: isUnheard ? 0 : registered) }

    /// Sums the sites of one area.
    package init(code: String, name: String, sites: some Sequence<SiteMonth>) {
        var sums = Sums()
        for site in sites { sums.add(site) }
        self.init(code: code, name: name, sums)
    }

    fileprivate init(code: String, name: String, _ sums: Sums) {
        self.code = code
        self.name = name
        registered = sums.registered
        switchedOn = sums.on
        off = sums.off
        notHeard = sums.registered - sums.on - sums.off
        onMinutes = sums.minutes
        effectiveSeconds = sums.seconds
        viewing = sums.viewing
        onDemand = sums.demand
        dueDays = sums.due
        heardDays = sums.heard
    }

    /// What is summed of the sites of a line.
    fileprivate struct Sums {
        package var registered = 0
        var on = 0
        var off = 0
        var minutes = 0
        var seconds = 0
        var viewing = 0
        var demand = 0
        var due = 0
        var heard = 0

        package mutating func add(_ site: SiteMonth) {
            registered += 1
            switch site.presence {
            case .on: on += 1
            case .off: off += 1
            case .notHeard: break
            }
            minutes += site.onMinutes
            seconds += site.effectiveSeconds
            if site.effectivePlays > 0 { viewing += 1 }
            if site.effectiveDemandPlays > 0 { demand += 1 }
            due += site.dueDays
            heard += site.heardDays
        }
    }
}

/// A month's figures of an area: a line for each area directly below, and the total.
package struct Bulletin: Sendable {
    package let month: Month
    /// On which tree of areas it stands.
    package let network: NetworkView
    package let area: BulletinArea
    /// The dated setting by which it was made.
    package let formula: Formula
    /// Up to when facts could have arrived: the moment of computing.
    package let asOf: Instant
    package let lines: [BulletinLine]
    package let total: BulletinLine
    package let excluded: [ExcludedSite]
    /// Presence of sites on days on which they were not in service: a matter of data quality, in no numerator.
    package let outsideService: [OutsideService]

    /// Groups the sites below their areas and ranks these as the formula says. What lies in none of the areas is 其他, never dropped.
    package init(
        month: Month, network: NetworkView = .then, formula: Formula = .standard, area: BulletinArea, below: [BulletinArea], asOf: Instant,
        sites: [SiteMonth],
        excluded: [ExcludedSite],
        outsideService: [OutsideService]
    ) {
        self.month = month
        self.network = network
        self.area = area
        self.formula = formula
        self.asOf = asOf
        self.excluded = excluded
        self.outsideService = outsideService
        total = BulletinLine(code: area.code, name: area.name, sites: sites)
        var sums: [String: BulletinLine.Sums] = [:]
        BulletinArea.place(sites, below) { code, some in
            for site in some { sums[code, default: BulletinLine.Sums()].add(site) }
        }
        var lines = below.map { BulletinLine(code: $0.code, name: $0.name, sums[$0.code] ?? BulletinLine.Sums()) }
        let order = ranks(
            lines.map { $0.registered > 0 && !$0.isUnheard ? $0.rate(formula.rankBy) : nil },
            ties: formula.ties == .shared ? .shared : .consecutive)
        for index in lines.indices { lines[index].rank = order[index] }
        if let rest = sums[BulletinArea.rest], !below.isEmpty { lines.append(BulletinLine(code: BulletinArea.rest, name: "", rest)) }
        self.lines = lines
    }
}

/// An area as a bulletin prints it.
package struct BulletinArea: Hashable, Sendable {
    package let code: String
    package let name: String

    package init(code: String, name: String) {
        self.code = code
        self.name = name
    }

    /// The code of the line 其他: sites that lie in none of the areas listed.
    package static let rest = ""

    /// The sites of each of some sibling areas by the area's code; what lies in none of them by `rest`.
    package static func grouped(_ sites: [SiteMonth], _ areas: [BulletinArea]) -> [String: [SiteMonth]] {
        var groups: [String: [SiteMonth]] = [:]
        place(sites, areas) { groups[$0, default: []] += $1 }
        return groups
    }

    /// Hands over the sites in runs of the same area, with the area's code or `rest`. Sites that stand together mostly lie together, so
    /// that few codes are looked up.
    fileprivate static func place(_ sites: [SiteMonth], _ areas: [BulletinArea], _ body: (String, ArraySlice<SiteMonth>) -> Void) {
        let width = areas.first?.code.utf8.count ?? 0
        let codes = Set(areas.map(\.code))
        var start = 0
        while start < sites.count {
            let areaCode = sites[start].areaCode
            var end = start + 1
            while end < sites.count, sites[end].areaCode == areaCode { end += 1 }
            let prefix = String(decoding: areaCode.utf8.prefix(width), as: UTF8.self)
            body(codes.contains(prefix) ? prefix : rest, sites[start..<end])
            start = end
        }
    }
}

/// Minutes on of a site on days on which it was not in service.
package struct OutsideService: Hashable, Sendable, Codable {
    package let code: String
    package let name: String
    package let days: Int
    package let minutes: Int
}
