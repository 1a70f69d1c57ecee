import Accounts
package import Basics
package import Storage

/// A site that approved exclusions take out of a month, and the decision behind it; several papers stand one behind the other.
package struct TakenOut: Hashable, Sendable {
    package let from: Day
    package let reason: String
    package let document: String
    package let actor: String
}

/// How many sites an exclusion takes out of a month that are not out of it already.
package struct ExclusionEffect: Hashable, Sendable {
    package let month: Month
    package let sites: Int

    package init(month: Month, sites: Int) {
        self.month = month
        self.sites = sites
    }
}

extension [Range<Day>] {
    /// Whether every one of some days lies in one of these ranges, in whatever order they stand.
    func cover(_ days: [Range<Day>]) -> Bool {
        let ordered = sorted { $0.lowerBound < $1.lowerBound }
        return days.allSatisfy { range in
            ordered.reduce(range.lowerBound) { reached, part in part.lowerBound <= reached ? Swift.max(reached, part.upperBound) : reached }
                >= range.upperBound
        }
    }
}

extension Statements {
    /// The sites that approved exclusions take out of a month, by number: those of whose in-service days the exclusions together cover
    /// every one (metrics.md, "The register is dated"). An exclusion of some of these days alone changes no figure.
    package func sitesTakenOut(of month: Month, only site: Int? = nil) throws -> [Int: TakenOut] {
        let excluded = try exclusions(touching: month.days, only: site)
        guard !excluded.isEmpty else { return [:] }
        let service = try serviceRanges(month, sites: excluded.keys.sorted())
        return excluded.compactMapValues { rows in
            guard let first = rows.first, let served = service[first.site], rows.map(\.days).cover(served) else { return nil }
            func joined(_ texts: [String]) -> String {
                texts.reduce(into: [String]()) { if !$1.isEmpty, !$0.contains($1) { $0.append($1) } }.joined(separator: "；")
            }
            return TakenOut(
                from: first.days.lowerBound, reason: joined(rows.map(\.reason)), document: joined(rows.map(\.document)), actor: first.actor)
        }
    }

    /// What leaving sites out on some days would change, month by month, beside what is decided already; months without any are left out.
    /// Throws `exclusion.too_long` for more than a year.
    package func exclusionEffect(sites: [Int], days: ClosedRange<Day>) throws -> [ExclusionEffect] {
        guard days.upperBound <= days.lowerBound.advanced(by: 366) else { throw Refusal.invalid(["through": "exclusion.too_long"]) }
        let new = days.lowerBound..<days.upperBound.advanced(by: 1)
        var months = [days.lowerBound.month]
        while let last = months.last, last < days.upperBound.month { months.append(last.next) }
        return try months.compactMap { month in
            let decided = try exclusions(touching: month.days, only: nil)
            let service = try serviceRanges(month, sites: sites)
            let count = service.count { site, served in
                let ranges = (decided[site] ?? []).map(\.days)
                return !ranges.cover(served) && (ranges + [new]).cover(served)
            }
            return count == 0 ? nil : ExclusionEffect(month: month, sites: count)
        }
    }

    /// Those of some sites of which approved exclusions do not cover all of some days.
    func sites(_ sites: [Int], notExcludedThrough days: Range<Day>) throws -> [Int] {
        let decided = try exclusions(touching: days.lowerBound...days.upperBound.advanced(by: -1), only: sites.count == 1 ? sites[0] : nil)
        return sites.filter { !(decided[$0] ?? []).map(\.days).cover([days]) }
    }

    private func exclusions(touching days: ClosedRange<Day>, only site: Int?) throws -> [Int: [(
        site: Int, days: Range<Day>, reason: String, document: String, actor: String
    )]] {
        let onlySite: SQL = if let site { "AND site = \(site)" } else { "" }
        return Dictionary(
            grouping: try all(
                """
                SELECT site, from_day, until_day, reason, document, actor FROM site_exclusion
                WHERE replaced_at IS NULL AND from_day <= \(days.upperBound)
                    AND until_day > \(days.lowerBound) \(sql: onlySite) ORDER BY site, from_day, id
                """
            ) {
                (
                    site: try $0.int(0), days: try $0.day(1)..<$0.day(2), reason: try $0.text(3), document: try $0.text(4),
                    actor: try $0.text(5)
                )
            }, by: \.site)
    }

    /// The in-service days of a month of those of some sites that have any.
    private func serviceRanges(_ month: Month, sites: [Int]) throws -> [Int: [Range<Day>]] {
        var found: [Int: [Range<Day>]] = [:]
        for start in stride(from: 0, to: sites.count, by: 500) {
            try each(
                """
                SELECT site, from_day, until_day FROM site_state
                    WHERE replaced_at IS NULL AND from_day < \(month.end) AND until_day > \(month.days.lowerBound)
                    AND state IN (\(list: SiteState.counted.map(\.rawValue)))
                        AND site IN (\(list: sites[start..<min(start + 500, sites.count)]))
                """
            ) { row in
                found[try row.int(0), default: []].append(try (row.day(1)..<row.day(2)).clamped(to: month.days.lowerBound..<month.end))
            }
        }
        return found
    }
}
