package import Accounts
package import Basics
package import Storage

/// What is to be other about a site than its state, for some days: nil for what stays.
package struct SiteChange: Hashable, Sendable {
    package var name: String?
    package var kind: SiteKind?
    package var mode: SiteMode?
    /// The area in which it lies.
    package var areaID: String?

    package init(name: String? = nil, kind: SiteKind? = nil, mode: SiteMode? = nil, areaID: String? = nil) {
        (self.name, self.kind, self.mode, self.areaID) = (name, kind, mode, areaID)
    }

    /// The row as the change makes it.
    fileprivate func applied(to row: SiteSpan) -> SiteSpan {
        var row = row
        row.name = name ?? row.name
        row.kind = kind ?? row.kind
        row.mode = mode ?? row.mode
        row.areaID = areaID ?? row.areaID
        return row
    }

    /// Whether two rows are alike in what the change is about.
    fileprivate func leavesAlike(_ one: SiteSpan, _ other: SiteSpan) -> Bool {
        (name == nil || one.name == other.name) && (kind == nil || one.kind == other.kind) && (mode == nil || one.mode == other.mode)
            && (areaID == nil || one.areaID == other.areaID)
    }
}

/// What a site was called and where it lay for some days, in force.
package struct SiteSpan: Decodable, Hashable, Sendable {
    package let id: String
    package let site: Int
    package var name: String
    package var kind: SiteKind
    package var mode: SiteMode
    package var areaID: String
    package var fromDay: Day
    package var untilDay: Day
    package let decision: String?
    package let changeID: String?
    /// The change that put it there; nil where it began there, or a decision on the tree did.
    package let placedBy: String?

    package var days: Range<Day> { fromDay..<untilDay }
}

/// What a change does to one site: its rows in force before and after, by first day.
package struct SitePlan: Hashable, Sendable {
    package let site: Int
    package let before: [SiteSpan]
    package let after: [SiteSpan]
    /// The days that are other than they were.
    package let days: Range<Day>

    /// Works it out. From a day on, a change holds until what it is about was changed anyhow; through a day it holds for all of these days.
    /// Pure. Throws `Refusal.invalid` for `from` and `through` where no such day is the site's, and for `site` where nothing would change.
    package init(_ change: SiteChange, rows: [SiteSpan], from day: Day, through last: Day?) throws {
        guard let first = rows.first, let end = rows.last?.untilDay, day >= first.fromDay, day < end else {
            throw Refusal.invalid(["from": FieldProblem("site.before_site", ["day": rows.first?.fromDay.description ?? ""])])
        }
        var until = last?.advanced(by: 1) ?? end
        if last == nil, let present = rows.last(where: { $0.fromDay <= day }) {
            // What was recorded for a later day stays.
            until = rows.first { $0.fromDay > day && !change.leavesAlike($0, present) }?.fromDay ?? end
        }
        guard until <= end else { throw Refusal.invalid(["through": "site.days_order"]) }
        var after: [SiteSpan] = []
        var changed: [SiteSpan] = []
        for row in rows {
            let touched = row.days.clamped(to: day..<until)
            let new = change.applied(to: row)
            guard !touched.isEmpty, new != row else {
                after.append(row)
                continue
            }
            for (days, source) in [
                (row.fromDay..<touched.lowerBound, row), (touched, new), (touched.upperBound..<row.untilDay, row),
            ] where !days.isEmpty {
                var piece = source
                (piece.fromDay, piece.untilDay) = (days.lowerBound, days.upperBound)
                after.append(piece)
                if days == touched { changed.append(piece) }
            }
        }
        guard let begin = changed.first?.fromDay, let stop = changed.last?.untilDay else {
            throw Refusal.invalid(["site": "site.nothing_changes"])
        }
        (site, before, self.after, days) = (first.site, rows, after, begin..<stop)
    }
}

