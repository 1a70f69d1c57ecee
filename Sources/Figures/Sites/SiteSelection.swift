package import Registry

/// Which sites of an area a list shows: each is the evidence of a column of the bulletin.
package enum SiteFilter: String, CaseIterable, Sendable {
    /// Every site of the register, also those that are not counted.
    case all
    case registered
    case switchedOn = "switched_on"
    case off
    case notHeard = "not_heard"
    case viewing
    case onDemand = "on_demand"
    /// 零点播: reported complete, and no effective play on demand. Nothing is said of a site of which a part was not heard.
    case zeroPlay = "zero_play"
    /// On now and not in the month before.
    case won
    /// On in the month before and not now.
    case lost
    case excluded

    /// Whether what it asks for depends on the month before.
    package var looksBack: Bool { self == .won || self == .lost }

    /// Whether a registered site belongs to the list; `before` are the numbers of those that were on in the month before.
    package func includes(_ site: SiteMonth, before: Set<Int>) -> Bool {
        includes(site) && (!looksBack || before.contains(site.site) == (self == .lost))
    }

    /// The same as far as its own month says.
    package func includes(_ site: SiteMonth) -> Bool {
        switch self {
        case .all, .registered: true
        case .switchedOn: site.presence == .on
        case .off: site.presence == .off
        case .notHeard: site.presence == .notHeard
        case .viewing: site.effectivePlays > 0
        case .onDemand: site.effectiveDemandPlays > 0
        case .zeroPlay: site.effectiveDemandPlays == 0 && site.isComplete
        case .won: site.presence == .on
        case .lost: site.presence != .on
        case .excluded: false
        }
    }
}

/// By which column a list of sites is sorted; numbers begin with the largest. Raw values are the names of the columns.
package enum SiteOrder: String, CaseIterable, Sendable {
    case code
    case area
    case onDays = "on_days"
    case onMinutes = "on_minutes"
    case effective
    case plays
    case demand
    case heardDays = "heard_days"

    /// What is sorted by, the smallest first.
    fileprivate func key(_ line: SiteLine) -> Int {
        switch self {
        case .code: 0
        case .area: Int(line.areaCode) ?? 0
        case .onDays: -(line.month?.onDays ?? 0)
        case .onMinutes: -(line.month?.onMinutes ?? 0)
        case .effective: -(line.month?.effectiveSeconds ?? 0)
        case .plays: -(line.month?.effectivePlays ?? 0)
        case .demand: -(line.month?.effectiveDemandPlays ?? 0)
        case .heardDays: -(line.month?.heardDays ?? 0)
        }
    }
}

/// A site in a list: with its month, or with the reason for which no figure counts it.
package struct SiteLine: Hashable, Sendable {
    /// Why a site is in no figure of the month.
    package enum Uncounted: Hashable, Sendable {
        /// An approved exclusion covers the month.
        case excluded(reason: String, document: String)
        /// In service on no day; the state at the month's end, nil before the first.
        case notInService(SiteState?)
    }
    package let code: String
    package let name: String
    package let areaCode: String
    package let kind: SiteKind?
    package let month: SiteMonth?
    package let uncounted: Uncounted?

    package init(_ site: SiteMonth) {
        (code, name, areaCode, kind, month, uncounted) = (site.code, site.name, site.areaCode, site.kind, site, nil)
    }

    package init(_ site: ExcludedSite) {
        (code, name, areaCode, kind, month) = (site.code, site.name, site.areaCode, nil, nil)
        uncounted = .excluded(reason: site.reason, document: site.document)
    }

    package init(_ site: UncountedSite) {
        (code, name, areaCode, kind, month) = (site.code, site.name, site.areaCode, site.kind, nil)
        uncounted = .notInService(site.state)
    }
}

/// The sites that a list shows, all of them, in order. Pure: the same sites that a bulletin counts come in, so that list and bulletin
/// cannot differ.
package struct SiteSelection: Sendable {
    package let order: SiteOrder
    package let isReversed: Bool
    package let lines: [SiteLine]

    /// Filters by what the sites did, by kind and by those that were found otherwise, and sorts. Those that no figure counts stand in the
    /// list of all, those excluded also in a list of their own. `before` are the numbers of those that were on in the month before.
    package init(
        _ sites: [SiteMonth], excluded: [ExcludedSite] = [], uncounted: [UncountedSite] = [], show: SiteFilter, kind: SiteKind? = nil,
        before: Set<Int> = [], among codes: Set<String>? = nil, order: SiteOrder = .code, isReversed: Bool = false
    ) {
        (self.order, self.isReversed) = (order, isReversed)
        var lines = sites.filter { show.includes($0, before: before) }.map { SiteLine($0) }
        if show == .all || show == .excluded { lines += excluded.map { SiteLine($0) } }
        if show == .all { lines += uncounted.map { SiteLine($0) } }
        if let kind { lines.removeAll { $0.kind != kind } }
        if let codes { lines.removeAll { !codes.contains($0.code) } }
        let sign = isReversed ? -1 : 1
        let keyed = lines.map { (key: sign * order.key($0), line: $0) }
        self.lines = keyed.sorted { Self.stands(($0.key, $0.line.code), before: ($1.key, $1.line.code), order, isReversed) }.map(\.line)
    }

    /// The sums over the whole selection, as a bulletin would print them.
    package var total: BulletinLine { BulletinLine(code: "", name: "", sites: lines.lazy.compactMap(\.month)) }

    /// At most `limit` sites after the one that `key` names, and the key of the next page when there is one. A key outlives changes of the
    /// list: it names a place in the order.
    package func page(after key: String, limit: Int = 50) -> (lines: ArraySlice<SiteLine>, next: String?) {
        var start = 0
        let parts = key.split(separator: "~", maxSplits: 1)
        if parts.count == 2, let value = Int(parts[0]) {
            let place = (value, String(parts[1]))
            start = lines.firstIndex { Self.stands(place, before: (self.key($0), $0.code), order, isReversed) } ?? lines.count
        }
        let end = min(start + limit, lines.count)
        return (lines[start..<end], end < lines.count && end > start ? "\(self.key(lines[end - 1]))~\(lines[end - 1].code)" : nil)
    }

    private func key(_ line: SiteLine) -> Int { (isReversed ? -1 : 1) * order.key(line) }

    /// Equal ones stand by code; the code itself may be turned round.
    private static func stands(_ one: (Int, String), before other: (Int, String), _ order: SiteOrder, _ isReversed: Bool) -> Bool {
        one.0 != other.0 ? one.0 < other.0 : order == .code && isReversed ? one.1 > other.1 : one.1 < other.1
    }
}
