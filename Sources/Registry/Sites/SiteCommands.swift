package import Accounts
package import Basics
package import Storage

extension Statements {
    /// Puts a site into another state from a day on. Refuses a change that the life cycle does not know and a day before the present state began.
    package func setSiteState(_ state: SiteState, site: Site, from day: Day, reason: String, document: String, by act: Act) throws {
        let present = try first("SELECT id, state, from_day FROM site_state WHERE site = \(site.num) AND replaced_at IS NULL AND until_day = \(Day.forever)") {
            (id: try $0.text(0), state: SiteState(rawValue: try $0.text(1)), from: try $0.day(2))
        }
        if let present {
            guard day > present.from else { throw Refusal.invalid(["from_on": "site.state_before_present"]) }
            guard present.state?.next.contains(state) == true else { throw Refusal.invalid(["state": "site.state_order"]) }
            try run("UPDATE site_state SET until_day = \(day) WHERE id = \(present.id)")
        }
        try run(
            """
            INSERT INTO site_state (id, site, state, from_day, until_day, reason, document, actor, recorded_at)
            VALUES (\(act.ids.next()), \(site.num), \(state), \(day), \(Day.forever), \(reason), \(document), \(act.actor.id), \(act.at))
            """)
        try record("site.state_set", site.id, ["state": state.rawValue, "from_on": day.description, "reason": reason], by: act)
    }

    /// Takes a site out of the figures for a period, both days included, with a reason and the paper behind it.
    package func excludeSite(_ site: Site, days: ClosedRange<Day>, reason: String, document: String, by act: Act) throws {
        guard !reason.isEmpty, reason.count <= 500 else { throw Refusal.invalid(["reason": "form.required"]) }
        let overlapping = try count(
            """
            SELECT count(*) FROM site_exclusion
            WHERE site = \(site.num) AND replaced_at IS NULL AND from_day <= \(days.upperBound) AND until_day > \(days.lowerBound)
            """)
        guard overlapping == 0 else { throw Refusal.conflict("site.already_excluded") }
        try run(
            """
            INSERT INTO site_exclusion (id, site, from_day, until_day, reason, document, actor, recorded_at)
            VALUES (\(act.ids.next()), \(site.num), \(days.lowerBound), \(days.upperBound.advanced(by: 1)), \(reason), \(document), \(act.actor.id), \(act.at))
            """)
        try record("site.excluded", site.id, ["from_on": days.lowerBound.description, "through_on": days.upperBound.description, "reason": reason], by: act)
    }
}
