package import Accounts
package import Basics
package import Storage

/// Where a box stands from a day on: at a site, in another one's place, or nowhere.
package enum TerminalPlacing: Hashable, Sendable {
    case at(Site)
    /// At the site of a box that goes.
    case inPlace(of: String, at: Site)
    case takenAway

    fileprivate var site: Site? {
        switch self {
        case .at(let site), .inPlace(of: _, let site): site
        case .takenAway: nil
        }
    }
}

/// What placing a box means: where it stood until then, and which stay of another box ends.
package struct PlacingPlan: Sendable {
    package let leaves: BoxStay?
    package let replaces: BoxStay?
}

/// A stay of a box in force.
package struct BoxStay: Decodable, Hashable, Sendable {
    let id: String
    let site: Int
    let siteID: String
    package let siteCode: String
    let fromDay: Day
    let untilDay: Day
}

/// A stay of a box at a site, in force or not, as people read it.
package struct TerminalStay: Decodable, Hashable, Sendable {
    package let terminalID: String
    package let siteCode: String
    package let siteName: String
    package let fromDay: Day
    package let untilDay: Day
    package let recordedAt: Instant
    package let replacedAt: Instant?
    /// Of the change that made it; empty for a row of an import.
    package let reason: String
    package let document: String
    package let actor: String
}

extension Statements {
    /// What it would mean that a box stands somewhere from a day on, today or earlier; nothing is written. Refuses, field by field:
    /// `terminal`, `old`, `from`.
    package func planPlacing(_ id: String, _ placing: TerminalPlacing, from day: Day, today: Day) throws -> PlacingPlan {
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !id.isScientific else {
            throw Refusal.invalid(["terminal": "terminal.id_form"])
        }
        guard day <= today else { throw Refusal.invalid(["from": "site.future"]) }
        let stays = try staysInForce(of: id)
        // Later stays would have been recorded on another one.
        if let later = stays.last(where: { $0.fromDay > day || $0.untilDay != .forever && $0.untilDay > day }) {
            throw Refusal.invalid([
                "from": FieldProblem("terminal.later_stay", ["day": (later.fromDay > day ? later.fromDay : later.untilDay).description])
            ])
        }
        let present = stays.last { $0.untilDay > day }
        switch placing {
        case .takenAway:
            guard let present else { throw Refusal.conflict("terminal.nowhere") }
            return PlacingPlan(leaves: present, replaces: nil)
        case .at(let place), .inPlace(of: _, let place):
            guard try site(code: place.code, on: day, in: .everything) != nil else {
                throw Refusal.invalid(["from": "terminal.before_site"])
            }
            guard present?.site != place.num else { throw Refusal.invalid(["terminal": "terminal.there_already"]) }
            guard case .inPlace(let old, _) = placing else { return PlacingPlan(leaves: present, replaces: nil) }
            guard old != id else { throw Refusal.invalid(["terminal": "terminal.itself"]) }
            let gone = try staysInForce(of: old).last { $0.site == place.num && $0.untilDay == .forever && $0.fromDay <= day }
            guard let gone else { throw Refusal.invalid(["old": "terminal.not_there"]) }
            return PlacingPlan(leaves: present, replaces: gone)
        }
    }

    /// Says where a box stands from a day on; one that was not known is new. What it told before the day stays with the site where it
    /// stood; what it told from then on is to be derived again. Refuses what `planPlacing` does.
    package func place(
        _ id: String, _ placing: TerminalPlacing, from day: Day, today: Day, reason: String, document: String, by act: Act
    ) throws {
        let plan = try planPlacing(id, placing, from: day, today: today)
        let change = try recordRegisterChange("terminal", from: day, through: nil, reason: reason, document: document, by: act)
        try take(plan, id, placing, from: day, change, ["reason": reason, "document": document], by: act)
        try placeNodes(on: today, at: act.at)
    }

