package import Accounts
package import Basics
import Content
package import Operations
import Registry
package import Storage
import Wire

/// A registered site of a day with its layers.
package struct SiteLayers: Hashable, Sendable {
    package let site: Int
    package let code: String
    package let name: String
    package let areaCode: String
    package let areaName: String
    package internal(set) var found: FoundCondition
    /// When its terminals were last heard by their parent and by the centre; nil for never.
    package internal(set) var networkAt: Instant?
    package internal(set) var platformAt: Instant?
    /// Whether only an operator's records speak for it: no program of ours runs there.
    package internal(set) var isOperatorData = false
}

extension Statements {
    /// A failure that nothing followed for so long says nothing of today.
    private var failureMemory: Int { 400 }

    /// The registered sites of a day within a scope, by code, each with its condition at the day's end. Their places in the tree are those
    /// of the day; the scope's codes are, too.
    package func siteConditions(on day: Day, in scope: Scope, only site: Int? = nil, spans: LayerSpans, rules: FactRules) throws
        -> [SiteLayers]
    {
        let events = try conditionEvents(on: day, only: site, spans: spans, rules: rules)
        return try registeredSites(on: day, in: scope, only: site).map { row in
            var row = row
            row.found = FoundCondition(events[row.site] ?? [], on: day, spans: spans)
            return row
        }
    }

    /// What the conditions of sites on a day are judged by: the last proofs within the span, of one with failures all proofs since the
    /// first.
    package func conditionEvents(on day: Day, only site: Int? = nil, spans: LayerSpans, rules: FactRules) throws -> [Int: [PlayEvent]] {
        var events = try provenInWindow(day.advanced(by: 1 - spans.proof)...day, only: site, zone: rules.zone)
        let failures = try testEvents(day.advanced(by: -failureMemory)...day, areFailures: true, only: site)
        if let first = failures.values.joined().map(\.day).min() {
            let exact = try proofs(of: failures.keys.sorted(), within: first...day, rules: rules)
            for (site, failures) in failures {
                // Of a site with failures it matters what came first: its days are looked at by the instant.
                events[site] = failures + (exact[site] ?? []) + (events[site] ?? []).filter { $0.day < first }
            }
        }
        return events
    }

    /// How many sites are faulty on a day, as far as `most`: looked for among those alone whose tests failed.
    func faultySites(on day: Day, most: Int, in scope: Scope, spans: LayerSpans, rules: FactRules) throws -> Int {
        let failures = try testEvents(day.advanced(by: -failureMemory)...day, areFailures: true, only: nil).filter { $0.value.count > 1 }
        var faulty = 0
        for site in failures.keys.sorted() where faulty < most {
            let found = try siteConditions(on: day, in: scope, only: site, spans: spans, rules: rules)
            faulty += found.count { $0.found.condition == .faulty }
        }
        return faulty
    }

    /// The sites of which anything was heard on a day: minutes, plays, tests, or that an edge heard them.
    func heardSites(on day: Day) throws -> Set<Int> {
        Set(
            try all(
                """
                SELECT site FROM site_day WHERE day = \(day)
                UNION SELECT x.site FROM test_play t JOIN terminal_assignment x ON x.terminal = t.terminal AND x.replaced_at IS NULL
                    AND x.from_day <= t.day AND x.until_day > t.day WHERE t.day = \(day)
                UNION SELECT x.site FROM contact c JOIN terminal_assignment x ON x.terminal = c.terminal AND x.replaced_at IS NULL
                    AND x.from_day <= c.day AND x.until_day > c.day WHERE c.day = \(day)
                """
            ) { try $0.int(0) })
    }

    /// As ``siteConditions(on:in:only:spans:rules:)``, for now, and when each was last heard.
    package func siteLayers(at now: Instant, in scope: Scope, only site: Int? = nil, spans: LayerSpans, rules: FactRules) throws
        -> [SiteLayers]
    {
        let day = rules.zone.day(of: now)
        var sites = try siteConditions(on: day, in: scope, only: site, spans: spans, rules: rules)
        let contacts = try lastContacts(on: day, only: site, zone: rules.zone)
        for index in sites.indices {
            guard let contact = contacts[sites[index].site] else { continue }
            (sites[index].networkAt, sites[index].platformAt) = (contact.network, contact.platform)
            sites[index].isOperatorData = !contact.hasNode
        }
        return sites
    }

