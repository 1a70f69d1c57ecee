package import Accounts
package import Basics
package import Storage

extension Statements {
    /// Says in which state a site is from a day on or was through another day, today or earlier; the days may lie in the past. What was
    /// recorded of these days before stays as corrected. Refuses, field by field, days in the future, a state that was there already, and
    /// one that the life cycle does not know between what lies before and after.
    package func setSiteState(
        _ state: SiteState, site: Site, from day: Day, through last: Day? = nil, today: Day, reason: String, document: String, by act: Act
    ) throws {
        var problems: FieldProblems = [:]
        if !(1...500).contains(reason.unicodeScalars.count) { problems["reason"] = "form.required" }
        if document.unicodeScalars.count > 200 {
            problems["document"] = FieldProblem("form.too_long", ["most": "200", "length": String(document.unicodeScalars.count)])
        }
        let rows: [RecordedState]
        do { rows = try checkSiteState(state, site: site, from: day, through: last, today: today) } catch Refusal.invalid(let fields) {
            throw Refusal.invalid(fields.merging(problems) { first, _ in first })
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let until = last?.advanced(by: 1) ?? .forever
        // A site that turns out to be older than was known is older in its place, too.
        if let begin = rows.first?.days.lowerBound, day < begin { try beginSite(site.num, on: day, by: act) }
        let touched = rows.filter { $0.days.overlaps(day..<until) }
        for row in touched {
            if row.days.lowerBound < day {
                try run("UPDATE site_state SET until_day = \(day) WHERE id = \(row.id)")
            } else {
                try run("UPDATE site_state SET replaced_at = \(act.at) WHERE id = \(row.id)")
            }
            guard row.days.upperBound > until else { continue }
            try run(
                """
                INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at)
                SELECT \(act.ids.next()), site, state, \(until), \(row.days.upperBound), reason, document, actor, \(act.at)
                    FROM site_state WHERE id = \(row.id)
                """)
        }
        try run(
            """
            INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at)
            VALUES (\(act.ids.next()), \(site.num), \(state), \(day), \(until), \(reason), \(document), \(act.actor.id), \(act.at))
            """)
        let before = rows.last { $0.days.lowerBound <= day }?.state.rawValue ?? ""
        var details = [
            "state": before.isEmpty ? state.rawValue : "\(before) → \(state.rawValue)", "from_on": day.description, "reason": reason,
        ]
        if let last { details["through_on"] = last.description }
        try record("site.state_set", site.id, details, by: act)
    }

    /// Whether a state may be recorded, field by field as `setSiteState` says; answers the states that hold, in the order of their days.
    @discardableResult
    package func checkSiteState(_ state: SiteState, site: Site, from day: Day, through last: Day?, today: Day) throws -> [RecordedState] {
        var problems: FieldProblems = [:]
        if day > today { problems["from"] = "site.future" }
        if let last, last > today { problems["through"] = "site.future" }
        if let last, last < day { problems["through"] = "site.days_order" }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        let until = last?.advanced(by: 1) ?? .forever
        let rows = try stateRows(of: site.num)
        if until == .forever, let present = rows.last, day < present.days.lowerBound {
            throw Refusal.invalid(["from": "site.state_before_present"])
        }
        let touched = rows.filter { $0.days.overlaps(day..<until) }
        // A fault or a suspension may be recorded again with another paper.
        guard touched.contains(where: { $0.state != state }) || touched.isEmpty || state.next.contains(state) else {
            throw Refusal.invalid(["state": "site.state_same"])
        }
        for (before, after) in [
            (rows.last { $0.days.lowerBound < day }?.state, state), (state, rows.first { $0.days.upperBound > until }?.state),
        ] {
            guard let before, let after, before != after else { continue }
            guard before.next.contains(after) else { throw Refusal.invalid(["state": "site.state_order"]) }
        }
        return rows
    }

    /// Lets a site lie in its first place from an earlier day on; the row that said otherwise stays as a replaced one. Refuses a day on
    /// which that area was not there yet.
    func beginSite(_ site: Int, on day: Day, by act: Act) throws {
        let row = try first("SELECT id, area_id FROM site_version WHERE site = \(site) AND replaced_at IS NULL ORDER BY from_day LIMIT 1") {
            (id: try $0.text(0), area: try $0.text(1))
        }
        guard let row else { throw Refusal.notFound("site") }
        guard try area(id: row.area, on: day) != nil else { throw Refusal.invalid(["from": "site.before_area"]) }
        try run(
            """
            INSERT INTO site_version (id, site, name, area_id, kind, mode, from_day, until_day, recorded_at, decision, change_id,
                placed_by, name_key, made_by)
            SELECT \(act.ids.next()), site, name, area_id, kind, mode, \(day), until_day, \(act.at), decision, change_id,
                placed_by, name_key, \(act.cause)
                FROM site_version WHERE id = \(row.id) AND from_day > \(day)
            """)
        try run("UPDATE site_version SET replaced_at = \(act.at), replaced_by = \(act.cause) WHERE id = \(row.id) AND from_day > \(day)")
    }

    /// Lets a site's first state begin on an earlier day; the row that said otherwise stays as a replaced one.
    func beginFirstState(ofSite site: Int, on day: Day, by act: Act) throws {
        let id = try first("SELECT id FROM site_state WHERE site = \(site) AND replaced_at IS NULL ORDER BY from_day LIMIT 1") {
            try $0.text(0)
        }
        guard let id else { throw Refusal.notFound("site") }
        try run(
            """
            INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at, made_by)
            SELECT \(act.ids.next()), site, state, \(day), until_day, reason, document, \(act.actor.id), \(act.at), \(act.cause)
                FROM site_state WHERE id = \(id)
            """)
        try run("UPDATE site_state SET replaced_at = \(act.at), replaced_by = \(act.cause) WHERE id = \(id)")
    }

    /// The states that hold, in the order of their days.
    private func stateRows(of site: Int) throws -> [RecordedState] {
        try all("SELECT id, state, from_day, until_day FROM site_state WHERE site = \(site) AND replaced_at IS NULL ORDER BY from_day") {
            row in
            guard let state = SiteState(rawValue: try row.text(1)) else {
                throw StorageError.column("\(try row.text(1)) is no state of a site")
            }
            return RecordedState(id: try row.text(0), state: state, days: try row.day(2)..<row.day(3))
        }
    }

    /// Takes a site out of the figures for a period, both days included, with a reason and the paper behind it. Exclusions add up; refuses
    /// one whose days are all excluded.
    package func excludeSite(_ site: Site, days: ClosedRange<Day>, reason: String, document: String, by act: Act) throws {
        guard !reason.isEmpty, reason.count <= 500 else { throw Refusal.invalid(["reason": "form.required"]) }
        guard try !sites([site.num], notExcludedThrough: days.lowerBound..<days.upperBound.advanced(by: 1)).isEmpty else {
            throw Refusal.conflict("site.already_excluded")
        }
        try run(
            """
            INSERT INTO site_exclusion (id, site, from_day, until_day, reason, document, actor, recorded_at)
            VALUES (\(act.ids.next()), \(site.num), \(days.lowerBound), \(days.upperBound.advanced(by: 1)), \(reason), \(document),
                \(act.actor.id), \(act.at))
            """)
        try record(
            "site.excluded", site.id,
            ["from_on": days.lowerBound.description, "through_on": days.upperBound.description, "reason": reason], by: act)
    }
}

/// A state of a site that holds for some days.
package struct RecordedState: Sendable {
    package let id: String
    package let state: SiteState
    package let days: Range<Day>
}
