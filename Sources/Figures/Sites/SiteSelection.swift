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
    case excluded

    /// Whether a registered site belongs to the list.
    package func includes(_ site: SiteMonth) -> Bool {
        switch self {
        case .all, .registered: true
        case .switchedOn: site.presence == .on
        case .off: site.presence == .off
        case .notHeard: site.presence == .notHeard
        case .viewing: site.effectivePlays > 0
        case .onDemand: site.effectiveDemandPlays > 0
        case .zeroPlay: site.effectiveDemandPlays == 0 && site.isComplete
        case .excluded: false
        }
    }
}

/// How a list of sites is sorted.
package enum SiteOrder: String, CaseIterable, Sendable {
    case code
    /// Most minutes on first.
    case onMinutes = "on_minutes"
    /// Most effective viewing first.
    case effective

    fileprivate func value(_ site: SiteMonth) -> Int {
        switch self {
        case .code: 0
        case .onMinutes: site.onMinutes
        case .effective: site.effectiveSeconds
        }
    }
}

/// The sites that a list shows, all of them, in order. Pure: the same sites that a bulletin counts come in, so that list and bulletin
/// cannot differ.
package struct SiteSelection: Sendable {
    package let order: SiteOrder
    package let sites: [SiteMonth]

    /// Filters by what the sites did and by a text in name or code, and sorts.
    package init(_ sites: [SiteMonth], show: SiteFilter, containing text: String = "", order: SiteOrder = .code) {
        self.order = order
        self.sites = sites.filter { show.includes($0) && (text.isEmpty || $0.name.contains(text) || $0.code.contains(text)) }
            .sorted { (-order.value($0), $0.code) < (-order.value($1), $1.code) }
    }

    /// The sums over the whole selection, as a bulletin would print them.
    package var total: BulletinLine { BulletinLine(code: "", name: "", sites: sites) }

    /// At most `limit` sites after the one that `key` names, and the key of the next page when there is one. A key outlives changes of the
    /// list: it names a place in the order.
    package func page(after key: String, limit: Int = 50) -> (sites: ArraySlice<SiteMonth>, next: String?) {
        var start = 0
        let parts = key.split(separator: "~", maxSplits: 1)
        if parts.count == 2, let value = Int(parts[0]) {
            start = sites.firstIndex { (-order.value($0), $0.code) > (-value, String(parts[1])) } ?? sites.count
        }
        let end = min(start + limit, sites.count)
        return (sites[start..<end], end < sites.count && end > start ? "\(order.value(sites[end - 1]))~\(sites[end - 1].code)" : nil)
    }
}