    /// A site that lost its area is where it was last.
    private func registeredSites(on day: Day, in scope: Scope, only site: Int?) throws -> [SiteLayers] {
        let one: SQL = site.map { "s.num = \($0)" } ?? "1 = 1"
        return try all(
            """
            SELECT s.num, s.code, v.name, a.code, a.name FROM site s
            JOIN site_state c ON c.site = s.num AND c.replaced_at IS NULL AND c.from_day <= \(day) AND c.until_day > \(day)
                AND c.state IN (\(list: SiteState.counted.map(\.rawValue)))
            JOIN site_version v ON v.site = s.num AND v.replaced_at IS NULL AND v.from_day <= \(day) AND v.until_day > \(day)
            JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= \(day)
                AND (a.until_day > \(day) OR NOT EXISTS (SELECT 1 FROM area_version b WHERE b.area_id = a.area_id
                    AND b.replaced_at IS NULL AND b.from_day <= \(day) AND b.from_day > a.from_day))
            WHERE \(sql: one) AND \(sql: scope.condition("a.code")) AND NOT EXISTS (SELECT 1 FROM site_exclusion e
                WHERE e.site = s.num AND e.replaced_at IS NULL AND e.from_day <= \(day) AND e.until_day > \(day))
            ORDER BY s.code
            """
        ) { row in
            SiteLayers(
                site: try row.int(0), code: try row.text(1), name: try row.text(2), areaCode: try row.text(3), areaName: try row.text(4),
                found: FoundCondition([], on: day, spans: .standard))
        }
    }

    /// The last proof of each site within some days: of a day with effective plays its end stands for them.
    private func provenInWindow(_ days: ClosedRange<Day>, only site: Int?, zone: NetworkZone) throws -> [Int: [PlayEvent]] {
        let one: SQL = site.map { "site = \($0)" } ?? "1 = 1"
        var events = try testEvents(days, areFailures: false, only: site)
        try each(
            """
            SELECT site, max(day) FROM site_day WHERE day IN (\(list: days.map(\.number))) AND effective_plays > 0 AND \(sql: one)
            GROUP BY site
            """
        ) { row in
            let day = try row.day(1)
            events[try row.int(0), default: []].append(
                PlayEvent(terminal: 0, at: zone.end(of: day).adding(milliseconds: -1), day: day, .play))
        }
        return events
    }

    /// Tests of some days that count, by the sites at which their terminals stood.
    private func testEvents(_ days: ClosedRange<Day>, areFailures: Bool, only site: Int?) throws -> [Int: [PlayEvent]] {
        let one: SQL = site.map { "x.site = \($0)" } ?? "1 = 1"
        let kind: SQL = areFailures ? "t.failure = 1" : "t.outcome = 'played'"
        var events: [Int: [PlayEvent]] = [:]
        try each(
            """
            SELECT x.site, t.terminal, t.at, t.day, t.outcome FROM test_play t
            JOIN terminal_assignment x ON x.terminal = t.terminal AND x.replaced_at IS NULL AND x.from_day <= t.day AND x.until_day > t.day
            WHERE t.day >= \(days.lowerBound) AND t.day <= \(days.upperBound) AND \(sql: kind) AND \(sql: one)
                AND NOT EXISTS (SELECT 1 FROM fact_void f WHERE f.terminal = t.terminal AND f.kind = 'facts' AND f.withdrawn_at IS NULL
                    AND f.from_day <= t.day AND f.until_day > t.day)
            """
        ) { row in
            let test = PlayEvent(
                terminal: try row.int(1), at: try row.instant(2), day: try row.day(3), .test(try testOutcome(row, 4)))
            events[try row.int(0), default: []].append(test)
        }
        return events
    }

