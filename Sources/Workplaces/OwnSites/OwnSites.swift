import Accounts
package import Basics
import Operations
import Registry
package import Storage
package import Web

/// What whoever keeps a site wants to know of it in the morning.
package struct OwnSite: Hashable, Sendable {
    package let num: Int
    package let code: String
    package let name: String
    /// What is counted of yesterday so far.
    package let onMinutes: Int
    package let effectivePlays: Int
    /// Up to when its terminals reported; nil for never.
    package let heardAt: Instant?
}

extension Statements {
    /// The sites in service that lie in some areas themselves, by code, with what yesterday says of each and up to when they reported.
    package func ownSites(yesterday: Day, on today: Day, limit: Int, in areas: [String]) throws -> [OwnSite] {
        try all(
            """
            SELECT s.num, s.code, v.name, coalesce(d.on_minutes, 0), coalesce(d.effective_plays, 0), (
                SELECT max(w.through_at) FROM terminal_assignment x JOIN watermark_claim w ON w.terminal = x.terminal
                WHERE x.site = s.num AND x.replaced_at IS NULL AND x.from_day <= \(today) AND x.until_day > \(today))
            FROM site s
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(today) AND v.until_day > \(today)
            JOIN site_state c ON c.site = s.num AND c.replaced_at IS NULL AND c.from_day <= \(today) AND c.until_day > \(today)
                AND c.state IN (\(list: SiteState.counted.map(\.rawValue)))
            LEFT JOIN site_day d ON d.site = s.num AND d.day = \(yesterday)
            WHERE v.area_id IN (\(list: areas)) ORDER BY s.code LIMIT \(limit)
            """
        ) { row in
            OwnSite(
                num: try row.int(0), code: try row.text(1), name: try row.text(2), onMinutes: try row.int(3),
                effectivePlays: try row.int(4), heardAt: try row.optionalInt(5).map { Instant(milliseconds: Int64($0)) })
        }
    }
}

extension TodayQuestion {
    /// The areas in which somebody keeps a site, by their identities.
    package var keptAreas: [String] { grants.filter { $0.role == .siteManager }.map(\.areaID) }
}

extension Feature {
    /// The home page of whoever keeps a site: whether its box is well, what yesterday counted, what may be watched tonight.
    package static var ownSites: Feature {
        let today = TodayLook(.seeFigures) { statements, question in
            let (yesterday, areas) = (question.today.advanced(by: -1), question.keptAreas)
            guard !areas.isEmpty else { return [] }
            let sites = try statements.ownSites(yesterday: yesterday, on: question.today, limit: 10, in: areas)
            return try sites.flatMap { site in
                let place = SiteAddress.page(site.code)
                let heard = site.heardAt.map { question.zone.text($0) } ?? ""
                let isSilent = site.heardAt.map { question.now.milliseconds(since: $0) >= 86_400_000 } ?? true
                let state = site.heardAt == nil ? "never" : isSilent ? "silent" : "well"
                return [
                    TodayEntry(
                        isSilent ? .late : .own, "today.own.\(state)", count: 1, at: place, values: ["site": site.name, "heard": heard]),
                    TodayEntry(
                        .own, "today.own.day", count: 1, at: place.with("month", yesterday.month),
                        values: [
                            "site": site.name, "day": yesterday.description, "minutes": grouped(site.onMinutes),
                            "plays": grouped(site.effectivePlays),
                        ]),
                    .tonight(site, try statements.readyCourseware(at: site.num, on: question.today, limit: 100)),
                ]
            }
        }
        let ready = SiteLook(.seeFigures) { _, question in
            let way = TonightAddress.list().with("site", question.code)
            return ([], [Frame.Link(label: question.text("tonight.way"), url: way)])
        }
        return Feature("own_sites", today: [today], sites: [ready]) { $0.tonight() }
    }
}