/// A row of a site, in force or not, as people read it.
package struct SiteHistoryRow: Decodable, Hashable, Sendable {
    package let name: String
    package let kind: SiteKind
    package let mode: SiteMode
    package let areaCode: String?
    package let areaName: String?
    package let fromDay: Day
    package let untilDay: Day
    package let recordedAt: Instant
    package let replacedAt: Instant?
    /// Of the change or the decision that made it; empty for a row of an import.
    package let reason: String
    package let document: String
    package let actor: String
}

extension Statements {
    /// So many sites are changed at once.
    package static var mostChangedSites: Int { 500 }

    /// What a change would do to some sites. Throws `Refusal.invalid`: for the fields of `SitePlan`, and for `area` where that area is not
    /// there on all of the days.
    package func planSites(_ change: SiteChange, _ sites: [Site], from day: Day, through last: Day?, today: Day) throws -> [SitePlan] {
        var problems: FieldProblems = [:]
        if day > today { problems["from"] = "site.future" }
        if let last, last > today { problems["through"] = "site.future" }
        if let last, last < day { problems["through"] = "site.days_order" }
        if let name = change.name, !(1...100).contains(name.count) { problems["name"] = "form.required" }
        guard sites.count <= Self.mostChangedSites else {
            throw Refusal.invalid(["site": FieldProblem("site.too_many", ["most": String(Self.mostChangedSites)])])
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let rows = Dictionary(grouping: try siteRows(of: sites.map(\.num)), by: \.site)
        let area = try change.areaID.map { try areaDays($0) } ?? []
        var same: [String] = []
        let plans = try sites.compactMap { site -> SitePlan? in
            let plan: SitePlan
            do {
                plan = try SitePlan(change, rows: rows[site.num] ?? [], from: day, through: last)
            } catch Refusal.invalid(let wrong) where wrong["site"] == "site.nothing_changes" && sites.count > 1 {
                same.append(site.code)
                return nil
            }
            if change.areaID != nil,
                !area.contains(where: { $0.lowerBound <= plan.days.lowerBound && $0.upperBound >= plan.days.upperBound })
            {
                throw Refusal.invalid([
                    "area": FieldProblem(
                        "site.area_not_there",
                        [
                            "from": plan.days.lowerBound.description,
                            "through": min(plan.days.upperBound.advanced(by: -1), today).description,
                        ])
                ])
            }
            return plan
        }
        guard !plans.isEmpty else { throw Refusal.invalid(["site": "site.nothing_changes"]) }
        return plans
    }

    /// Says what some sites were called, what they were and where they lay from a day on or through another, today or earlier. What was
    /// recorded of these days before stays as replaced.
    @discardableResult package func changeSites(
        _ change: SiteChange, _ sites: [Site], from day: Day, through last: Day? = nil, today: Day, reason: String, document: String,
        by act: Act
    ) throws -> [SitePlan] {
        let plans = try planSites(change, sites, from: day, through: last, today: today)
        let id = try recordRegisterChange("site", from: day, through: last, reason: reason, document: document, by: act)
        var rows: [[Value]] = []
        var replaced: [String] = []
        for plan in plans {
            let kept = Set(plan.before.filter(plan.after.contains).map(\.id))
            replaced += plan.before.map(\.id).filter { !kept.contains($0) }
            let old = Dictionary(plan.before.map { ($0.id, $0) }) { first, _ in first }
            for row in plan.after where !plan.before.contains(row) {
                let isChanged = plan.days.contains(row.fromDay) && (old[row.id].map { change.applied(to: $0) != $0 } ?? true)
                rows.append([
                    act.ids.next().bound, row.site.bound, row.name.bound, row.areaID.bound, row.kind.rawValue.bound,
                    row.mode.rawValue.bound,
                    row.fromDay.number.bound, row.untilDay.number.bound, act.at.bound,
                    (isChanged && change.areaID != nil ? nil : row.decision).bound, (isChanged ? id : row.changeID).bound,
                    (isChanged && change.areaID != nil ? id : row.placedBy).bound,
                    searchKey(row.name).bound, id.bound,
                ])
            }
        }
        for start in stride(from: 0, to: replaced.count, by: 500) {
            let part = replaced[start..<min(start + 500, replaced.count)]
            try run("UPDATE site_version SET replaced_at = \(act.at), replaced_by = \(id) WHERE id IN (\(list: part))")
        }
        for start in stride(from: 0, to: rows.count, by: 400) {
            try run(
                """
                INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, decision, change_id,
                placed_by, name_key, made_by) \(values: Array(rows[start..<min(start + 400, rows.count)]))
                """)
        }
        if change.areaID != nil { try placeNodes(on: today, at: act.at) }
        let ids = Dictionary(sites.map { ($0.num, $0.id) }) { first, _ in first }
        let areas = try areaNames(Set(plans.flatMap { ($0.before + $0.after).map(\.areaID) }).sorted())
        for plan in plans {
            guard let site = ids[plan.site], let was = plan.before.last(where: { $0.fromDay <= plan.days.lowerBound }),
                let now = plan.after.last(where: { $0.fromDay <= plan.days.lowerBound })
            else { continue }
            var detail = ["from_on": plan.days.lowerBound.description, "reason": reason, "document": document]
            if let last { detail["through_on"] = last.description }
            func said(_ key: String, _ one: String, _ other: String) { if one != other { detail[key] = "\(one) → \(other)" } }
            said("name", was.name, now.name)
            said("kind", was.kind.rawValue, now.kind.rawValue)
            said("mode", was.mode.rawValue, now.mode.rawValue)
            said("area", areas[was.areaID] ?? "", areas[now.areaID] ?? "")
            try record("site.changed", site, detail, by: act)
        }
        return plans
    }

    /// The rows in force of some sites, of each by first day.
    private func siteRows(of sites: [Int]) throws -> [SiteSpan] {
        var rows: [SiteSpan] = []
        for start in stride(from: 0, to: sites.count, by: 500) {
            rows += try all(
                SiteSpan.self,
                """
                SELECT id, site, name, kind, mode, area_id, from_day, until_day, decision, change_id, placed_by FROM site_version
                WHERE site IN (\(list: sites[start..<min(start + 500, sites.count)])) AND replaced_at IS NULL ORDER BY site, from_day
                """)
        }
        return rows
    }

    /// The spans of days on which an area is there without a gap.
    private func areaDays(_ areaID: String) throws -> [Range<Day>] {
        var spans: [Range<Day>] = []
        try each("SELECT from_day, until_day FROM area_version WHERE area_id = \(areaID) AND replaced_at IS NULL ORDER BY from_day") {
            row in
            let days = try row.day(0)..<row.day(1)
            if let last = spans.last, last.upperBound == days.lowerBound {
                spans[spans.count - 1] = last.lowerBound..<days.upperBound
            } else {
                spans.append(days)
            }
        }
        return spans
    }

    /// Every row of a site, replaced ones included, newest first.
    package func siteHistory(_ site: Int) throws -> [SiteHistoryRow] {
        try all(
            SiteHistoryRow.self,
            """
            SELECT v.name, v.kind, v.mode, a.code AS area_code, a.name AS area_name, v.from_day, v.until_day, v.recorded_at, v.replaced_at,
                coalesce(c.reason, d.reason, '') AS reason, coalesce(c.document, d.document, '') AS document,
                coalesce(c.actor, d.actor, '') AS actor
            FROM site_version v
            LEFT JOIN area_version a ON a.area_id = v.area_id AND a.replaced_at IS NULL AND a.from_day <= v.from_day
                AND a.until_day > v.from_day
            LEFT JOIN register_change c ON c.id = v.change_id LEFT JOIN area_decision d ON d.id = v.decision
            WHERE v.site = \(site) ORDER BY v.from_day DESC, v.recorded_at DESC, v.id
            """)
    }
}