    /// All proofs of some sites within some days, each by its instant.
    private func proofs(of sites: [Int], within days: ClosedRange<Day>, rules: FactRules) throws -> [Int: [PlayEvent]] {
        let rules = rules.dated(try formulas())
        var events: [Int: [PlayEvent]] = [:]
        for site in sites {
            events[site] = try testEvents(days, areFailures: false, only: site)[site] ?? []
            let effective = try all(
                """
                SELECT day FROM site_day WHERE site = \(site) AND day >= \(days.lowerBound) AND day <= \(days.upperBound)
                    AND effective_plays > 0
                """
            ) { try $0.day(0) }
            guard let first = effective.min(), let last = effective.max() else { continue }
            let stays = try assignments(site: site)
            let terminals = Set(stays.map(\.terminal)).sorted()
            let plays = try plays(terminals: terminals, within: first...last)
            let lengths = try coursewareLengths(Set(plays.map(\.courseware)).sorted())
            for day in effective {
                let here = Set(stays.filter { $0.fromDay <= day && $0.untilDay > day }.map(\.terminal))
                guard let play = PlayEvent(lastPlay: plays.filter { here.contains($0.terminal) }, on: day, lengths: lengths, rules: rules)
                else { continue }
                events[site]?.append(play)
            }
        }
        return events
    }

    private struct LastContact {
        var network: Instant?
        var platform: Instant?
        var hasNode = false
    }

    /// When the terminals of sites were last heard. An edge's word is of today and the day before; what an operator's records say of boxes
    /// without a program of ours stands for their line.
    private func lastContacts(on day: Day, only site: Int?, zone: NetworkZone) throws -> [Int: LastContact] {
        let one: SQL = site.map { "x.site = \($0)" } ?? "1 = 1"
        let stands: SQL = "x.replaced_at IS NULL AND x.from_day <= \(day) AND x.until_day > \(day) AND \(sql: one)"
        var found: [Int: LastContact] = [:]
        func later(_ first: Instant?, _ second: Instant?) -> Instant? {
            guard let first, let second else { return first ?? second }
            return max(first, second)
        }
        try each(
            """
            SELECT x.site, CASE WHEN n.id IS NULL THEN 0 ELSE 1 END, h.heard_at
            FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
            LEFT JOIN node n ON n.id = t.id AND n.public_key IS NOT NULL LEFT JOIN node_contact h ON h.node = t.id
            WHERE \(sql: stands)
            """
        ) { row in
            var contact = found[try row.int(0)] ?? LastContact()
            let heard = try row.optionalInt(2).map { Instant(milliseconds: Int64($0)) }
            contact.platform = later(contact.platform, heard)
            contact.network = later(contact.network, heard)
            if try row.int(1) == 1 { contact.hasNode = true }
            found[try row.int(0)] = contact
        }
        try each(
            """
            SELECT x.site, c.day, c.minutes FROM terminal_assignment x JOIN contact c ON c.terminal = x.terminal
                AND c.day IN (\(list: [day.number - 1, day.number]))
            WHERE \(sql: stands)
            UNION ALL SELECT x.site, p.day, p.minutes FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal
                JOIN presence p ON p.terminal = x.terminal AND p.day IN (\(list: [day.number - 1, day.number]))
            WHERE \(sql: stands) AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = t.id AND n.public_key IS NOT NULL)
            """
        ) { row in
            let last = zone.start(of: try row.day(1)).adding(seconds: Int64(try row.minutes(2).last ?? 0) * 60)
            let site = try row.int(0)
            found[site, default: LastContact()].network = later(found[site]?.network, last)
        }
        return found
    }
}

extension PlayEvent {
    /// The last effective play of a site on a day, by the plays of the terminals that stood there; nil when none is.
    init?(lastPlay plays: [StoredPlay], on day: Day, lengths: [String: Int64], rules: FactRules) {
        var last: (end: Int64, terminal: Int)?
        for (courseware, plays) in Dictionary(grouping: plays, by: \.courseware) {
            var (watched, end, terminal) = (IntervalSet(), Int64.min, 0)
            for play in plays {
                let (media, wall) = play.coverage.watched(on: day, rules.zone)
                guard let until = wall.intervals.last?.upperBound else { continue }
                watched = watched.union(play.mode == .live ? wall : media)
                if until > end { (end, terminal) = (until, play.terminal) }
            }
            let length = lengths[courseware].flatMap { $0 > 0 ? $0 : nil }
            guard watched.total > 0, watched.total >= rules.effectiveMilliseconds(on: day, length: length) else { continue }
            if last.map({ end > $0.end }) ?? true { last = (end, terminal) }
        }
        guard let last else { return nil }
        self.init(terminal: last.terminal, at: Instant(milliseconds: last.end), day: day, .play)
    }
}