    /// The same of many boxes, by a file: `act` names it as their cause, by which they can be taken back.
    package func placeTogether(
        _ moves: [(terminal: String, placing: TerminalPlacing, from: Day)], today: Day, by act: Act
    ) throws {
        guard let file = act.cause else { return }
        for move in moves {
            let plan = try planPlacing(move.terminal, move.placing, from: move.from, today: today)
            try take(plan, move.terminal, move.placing, from: move.from, file, [:], by: act)
        }
        try placeNodes(on: today, at: act.at)
    }

    private func take(
        _ plan: PlacingPlan, _ id: String, _ placing: TerminalPlacing, from day: Day, _ changeID: String, _ why: [String: String],
        by act: Act
    ) throws {
        var detail = why.merging(["terminal": id, "from_on": day.description]) { $1 }
        for stay in [plan.leaves, plan.replaces].compactMap(\.self) { try end(stay, on: day, changeID, by: act) }
        if let left = plan.leaves { try record("site.terminal_taken", left.siteID, detail, by: act) }
        if let site = placing.site {
            if case .inPlace(let old, _) = placing { detail["old"] = old }
            try run(
                """
                INSERT INTO terminal_assignment (id, terminal, site, from_day, until_day, recorded_at, made_by)
                VALUES (\(act.ids.next()), \(try terminalNumber(id, by: act)), \(site.num), \(day), \(Day.forever), \(act.at), \(changeID))
                """)
            try record("site.terminal_placed", site.id, detail, by: act)
        }
    }

    /// A stay ends: the row that said otherwise stays as a replaced one.
    private func end(_ stay: BoxStay, on day: Day, _ changeID: String, by act: Act) throws {
        if stay.fromDay < day {
            try run(
                """
                INSERT INTO terminal_assignment (id, terminal, site, from_day, until_day, recorded_at, made_by)
                SELECT \(act.ids.next()), terminal, site, from_day, \(day), \(act.at), \(changeID) FROM terminal_assignment
                WHERE id = \(stay.id)
                """)
        }
        try run("UPDATE terminal_assignment SET replaced_at = \(act.at), replaced_by = \(changeID) WHERE id = \(stay.id)")
    }

    private func staysInForce(of id: String) throws -> [BoxStay] {
        try all(
            BoxStay.self,
            """
            SELECT x.id, x.site, s.id AS site_id, s.code AS site_code, x.from_day, x.until_day
            FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal JOIN site s ON s.num = x.site
            WHERE t.id = \(id) AND x.replaced_at IS NULL ORDER BY x.from_day
            """)
    }

    private func terminalNumber(_ id: String, by act: Act) throws -> Int {
        if let known = try first("SELECT num FROM terminal WHERE id = \(id)", { try $0.int(0) }) { return known }
        let number = try count("SELECT coalesce(max(num), 0) FROM terminal") + 1
        try run("INSERT INTO terminal (id, num, made_at) VALUES (\(id), \(number), \(act.at))")
        return number
    }

    /// Every stay of a box, or with nil of the boxes of a site, replaced ones included, newest first.
    package func terminalStays(_ terminal: String? = nil, site: Int? = nil) throws -> [TerminalStay] {
        let condition: SQL =
            if let terminal { "t.id = \(terminal)" } else { "x.site = \(site ?? 0)" }
        return try all(
            TerminalStay.self,
            """
            SELECT t.id AS terminal_id, s.code AS site_code, coalesce(v.name, '') AS site_name, x.from_day, x.until_day, x.recorded_at,
                x.replaced_at, coalesce(c.reason, '') AS reason, coalesce(c.document, '') AS document, coalesce(c.actor, '') AS actor
            FROM terminal_assignment x JOIN terminal t ON t.num = x.terminal JOIN site s ON s.num = x.site
            LEFT JOIN site_version v ON v.site = x.site AND v.replaced_at IS NULL AND v.from_day <= x.from_day AND v.until_day > x.from_day
            LEFT JOIN register_change c ON c.id = x.made_by
            WHERE \(sql: condition) ORDER BY x.from_day DESC, x.recorded_at DESC, x.id LIMIT 500
            """)
    }
}
