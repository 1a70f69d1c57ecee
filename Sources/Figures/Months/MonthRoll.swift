import Accounts
import Basics
import Operations
import Registry
import Storage

/// The register of a part of the network in a month, with what its sites did.
struct MonthRoll {
    let month: Month
    /// The sites registered in the month, by code. Completeness is not filled in.
    var sites: [SiteMonth] = []
    /// The in-service days of those of them that were not in service on every day.
    var interrupted: [Int: [Range<Day>]] = [:]
    /// Presence on days without service, by code.
    var outsideService: [OutsideService] = []

    /// The in-service days of a registered site within some days of the month.
    func service(of site: Int, within days: Range<Day>) -> [Range<Day>] {
        guard let spans = interrupted[site] else { return [days] }
        return spans.map { $0.clamped(to: days) }.filter { !$0.isEmpty }
    }
}

/// What a site did on some days.
private struct DaySums {
    var onDays = 0
    var onMinutes = 0
    var onMask = 0
    var effectiveSeconds = 0
    var effectivePlays = 0
    var effectiveDemandPlays = 0
}

extension Statements {
    /// The sites below a scope (or the one with a number) in a month, before exclusions. A site that was in service throughout takes its
    /// figures from the row of its month; the few that were not are summed by day. `placed` is the day whose tree says where a site lies,
    /// the month's last one unless given.
    func monthRoll(month: Month, placed: Day? = nil, in scope: Scope, only site: Int? = nil) throws -> MonthRoll {
        var roll = MonthRoll(month: month)
        var broken: [(site: Int, code: String, name: String, index: Int?, service: [Range<Day>])] = []
        try eachState(month, placed: placed ?? month.days.upperBound, scope, only: site) { row in
            let (number, from, until) = (try row.int(0), try row.day(1), try row.day(2))
            let isThroughout = from <= month.days.lowerBound && until >= month.end
            let service = from < until ? [(from..<until).clamped(to: month.days.lowerBound..<month.end)] : []
            // The rows of a site stand together, its states in their order.
            if !isThroughout, broken.last?.site == number {
                broken[broken.count - 1].service += service
                return
            }
            let record = SiteMonth(
                site: number, code: try row.text(3), name: try row.text(4), areaCode: try row.text(5),
                kind: SiteKind(rawValue: try row.text(6)) ?? .other,
                onMinutes: try row.int(7), onMask: try row.int(8), effectiveSeconds: try row.int(9), effectivePlays: try row.int(10),
                effectiveDemandPlays: try row.int(11))
            if !isThroughout { broken.append((number, record.code, record.name, service.isEmpty ? nil : roll.sites.count, service)) }
            if !service.isEmpty { roll.sites.append(record) }
        }
        let whole = month.days.lowerBound..<month.end
        broken.removeAll { $0.service.joined == [whole] }
        let inside = try daySums(month, broken.flatMap { entry in entry.service.map { (entry.site, $0) } })
        let outside = try daySums(month, broken.flatMap { entry in entry.service.gaps(in: whole).map { (entry.site, $0) } })
        for entry in broken {
            if let index = entry.index {
                roll.interrupted[entry.site] = entry.service
                roll.sites[index].take(inside[entry.site] ?? DaySums())
            }
            if let sums = outside[entry.site], sums.onDays > 0 {
                roll.outsideService.append(OutsideService(code: entry.code, name: entry.name, days: sums.onDays, minutes: sums.onMinutes))
            }
        }
        return roll
    }

    /// A row for each site of a scope and each state of it in the month in which it counts, with what it did in the whole month; sites by
    /// code. A site without such a state has one row with an empty range of days. The joins are written in the order in which both engines
    /// shall take them: down the tree.
    private func eachState(_ month: Month, placed: Day, _ scope: Scope, only site: Int?, _ body: (Row) throws -> Void) throws {
        let onlySite: SQL = if let site { "AND s.num = \(site)" } else { "" }
        try each(
            """
            SELECT s.num, coalesce(t.from_day, 0), coalesce(t.until_day, 0), s.code, v.name, a.code, v.kind, coalesce(m.on_minutes, 0),
                coalesce(m.on_mask, 0),
                coalesce(m.effective_seconds, 0), coalesce(m.effective_plays, 0), coalesce(m.effective_demand_plays, 0)
            FROM area_version a CROSS JOIN site_version v CROSS JOIN site s
            LEFT JOIN site_state t ON t.site = s.num AND t.replaced_at IS NULL AND t.from_day < \(month.end)
                AND t.until_day > \(month.days.lowerBound)
                AND t.state IN (\(list: SiteState.counted.map(\.rawValue)))
            LEFT JOIN site_month m ON m.month = \(month.days.lowerBound) AND m.site = s.num
            WHERE a.replaced_at IS NULL AND a.from_day <= \(placed) AND a.until_day > \(placed) AND \(sql: scope.condition("a.code"))
                AND v.area_id = a.area_id
                AND v.replaced_at IS NULL AND v.from_day <= \(placed) AND v.until_day > \(placed) AND s.num = v.site \(sql: onlySite)
            ORDER BY s.code, t.from_day
            """, body)
    }

    /// What sites did on some of their days. Days and sites are lists, so that both engines look each of them up by the key, whatever their
    /// statistics say.
    private func daySums(_ month: Month, _ spans: [(site: Int, days: Range<Day>)]) throws -> [Int: DaySums] {
        let ranges = Dictionary(grouping: spans, by: \.site)
        let sites = ranges.keys.sorted()
        var found: [Int: DaySums] = [:]
        for start in stride(from: 0, to: sites.count, by: 500) {
            try each(
                """
                SELECT day, site, on_minutes, effective_seconds, effective_plays, effective_demand_plays FROM site_day
                WHERE day IN (\(list: month.days.map(\.number))) AND site IN (\(list: sites[start..<min(start + 500, sites.count)]))
                """
            ) { row in
                let (day, site) = (try row.day(0), try row.int(1))
                guard ranges[site]?.contains(where: { $0.days.contains(day) }) ?? false else { return }
                try found[site, default: DaySums()].add(row, bit: 1 << month.days.lowerBound.distance(to: day))
            }
        }
        return found
    }
}

extension DaySums {
    /// Adds a row of `daySums`.
    fileprivate mutating func add(_ row: Row, bit: Int) throws {
        let minutes = try row.int(2)
        if minutes > 0 {
            onDays += 1
            onMask |= bit
        }
        onMinutes += minutes
        effectiveSeconds += try row.int(3)
        effectivePlays += try row.int(4)
        effectiveDemandPlays += try row.int(5)
    }
}

extension SiteMonth {
    fileprivate mutating func take(_ sums: DaySums) {
        (onMinutes, onMask, effectiveSeconds) = (sums.onMinutes, sums.onMask, sums.effectiveSeconds)
        (effectivePlays, effectiveDemandPlays) = (sums.effectivePlays, sums.effectiveDemandPlays)
    }
}

extension [Range<Day>] {
    /// The same days with ranges that touch made one; the ranges are in order and do not overlap.
    fileprivate var joined: [Range<Day>] {
        reduce(into: []) { result, range in
            if let last = result.last, last.upperBound == range.lowerBound {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
    }

    /// The days of a range that are in none of these, which are in order and do not overlap.
    fileprivate func gaps(in whole: Range<Day>) -> [Range<Day>] {
        let edges = [whole.lowerBound] + flatMap { [$0.lowerBound, $0.upperBound] } + [whole.upperBound]
        return stride(from: 0, to: edges.count, by: 2).map { edges[$0]..<edges[$0 + 1] }.filter { !$0.isEmpty }
    }
}
